/** Answers a program's calls from a trace, and delivers the events of the trace. */
import type { ErrnoName } from '../../base/errno.js'
import { formatEntry } from '../../base/trace/entry-text.js'
import { TraceError } from '../../base/trace/trace-error.js'
import type { RecordedRun } from '../../base/trace/trace-reader.js'
import { Digest, type TraceEntry, type TraceEvent, type Value } from '../../base/trace/value.js'
import { HostError } from '../../host/contract/error.js'
import type { Host, HostTimer } from '../../host/contract/host.js'
import { DivergenceError, History } from './divergence.js'
import { sameValue } from './same-value.js'

/**
 * Reads an event of one object, whose arguments come from the trace.
 *
 * @returns what delivers it
 * @throws {DivergenceError} when the object can have no such event
 */
export type Receiver = (name: string, args: readonly Value[]) => () => void

/** What follows a replay step by step. */
export interface Follower {
  /** Called with each entry that was replayed, and its number; the first one is 0. */
  readonly onEntry?: ((entry: TraceEntry, number: number) => void) | undefined
  /**
   * Called before the events of a turn are delivered, with the first of them and its number. The replay waits until the
   * promise resolves; it cannot wait elsewhere, since a program's calls return at once.
   */
  readonly beforeTurn?: ((event: TraceEvent, number: number) => Promise<void> | undefined) | undefined
}

/** What a call is to be, for comparison with the trace. */
interface Made {
  readonly name: string
  readonly object: number
  readonly args: readonly Value[]
  /** Whether the recorded outcome can be that of this call. */
  readonly accepts?: (outcome: Value) => boolean
}

/** One replay. */
export class Replayer {
  /** Resolves when everything was replayed, and is rejected when the replay cannot go on. */
  readonly done: Promise<void>
  readonly #run: RecordedRun
  readonly #entries: Iterator<TraceEntry>
  readonly #history = new History()
  readonly #receivers = new Map<number, Receiver>()
  readonly #turns: Host
  readonly #patience: number
  readonly #follower: Follower
  readonly #watch: HostTimer
  #resolve: () => void = () => {}
  #reject: (error: Error) => void = () => {}
  #next: TraceEntry | undefined
  #objects = 0
  #scheduled = false
  /** Why the replay cannot go on. */
  #error: Error | undefined
  #isOver = false
  #release: (() => void) | undefined
  /** How many entries there had been when it was last looked whether the program does anything. */
  #seen = -1

