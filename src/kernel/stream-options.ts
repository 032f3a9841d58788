import type { SocketAddress } from '../base/address.js'
import type { HostConnection } from '../host/contract/connection.js'
import type { OptionName, Result } from './descriptor.js'

/** The smallest and the largest buffer size, in bytes; Linux has similar limits. */
const BUFFER_SIZES = { min: 1024, max: 4 * 1024 * 1024 }

/**
 * The default buffer size of each direction, in bytes: three times the old default of Linux. It is deliberately not a
 * round number: with one, a message whose size is a multiple of it would fill the buffer to the last byte, and the few
 * bytes after it would have to wait. That hardly ever happens where the overhead of the memory counts too.
 */
export const DEFAULT_BUFFER_SIZE = 3 * 87_380

/**
 * The probes that libuv sends on every platform: one per second, ten in all. Hosts can change the idle time only, so
 * other values are refused.
 */
const KEEP_INTERVAL = 1
const KEEP_COUNT = 10

/** The buffer size for a requested number of bytes; platforms have limits too. */
export function bufferSize(wanted: number): number {
  return Math.min(Math.max(BUFFER_SIZES.min, wanted), BUFFER_SIZES.max)
}

/** The options of one stream socket, kept until there is a connection to apply them to. */
export class StreamOptions {
  /** Close with a reset (`SO_LINGER` with a time of 0). */
  resetOnClose = false
  reuseAddress = false
  reusePort = false
  ipv6Only = false
  noDelay = false
  keepAlive = false
  /** Seconds of silence before the first probe; the default on Linux is two hours. */
  keepIdle = 7200
  /** Bytes that may wait until the network takes them. */
  sendBuffer = DEFAULT_BUFFER_SIZE
  /** Bytes that may wait to be read before the peer is held back. */
  receiveBuffer = DEFAULT_BUFFER_SIZE

  /** Copies the options that accepted connections inherit from their listener. */
  inherit(listener: StreamOptions): void {
    this.resetOnClose = listener.resetOnClose
    this.noDelay = listener.noDelay
    this.keepAlive = listener.keepAlive
    this.keepIdle = listener.keepIdle
    this.sendBuffer = listener.sendBuffer
    this.receiveBuffer = listener.receiveBuffer
  }

  /** Reads an option; a linger time of -1 means that none is set. */
  get(name: OptionName): Result {
    switch (name) {
      case 'linger':
        return this.resetOnClose ? 0 : -1
      case 'keepIdle':
        return this.keepIdle
      case 'keepInterval':
        return KEEP_INTERVAL
      case 'keepCount':
        return KEEP_COUNT
      case 'sendBuffer':
        return this.sendBuffer
      case 'receiveBuffer':
        return this.receiveBuffer
      case 'reuseAddress':
      case 'reusePort':
      case 'ipv6Only':
      case 'noDelay':
      case 'keepAlive':
        return this[name] ? 1 : 0
      default:
        return 'ENOPROTOOPT'
    }
  }

  /**
   * Sets an option. Buffer sizes below 1 KiB become 1 KiB, those above 4 MiB become 4 MiB, since platforms have
   * limits too.
   *
   * @returns 0, EINVAL for a value out of range, ENOPROTOOPT for an option or value that hosts do not support
   */
  set(name: OptionName, value: number): Result {
    switch (name) {
      case 'linger':
        if (value > 0) return 'ENOPROTOOPT'
        this.resetOnClose = value === 0
        return 0
      case 'keepIdle':
        if (value < 1 || value > 32767) return 'EINVAL'
        this.keepIdle = value
        return 0
      case 'keepInterval':
        return value === KEEP_INTERVAL ? 0 : value < 1 ? 'EINVAL' : 'ENOPROTOOPT'
      case 'keepCount':
        return value === KEEP_COUNT ? 0 : value < 1 ? 'EINVAL' : 'ENOPROTOOPT'
      case 'sendBuffer':
      case 'receiveBuffer':
        this[name] = bufferSize(value)
        return 0
      case 'reuseAddress':
      case 'reusePort':
      case 'ipv6Only':
      case 'noDelay':
      case 'keepAlive':
        this[name] = value !== 0
        return 0
      default:
        return 'ENOPROTOOPT'
    }
  }

  /**
   * Applies the options that were set before the connection was established.
   *
   * @throws {HostError} when the host refuses
   */
  apply(connection: HostConnection<SocketAddress>): void {
    if (this.noDelay) connection.setNoDelay(true)
    if (this.keepAlive) connection.setKeepAlive(true, this.keepIdle)
  }

  /** Applies an option that was just set to an established connection. @throws {HostError} when the host refuses */
  update(connection: HostConnection<SocketAddress>, name: OptionName): void {
    if (name === 'noDelay') connection.setNoDelay(this.noDelay)
    if (name === 'keepAlive' || (name === 'keepIdle' && this.keepAlive)) {
      connection.setKeepAlive(this.keepAlive, this.keepIdle)
    }
  }
}
