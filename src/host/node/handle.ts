/**
 * The transport on Node's bare TCP handles: no streams, no queues of Node's, no events but the ones we pass on. It is
 * chosen where {@link tcpWrap} finds the handles; {@link file://./net.ts | net} does the same on public ground.
 */
import type { Address } from '../../base/address.js'
import type { Transport } from '../common/transport.js'
import { bindDatagram } from './datagram.js'
import { connectUnbound, HandleBoundSocket, type HandleKind } from './handle-bound-socket.js'
import { newCommon } from './handle-connection.js'
import { bindHandle, localOf } from './tcp-calls.js'
import { TcpConnection } from './tcp-connection.js'
import { newHandle, type TcpHandle, type TcpWrap } from './tcp-wrap.js'
import { unixHost } from './unix.js'

/** @param wrap - Node's bindings */
export const handleTransport = (wrap: TcpWrap): Transport => {
  const common = newCommon(wrap)
  const kind: HandleKind<Address, TcpHandle> = {
    accepted: (client, listener) => new TcpConnection(common, client, listener, true),
    outgoing: (handle, _local, remote) => new TcpConnection(common, handle, remote, false),
  }
  return {
    name: 'handle',
    unix: unixHost,
    bind(local, options) {
      const handle = bindHandle(wrap, local, options)
      return new HandleBoundSocket(kind, handle, localOf(handle, local))
    },
    connect: (remote, events) => connectUnbound(kind, newHandle(wrap), remote, events),
    bindDatagram,
  }
}
