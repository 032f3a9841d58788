/**
 * Runs libuv's loop in turns, without a thread to wait in. A turn goes through the loop until it would have to wait; then it
 * leaves, arms one timer, and comes back when the timer ends or the kernel has something ready.
 *
 * `uv_run()` in its default mode is entered for each turn; its poll asks {@link Pump.park}, which answers EAGAIN where waiting
 * would begin. So the turn ends behind the poll that found nothing, and the next one starts with one that finds something.
 * Where handles are called in every pass, the poll finds nothing twice before the wait, so that what a check handle did is seen
 * by a prepare handle first. What a program can see of it all: such handles are called more often around each wait.
 */
import { RunResult, type UvExports } from '../abi/uv-module.js'
import { TurnPolicy } from '../base/turn-policy.js'
import type { Host, HostTimer } from '../host/contract/host.js'
import type { TraceSink } from './trace.js'

/** How many passes through the loop a turn may make before the host's event loop has its own. */
const PASSES_PER_TURN = 64

/** A loop that has been left and wants to go on. */
const PARKED_ALIVE = RunResult.PARKED | RunResult.ALIVE

/** What a pump works with. */
export interface PumpOptions {
  /** The module's loop; see `uvw.h`. */
  readonly module: Pick<
    UvExports,
    'uvw_loop_alive' | 'uvw_loop_now' | 'uvw_loop_run' | 'uvw_loop_stop' | 'uvw_loop_timeout'
  >
  /** The module's number for `UV_RUN_DEFAULT`, the mode that goes on until nothing is left. */
  readonly untilEmpty: number
  /** The module's number for `UV_RUN_NOWAIT`, the mode that never parks. */
  readonly nowait: number
  /** Gives timers and turns. */
  readonly host: Host
  /** Whether the kernel has something to report. */
  readonly ready: () => boolean
  /** Called at the beginning of every turn. */
  readonly onTurn: () => void
  /** Called when the module has trapped: it is in no state to go on. */
  readonly onTrap?: () => void
  /** Told what a callback of {@link Pump.later} threw. */
  readonly onThrow: (error: unknown) => void
  /** Where to tell what happens. */
  readonly trace: TraceSink | undefined
}

interface Run {
  readonly mode: number
  readonly release: () => void
  readonly resolve: (alive: boolean) => void
  readonly reject: (error: unknown) => void
}

/** The pump of one loop. */
export class Pump {
  readonly #host: Host
  readonly #module: PumpOptions['module']
  readonly #ready: () => boolean
  readonly #untilEmpty: number
  readonly #nowait: number
  readonly #onTurn: () => void
  readonly #onTrap: () => void
  readonly #onThrow: (error: unknown) => void
  readonly #trace: TraceSink | undefined
  readonly #timer: HostTimer
  readonly #policy = new TurnPolicy()
  /** Called behind every turn, for who runs a loop without end and wants to know what is left in it. */
  afterTurn: (() => void) | undefined
  #run: Run | undefined
  #inTurn = false
  #scheduled = false
  /** How often the pump was woken since the last turn. */
  #woken = 0
  #stopped = false
  #passes = 0
  /** How often the module was entered in this turn: one that makes no polls is to have no more of them. */
  #entered = 0
  /** Whether handles that are called in every pass have been, since the turn began, with nothing behind them. */
  #sawAll = false
  /** How long the loop may be left alone, in milliseconds; -1 until somebody wakes it. */
  #timeout = 0
  /** When the wait would be over that `UV_RUN_ONCE` was last left for, in milliseconds of the loop's time. */
  #due = Infinity
  #armed = false
  /** Whether this turn comes because the time to wait is over. */
  #expired = false
  readonly #later: (() => void)[] = []

  /** @param options - see {@link PumpOptions} */
  constructor({ module, untilEmpty, nowait, host, ready, onTurn, onTrap = () => {}, onThrow, trace }: PumpOptions) {
    this.#module = module
    this.#untilEmpty = untilEmpty
    this.#nowait = nowait
    this.#host = host
    this.#ready = ready
    this.#onTurn = onTurn
    this.#onTrap = onTrap
    this.#onThrow = onThrow
    this.#trace = trace
    this.#timer = host.timer(this.#expire)
  }

  /** Whether a run is under way. */
  get running(): boolean {
    return this.#run !== undefined
  }

  /** Whether libuv is on the stack at this moment. */
  get inTurn(): boolean {
    return this.#inTurn
  }

  /** Counts another pass. @returns whether the turn's budget allows it */
  takePass(): boolean {
    return this.#run?.mode === this.#nowait || ++this.#passes <= PASSES_PER_TURN
  }

