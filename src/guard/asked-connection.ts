/** A connection that a broker has to allow before it is made. */
import type { SocketAddress } from '../base/address.js'
import { type ConnectionEvents, HostConnection } from '../host/contract/connection.js'
import { HostError } from '../host/contract/error.js'
import type { KeepAliveProbes } from '../host/contract/keep-alive.js'

/** What the connection is made of. */
interface AskedParts<At extends SocketAddress> {
  /** The unspecified address, until the connection exists. */
  readonly local: At
  readonly remote: At
  readonly events: ConnectionEvents
  /** Whether it may be made; never rejected. */
  readonly allowed: Promise<boolean>
  /** Makes it. */
  connect(events: ConnectionEvents): HostConnection<At>
  /** Called if it is not made. */
  cancel(): void
}

/** A connection whose attempt starts when the broker has allowed it; otherwise it fails with `EACCES`. */
export class AskedConnection<At extends SocketAddress> extends HostConnection<At> {
  readonly #parts: AskedParts<At>
  /** The connection itself; `undefined` while the broker decides. */
  #inner: HostConnection<At> | undefined
  /** What was set meanwhile, in order. */
  readonly #settings: ((inner: HostConnection<At>) => void)[] = []
  #closed = false

  constructor(parts: AskedParts<At>) {
    super()
    this.#parts = parts
    this.events = parts.events
    void parts.allowed.then((isAllowed) => this.#decide(isAllowed))
  }

  get local(): At {
    return this.#inner?.local ?? this.#parts.local
  }

  get remote(): At {
    return this.#inner?.remote ?? this.#parts.remote
  }

  get pending(): number {
    return this.#inner?.pending ?? 0
  }

  override get writesAtOnce(): boolean {
    return this.#inner?.writesAtOnce ?? false
  }

  write(data: Uint8Array): boolean {
    return this.#established().write(data)
  }

  override writev(list: readonly Uint8Array[]): boolean {
    return this.#established().writev(list)
  }

  override tryWrite(data: Uint8Array): number {
    return this.#established().tryWrite(data)
  }

  shutdown(): void {
    this.#established().shutdown()
  }

  override recycle(chunk: Uint8Array, sole?: boolean): void {
    this.#inner?.recycle(chunk, sole)
  }

  override exposeDescriptor(): number | undefined {
    return this.#inner?.exposeDescriptor()
  }

  readStart(): void {
    this.#set((inner) => inner.readStart())
  }

  readStop(): void {
    this.#set((inner) => inner.readStop())
  }

  override setNoDelay(enable: boolean): void {
    this.#set((inner) => inner.setNoDelay(enable))
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    this.#set((inner) => inner.setKeepAlive(enable, idle, probes))
  }

  close(): void {
    if (this.#inner !== undefined) this.#inner.close()
    else this.#end()
  }

  override reset(): void {
    if (this.#inner !== undefined) this.#inner.reset()
    else this.#end()
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    this.#parts.cancel()
  }

  #set(setting: (inner: HostConnection<At>) => void): void {
    if (this.#inner !== undefined) setting(this.#inner)
    else this.#settings.push(setting)
  }

  #decide(isAllowed: boolean): void {
    if (this.#closed) return
    const { connect, events } = this.#parts
    try {
      if (!isAllowed) throw new HostError('EACCES', 'the broker has refused the connection')
      const inner = connect(events)
      this.#inner = inner
      for (const setting of this.#settings) setting(inner)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      // A connection that was made has what it was made of; otherwise that is left.
      if (this.#inner === undefined) this.#end()
      else this.#inner.close()
      events.onError(error.code)
    }
  }

  #established(): HostConnection<At> {
    if (this.#inner !== undefined) return this.#inner
    throw new HostError('ENOTCONN', 'the connection is not established')
  }
}
