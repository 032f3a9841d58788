/** A scenario for `libuv-wasm simulate`: an echo server in C, under the pump driver, and clients of TypeScript. */
import { readFileSync } from 'node:fs'
import { TCP } from 'libuv-wasm'
import { Guest } from 'libuv-wasm/guest'
import { always } from 'libuv-wasm/testing'

const CLIENTS = 5
/** The program: test/guest/programs/echo.c, compiled. */
const PROGRAM = await WebAssembly.compile(readFileSync(new URL('./c-server.wasm', import.meta.url)))

/** @type {import('libuv-wasm/testing').SimulateOptions} */
export const options = { faults: { kinds: ['latency', 'loss', 'bandwidth', 'partition', 'short_read', 'short_write'] } }

/** @param {import('libuv-wasm/testing').Simulation} sim */
export async function scenario(sim) {
  /** @type {typeof always} */
  const holds = always
  const server = await sim.machine('server')
  let output = ''
  const guest = await sim.outside(
    Guest.start(PROGRAM, {
      driver: 'pump',
      host: server.host,
      args: ['echo', server.address],
      onOutput: (_stream, bytes) => {
        output += new TextDecoder().decode(bytes)
      },
    }),
  )
  await sim.clock.runUntil(() => /port \d+/.test(output))
  const port = Number(/port (\d+)/.exec(output)?.[1])

  /** @param {number} number */
  const ask = async (number) => {
    const client = await sim.machine(`client-${number}`)
    sim.link(client, server, { latency: 5, jitter: 2 })
    const socket = new TCP({ loop: client.loop })
    await socket.connect([server.address, port])
    const sent = sim.random.branch(client.name).bytes(5000)
    const writing = socket.write(sent).then(() => socket.shutdown())
    let at = 0
    for await (const chunk of socket) {
      const start = at
      holds(
        chunk.every((byte, index) => byte === sent[start + index]),
        'bytes come in their order',
      )
      at += chunk.length
    }
    await writing
    holds(at === sent.length, 'all bytes come back')
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => ask(number)))
  guest.terminate()
  await guest.exit
}
