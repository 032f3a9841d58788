/**
 * Runs libuv's loop in turns, without a thread that could wait. A turn iterates the loop until it would have to wait;
 * then it leaves the loop, arms one timer, and the next turn starts when the timer fires or the kernel has something
 * ready.
 *
 * Each turn calls `uv_run()` in its default mode. Its poll calls {@link Pump.park}, which answers EAGAIN where the
 * wait would begin. So a turn ends after a poll that found nothing, and the next one starts with a poll that finds
 * something. With handles that are called in every iteration (check, prepare, idle), the poll finds nothing twice
 * before the wait, so that a prepare handle sees what a check handle did before the loop waits. The only effect that
 * a program can observe is that such handles are called more often around each wait.
 */
import { RunResult, type UvExports } from '../abi/uv-module.js'
import { TurnPolicy } from '../base/turn-policy.js'
import type { Host, HostTimer } from '../host/contract/host.js'
import type { TraceSink } from './trace.js'

/** How many iterations a turn may make before the host's event loop gets a turn. */
const PASSES_PER_TURN = 64

/** The loop was left but has more to do. */
const PARKED_ALIVE = RunResult.PARKED | RunResult.ALIVE

/** The options of a pump. */
export interface PumpOptions {
  /** The exports that run the module's loop; see `uvw.h`. */
  readonly module: Pick<
    UvExports,
    'uvw_loop_alive' | 'uvw_loop_now' | 'uvw_loop_run' | 'uvw_loop_stop' | 'uvw_loop_timeout'
  >
  /** The module's number for `UV_RUN_DEFAULT`, the mode that runs until nothing is left. */
  readonly untilEmpty: number
  /** The module's number for `UV_RUN_NOWAIT`, the mode that never parks. */
  readonly nowait: number
  /** Provides timers, and deferred calls for the turns. */
  readonly host: Host
  /** Whether the kernel has something to report. */
  readonly ready: () => boolean
  /** Called at the start of every turn. */
  readonly onTurn: () => void
  /** Called when the module has trapped and cannot continue. */
  readonly onTrap?: () => void
  /** Called with the exception of a {@link Pump.later} callback. */
  readonly onThrow: (error: unknown) => void
  /** Receives the trace lines. */
  readonly trace: TraceSink | undefined
}

interface Run {
  readonly mode: number
  readonly release: () => void
  readonly resolve: (alive: boolean) => void
  readonly reject: (error: unknown) => void
}

