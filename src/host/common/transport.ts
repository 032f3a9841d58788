import type { Address } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../contract/datagram.js'
import type { BindOptions } from '../contract/error.js'
import type { HostUnix } from '../contract/unix.js'

/** The sockets of a host; on Node {@link file://../node/net.ts | net} and {@link file://../node/handle.ts | handle}. */
export interface Transport {
  /** On Node, the value of `nodeHost({ transport })`; elsewhere, the runtime that provides the sockets. */
  readonly name: 'net' | 'handle' | 'bun' | 'deno'
  /** See `Host.sharesPorts`. */
  sharesPorts(kind: 'stream' | 'datagram'): boolean
  /** See `Host.bind`. */
  bind(local: Address, options: BindOptions): HostBoundSocket
  /** See `Host.connect`. */
  connect(remote: Address, events: ConnectionEvents): HostConnection
  /** See `Host.bindDatagram`. */
  bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram
  /** Creates the value of `Host.unix`. */
  unix(): HostUnix
}

/** The systems on which libuv and others can share a port evenly, as `SO_REUSEPORT` of Linux does. */
const SHARING: readonly string[] = ['linux', 'freebsd', 'sunos', 'aix']

/** Whether the sockets of this system can share a port. */
export const systemSharesPorts = (): boolean => SHARING.includes(process.platform)
