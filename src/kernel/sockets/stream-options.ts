import type { SocketAddress } from '../../base/address.js'
import type { HostConnection } from '../../host/contract/connection.js'
import { FIXED_PROBES } from '../../host/contract/keep-alive.js'
import type { Result } from '../descriptor.js'
import { isStored, type OptionName, type StoredName, StoredOptions } from './socket-options.js'

/** The smallest sizes of buffers, in bytes, as on Linux. */
const LEAST = { sendBuffer: 4608, receiveBuffer: 2304 } as const

/** The largest size of a buffer, in bytes; that of Linux is for its administrator to choose. */
const BUFFER_MAX = 4 * 1024 * 1024

/**
 * The default buffer size of each direction, in bytes: three times the old default of Linux. It is deliberately not a
 * round number: with one, a message whose size is a multiple of it would fill the buffer to the last byte, and the few
 * bytes after it would have to wait. That hardly ever happens where the overhead of the memory counts too.
 */
export const DEFAULT_BUFFER_SIZE = 3 * 87_380

/** The buffer size for a requested number of bytes: twice that, as on Linux, where the rest is for its own data. */
export function bufferSize(name: keyof typeof LEAST, wanted: number): number {
  // A negative number is a large one, since Linux has no sign here.
  return Math.min(Math.max(LEAST[name], 2 * (wanted >>> 0)), BUFFER_MAX)
}

/** The largest values that Linux accepts. */
const MOST = { keepIdle: 32_767, keepInterval: 32_767, keepCount: 127 } as const

/** The values of a stream socket's options. */
export interface StreamValues {
  /** Seconds that `close()` lingers (`SO_LINGER`); 0 closes with a reset, -1 means that none are set. */
  readonly linger: number
  readonly reuseAddress: boolean
  readonly reusePort: boolean
  readonly ipv6Only: boolean
  readonly noDelay: boolean
  readonly keepAlive: boolean
  readonly broadcast: boolean
  /** Seconds of silence before the first probe. */
  readonly keepIdle: number
  /** The probes after that. */
  readonly keepInterval: number
  readonly keepCount: number
  /** Bytes that may wait until the network takes them. */
  readonly sendBuffer: number
  /** Bytes that may wait to be read before the peer is held back. */
  readonly receiveBuffer: number
  /** How many bytes have to arrive before a poll reports them (`SO_RCVLOWAT`). */
  readonly receiveLowat: number
  readonly stored: StoredOptions
}

const DEFAULTS: StreamValues = {
  linger: -1,
  reuseAddress: false,
  reusePort: false,
  ipv6Only: false,
  noDelay: false,
  keepAlive: false,
  broadcast: false,
  // As on Linux: two hours. The others are those of every host.
  keepIdle: 7200,
  keepInterval: FIXED_PROBES.interval,
  keepCount: FIXED_PROBES.count,
  sendBuffer: DEFAULT_BUFFER_SIZE,
  receiveBuffer: DEFAULT_BUFFER_SIZE,
  receiveLowat: 1,
  stored: StoredOptions.none,
}

/** The options of one stream socket, kept until there is a connection to apply them to. */
export class StreamOptions {
  /** Replaced as a whole by each change, so that the connections of a listener share them. */
  #values = DEFAULTS
  readonly #applies: boolean

  /** @param applies - whether the connection has the options of TCP */
  constructor(applies: boolean) {
    this.#applies = applies
  }

  /** All values. */
  get values(): StreamValues {
    return this.#values
  }

  /** Takes the options of a listener for its connection, as on Linux. */
  inherit({ values }: StreamOptions): void {
    const stored = values.stored.inherited
    this.#values = stored === values.stored ? values : { ...values, stored }
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
        return this.#values[name]
      case 'reuseAddress':
      case 'reusePort':
      case 'ipv6Only':
      case 'noDelay':
      case 'keepAlive':
      case 'broadcast':
        return this.#values[name] ? 1 : 0
      default:
        return isStored(name) ? this.#values.stored.get(name) : 'ENOPROTOOPT'
    }
  }

  /**
   * Sets an option. Buffer sizes are doubled, see {@link bufferSize}. A linger time is only kept: what was written is
   * sent after `close()` in any case, and whether it arrived is not reported by `close()` on Linux either.
   *
   * @returns 0, EINVAL for a value out of range, ENOPROTOOPT for an option or value that hosts do not support
   */
  set(name: OptionName, value: number): Result {
    switch (name) {
      case 'keepIdle':
      case 'keepInterval':
      case 'keepCount':
        return value < 1 || value > MOST[name] ? 'EINVAL' : this.#change({ [name]: value })
      case 'linger':
        return this.#change({ linger: value })
      case 'sendBuffer':
      case 'receiveBuffer':
        return this.#change({ [name]: bufferSize(name, value) })
      case 'receiveLowat':
        return this.#change({ receiveLowat: lowat(value) })
      case 'reuseAddress':
      case 'reusePort':
      case 'ipv6Only':
      case 'noDelay':
      case 'keepAlive':
      case 'broadcast':
        return this.#change({ [name]: value !== 0 })
      default:
        return isStored(name) ? this.#store(name, value) : 'ENOPROTOOPT'
    }
  }

  #store(name: StoredName, value: number): Result {
    const stored = this.#values.stored.with(name, value)
    return typeof stored === 'string' ? stored : this.#change({ stored })
  }

  #change(change: Partial<StreamValues>): Result {
    this.#values = { ...this.#values, ...change }
    return 0
  }

  /**
   * Applies the options that were set before the connection was established.
   *
   * @throws {HostError} when the host refuses
   */
  apply(connection: HostConnection<SocketAddress>): void {
    if (!this.#applies) return
    if (this.#values.noDelay) connection.setNoDelay(true)
    if (this.#values.keepAlive) this.#applyKeepAlive(connection)
  }

  /** Applies an option that was just set to an established connection. @throws {HostError} when the host refuses */
  update(connection: HostConnection<SocketAddress>, name: OptionName): void {
    if (!this.#applies) return
    if (name === 'noDelay') connection.setNoDelay(this.#values.noDelay)
    const timing = name === 'keepIdle' || name === 'keepInterval' || name === 'keepCount'
    if (name === 'keepAlive' || (timing && this.#values.keepAlive)) this.#applyKeepAlive(connection)
  }

  #applyKeepAlive(connection: HostConnection<SocketAddress>): void {
    const probes = { interval: this.#values.keepInterval, count: this.#values.keepCount }
    const fixed = probes.interval === FIXED_PROBES.interval && probes.count === FIXED_PROBES.count
    connection.setKeepAlive(this.#values.keepAlive, this.#values.keepIdle, fixed ? undefined : probes)
  }
}

/** The value of `SO_RCVLOWAT` for a requested one, as on Linux. */
export function lowat(wanted: number): number {
  return wanted < 0 ? 0x7fff_ffff : wanted || 1
}
