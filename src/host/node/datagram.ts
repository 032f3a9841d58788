/** Datagram sockets of the `handle` transport: on a bare handle, or on `node:dgram` if that is unavailable. */

import type { Transport } from '../common/transport.js'
import { DgramDatagram } from './dgram-datagram.js'
import { HandleDatagram } from './handle-datagram.js'
import { udpWrap } from './udp-wrap.js'

/** Whether this Node can share a datagram port. */
export const sharesUdpPorts = (): boolean => udpWrap()?.constants.UV_UDP_REUSEPORT !== undefined

/** See `Host.bindDatagram`. */
export const bindDatagram: Transport['bindDatagram'] = (local, options, events) => {
  const wrap = udpWrap()
  return wrap === undefined
    ? new DgramDatagram(local, options, events)
    : new HandleDatagram(wrap, local, options, events)
}
