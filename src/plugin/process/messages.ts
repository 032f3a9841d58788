/** What the process of a plugin says as JSON, and how its host application reads that without trusting it. */
import { isServiceName } from '../../base/service-name.js'
import { SIGNALS, type SignalName } from '../../base/signals.js'
import type { Attempt, Decision, Refusal } from '../../guard/decision.js'
import type { Usage } from '../../guard/limits/ledger.js'
import type { Rate } from '../../guard/limits/token-bucket.js'
import type { PolicyRules } from '../../guard/rules/policy-rules.js'
import { ACTIONS } from '../../guard/rules/rule.js'
import { GuestTrap } from '../../guest/exit.js'
import type { Outcome } from '../../guest/outcome.js'
import type { PluginHooks, UsageTable } from '../setup.js'

/** What a plugin is started with, beside its module. */
export interface StartMessage {
  readonly name: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly wallClock: boolean
  /** Directories of the disk, by the guest's paths; `undefined` for no file system. */
  readonly dirs: Readonly<Record<string, { readonly path: string; readonly access: 'ro' | 'rw' }>> | undefined
  /** The paths of directories in memory, whose files follow in frames, in that order. */
  readonly memory: readonly string[]
  readonly policy: PolicyRules
  readonly limits: Readonly<Record<string, unknown>>
  readonly services: readonly string[]
  /** What the host application wants to be told of. */
  readonly hooks: readonly string[]
  readonly refusalsPerSecond: Rate | undefined
}

/** The hooks without an answer. */
export const TELLS = ['onRefusal', 'onDecision', 'onWarning', 'onLimit'] as const

/** The longest text that is taken from a plugin. */
const TEXT = 8192

/** The longest texts of an error that fit into one frame, whatever they say. */
const TOLD = 4096

/** A message that the process of a plugin cannot have sent by itself. */
export class WrongMessage extends Error {}

/** Reads JSON. @throws {WrongMessage} */
export function readJson(payload: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(payload)))
  } catch {
    throw new WrongMessage('a message is not JSON')
  }
}

/** Calls the hook that the plugin has told of. @throws {WrongMessage} */
export function tell(hooks: PluginHooks, payload: Uint8Array): void {
  const { hook, of } = readJson(payload)
  const [first, second]: readonly unknown[] = Array.isArray(of) ? of : []
  if (hook === 'onRefusal') {
    const refusal = readRefusal(first)
    hooks.onRefusal?.(refusal)
  } else if (hook === 'onDecision') {
    const decision = readDecision(first)
    hooks.onDecision?.(decision)
  } else if (hook === 'onWarning' || hook === 'onLimit') {
    // The name is checked by its form only.
    const call = hooks[hook] as ((limit: string, usage: Usage) => void) | undefined
    const [name, usage] = [readName(first), readUsage(second)]
    call?.(name, usage)
  } else throw new WrongMessage('it has told of something unknown')
}

/** Reads an attempt. @throws {WrongMessage} */
export function readAttempt(value: unknown): Attempt {
  const { action: given, protocol, target, names } = Object(value)
  const action = ACTIONS.find((one) => one === given)
  if (action === undefined || !(protocol === undefined || ['tcp', 'udp', 'unix'].includes(protocol)))
    throw new WrongMessage('an attempt is unknown')
  if (!Array.isArray(names) || names.length > 1000) throw new WrongMessage('an attempt has no names')
  return { action, protocol, target: readText(target), names: names.map(readText) }
}

function readDecision(value: unknown): Decision {
  const { verdict, rule, comment, reason } = Object(value)
  if (verdict !== 'allow' && verdict !== 'deny') throw new WrongMessage('a decision has no verdict')
  const optional = (text: unknown): string | undefined => (text === undefined ? undefined : readText(text))
  return { ...readAttempt(value), verdict, rule: optional(rule), comment: optional(comment), reason: readText(reason) }
}

function readRefusal(value: unknown): Refusal {
  const decision = readDecision(value)
  if (decision.verdict === 'deny') return { ...decision, verdict: 'deny' }
  throw new WrongMessage('a refusal allows something')
}

/** Reads the use of each limit. @throws {WrongMessage} */
export function readUsageTable(value: unknown): UsageTable {
  const entries = Object.entries(Object(value))
  if (entries.length > 100) throw new WrongMessage('it has too many limits')
  return Object.fromEntries(entries.map(([name, usage]) => [readName(name), readUsage(usage)]))
}

/** Writes how a guest ended. */
export function writeOutcome(outcome: Outcome): unknown {
  if (!('error' in outcome)) return outcome
  const { name, message, stack } = outcome.error instanceof Error ? outcome.error : new Error(String(outcome.error))
  return { kind: outcome.kind, error: { name, message: message.slice(0, TOLD), stack: stack?.slice(0, TOLD) } }
}

/** Reads why a guest could not be loaded: an error, with its name and its message. @throws {WrongMessage} */
export function readLoadFailure({ name, message }: Record<string, unknown>): Error {
  const text = readText(message)
  if (name === 'LinkError') return new WebAssembly.LinkError(text)
  return name === 'CompileError' ? new WebAssembly.CompileError(text) : new TypeError(text)
}

/** Reads how a guest ended. @throws {WrongMessage} */
export function readOutcome(value: unknown): Outcome {
  const { kind, code, error, signal, limit, usage } = Object(value)
  if (kind === 'exited' && Number.isInteger(code) && code >= 0 && code <= 255) return { kind, code }
  if (kind === 'killed') return { kind }
  if (kind === 'signalled' && typeof signal === 'string' && Object.hasOwn(SIGNALS, signal))
    return { kind, signal: signal as SignalName }
  if (kind === 'limit') return { kind, limit: readName(limit), usage: readUsage(usage) }
  const { message, stack } = Object(error)
  if (kind === 'trapped') return { kind, error: new GuestTrap(readText(message), readText(stack ?? '')) }
  if (kind === 'crashed' || kind === 'failed') return { kind: 'crashed', error: new Error(readText(message)) }
  throw new WrongMessage('its outcome is unknown')
}

function readText(value: unknown): string {
  if (typeof value === 'string' && value.length <= TEXT) return value
  throw new WrongMessage('a text is missing or too long')
}

function readName(value: unknown): string {
  if (typeof value === 'string' && isServiceName(value)) return value
  throw new WrongMessage('a limit has no name')
}

function readUsage(value: unknown): Usage {
  const { used, limit } = Object(value)
  // Infinity is null in JSON.
  const most = limit === null ? Number.POSITIVE_INFINITY : limit
  if (typeof used === 'number' && typeof most === 'number') return { used, limit: most }
  throw new WrongMessage('the use of a limit is no number')
}
