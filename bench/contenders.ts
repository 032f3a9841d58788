/** The contenders: the same programs, written for each library and runtime. */

/** The programs; `bench/native` and `bench/programs` document them and their arguments. */
export type ProgramName = 'server' | 'client' | 'timers' | 'block'

/** An implementation of the programs. */
export interface Contender {
  readonly name: string
  /** Its name in reports. */
  readonly title: string
  /** The command of each program, without the program's arguments; run in the project's directory. */
  readonly programs: { readonly [Name in ProgramName]?: readonly string[] }
}

const NATIVE = 'build/bench-programs'
const NAMES = { server: 'server-uv', client: 'client-uv', timers: 'timers-uv', block: 'block' } as const

/** The contender with which all others are compared in the same run. */
export function yardstick(node: string): Contender {
  const program = (name: string): string[] => [node, `build/bench/programs/${name}-net.js`]
  return {
    name: 'net',
    title: 'node:net',
    programs: { server: program('server'), client: program('client'), timers: program('timers') },
  }
}

/** Native libuv: the upper limit, and the yardstick for programs that Node cannot run. */
export const native: Contender = {
  name: 'native',
  title: 'native libuv, C',
  programs: mapNames((file) => [`${NATIVE}/${file}`]),
}

/** All contenders except the yardstick. @param node - the Node that runs them */
export function contenders(node: string): readonly Contender[] {
  return [
    native,
    { name: 'ts-auto', title: 'TypeScript', programs: typescript(node, 'auto') },
    { name: 'ts-net', title: 'TypeScript, public sockets', programs: typescript(node, 'net') },
    { name: 'guest-pump', title: 'C guest, pumped', programs: guest(node, 'pump') },
    { name: 'guest-jspi', title: 'C guest, JSPI', programs: guest(node, 'jspi') },
    { name: 'guest-worker', title: 'C guest, worker', programs: guest(node, 'worker') },
  ]
}

/**
 * The same contender in another build of this project.
 *
 * @param folder - the directory of that build, including its programs (`make build sdk bench` was run there)
 * @param name - the new name
 */
export function ofBuild(contender: Contender, folder: string, name: string): Contender {
  const there = (word: string): string => (/^(build|dist)\//.test(word) ? `${folder}/${word}` : word)
  const programs = Object.entries(contender.programs).map(([program, command]) => [program, command.map(there)])
  return { name, title: `${contender.title}, ${name}`, programs: Object.fromEntries(programs) }
}

function typescript(node: string, transport: string): Contender['programs'] {
  const program = (name: string): string[] => [node, `build/bench/programs/${name}-uv.js`]
  return {
    server: [...program('server'), transport],
    client: [...program('client'), transport],
    // The timers do not use sockets.
    ...(transport === 'auto' && { timers: program('timers') }),
  }
}

function guest(node: string, driver: string): Contender['programs'] {
  const run = [node, 'dist/cli.js', 'run', '--allow-net', `--driver=${driver}`]
  const { block, ...others } = mapNames((file) => [...run, `${NATIVE}/${file}.wasm`, '--'])
  return driver === 'pump' ? others : { ...others, block }
}

function mapNames(command: (file: string) => readonly string[]): Required<Contender['programs']> {
  const { server, client, timers, block } = NAMES
  return { server: command(server), client: command(client), timers: command(timers), block: command(block) }
}
