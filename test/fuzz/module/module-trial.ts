/** Starts a random module: it is refused with a clear error, or runs, ends with a right outcome and keeps nothing. */
import type { Outcome } from 'libuv-wasm/guest'
import type { Random } from '../../support/random.js'
import { CATCHING } from '../trial/interpreters.js'
import { runGuest, type Where } from '../trial/run-guest.js'
import { describe } from '../trial/trial.js'
import { driverOf } from '../work/task.js'
import { type RandomModule, randomModule } from './module.js'

/** Limits of such a guest, in milliseconds: it may wait or compute without end. */
const LIMITS = { wallTime: 250, iterationTime: 100 }

/** How long the message of a refusal may be. */
const TOLD = 9000

/** The outcome. */
export interface ModuleVerdict {
  readonly problems: readonly string[]
  /** What the module consists of. */
  readonly parts: readonly string[]
}

/** Makes a module and starts it. */
export async function tryModule(where: Where, random: Random): Promise<ModuleVerdict> {
  // Nothing but the guest itself ends one that computes in the thread of its host.
  const module = randomModule(random, CATCHING, driverOf(where.runner) === 'worker')
  const { bytes, fate, parts } = module
  const given = {
    limits: LIMITS,
    input: Uint8Array.from(random.bytes(100)),
    ...(random.chance(0.7) && { files: new Map() }),
  }
  try {
    const { outcome } = await runGuest(where, { bytes }, given)
    // Its time may be up before it is found out that it cannot be loaded.
    const isLate = outcome.kind === 'limit' && outcome.limit === 'wallTime'
    if (fate === 'refused' && !isLate) return { problems: [`it was started, and ended: ${describe(outcome)}`], parts }
    return { problems: judgeOutcome(outcome), parts }
  } catch (error) {
    return { problems: judgeRefusal(module, error), parts }
  }
}

function judgeOutcome(outcome: Outcome): string[] {
  const isRight =
    outcome.kind === 'exited' ||
    outcome.kind === 'signalled' ||
    (outcome.kind === 'limit' && Object.hasOwn(LIMITS, outcome.limit)) ||
    (outcome.kind === 'trapped' && outcome.error.name === 'GuestTrap')
  return isRight ? [] : [`it ended: ${describe(outcome)}`]
}

function judgeRefusal({ bytes, fate }: RandomModule, error: unknown): string[] {
  if (!(error instanceof Error)) return [`its start was rejected with ${String(error)}`]
  const { name, message } = error
  const isInvalid = !WebAssembly.validate(bytes)
  if (fate === 'runs' && !isInvalid) return [`it was refused: ${error.stack}`]
  const isKnown = error instanceof WebAssembly.CompileError || /^(LinkError|TypeError)$/.test(name)
  const isClear = error instanceof WebAssembly.CompileError || message.startsWith('Cannot ')
  return isKnown && isClear && message.length < TOLD ? [] : [`its start was rejected with ${name}: ${error.stack}`]
}
