/** The command line: what may stand there, and what it means. Nothing of the library is needed to read it. */
import { parseArgs } from 'node:util'
import type { Policy } from '../guard/policy.js'
import type { Dirs, DriverName } from '../guest/guest.js'

/** What `--help` prints. */
export const HELP = `Runs a WebAssembly program that was written in C against libuv, and built with uvcc.

  libuv-wasm run [options] PROGRAM.wasm [-- arguments for the program]

The program gets nothing that is not granted here. What may be granted:

  --allow-net                   the whole network, but no socket with a path
  --allow-listen=HOST:PORT      to listen there, as it asks for it (port 0: a free one)
  --allow-listen=unix:PATH      to listen on a socket of that name, in the host's file system
  --allow-connect=HOST:PORT     to connect there; where HOST is a name, to look it up, and to
                                connect to the addresses that it has, but to loopback and
                                link-local ones only with a rule of their own
  --allow-connect=unix:PATH     to connect to that socket; unix:@NAME is an abstract one
  --env NAME=VALUE              an environment variable
  --dir HOST[:GUEST]            a copy of a folder, at the path GUEST or /; the program's writes stay in memory

To listen and to connect is for messages (UDP) too: to receive and answer them, and to send them.
Each but the first may stand more than once. IPv6 hosts are written [::1]:80; localhost
is both loopback addresses, and can always be looked up.

How it runs:

  --driver auto|jspi|worker|pump
                                how it waits: suspended by the engine, in a thread of its own, or its loop left to us
  --host node|virtual           real sockets, or a network of its own in memory
  --max-descriptors N           how many sockets and pipes it may have open at once; 65536 by default
  --trace                       print each system call, as strace does
  --help                        print this
  --version                     print the version

The exit code is the program's. It is 134 when the program trapped, 128 and the signal's number after a signal (130 for
Ctrl-C), and 2 when it could not be run at all.
`

/** What most programs give for a wrong command line. */
export const WRONG_USAGE = 2

/** A command line that cannot be carried out; the message says why. */
export class UsageError extends Error {}

/** What is to be run, and how. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly dirs: Dirs | undefined
  readonly driver: DriverName
  readonly hostName: string
  readonly maxDescriptors: number | undefined
  readonly policy: Omit<Policy, 'onRefusal'>
  readonly trace: boolean
}

/**
 * Reads a command line.
 *
 * @throws {UsageError} when it cannot be carried out
 */
export function readCommand(argv: readonly string[]): Command | 'help' | 'version' {
  const end = argv.indexOf('--')
  const ours = end < 0 ? argv : argv.slice(0, end)
  const { values, positionals } = parseOptions(ours)
  const [command, program, extra] = positionals
  if (values.help || ours.length === 0 || command === 'help') return 'help'
  if (values.version) return 'version'
  if (command !== 'run') {
    throw new UsageError(`the command is ${quote(command)}; there is only 'run': libuv-wasm run PROGRAM.wasm`)
  }
  if (program === undefined) throw new UsageError('which program? name its .wasm file after run')
  if (extra !== undefined) throw new UsageError(`${quote(extra)} is too much; the program's own arguments go after --`)
  const all = values['allow-net'] ? ['*'] : []
  return {
    program,
    args: [program, ...(end < 0 ? [] : argv.slice(end + 1))],
    env: Object.fromEntries((values.env ?? []).map(readVariable)),
    dirs: values.dir && readDirs(values.dir),
    driver: oneOf('driver', values.driver ?? 'auto', ['auto', 'jspi', 'worker', 'pump']),
    maxDescriptors: values['max-descriptors'] === undefined ? undefined : readNumber(values['max-descriptors']),
    hostName: oneOf('host', values.host ?? 'node', ['node', 'virtual']),
    policy: {
      listen: [...all, ...(values['allow-listen'] ?? [])],
      connect: [...all, ...(values['allow-connect'] ?? [])],
    },
    trace: values.trace ?? false,
  }
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'allow-net': { type: 'boolean' },
        'allow-listen': { type: 'string', multiple: true },
        'allow-connect': { type: 'string', multiple: true },
        env: { type: 'string', multiple: true },
        dir: { type: 'string', multiple: true },
        driver: { type: 'string' },
        'max-descriptors': { type: 'string' },
        host: { type: 'string' },
        trace: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    })
  } catch (error) {
    // Only its first sentence: the rest explains what this parser does, and not this command.
    throw new UsageError(`${messageOf(error).split('. ')[0]}; --help lists all options`)
  }
}

function readVariable(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--env ${quote(text)} is no variable; give NAME=VALUE`)
  return [text.slice(0, at), text.slice(at + 1)]
}

function readNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`--max-descriptors ${quote(text)} is no number; give 4 or more`)
}

function readDirs(texts: readonly string[]): Dirs {
  const dirs = new Map<string, string>()
  for (const text of texts) {
    const at = text.lastIndexOf(':')
    const [from, to] = at < 0 ? [text, '/'] : [text.slice(0, at), text.slice(at + 1)]
    if (from === '' || !to.startsWith('/'))
      throw new UsageError(`--dir ${quote(text)} is no folder and place; give HOST or HOST:/GUEST`)
    if (dirs.has(to)) throw new UsageError(`--dir ${quote(text)}: there is a folder at ${to} already`)
    dirs.set(to, from)
  }
  return Object.fromEntries(dirs)
}

function oneOf<Choice extends string>(option: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((one) => one === value)
  if (choice === undefined) throw new UsageError(`--${option} ${quote(value)} is none of ${choices.join(', ')}`)
  return choice
}

/** What something thrown says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function quote(text: string | undefined): string {
  return JSON.stringify(text ?? '')
}

/** Tells the user something, apart from what the program prints. */
export function say(message: string): void {
  process.stderr.write(`libuv-wasm: ${message}\n`)
}
