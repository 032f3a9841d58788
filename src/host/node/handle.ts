/**
 * The transport on Node's bare TCP handles, without Node's streams, queues or events. It is selected if {@link
 * tcpWrap} finds the handles; {@link file://./net.ts | net} does the same with the public API.
 */
import type { Address } from '../../base/address.js'
import { systemSharesPorts, type Transport } from '../common/transport.js'
import { bindDatagram, sharesUdpPorts } from './datagram.js'
import { connectUnbound, HandleBoundSocket, type HandleKind } from './handle-bound-socket.js'
import { newCommon } from './handle-connection.js'
import { bindHandle, localOf, sharesTcpPorts } from './tcp-calls.js'
import { TcpConnection } from './tcp-connection.js'
import { newHandle, type TcpHandle, type TcpWrap } from './tcp-wrap.js'
import { unixHost } from './unix.js'

/** Creates the transport. @param wrap - Node's bindings */
export const handleTransport = (wrap: TcpWrap): Transport => {
  const common = newCommon(wrap)
  const kind: HandleKind<Address, TcpHandle> = {
    accepted: (client, listener) => new TcpConnection(common, client, listener, true),
    outgoing: (handle, _local, remote) => new TcpConnection(common, handle, remote, false),
  }
  return {
    name: 'handle',
    unix: unixHost,
    sharesPorts: (kind) => systemSharesPorts() && (kind === 'stream' ? sharesTcpPorts(wrap) : sharesUdpPorts()),
    bind(local, options) {
      const handle = bindHandle(wrap, local, options)
      return new HandleBoundSocket(kind, handle, localOf(handle, local))
    },
    connect: (remote, events) => connectUnbound(kind, newHandle(wrap), remote, events),
    bindDatagram,
  }
}
