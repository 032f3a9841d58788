/** The sockets of a virtual network, as `netstat` shows them. */

/** The states of sockets, with the names of RFC 9293; those of UDP have none. */
export type SocketPhase = 'LISTEN' | 'SYN_SENT' | 'ESTABLISHED' | 'FIN_WAIT' | 'CLOSE_WAIT' | 'LAST_ACK' | 'BOUND' | ''

/** One socket. */
export interface SocketRow {
  /** Whether it is a stream or for messages. */
  readonly protocol: 'tcp' | 'udp'
  /** Its own address. */
  readonly local: string
  /** The address of its peer; empty without one. */
  readonly remote: string
  /** How far it is. */
  readonly state: SocketPhase
  /** Bytes that have arrived, and that its program has not taken. */
  readonly received: number
  /** Bytes that its program has sent, and that its peer's program has not taken. */
  readonly sent: number
}

/** What of a connection says in which state it is. */
export interface Phases {
  readonly isConnected: boolean
  readonly hasSentEnd: boolean
  readonly hasReceivedEnd: boolean
}

/** The state of a connection. */
export function phaseOf({ isConnected, hasSentEnd, hasReceivedEnd }: Phases): SocketPhase {
  if (!isConnected) return 'SYN_SENT'
  if (hasSentEnd) return hasReceivedEnd ? 'LAST_ACK' : 'FIN_WAIT'
  return hasReceivedEnd ? 'CLOSE_WAIT' : 'ESTABLISHED'
}
