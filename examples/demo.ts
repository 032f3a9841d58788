/** Plays ping-pong over real IPv4 and IPv6 sockets, and measures its rate: `make demo`. */
import { stat } from 'node:fs/promises'
import { Loop, UVError } from 'libuv-wasm'
import { drawGame, grouped, micros, paint } from './demo/paint.js'
import { type Game, playPingPong } from './demo/ping-pong.js'

/** How many pings a displayed game has. */
const ROUNDS = 5

/** The duration of the measured game, in milliseconds. */
const MEASURED = 500

const opening = performance.now()
const loop = await Loop.open()
const opened = performance.now()

console.log(
  `\n  ${paint('bold', 'libuv, compiled to WebAssembly, plays ping-pong')} on Node ${process.versions.node}\n`,
)
const first = await show('IPv4', '127.0.0.1')
await show('IPv6', '::1')
const rate = await measure(MEASURED)
loop.close()

const module = await stat(new URL(import.meta.resolve('libuv-wasm/libuv.wasm')))
const facts = [
  ['module', `${grouped(module.size)} bytes`],
  ['Loop.open()', `${micros((opened - opening) * 1_000)}, cold`],
  ['first listening', first === undefined ? 'never' : `${micros((first.listening - opened) * 1_000)} later`],
  ['round trips', `${grouped(rate)} per second, one after the other`],
] as const
for (const [what, value] of facts) console.log(`  ${paint('dim', what.padEnd(17))}${value}`)
console.log()

/** Plays a game and draws it, or prints why it cannot be played. */
async function show(title: string, host: string): Promise<Game | undefined> {
  try {
    const game = await playPingPong(loop, host, (pongs) => pongs < ROUNDS)
    console.log(drawGame(title, game))
    return game
  } catch (error) {
    if (!(error instanceof UVError) || !['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code)) throw error
    console.log(`  ${paint('bold', title)}  not played: this machine does not have ${host} (${error.code})\n`)
    return undefined
  }
}

/** Plays for a number of milliseconds. @returns round trips per second */
async function measure(milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds
  const { steps } = await playPingPong(loop, '127.0.0.1', () => performance.now() < end)
  const pongs = steps.filter(({ what }) => what === 'pong')
  const [from, to] = [pongs[0], pongs.at(-1)]
  return from === undefined || to === undefined ? 0 : (pongs.length - 1) / ((to.at - from.at) / 1e6)
}