  /**
   * @param turns - calls back in turns of the event loop
   * @param patience - how long the program may do nothing, in milliseconds
   */
  constructor(run: RecordedRun, turns: Host, patience: number, follower: Follower = {}) {
    this.#follower = follower
    this.#run = run
    this.#entries = run.entries()
    this.#turns = turns
    this.#patience = patience
    this.#watch = turns.timer(() => this.#look())
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** How many entries were replayed. */
  get position(): number {
    return this.#history.count
  }

  /** Whether everything was replayed, or the replay cannot go on. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** A number for another object, as when it was recorded. */
  newObject(): number {
    return ++this.#objects
  }

  /** Events of that object are for the receiver from now on. */
  receive(object: number, receiver: Receiver): void {
    this.#receivers.set(object, receiver)
  }

  /** Begins, although the program has made no call yet: a recording may begin with an event. */
  begin(): void {
    this.#schedule()
  }

  /** There are no more events of that object. */
  forget(object: number): void {
    this.#receivers.delete(object)
  }

  /**
   * The program makes a call.
   *
   * @returns what it returned when it was recorded
   * @throws {HostError} what it threw when it was recorded
   * @throws {DivergenceError} when another call was recorded, or none
   */
  call(name: string, object: number, args: readonly Value[] = []): Value {
    return this.#answer({ name, object, args })
  }

  /**
   * Like {@link Replayer.call}, for a call that never fails: that the replay cannot go on is reported by `done` alone,
   * and the program can still close what it has.
   *
   * @returns `undefined` once the replay is over
   */
  quiet(name: string, object: number, args: readonly Value[] = []): Value {
    try {
      return this.call(name, object, args)
    } catch (error) {
      if (error instanceof DivergenceError || error instanceof TraceError) return undefined
      throw error
    }
  }

  /**
   * Like {@link Replayer.call}, for a call that took the first of some bytes.
   *
   * @returns how many
   */
  take(name: string, object: number, bytes: Uint8Array): number {
    const accepts = (taken: Value): boolean => sameValue(taken, bytes.subarray(0, lengthOf(taken)))
    return lengthOf(this.#answer({ name, object, args: [bytes.length], accepts }))
  }

  /** The outcome of a reading, if it was recorded: only a reading that differs from what is known was. */
  changed(name: string, object: number): Value {
    const next = this.#isOver ? undefined : this.#peek()
    if (next?.kind !== 'call' || next.name !== name || next.object !== object) return undefined
    this.#advance(next)
    return next.outcome
  }

  /**
   * Ends the replay.
   *
   * @param got - what happened instead of what was recorded
   * @throws {DivergenceError} always
   */
  stop(got: string): never {
    const expected = this.#next === undefined ? 'the end of the recording' : formatEntry(this.#next)
    const error = new DivergenceError({ entry: this.position, expected, got, before: this.#history.text() })
    this.#end(error)
    throw error
  }

  #answer(made: Made): Value {
    for (let next = this.#peek(); next?.kind === 'event' && next.inside; next = this.#peek()) this.#deliver(next)
    const next = this.#peek()
    if (this.#error !== undefined) throw this.#error
    // What a program did last may be missing in a recording that was not ended.
    if (next === undefined && !this.#run.complete) this.#end(undefined)
    const { name, object, args, accepts = () => true } = made
    const isSame = next?.kind === 'call' && next.name === name && next.object === object && sameValue(next.args, args)
    if (!isSame || !(next.threw || accepts(next.outcome)))
      return this.stop(formatEntry({ kind: 'call', name, object, args: shown(made), outcome: undefined, threw: false }))
    this.#advance(next)
    if (next.threw) throw errorOf(next.outcome)
    return next.outcome
  }

  /** The next entry; `undefined` at the end, and when the trace is found to be damaged, which ends the replay. */
  #peek(): TraceEntry | undefined {
    if (this.#next !== undefined || this.#isOver) return this.#next
    try {
      const { value, done } = this.#entries.next()
      this.#next = done ? undefined : value
    } catch (error) {
      if (!(error instanceof TraceError)) throw error
      this.#end(error)
    }
    return this.#next
  }

  #advance(entry: TraceEntry): void {
    this.#follower.onEntry?.(entry, this.position)
    this.#history.add(entry)
    this.#next = undefined
    if (this.#release === undefined) {
      this.#release = this.#turns.keepAlive()
      this.#look()
    }
    this.#schedule()
  }

  /** Whether the program is expected to make a call. */
  get #isTheirTurn(): boolean {
    const next = this.#peek()
    return next !== undefined && (next.kind === 'call' || next.inside)
  }

  #schedule(): void {
    if (this.#scheduled || this.#isOver || this.#isTheirTurn) return
    this.#scheduled = true
    const next = this.#peek()
    const step = (): void => this.#turns.defer(this.#step)
    const waits = next?.kind === 'event' ? this.#follower.beforeTurn?.(next, this.position) : undefined
    if (waits === undefined) step()
    else waits.then(step, (error) => this.#end(error))
  }

  /** Delivers the next event in a turn of its own, so that promises that the one before has settled are reacted to. */
  readonly #step = (): void => {
    this.#scheduled = false
    if (this.#isOver || this.#isTheirTurn) return
    try {
      let next = this.#peek()
      if (next === undefined) this.#end(undefined)
      for (let first = true; next?.kind === 'event' && !next.inside && (first || next.joined); first = false) {
        this.#deliver(next)
        next = this.#peek()
      }
    } catch (error) {
      // The replay's own error is reported by `done`.
      if (error !== this.#error) throw error
    } finally {
      this.#schedule()
    }
  }

  #deliver(event: TraceEvent): void {
    const receive = this.#receivers.get(event.object)
    if (receive === undefined) return this.stop(`no object #${event.object} that could have an event`)
    const deliver = receive(event.name, event.args)
    this.#advance(event)
    deliver()
  }

  /** Looks whether the program does what it is expected to, from time to time. */
  #look(): void {
    if (this.#isOver || this.#patience === Number.POSITIVE_INFINITY) return
    if (this.position === this.#seen && this.#isTheirTurn) {
      try {
        this.stop(`nothing for ${this.#patience} ms`)
      } catch {
        return
      }
    }
    this.#seen = this.position
    this.#watch.set(this.#patience)
  }

  #end(error: Error | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#error = error
    this.#watch.clear()
    this.#release?.()
    if (error === undefined) this.#resolve()
    else this.#reject(error)
  }
}

const lengthOf = (bytes: Value): number => (bytes instanceof Uint8Array || bytes instanceof Digest ? bytes.length : 0)

/** The arguments as they are shown: bytes by their digest, as they are in most traces. */
function shown({ args }: Made): Value[] {
  return args.map((value) => (value instanceof Uint8Array ? Digest.of(value) : value))
}

function errorOf(outcome: Value): Error {
  const [code, message] = Array.isArray(outcome) ? outcome : []
  if (typeof message !== 'string') return new Error('an error without a message was recorded')
  if (typeof code !== 'string') return new Error(message)
  return new HostError(code as ErrnoName, message.slice(code.length + 2))
}
