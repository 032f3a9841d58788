import type { Address, SocketAddress } from '../../base/address.js'
import { HostListener } from '../contract/connection.js'

/**
 * A listener that only holds its address and the function that stops it; the bound socket that created it does the
 * rest.
 */
export class StoppableListener<At extends SocketAddress = Address> extends HostListener<At> {
  readonly local: At
  readonly #stop: () => PromiseLike<void> | undefined
  #freed: PromiseLike<void> | undefined

  /** @param stop - stops listening; returns the value of {@link HostListener.freed} */
  constructor(local: At, stop: () => PromiseLike<void> | undefined) {
    super()
    this.local = local
    this.#stop = stop
  }

  close(): void {
    this.#freed = this.#stop()
  }

  override get freed(): PromiseLike<void> | undefined {
    return this.#freed
  }
}
