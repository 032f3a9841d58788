/** A connection whose calls and events are recorded. */
import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Value } from '../../base/trace/value.js'
import { type ConnectionEvents, HostConnection } from '../../host/contract/connection.js'
import type { KeepAliveProbes } from '../../host/contract/keep-alive.js'
import type { Recorder } from './recorder.js'

/** Passes calls to the connection below, and events to the program, and records both. */
export class RecordedConnection<At extends SocketAddress> extends HostConnection<At> implements ConnectionEvents {
  readonly #recorder: Recorder
  readonly #inner: HostConnection<At>
  /** Its number in the trace. */
  readonly number: number
  /** The last value of `pending` that follows from the trace. */
  #known = 0

  /** @param make - makes the connection below, with the receiver of its events */
  constructor(recorder: Recorder, number: number, make: (events: ConnectionEvents) => HostConnection<At>) {
    super()
    this.#recorder = recorder
    this.number = number
    this.#inner = make(this)
    this.#inner.events = this
  }

  get local(): At {
    return this.#inner.local
  }

  get remote(): At {
    return this.#inner.remote
  }

  /** What is known of it: its number, its addresses, and whether it writes at once. */
  get traits(): Value[] {
    return [this.number, ...this.#state]
  }

  get #state(): Value[] {
    return [{ ...this.local }, { ...this.remote }, this.#inner.writesAtOnce]
  }

  /** A reading is recorded if it is not what a replay would expect. */
  get pending(): number {
    const { pending } = this.#inner
    if (pending !== this.#known) {
      this.#known = pending
      this.#recorder.returned('pending', this.number, [], pending)
    }
    return pending
  }

  override get writesAtOnce(): boolean {
    return this.#inner.writesAtOnce
  }

  write(data: Uint8Array): boolean {
    return this.#write('write', this.#recorder.sent(data), () => this.#inner.write(data))
  }

  override writev(list: readonly Uint8Array[]): boolean {
    const sent = list.map((data) => this.#recorder.sent(data))
    return this.#write('writev', sent, () => this.#inner.writev(list))
  }

  override tryWrite(data: Uint8Array): number {
    const accepted = (count: number): Value =>
      this.#recorder.sent(count === data.length ? data : data.subarray(0, count))
    return this.#call('tryWrite', [data.length], () => this.#inner.tryWrite(data), accepted)
  }

  shutdown(): void {
    this.#call('shutdown', [], () => this.#inner.shutdown())
  }

  /** Not recorded: what becomes of memory does not matter to a program. */
  override recycle(chunk: Uint8Array, sole?: boolean): void {
    this.#inner.recycle(chunk, sole)
  }

  /** What another thread did with the descriptor would not be recorded. */
  override exposeDescriptor(): undefined {
    return undefined
  }

  readStart(): void {
    this.#call('readStart', [], () => this.#inner.readStart())
  }

  readStop(): void {
    this.#call('readStop', [], () => this.#inner.readStop())
  }

  close(): void {
    this.#call('close', [], () => this.#inner.close())
  }

  override reset(): void {
    this.#call('reset', [], () => this.#inner.reset())
  }

  override setNoDelay(enable: boolean): void {
    this.#call('setNoDelay', [enable], () => this.#inner.setNoDelay(enable))
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    const args = [enable, idle, probes && { ...probes }]
    this.#call('setKeepAlive', args, () => this.#inner.setKeepAlive(enable, idle, probes))
  }

  onConnect(): void {
    this.#event('connect', this.#state, () => this.events?.onConnect())
  }

  onData(chunk: Uint8Array): void {
    this.#event('data', [chunk], () => this.events?.onData(chunk))
  }

  onEnd(): void {
    this.#event('end', [], () => this.events?.onEnd())
  }

  onDrain(): void {
    this.#known = 0
    this.#event('drain', [], () => this.events?.onDrain())
  }

  onError(code: ErrnoName): void {
    this.#event('error', [code], () => this.events?.onError(code))
  }

  /** Records how much is pending afterwards. */
  #write(name: string, sent: Value, act: () => boolean): boolean {
    return this.#call(name, [sent], act, (gone) => {
      this.#known = gone ? 0 : this.#inner.pending
      // A host may not know yet how much of it is left.
      return gone || this.#known > 0 ? this.#known : false
    })
  }

  #call<Result>(name: string, args: readonly Value[], act: () => Result, outcome?: (result: Result) => Value): Result {
    return this.#recorder.call(name, this.number, args, act, outcome)
  }

  #event(name: string, args: readonly Value[], deliver: () => void): void {
    this.#recorder.event(name, this.number, args, deliver)
  }
}
