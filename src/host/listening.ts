import type { Address, SocketAddress } from '../abi/address.js'
import { HostListener } from './host.js'

/** A listener of which its port knows all that is to be done. */
export class Listening<At extends SocketAddress = Address> extends HostListener<At> {
  readonly local: At
  readonly close: () => void

  /** @param close - stops it */
  constructor(local: At, close: () => void) {
    super()
    this.local = local
    this.close = close
  }
}
