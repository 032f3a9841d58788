/** A scenario of the user's: of its seeds, one fails, and the even ones reach what they should. */
import { TCP } from 'libuv-wasm'
import { always, reachable } from 'libuv-wasm/testing'

/** @type {import('libuv-wasm/testing').SimulateOptions} */
export const options = { reaches: ['an even seed'] }

/** @param {import('libuv-wasm/testing').Simulation} sim */
export async function scenario(sim) {
  const { loop, address } = await sim.machine('alone')
  const server = new TCP({ loop })
  server.bind([address, 80])
  await sim.clock.advance(sim.seed)
  if (sim.seed % 2 === 0) reachable('an even seed')
  /** @type {typeof always} */
  const holds = always
  holds(sim.seed !== 7, 'the seed is not seven')
}
