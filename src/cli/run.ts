/** Runs a program according to the command line, with the standard streams and the signals of this process. */
import { readFileSync } from 'node:fs'
// By name, so that it is loaded with this file and not when it is first asked for.
import * as platform from '#platform'
import type { PolicyHooks } from '../guard/judge.js'
import type { Usage } from '../guard/limits/ledger.js'
import type { Policy } from '../guard/policy.js'
import { policyHost } from '../guard/policy-host.js'
import { Thread } from '../guest/drivers/thread.js'
import { Guest } from '../guest/guest.js'
// Every program needs it: in a file of its own it would be found, read and compiled after this one.
import '../host/common/process-streams.js'
import type { Host } from '../host/contract/host.js'
import { Trace } from '../runtime/trace.js'
import {
  type Command,
  messageOf,
  type Recording,
  type Replay,
  say,
  UsageError,
  type View,
  WRONG_USAGE,
} from './command.js'
import type { Course } from './course.js'
import { readLimits } from './limits.js'
import { openAudit, readPolicy } from './policy.js'
import { Refusals } from './refusals.js'
import { Signals } from './signals.js'

/** The exit code that a shell reports for SIGABRT. */
const TRAPPED = 134

/** The time after which a program has normally finished its startup, in ms. */
const AT_REST = 1000

function readProgram(path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    throw new UsageError(`Cannot read the program: ${messageOf(error)}; check its path`)
  }
}

/** What the program may do on the network, and what is told of it. */
interface Access {
  readonly policy: Policy
  readonly hooks: PolicyHooks
}

async function startGuest(course: Course, signals: Signals | undefined, { policy, hooks }: Access): Promise<Guest> {
  const { program, args, env, dirs, maxDescriptors, wallClock } = course.command
  const limits = readLimits(course.command.limits)
  const trace = course.command.trace ? new Trace('syscall') : Trace.fromEnvironment()
  try {
    const given = {
      host: course.host.then((host) => policyHost(host, policy, hooks)),
      args,
      env,
      wallClock,
      limits,
      onLimit: sayLimit,
      ...(dirs && { dirs }),
      ...(maxDescriptors !== undefined && { maxDescriptors }),
      ...(signals && { onSignals: signals.want }),
    }
    return await Guest.start(course.program, { ...given, ...course.options, trace })
  } catch (error) {
    const remedy = error instanceof WebAssembly.CompileError ? '; build it with uvcc' : ''
    throw new UsageError(`Cannot run ${JSON.stringify(program)}: ${messageOf(error)}${remedy}`)
  }
}

/** How the program is run. What only recordings need is loaded with them. */
async function courseOf(command: Command | Recording | Replay): Promise<Course> {
  if ('recording' in command) return (await import('./recordings.js')).replay(command, readProgram)
  const program = readProgram(command.program)
  const open = (): Promise<Host> => openHost(command.hostName)
  if ('output' in command) return (await import('./recordings.js')).record(command, program, open)
  const options = { driver: command.driver, stdio: 'inherit' } as const
  return { command, program, host: open(), options, enter: undefined, end: ({ exit }) => exit }
}

/** A full pipe, a full backlog: ordinary, and no reason for a message. */
const ORDINARY: readonly string[] = ['pipeBytes', 'pendingAccepts', 'queuedBytes']

function sayLimit(name: string, { limit }: Usage): void {
  if (!ORDINARY.includes(name))
    say(`the program has reached its limit ${name}, ${limit}; --limit ${name}=VALUE changes it`)
}

/** The host with that name. */
async function openHost(name: string): Promise<Host> {
  return name === 'virtual' ? (await import('../host/virtual.js')).virtualHost() : platform.openHost()
}

/** What the command has made before this file was loaded. */
export interface Prepared {
  /** The worker driver's thread, if it was created already. */
  readonly thread: Thread | undefined
  /** Where a thread starts, unless it is where every guest's thread does. */
  readonly entry: URL | undefined
  /** Keeps the code of this file for the next start. */
  readonly keep: () => void
}

/**
 * Runs the program, and reports an error that prevents it. This function is bundled separately from the command, so
 * its classes differ from the command's.
 *
 * @returns the exit code
 */
export async function run(
  command: Command | Recording | Replay | View,
  { thread, entry, keep }: Prepared,
): Promise<number> {
  Thread.startAt(entry)
  if (thread !== undefined) Thread.offer(thread)
  try {
    if ('shown' in command) return (await import('./recordings.js')).view(command)
    return await runProgram(command, keep)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    say(error.message)
    return WRONG_USAGE
  } finally {
    Thread.cancel()
  }
}

async function runProgram(given: Command | Recording | Replay, keep: () => void): Promise<number> {
  const course = await courseOf(given)
  const { command } = course
  const { enter } = course
  const signals = enter === 'none' ? undefined : new Signals(course.options.driver ?? 'auto', enter)
  const refusals = new Refusals()
  const policy = readPolicy(command)
  const audit = openAudit(command)
  const hooks = { onRefusal: refusals.add, ...(audit && { onDecision: audit.add }) }
  const started = startGuest(course, signals, { policy, hooks })
  signals?.aim(started)
  const guest = await started
  setTimeout(keep, AT_REST).unref()
  try {
    const code = await course.end(guest)
    return signals?.code ?? code
  } catch (error) {
    if (signals?.code !== undefined) return signals.code
    say(`the program trapped\n${error instanceof Error ? error.stack : String(error)}`)
    return TRAPPED
  } finally {
    signals?.close()
    refusals.close()
    audit?.close()
    if (command.why) tellAbsent(guest)
    keep()
  }
}

/** Lists what the program called and no guest has. */
function tellAbsent({ absentCalls }: Guest): void {
  const all = [...absentCalls].map(([name, count]) => (count > 1 ? `${name} (${count} times)` : name))
  const list = all.length > 0 ? all.join(', ') : 'nothing'
  say(`the program called ${list} that no guest has; docs/posix.md tells what each call does`)
}
