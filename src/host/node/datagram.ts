/** How the `handle` transport binds datagram sockets: on a bare handle, or by `node:dgram` where that is not to be had. */

import type { Transport } from '../common/transport.js'
import { DgramDatagram } from './dgram-datagram.js'
import { HandleDatagram } from './handle-datagram.js'
import { udpWrap } from './udp-wrap.js'

/** See `Host.bindDatagram`. */
export const bindDatagram: Transport['bindDatagram'] = (local, options, events) => {
  const wrap = udpWrap()
  return wrap === undefined
    ? new DgramDatagram(local, options, events)
    : new HandleDatagram(wrap, local, options, events)
}