  /**
   * The answer to a poll that found nothing: leave the loop where it would wait. Only a round that has waited already (in
   * `UV_RUN_ONCE`, which is left and entered again) goes on with nothing.
   */
  park(timeout: number): 0 | 'EAGAIN' {
    const waited = this.#expired && this.#run?.mode !== this.#untilEmpty
    this.#expired = false
    if (timeout === 0 || waited || this.#run?.mode === this.#nowait) return 0
    if (this.#run?.mode !== this.#untilEmpty) this.#due = timeout < 0 ? Infinity : this.#module.uvw_loop_now() + timeout
    return 'EAGAIN'
  }

  /**
   * Runs the loop; the first turn comes after the host's present one. To be called when no run is under way.
   *
   * @param mode - one of libuv's
   * @returns what `uv_run()` returns: whether something is left to do. It is rejected when the module itself traps.
   */
  run(mode: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const run = { mode, resolve, reject, release: this.#host.keepAlive() }
      this.#run = run
      try {
        this.#schedule()
      } catch (error) {
        this.#fail(run, error)
      }
    })
  }

  /** Ends the run as soon as the present pass is over, as `uv_stop()` does. */
  stop(): void {
    this.#module.uvw_loop_stop()
    this.#stopped = true
    this.wake()
  }

  /** Ends the run without calling the module, which is over. @param error - what {@link Pump.run} is rejected with */
  abort(error: unknown): void {
    const run = this.#run
    if (run === undefined) return
    run.reject(error)
    this.#end(run, false)
  }

  /** Calls back at the beginning of the next turn, before libuv, in the order asked for. Keeps nothing alive. */
  later(callback: () => void): void {
    this.#later.push(callback)
    this.wake()
  }

  /**
   * Something changed that the loop should look at. Cheap to call often.
   *
   * @param bytes - how many have come, where that is what changed; the turn may be over then when this returns
   */
  wake(bytes = 0): void {
    if (this.#run === undefined || this.#inTurn) return
    this.#woken += 1
    if (!this.#scheduled && this.#host.deliversInline && this.#policy.chooseImmediate(bytes)) this.#turn()
    else this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#host.defer(this.#deferred)
    this.#scheduled = true
  }

  readonly #deferred = (): void => {
    this.#scheduled = false
    this.#policy.recordWait(this.#woken)
    this.#turn()
  }

  /** The time is over for which the loop would have waited. */
  readonly #expire = (): void => {
    this.#armed = false
    this.#expired = true
    this.#turn()
    this.#expired = false
  }

  #turn(): void {
    this.#woken = 0
    const run = this.#run
    if (run === undefined || this.#inTurn) return
    try {
      this.#leave(run, this.#enter(run))
    } catch (error) {
      this.#fail(run, error)
    }
    this.afterTurn?.()
  }

  /** Runs the loop until it would have to wait. @returns the bits of the last {@link RunResult} */
  #enter(run: Run): number {
    this.#inTurn = true
    this.#passes = 0
    this.#entered = 0
    this.#sawAll = false
    try {
      this.#onTurn()
      if (this.#later.length > 0) for (const callback of this.#later.splice(0)) this.#guarded(callback)
      let result: number
      do result = this.#module.uvw_loop_run(run.mode)
      while (this.#left(run, result) && this.#goesOn(run, result))
      return result
    } finally {
      this.#inTurn = false
    }
  }

  /** Decides what comes after a turn: another one, a wait, or the end of the run. */
  #leave(run: Run, result: number): void {
    if (this.#run !== run) return
    if (this.#trace !== undefined) this.#tell(result)
    const alive = (result & RunResult.ALIVE) !== 0
    if (this.#left(run, result)) this.#wait()
    else if (!alive && run.mode === this.#untilEmpty && !this.#stopped) this.#host.defer(this.#lookAgain)
    else this.#end(run, alive)
  }

  /**
   * Ends the run of an empty loop, unless it has been filled again: who awaits a request or a `close()` goes on only when the
   * turn is over.
   */
  readonly #lookAgain = (): void => {
    const run = this.#run
    if (run === undefined) return
    try {
      if (this.#stopped || this.#module.uvw_loop_alive() !== 0) this.#schedule()
      else this.#end(run, false)
    } catch (error) {
      this.#fail(run, error)
    }
  }

  /** Whether the loop was left where it would wait, and is to go on behind the wait. */
  #left(run: Run, result: number): boolean {
    if ((result & PARKED_ALIVE) !== PARKED_ALIVE || this.#stopped) return false
    // A single round is over with its wait, and check handles may have taken longer than that: its timers have been called.
    return run.mode === this.#untilEmpty || this.#module.uvw_loop_now() < this.#due
  }

  /** Whether a loop that was left needs not wait, or must not yet, and there is budget for more. */
  #goesOn(run: Run, result: number): boolean {
    const spent = this.#passes > PASSES_PER_TURN || ++this.#entered > PASSES_PER_TURN
    if (!spent && !this.#sawAll && run.mode === this.#untilEmpty && (result & RunResult.PHASES) !== 0) {
      // The end of the pass that was left has run already. What it did is to be seen by a whole pass before the wait.
      this.#sawAll = true
      return true
    }
    this.#timeout = spent || this.#ready() ? 0 : this.#mayWait(result)
    return this.#timeout === 0 && !spent
  }

  /** How long a loop that was left may be left alone. Not asked for where the answer is known. */
  #mayWait(result: number): number {
    return (result & RunResult.UNTIMED) === 0 ? this.#module.uvw_loop_timeout() : -1
  }

  #wait(): void {
    if (this.#later.length > 0 || this.#timeout === 0) return this.#schedule()
    // An armed timer is moved, not taken away at every turn: a turn too many costs less.
    const armed = this.#timeout > 0
    if (armed) this.#timer.set(this.#timeout)
    else if (this.#armed) this.#timer.clear()
    this.#armed = armed
  }

  #tell(result: number): void {
    const left =
      (result & RunResult.ALIVE) === 0 ? 'nothing left' : (result & RunResult.PARKED) === 0 ? 'stopped' : 'waits'
    this.#trace?.(`turn: ${this.#passes} passes, ${left}${left === 'waits' ? `, ${this.#timeout} ms` : ''}`)
  }

  #guarded(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#onThrow(error)
    }
  }

  /** The module trapped, or the host cannot wait: the loop is over. */
  #fail(run: Run, error: unknown): void {
    if (this.#run !== run) return
    run.reject(error)
    this.#end(run, false)
    this.#guarded(this.#onTrap)
  }

  #end(run: Run, alive: boolean): void {
    if (this.#armed) this.#timer.clear()
    this.#armed = false
    this.#run = undefined
    this.#stopped = false
    run.release()
    run.resolve(alive)
  }
}
