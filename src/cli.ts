#!/usr/bin/env node
/** The `libuv-wasm` command. */
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { parseArgs } from 'node:util'
import { formatEndpoint, type Policy, policyHost, type Refusal } from './guard/policy.js'
import { type Dirs, type DriverName, Guest } from './guest/guest.js'
import { hasJspi } from './guest/suspendable.js'
import type { Host } from './host/host.js'
import { Trace } from './runtime/trace.js'
import { platformHost } from './uv/platform.js'

const HELP = `Runs a WebAssembly program that was written in C against libuv, and built with uvcc.

  libuv-wasm run [options] PROGRAM.wasm [-- arguments for the program]

The program gets nothing that is not granted here. What may be granted:

  --allow-net                   the whole network, but no socket with a path
  --allow-listen=HOST:PORT      to listen there, as it asks for it (port 0: a free one)
  --allow-listen=unix:PATH      to listen on a socket of that name, in the host's file system
  --allow-connect=HOST:PORT     to connect there; where HOST is a name, to look it up, and to
                                connect to the addresses that it has
  --allow-connect=unix:PATH     to connect to that socket
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

/** The exit codes of our own: as a shell gives them for SIGABRT, and what most programs give for a wrong command line. */
const TRAPPED = 134
const WRONG_USAGE = 2

/** A command line that cannot be carried out; the message says why. */
class UsageError extends Error {}

interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly dirs: Dirs | undefined
  readonly driver: DriverName
  readonly hostName: string
  readonly maxDescriptors: number | undefined
  readonly policy: Policy
  readonly trace: Trace
}

function readCommand(argv: readonly string[]): Command | 'help' | 'version' {
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
      onRefusal: explainRefusal,
    },
    trace: values.trace ? new Trace('syscall') : Trace.fromEnvironment(),
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

function explainRefusal(refusal: Refusal): void {
  if (refusal.action === 'lookup') {
    say(`the program may not look ${refusal.name} up; grant it with --allow-connect=${refusal.name}:PORT`)
    return
  }
  const { action, address } = refusal
  const endpoint = formatEndpoint(address)
  const place = `${action === 'listen' ? 'on' : 'to'} ${endpoint}`
  const grant = action === 'send' ? 'connect' : action
  say(`the program may not ${action} ${place}; grant it with --allow-${grant}=${endpoint}`)
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

function say(message: string): void {
  process.stderr.write(`libuv-wasm: ${message}\n`)
}

/** Our standard input as the program's, untouched until it reads. */
class StandardInput implements AsyncIterable<Uint8Array> {
  #used = false

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.#used = true
    yield* process.stdin
  }

  /** Whoever waits for it waits no more, so that the process can end. */
  close(): void {
    if (this.#used) process.stdin.destroy()
  }
}

/** Prints what the program writes; a slow reader holds it up. */
function print(stream: 1 | 2, bytes: Uint8Array): Promise<void> {
  const output = stream === 1 ? process.stdout : process.stderr
  return new Promise((resolve) => {
    if (output.write(bytes, () => resolve())) resolve()
  })
}

/**
 * Ends the program as the system would end a native one: when it is told to, and when nobody reads its output any more.
 *
 * @returns what its exit code is then
 */
function obeySignals(driver: DriverName, started: Promise<Guest>): () => number | undefined {
  let code: number | undefined
  const end = (signal: number): void => {
    code ??= 128 + signal
    started.then(
      (guest) => guest.terminate(),
      () => {},
    )
  }
  process.stdout.on('error', () => end(constants.signals.SIGPIPE))
  const signals = ['SIGINT', 'SIGTERM'] as const
  const onSignal = (name: NodeJS.Signals): void => end(constants.signals[name])
  const ignore = (): void => {
    for (const name of signals) process.off(name, onSignal)
  }
  if (driver === 'worker' || (driver === 'auto' && !hasJspi())) for (const name of signals) process.once(name, onSignal)
  // A guest in this thread may hold it up for ever: then only the system's own way works.
  started.then((guest) => guest.driver !== 'worker' && ignore(), ignore)
  return () => code
}

function readProgram(path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    throw new UsageError(`cannot read the program: ${messageOf(error)}`)
  }
}

async function startGuest(command: Command, input: StandardInput): Promise<Guest> {
  const { program, hostName, policy, args, env, dirs, driver, trace, maxDescriptors } = command
  const bytes = readProgram(program)
  try {
    const given = {
      // Not at once: to make a thread takes the longest, and comes first.
      host: Promise.resolve(hostName)
        .then(openHost)
        .then((host) => policyHost(host, policy)),
      args,
      env,
      ...(dirs && { dirs }),
      ...(maxDescriptors !== undefined && { maxDescriptors }),
      input,
    }
    return await Guest.start(bytes, { ...given, driver, trace, onOutput: print })
  } catch (error) {
    const remedy = error instanceof WebAssembly.CompileError ? 'build it with uvcc; ' : ''
    throw new UsageError(`cannot run ${program}: ${remedy}${messageOf(error)}`)
  }
}

/** The host of that name, of which there are two. */
async function openHost(name: string): Promise<Host> {
  return name === 'virtual' ? (await import('./host/virtual.js')).virtualHost() : platformHost()
}

/** Runs the program. @returns the exit code */
async function run(command: Command): Promise<number> {
  const input = new StandardInput()
  const started = startGuest(command, input)
  const killed = obeySignals(command.driver, started)
  const guest = await started
  try {
    const code = await guest.exit
    return killed() ?? code
  } catch (error) {
    say(`the program trapped\n${error instanceof Error ? error.stack : String(error)}`)
    return TRAPPED
  } finally {
    input.close()
  }
}

function ownVersion(): unknown {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return Reflect.get(JSON.parse(text), 'version')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function quote(text: string | undefined): string {
  return JSON.stringify(text ?? '')
}

try {
  const command = readCommand(process.argv.slice(2))
  if (command === 'help') process.stdout.write(HELP)
  else if (command === 'version') process.stdout.write(`${ownVersion()}\n`)
  else process.exitCode = await run(command)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  say(error.message)
  process.exitCode = WRONG_USAGE
}
