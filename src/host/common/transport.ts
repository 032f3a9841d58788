import type { Address } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../contract/datagram.js'
import type { BindOptions } from '../contract/error.js'
import type { HostUnix } from '../contract/unix.js'

/** The part of a host that knows sockets: {@link file://../node/net.ts | net} and {@link file://../node/handle.ts | handle} on Node. */
export interface Transport {
  /** On Node, what `nodeHost({ transport })` calls it; elsewhere, whose sockets these are. */
  readonly name: 'net' | 'handle' | 'bun' | 'deno'
  /** See `Host.bind`. */
  bind(local: Address, options: BindOptions): HostBoundSocket
  /** See `Host.connect`. */
  connect(remote: Address, events: ConnectionEvents): HostConnection
  /** See `Host.bindDatagram`. */
  bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram
  /** Makes what `Host.unix` is. */
  unix(): HostUnix
}