/** Runs one loop in turns; see the file header for how a turn works. */
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
  /** Called after every turn, for a caller that runs a loop indefinitely and needs to know what is left in it. */
  afterTurn: (() => void) | undefined
  #run: Run | undefined
  #inTurn = false
  #scheduled = false
  /** How often the pump was woken since the last turn. */
  #woken = 0
  #stopped = false
  #passes = 0
  /**
   * How often the module was entered in this turn. It has the same limit as the iterations, for a module that never
   * polls.
   */
  #entered = 0
  /** Whether this turn has made its extra iteration for the handles that are called in every iteration. */
  #sawAll = false
  /** The longest time until the next turn, in milliseconds; -1 means until the pump is woken. */
  #timeout = 0
  /** When the current wait of `UV_RUN_ONCE` ends, in milliseconds of the loop's time. */
  #due = Infinity
  #armed = false
  /** Whether this turn started because the wait has timed out. */
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

  /** Whether a run is in progress. */
  get running(): boolean {
    return this.#run !== undefined
  }

  /** Whether libuv is on the stack now. */
  get inTurn(): boolean {
    return this.#inTurn
  }

  /** Counts another iteration. @returns whether the budget of the turn allows it */
  takePass(): boolean {
    return this.#run?.mode === this.#nowait || ++this.#passes <= PASSES_PER_TURN
  }

  /**
   * The answer to a poll that found nothing: EAGAIN, to leave the loop where it would wait. Only an iteration that
   * has waited already (in `UV_RUN_ONCE`, which is left and entered again) continues with no events.
   */
  park(timeout: number): 0 | 'EAGAIN' {
    const waited = this.#expired && this.#run?.mode !== this.#untilEmpty
    this.#expired = false
    if (timeout === 0 || waited || this.#run?.mode === this.#nowait) return 0
    if (this.#run?.mode !== this.#untilEmpty) this.#due = timeout < 0 ? Infinity : this.#module.uvw_loop_now() + timeout
    return 'EAGAIN'
  }

  /**
   * Runs the loop; the first turn starts after the current turn of the host's event loop. Must not be called while a
   * run is in progress.
   *
   * @param mode - one of libuv's run modes
   * @returns what `uv_run()` returns: whether something is left to do. Rejected when the module itself traps.
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

  /** Ends the run after the current iteration, like `uv_stop()`. */
  stop(): void {
    this.#module.uvw_loop_stop()
    this.#stopped = true
    this.wake()
  }

  /**
   * Ends the run without calling the module, which has ended.
   *
   * @param error - the reason with which {@link Pump.run} is rejected
   */
  abort(error: unknown): void {
    const run = this.#run
    if (run === undefined) return
    run.reject(error)
    this.#end(run, false)
  }

  /**
   * Calls back at the start of the next turn, before libuv, in the order of the calls. Does not keep the loop alive.
   */
  later(callback: () => void): void {
    this.#later.push(callback)
    this.wake()
  }

  /**
   * Reports a change that the loop should handle. Cheap to call often.
   *
   * @param bytes - how many bytes arrived, if that is the change; in this case the turn may have run when the call
   *   returns
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

  /** Runs the turn that follows when the wait of the loop has timed out. */
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

  /** Decides what follows a turn: another one, a wait, or the end of the run. */
  #leave(run: Run, result: number): void {
    if (this.#run !== run) return
    if (this.#trace !== undefined) this.#tell(result)
    const alive = (result & RunResult.ALIVE) !== 0
    if (this.#left(run, result)) this.#wait()
    else if (!alive && run.mode === this.#untilEmpty && !this.#stopped) this.#host.defer(this.#lookAgain)
    else this.#end(run, alive)
  }

  /**
   * Ends the run of an empty loop unless something was added to it. Code that awaits a request or a `close()` resumes
   * only after the turn.
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

  /** Whether the loop was left where it would wait, and must continue after the wait. */
  #left(run: Run, result: number): boolean {
    if ((result & PARKED_ALIVE) !== PARKED_ALIVE || this.#stopped) return false
    // `UV_RUN_ONCE` ends with its wait. If check handles have run past the due time, its timers were called already.
    return run.mode === this.#untilEmpty || this.#module.uvw_loop_now() < this.#due
  }

  /** Whether a loop that was left can continue without a wait, or must not wait yet, and the budget allows more. */
  #goesOn(run: Run, result: number): boolean {
    const spent = this.#passes > PASSES_PER_TURN || ++this.#entered > PASSES_PER_TURN
    if (!spent && !this.#sawAll && run.mode === this.#untilEmpty && (result & RunResult.PHASES) !== 0) {
      // The end of the iteration that was left has run already. A full iteration must see its effects before the
      // wait.
      this.#sawAll = true
      return true
    }
    this.#timeout = spent || this.#ready() ? 0 : this.#mayWait(result)
    return this.#timeout === 0 && !spent
  }

  /** How long the loop may wait. The module is not called when the answer is already known. */
  #mayWait(result: number): number {
    return (result & RunResult.UNTIMED) === 0 ? this.#module.uvw_loop_timeout() : -1
  }

  #wait(): void {
    if (this.#later.length > 0 || this.#timeout === 0) return this.#schedule()
    // An armed timer is moved instead of being cleared in every turn: one turn too many costs less.
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

  /** The module trapped, or the host cannot wait: the loop has ended. */
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
