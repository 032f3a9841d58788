/** Sockets of `AF_UNIX` that carry messages. Programs open them; libuv, whose pipes are streams, has no use for any. */
import type { Descriptor } from '../descriptor.js'
import { LocalDatagram, type LocalDatagramContext } from './local-datagram.js'
import { LocalSequence, type LocalSequenceContext } from './local-sequence.js'

/** Whether they have a connection: `SOCK_DGRAM` or `SOCK_SEQPACKET`. */
type MessageType = 'datagram' | 'packets'

/** What the sockets need from their kernel. */
type MessageContext = LocalDatagramContext & LocalSequenceContext

/** Makes such sockets; `undefined` when there is no capacity for their messages. */
export interface MessageSockets {
  open(type: MessageType, kernel: MessageContext): Descriptor | undefined
  /** Two that are connected to each other. */
  pair(type: MessageType, kernel: MessageContext): readonly [Descriptor, Descriptor] | undefined
}

/** Those inside a kernel: no host has such sockets. */
export const messageSockets: MessageSockets = {
  open: (type, kernel) => (type === 'datagram' ? LocalDatagram : LocalSequence).open(kernel),
  pair: (type, kernel) => (type === 'datagram' ? LocalDatagram : LocalSequence).pair(kernel),
}
