#!/usr/bin/env node
/** The `libuv-wasm` command. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { formatEndpoint, type Policy, policyHost } from './guard/policy.js'
import { type DriverName, Guest } from './guest/guest.js'
import type { Host } from './host/host.js'
import { nodeHost } from './host/node.js'
import { virtualHost } from './host/virtual.js'
import { Trace } from './runtime/trace.js'

const HELP = `Runs a WebAssembly program that was written in C against libuv, and built with uvcc.

  libuv-wasm run [options] PROGRAM.wasm [-- arguments for the program]

The program gets nothing that is not granted here. What may be granted:

  --allow-net                   the whole network
  --allow-listen=HOST:PORT      to listen there, as it asks for it (port 0: a free one)
  --allow-connect=HOST:PORT     to connect there
  --env NAME=VALUE              an environment variable

Each but the first may stand more than once. IPv6 hosts are written [::1]:80.

How it runs:

  --driver auto|jspi|worker     how it waits: suspended by the engine, or in a thread of its own
  --host node|virtual           real sockets, or a network of its own in memory
  --trace[=syscall,pump]        print what it asks of the system, like strace
  --help                        this

The exit code is the program's; 134 when it trapped, 130 after Ctrl-C, 2 for a wrong command line.
`

/** A command line that cannot be carried out; the message says why. */
class UsageError extends Error {}

interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly driver: DriverName
  readonly hostName: string
  readonly policy: Policy
  readonly trace: Trace
}

function readCommand(argv: readonly string[]): Command | 'help' {
  const end = argv.indexOf('--')
  const ours = end < 0 ? argv : argv.slice(0, end)
  const { values, positionals } = parseOptions(expandTrace(ours))
  if (values.help || ours.length === 0) return 'help'
  const [command, program, extra] = positionals
  if (command !== 'run') throw new UsageError(`unknown command ${JSON.stringify(command ?? '')}; there is only 'run'`)
  if (program === undefined) throw new UsageError('which program? name its .wasm file')
  if (extra !== undefined)
    throw new UsageError(`${JSON.stringify(extra)} is too much; the program's own arguments go after --`)
  const all = values['allow-net'] ? ['*'] : []
  return {
    program,
    args: [program, ...(end < 0 ? [] : argv.slice(end + 1))],
    env: Object.fromEntries((values.env ?? []).map(readVariable)),
    driver: oneOf('driver', values.driver ?? 'auto', ['auto', 'jspi', 'worker']),
    hostName: oneOf('host', values.host ?? 'node', ['node', 'virtual']),
    policy: {
      listen: [...all, ...(values['allow-listen'] ?? [])],
      connect: [...all, ...(values['allow-connect'] ?? [])],
      onRefusal: ({ action, address }) => {
        const endpoint = formatEndpoint(address)
        say(
          `the program may not ${action} ${action === 'listen' ? 'on' : 'to'} ${endpoint}; grant it with --allow-${action}=${endpoint}`,
        )
      },
    },
    trace: values.trace === undefined ? Trace.fromEnvironment() : new Trace(values.trace),
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
        driver: { type: 'string' },
        host: { type: 'string' },
        trace: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** `--trace` alone means its most useful topic. */
function expandTrace(args: readonly string[]): string[] {
  return args.map((arg) => (arg === '--trace' ? '--trace=syscall' : arg))
}

function readVariable(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--env ${JSON.stringify(text)} is not NAME=VALUE`)
  return [text.slice(0, at), text.slice(at + 1)]
}

function oneOf<Choice extends string>(option: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((one) => one === value)
  if (choice === undefined)
    throw new UsageError(`--${option} ${JSON.stringify(value)} is none of ${choices.join(', ')}`)
  return choice
}

function say(message: string): void {
  process.stderr.write(`libuv-wasm: ${message}\n`)
}

/** Runs the program. @returns the exit code */
async function run(command: Command): Promise<number> {
  const bytes = await readFile(command.program).catch((error: Error) => {
    throw new UsageError(`cannot read the program: ${error.message}`)
  })
  const host: Host = command.hostName === 'virtual' ? virtualHost() : nodeHost()
  const guest = await Guest.start(new Uint8Array(bytes), {
    host: policyHost(host, command.policy),
    args: command.args,
    env: command.env,
    driver: command.driver,
    trace: command.trace,
    onOutput: (stream, chunk) => void (stream === 1 ? process.stdout : process.stderr).write(chunk),
  })
  let interrupted = false
  process.once('SIGINT', () => {
    interrupted = true
    guest.terminate()
  })
  try {
    const code = await guest.exit
    return interrupted ? 130 : code
  } catch (error) {
    say(`the program trapped\n${error instanceof Error ? error.stack : String(error)}`)
    return 134
  }
}

try {
  const command = readCommand(process.argv.slice(2))
  if (command === 'help') process.stdout.write(HELP)
  else process.exitCode = await run(command)
} catch (error) {
  const usage = error instanceof UsageError
  say(
    usage
      ? `${error.message} (libuv-wasm --help)`
      : `cannot run the program: ${error instanceof Error ? error.message : error}`,
  )
  process.exitCode = 2
}
