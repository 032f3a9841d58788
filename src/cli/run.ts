/** Runs a program as the command line wants it: with our standard streams, and our signals. */
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { formatEndpoint, policyHost, type Refusal } from '../guard/policy.js'
import { type DriverName, Guest } from '../guest/guest.js'
import { hasJspi } from '../guest/suspendable.js'
import type { Host } from '../host/host.js'
import { Trace } from '../runtime/trace.js'
import { platformHost } from '../uv/platform.js'
import { type Command, messageOf, say, UsageError } from './command.js'

/** As a shell gives it for SIGABRT. */
const TRAPPED = 134

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
  const { program, hostName, policy, args, env, dirs, driver, maxDescriptors } = command
  const trace = command.trace ? new Trace('syscall') : Trace.fromEnvironment()
  const bytes = readProgram(program)
  try {
    const given = {
      host: openHost(hostName).then((host) => policyHost(host, { ...policy, onRefusal: explainRefusal })),
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
  return name === 'virtual' ? (await import('../host/virtual.js')).virtualHost() : platformHost()
}

/** Runs the program. @returns the exit code */
export async function run(command: Command): Promise<number> {
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
