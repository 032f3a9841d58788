/**
 * The driver for engines that can suspend a WebAssembly stack (JavaScript Promise Integration, in its standard form):
 * a guest that waits is suspended until the host has something for it. Everything runs in one thread, so a guest that
 * computes and never waits blocks everything else, and nothing here can end it.
 *
 * @see https://github.com/WebAssembly/js-promise-integration
 */
import type { NumberCall } from '../../base/call.js'
import { signalName } from '../../base/signals.js'
import { TurnPolicy } from '../../base/turn-policy.js'
import type { Host, HostTimer } from '../../host/contract/host.js'
import type { HostStream } from '../../host/contract/stream.js'
import type { SignalCalls } from '../../kernel/syscalls/context.js'
import type { Driver } from '../driver.js'
import { GuestExit } from '../exit.js'
import type { Outcome } from '../outcome.js'
import { loadProgram } from '../program.js'
import type { GuestRun, GuestSetup } from '../setup.js'
import { Signals } from '../signals.js'
import { endNow, GuestStreams, isUnsure } from '../streams.js'
import { OwnWatch } from '../time/own-watch.js'
import { Suspension } from './suspending-import.js'

/** Answers that a guest gets at once before the host's event loop gets a turn. */
const ANSWERS_PER_TURN = 64

/** Starts a guest. @returns a promise that resolves when the guest first waits, or has ended */
export async function startWithJspi(setup: GuestSetup): Promise<GuestRun> {
  const { promising } = WebAssembly
  if (promising === undefined)
    throw new TypeError("Cannot start the guest: this engine cannot suspend WebAssembly; use the driver 'worker'")
  const ending = new GuestExit()
  const streams = new GuestStreams(setup.streams, {
    host: setup.host,
    ledger: setup.limits.ledger,
    paces: (): boolean => driver.suspends,
    onFailure: (error) => ending.end({ kind: 'failed', error }),
  })
  const signals = new Signals(setup.host, setup.onSignals)
  const end = (outcome: Outcome): void => endNow(ending, streams, outcome)
  const suspension = new Suspension(setup.host, (error) => ending.trap(error))
  const time = new OwnWatch(setup.host, setup.time, suspension.time, (exceeded) => end({ kind: 'limit', ...exceeded }))
  const parts = { streams: streams.open(0), signals, suspension, time }
  const driver: SuspendingDriver = new SuspendingDriver(setup.host, parts)
  const program = await loadProgram(setup, driver, ending)
  // Not the program itself: what keeps the run would keep its instance.
  const { arrivals, files } = program
  signals.aim({
    deliver: (signal) => arrivals.add(signal),
    end: (signal) => end({ kind: 'signalled', signal: signalName(signal) }),
  })
  ending.whenOver(setup.host.keepAlive())
  ending.whenOver(() => driver.close())
  ending.whenOver(() => signals.close())
  ending.whenOver(() => time.close())
  void play(promising(program.start))
    .then(
      () => ending.exit(0),
      (trap) => ending.trap(trap),
    )
    .then(() => ending.unwound())
  return {
    outcome: streams.outlive(ending.told),
    terminate: () => end({ kind: 'killed' }),
    activity: () => time.activity(),
    timeUsed: () => time.used(),
    files: async () => files(),
    kill: (signal) => signals.send(signal),
  }
}

/** Runs `main()`. What the engine throws at once rejects the promise, too. */
async function play(start: () => unknown): Promise<unknown> {
  return start()
}

/** What a driver of suspended guests is made of. */
interface SuspendingParts extends Pick<Driver, 'signals' | 'streams'> {
  readonly suspension: Suspension
  readonly time: OwnWatch
}

/** Waits by suspending the guest. There is one wait at a time, since there is one guest. */
class SuspendingDriver implements Driver {
  readonly pumps = false
  readonly waitsForRoom = true
  readonly suspension: Suspension
  readonly #time: OwnWatch
  readonly signals: SignalCalls
  readonly #host: Host
  readonly #timer: HostTimer
  readonly streams: readonly HostStream[]
  /** Answers since the host's event loop last had a turn. */
  #answers = 0
  /** Calls that found nothing since the guest last waited. */
  #idle = 0
  /** How many calls of {@link Driver.enter} are in progress. */
  #entered = 0
  /** Ends the current wait, if there is one. */
  #resume: (() => void) | undefined
  #resuming = false
  #isClosed = false
  readonly #policy = new TurnPolicy()
  /** How many changes were reported since the guest resumed. */
  #changes = 0

