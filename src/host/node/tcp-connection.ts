import type { Address } from '../../base/address.js'
import { isExact } from '../common/addresses.js'
import { statusError } from '../common/errors.js'
import { fixedIdle, type KeepAliveProbes } from '../contract/keep-alive.js'
import { type HandleCommon, HandleConnection } from './handle-connection.js'
import { connectHandle, localOf, remoteOf } from './tcp-calls.js'
import type { TcpHandle, TcpWrap } from './tcp-wrap.js'

/** A TCP connection on a bare handle. */
export class TcpConnection extends HandleConnection<Address, TcpHandle> {
  readonly #wrap: TcpWrap
  /** An address of the same family. */
  readonly #like: Address
  /** Whether `#like` is the local address. */
  readonly #exact: boolean

  /**
   * @param handle - accepted, or about to connect; owned by the connection from now on
   * @param like - the listener's address, or the remote one
   * @param connected - whether it was accepted
   */
  constructor(common: HandleCommon, handle: TcpHandle, like: Address, connected: boolean) {
    super(common, handle, connected)
    this.#wrap = common.wrap
    this.#like = like
    this.#exact = connected && isExact(like)
  }

  override setNoDelay(enable: boolean): void {
    const status = this.handle.setNoDelay(enable)
    if (status !== 0) throw statusError(status, 'set TCP_NODELAY')
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    const { handle } = this
    const status =
      probes !== undefined && setsProbes(handle, idle)
        ? handle.setKeepAlive(enable, idle, probes.interval, probes.count)
        : handle.setKeepAlive(enable, fixedIdle(idle, probes))
    if (status !== 0) throw statusError(status, `set SO_KEEPALIVE with ${idle} s of silence`)
  }

  protected override connectHandle(remote: Address, done: (status: number) => void): void {
    connectHandle(this.#wrap, this.handle, remote, done)
  }

  protected override askLocal(): Address {
    return this.#exact ? this.#like : localOf(this.handle, this.#like)
  }

  protected override askRemote(): Address {
    return remoteOf(this.handle, this.#like)
  }

  protected override resetHandle(): number {
    return this.handle.reset()
  }
}

/**
 * Whether this Node can set the probes (26 and later): then it refuses impossible ones, where an earlier Node ignores
 * the numbers. Nothing is changed by a refusal.
 */
function setsProbes(handle: TcpHandle, idle: number): boolean {
  return handle.setKeepAlive(true, idle, 0, 0) !== 0
}
