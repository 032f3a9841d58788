import type { SocketAddress } from '../base/address.js'
import type { HostConnection } from '../host/contract/connection.js'
import { FIXED_PROBES } from '../host/contract/keep-alive.js'
import type { Result } from './descriptor.js'
import { isStored, type OptionName, StoredOptions } from './socket-options.js'

/** The smallest and the largest buffer size, in bytes; Linux has similar limits. */
const BUFFER_SIZES = { min: 1024, max: 4 * 1024 * 1024 }

/**
 * The default buffer size of each direction, in bytes: three times the old default of Linux. It is deliberately not a
 * round number: with one, a message whose size is a multiple of it would fill the buffer to the last byte, and the few
 * bytes after it would have to wait. That hardly ever happens where the overhead of the memory counts too.
 */
export const DEFAULT_BUFFER_SIZE = 3 * 87_380

/** The buffer size for a requested number of bytes; platforms have limits too. */
export function bufferSize(wanted: number): number {
  return Math.min(Math.max(BUFFER_SIZES.min, wanted), BUFFER_SIZES.max)
}

/** The largest values that Linux accepts. */
const MOST = { keepIdle: 32_767, keepInterval: 32_767, keepCount: 127 } as const

/** The options of one stream socket, kept until there is a connection to apply them to. */
export class StreamOptions {
  /** Seconds that `close()` lingers (`SO_LINGER`); 0 closes with a reset, -1 means that none are set. */
  linger = -1
  reuseAddress = false
  reusePort = false
  ipv6Only = false
  noDelay = false
  keepAlive = false
  broadcast = false
  /** Seconds of silence before the first probe; the default on Linux is two hours. */
  keepIdle = 7200
  /** The probes after that; the defaults are those of every host. */
  keepInterval = FIXED_PROBES.interval
  keepCount = FIXED_PROBES.count
  /** Bytes that may wait until the network takes them. */
  sendBuffer = DEFAULT_BUFFER_SIZE
  /** Bytes that may wait to be read before the peer is held back. */
  receiveBuffer = DEFAULT_BUFFER_SIZE
  /** How many bytes have to arrive before a poll reports them (`SO_RCVLOWAT`). */
  receiveLowat = 1
  readonly #stored = new StoredOptions()
  readonly #applies: boolean

  /** @param applies - whether the connection has the options of TCP */
  constructor(applies: boolean) {
    this.#applies = applies
  }

  /** Copies the options that accepted connections inherit from their listener. */
  inherit(listener: StreamOptions): void {
    this.linger = listener.linger
    this.noDelay = listener.noDelay
    this.keepAlive = listener.keepAlive
    this.keepIdle = listener.keepIdle
    this.keepInterval = listener.keepInterval
    this.keepCount = listener.keepCount
    this.sendBuffer = listener.sendBuffer
    this.receiveBuffer = listener.receiveBuffer
    this.receiveLowat = listener.receiveLowat
    this.#stored.inherit(listener.#stored)
  }

  /** Reads an option. */
  get(name: OptionName): Result {
    switch (name) {
      case 'linger':
      case 'keepIdle':
      case 'keepInterval':
      case 'keepCount':
      case 'sendBuffer':
      case 'receiveBuffer':
      case 'receiveLowat':
        return this[name]
      case 'reuseAddress':
      case 'reusePort':
      case 'ipv6Only':
      case 'noDelay':
      case 'keepAlive':
      case 'broadcast':
        return this[name] ? 1 : 0
      default:
        return isStored(name) ? this.#stored.get(name) : 'ENOPROTOOPT'
    }
  }

  /**
   * Sets an option. Buffer sizes below 1 KiB become 1 KiB, those above 4 MiB become 4 MiB, since platforms have
   * limits too. A linger time is only kept: what was written is sent after `close()` in any case, and whether it
   * arrived is not reported by `close()` on Linux either.
   *
   * @returns 0, EINVAL for a value out of range, ENOPROTOOPT for an option or value that hosts do not support
   */
  set(name: OptionName, value: number): Result {
    switch (name) {
      case 'keepIdle':
      case 'keepInterval':
      case 'keepCount':
        if (value < 1 || value > MOST[name]) return 'EINVAL'
        this[name] = value
        return 0
      case 'linger':
        this.linger = value
        return 0
      case 'sendBuffer':
      case 'receiveBuffer':
        this[name] = bufferSize(value)
        return 0
      case 'receiveLowat':
        this.receiveLowat = lowat(value)
        return 0
      case 'reuseAddress':
      case 'reusePort':
      case 'ipv6Only':
      case 'noDelay':
      case 'keepAlive':
      case 'broadcast':
        this[name] = value !== 0
        return 0
      default:
        return isStored(name) ? this.#stored.set(name, value) : 'ENOPROTOOPT'
    }
  }

  /**
   * Applies the options that were set before the connection was established.
   *
   * @throws {HostError} when the host refuses
   */
  apply(connection: HostConnection<SocketAddress>): void {
    if (!this.#applies) return
    if (this.noDelay) connection.setNoDelay(true)
    if (this.keepAlive) this.#applyKeepAlive(connection)
  }

  /** Applies an option that was just set to an established connection. @throws {HostError} when the host refuses */
  update(connection: HostConnection<SocketAddress>, name: OptionName): void {
    if (!this.#applies) return
    if (name === 'noDelay') connection.setNoDelay(this.noDelay)
    const timing = name === 'keepIdle' || name === 'keepInterval' || name === 'keepCount'
    if (name === 'keepAlive' || (timing && this.keepAlive)) this.#applyKeepAlive(connection)
  }

  #applyKeepAlive(connection: HostConnection<SocketAddress>): void {
    const probes = { interval: this.keepInterval, count: this.keepCount }
    const fixed = probes.interval === FIXED_PROBES.interval && probes.count === FIXED_PROBES.count
    connection.setKeepAlive(this.keepAlive, this.keepIdle, fixed ? undefined : probes)
  }
}

/** The value of `SO_RCVLOWAT` for a requested one, as on Linux. */
export function lowat(wanted: number): number {
  return wanted < 0 ? 0x7fff_ffff : wanted || 1
}