  constructor(host: Host, { streams, signals, suspension, time }: SuspendingParts) {
    this.streams = streams
    this.signals = signals
    this.suspension = suspension
    this.#time = time
    this.#host = host
    this.#timer = host.timer(() => this.#resume?.())
  }

  get onCall(): Driver['onCall'] {
    return this.#time.onCall
  }

  /** Whether the guest can be suspended: not in a turn of its loop, which the host has called. */
  get suspends(): boolean {
    return this.#entered === 0
  }

  /** Usually returns an available answer without suspending the guest. */
  wait(ask: () => number, timeout: number): number | Promise<number> {
    this.#time.turn()
    if (!this.suspends) return waitHere(ask, timeout)
    this.#idle = 0
    const answer = ask()
    if (answer !== 0 && ++this.#answers < ANSWERS_PER_TURN) return answer
    this.#answers = 0
    if (answer === 0 && isUnsure(this.streams)) return this.#waitLong(ask, timeout)
    return answer !== 0 || timeout === 0 ? this.#yield(answer, ask) : this.#waitLong(ask, timeout)
  }

  /** Usually returns the answer at once. A program that polls like this and waits nowhere gets a turn now and then. */
  onNothing(ask: () => number, answer?: number): number | Promise<number> {
    this.#time.turn()
    if (!this.suspends || ++this.#idle < ANSWERS_PER_TURN) return answer ?? ask()
    this.#idle = 0
    return this.#yield(0, ask)
  }

  enter(call: NumberCall, argument: number): number {
    this.#entered++
    try {
      return this.suspension.time.interrupt(call, argument)
    } finally {
      this.#entered--
    }
  }

  get waited(): number {
    return this.suspension.time.total
  }

  /**
   * Reports that something happened. The guest resumes after the current turn of the host's event loop, when it can
   * see everything that happens in it, or at once.
   */
  onChange(bytes: number): void {
    if (this.#resume === undefined) return
    this.#changes += 1
    if (this.#resuming) return
    if (this.#host.deliversInline && this.#policy.chooseImmediate(bytes)) {
      this.#changes = 0
      this.#resume()
      return
    }
    this.#resuming = true
    this.#host.defer(this.#deferred)
  }

  readonly #deferred = (): void => {
    this.#resuming = false
    this.#policy.recordWait(this.#changes)
    this.#changes = 0
    this.#resume?.()
  }

  /** Called when the guest has ended: ends every wait. */
  close(): void {
    this.#isClosed = true
    this.#resume = undefined
    this.#timer.clear()
    this.suspension.release()
  }

  async #yield(first: number, ask: () => number): Promise<number> {
    await this.#turn()
    return first !== 0 ? first : this.#ask(ask)
  }

  /** What is asked for is in the guest's memory, which is gone after its end. */
  #ask(ask: () => number): number {
    return this.#isClosed ? 0 : ask()
  }

  /** Lets the host's event loop have a turn, so that a guest that is always busy does not starve everything else. */
  #turn(): Promise<void> {
    return new Promise((resolve) => this.#host.defer(resolve))
  }

  async #waitLong(ask: () => number, timeout: number): Promise<number> {
    const deadline = timeout < 0 ? Number.POSITIVE_INFINITY : this.#host.clock() / 1e6 + timeout
    for (;;) {
      const left = deadline - this.#host.clock() / 1e6
      if (left <= 0 && !isUnsure(this.streams)) return 0
      if (left > 0 && left !== Number.POSITIVE_INFINITY) this.#timer.set(Math.ceil(left))
      await new Promise<void>((resolve) => {
        this.#resume = resolve
      })
      this.#resume = undefined
      this.#timer.clear()
      const answer = this.#ask(ask)
      if (answer !== 0 || this.#isClosed) return answer
    }
  }
}

/** Waits and blocks the thread meanwhile: only the passage of time can change the answer. */
function waitHere(ask: () => number, timeout: number): number {
  const answer = ask()
  if (answer !== 0 || timeout === 0) return answer
  if (timeout < 0)
    throw new Error('Cannot wait without a timeout: the guest is in a turn of its loop; use libuv handles instead')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeout)
  return ask()
}
