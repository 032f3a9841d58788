/** Who is measured: programs that print their port and echo what they get. */

/** An echo server. */
export interface Contender {
  readonly name: string
  /** What a person reads. */
  readonly title: string
  /** The command, run in the project's folder. */
  readonly command: readonly string[]
}

const node = process.execPath
const guest = ['build/bench-programs/echo.wasm']
const run = [node, 'dist/cli.js', 'run', '--allow-listen=127.0.0.1:0']

/** The yardstick: everything is measured against it, in the same run. */
export const YARDSTICK: Contender = {
  name: 'net',
  title: 'node:net',
  command: [node, 'build/bench/servers/echo-net.js'],
}

/** The others. */
export const CONTENDERS: readonly Contender[] = [
  { name: 'native', title: 'native libuv, C', command: ['build/bench-programs/echo-uv'] },
  { name: 'ts-auto', title: 'TypeScript API', command: [node, 'build/bench/servers/echo-uv.js', 'auto'] },
  { name: 'ts-net', title: 'TypeScript API, public sockets', command: [node, 'build/bench/servers/echo-uv.js', 'net'] },
  { name: 'guest-pump', title: 'C guest, pumped', command: [...run, '--driver=pump', ...guest] },
  { name: 'guest-worker', title: 'C guest, worker', command: [...run, '--driver=worker', ...guest] },
  { name: 'guest-jspi', title: 'C guest, JSPI', command: [...run, '--driver=jspi', ...guest] },
]
