/** A connection over one of the host below. */
import type { SocketAddress } from '../../base/address.js'
import { StreamConnection } from '../../host/connection/stream-connection.js'
import type { HostConnection } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { Host } from '../../host/contract/host.js'
import type { KeepAliveProbes } from '../../host/contract/keep-alive.js'

/** What a connection is made of. */
export interface OverParts<At extends SocketAddress> {
  /** The host below. */
  readonly host: Host
  /** The addresses while there is no connection below. */
  readonly local: At
  readonly remote: At
}

/** The part of a connection that passes calls on to the one below, which may be made later. */
export abstract class ConnectionOver<At extends SocketAddress> extends StreamConnection<At> {
  readonly #parts: OverParts<At>
  #inner: HostConnection<At> | undefined
  /** What was set before the connection below was made, in order. */
  readonly #settings: ((inner: HostConnection<At>) => void)[] = []
  /** The connection below has ended, for whichever reason. */
  protected isGone = false

  protected constructor(parts: OverParts<At>, connected: boolean) {
    super(connected)
    this.#parts = parts
  }

  /** The connection below, while there is one. */
  protected get inner(): HostConnection<At> | undefined {
    return this.isGone ? undefined : this.#inner
  }

  get local(): At {
    return this.#inner?.local ?? this.#parts.local
  }

  get remote(): At {
    return this.#inner?.remote ?? this.#parts.remote
  }

  override get writesAtOnce(): boolean {
    return this.#inner?.writesAtOnce ?? false
  }

  override recycle(chunk: Uint8Array, sole?: boolean): void {
    this.#inner?.recycle(chunk, sole)
  }

  override setNoDelay(enable: boolean): void {
    this.#set((inner) => inner.setNoDelay(enable))
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    this.#set((inner) => inner.setKeepAlive(enable, idle, probes))
  }

  /** Sets the connection below. @throws {HostError} the errors of settings */
  protected become(inner: HostConnection<At>): void {
    this.#inner = inner
    for (const setting of this.#settings.splice(0)) setting(inner)
  }

  /** Sends; what fails at once has accepted nothing. @throws {HostError} the errors of the connection below */
  protected passing<Result>(send: (inner: HostConnection<At>) => Result): Result | undefined {
    const { inner } = this
    if (inner === undefined) return undefined
    try {
      return send(inner)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.refuse(error)
    }
  }

  protected override pause(): void {
    this.inner?.readStop()
  }

  protected override soon(callback: () => void): void {
    this.#parts.host.defer(callback)
  }

  #set(setting: (inner: HostConnection<At>) => void): void {
    if (this.#inner === undefined) this.#settings.push(setting)
    else this.inner && setting(this.inner)
  }
}
