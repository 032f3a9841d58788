import type { Address, SocketAddress } from '../../base/address.js'
import { HostListener } from '../contract/connection.js'

/** A listener of which its port knows all that is to be done. */
export class StoppableListener<At extends SocketAddress = Address> extends HostListener<At> {
  readonly local: At
  readonly #stop: () => PromiseLike<void> | undefined
  #freed: PromiseLike<void> | undefined

  /** @param stop - stops it; see {@link HostListener.freed} for what it returns */
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
