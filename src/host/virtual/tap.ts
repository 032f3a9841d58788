/** Sees the packets between machines, with the numbers that their headers have. */
import { TcpBit } from '../../base/tcp-bits.js'

/** One end of a packet. */
export interface WireEnd {
  /** The number of its machine. */
  readonly machine: number
  readonly host: string
  readonly port: number
}

/** A packet on the way from one machine to another. */
export interface WirePacket {
  /** When it was sent, in nanoseconds since the world began. */
  readonly time: number
  /** When it arrives; `undefined` if it was lost. */
  readonly arrives: number | undefined
  readonly from: WireEnd
  readonly to: WireEnd
  /** `undefined` for UDP. */
  readonly tcp:
    | { readonly bits: number; readonly seq: number; readonly ack: number; readonly window: number }
    | undefined
  readonly length: number
  readonly bytes: Uint8Array
  readonly comment: string | undefined
}

/** Receives each packet when it is sent. */
export type Tap = (packet: WirePacket) => void

/** What a packet of a connection is. `read`: its sender has read bytes, and has room again. */
export type PacketKind = 'syn' | 'accept' | 'data' | 'read' | 'end' | 'reset'

const BITS: Readonly<Record<PacketKind, number>> = {
  syn: TcpBit.SYN,
  accept: TcpBit.SYN | TcpBit.ACK,
  data: TcpBit.PSH | TcpBit.ACK,
  read: TcpBit.ACK,
  end: TcpBit.FIN | TcpBit.ACK,
  reset: TcpBit.RST | TcpBit.ACK,
}

/** A packet with its place in its direction. */
export interface Stamped {
  readonly bits: number
  readonly seq: number
  readonly bytes: Uint8Array
  /** Whether it was sent before. */
  wasSent: boolean
}

/** What one end of a connection says, and what it has heard. */
export class Voice {
  readonly #tap: Tap
  readonly #end: WireEnd
  readonly #window: number
  #peer: Voice | undefined
  /** The number of its next byte. */
  #next = 0
  /** The number of the next byte that it expects. */
  #heard = 0
  /** The bytes that have arrived and were not read. */
  #unread = 0

  private constructor(tap: Tap, end: WireEnd, window: number) {
    this.#tap = tap
    this.#end = end
    this.#window = window
  }

  /** The voices of both ends of a connection. @param window - the bytes that each has room for */
  static pair(tap: Tap, one: WireEnd, other: WireEnd, window: number): [Voice, Voice] {
    const [first, second] = [new Voice(tap, one, window), new Voice(tap, other, window)]
    first.#meet(second)
    second.#meet(first)
    return [first, second]
  }

  /** Gives a packet its place. @param read - how many bytes its end has read since the last one */
  stamp(kind: PacketKind, bytes: Uint8Array, read: number): Stamped {
    const bits = BITS[kind]
    const stamped = { bits, seq: this.#next, bytes, wasSent: false }
    this.#unread -= read
    this.#next = (this.#next + sizeOf(stamped)) % 2 ** 32
    return stamped
  }

  /** Tells that a packet was sent. @param arrives - when it arrives; `undefined` if it is lost */
  sent(time: number, arrives: number | undefined, stamped: Stamped): void {
    const lost = arrives === undefined ? ['lost'] : []
    const words = stamped.wasSent ? ['sent again', ...lost] : lost
    this.#tell(time, arrives, stamped, words.length === 0 ? undefined : words.join(', '))
    stamped.wasSent = true
  }

  /**
   * Its packet has arrived, and the receiver has done with it what it does at once. What a receiver does not read is
   * acknowledged nevertheless; the network's model needs no packet for that.
   */
  arrived(time: number, stamped: Stamped): void {
    const peer = this.#peer
    if (peer === undefined || peer.#unread === 0 || stamped.bytes.length === 0) return
    const answer = { bits: TcpBit.ACK, seq: peer.#next, bytes: NOTHING, wasSent: false }
    peer.#tell(time, time, answer, `${peer.#unread} bytes wait to be read`)
  }

  /** Its packet arrives now. */
  arrives(stamped: Stamped): void {
    if (this.#peer !== undefined) this.#peer.#hear(stamped)
  }

  #meet(peer: Voice): void {
    this.#peer = peer
  }

  #hear(stamped: Stamped): void {
    this.#heard = (stamped.seq + sizeOf(stamped)) % 2 ** 32
    this.#unread += stamped.bytes.length
  }

  #tell(time: number, arrives: number | undefined, { bits, seq, bytes }: Stamped, comment: string | undefined): void {
    const peer = this.#peer
    if (peer === undefined) return
    const ack = (bits & TcpBit.ACK) === 0 ? 0 : this.#heard
    const tcp = { bits, seq, ack, window: Math.max(0, this.#window - this.#unread) }
    this.#tap({ time, arrives, from: this.#end, to: peer.#end, tcp, length: bytes.length, bytes, comment })
  }
}

const NOTHING = new Uint8Array(0)

/** How many numbers a packet takes. */
function sizeOf({ bytes, bits }: Pick<Stamped, 'bytes' | 'bits'>): number {
  return bytes.length + ((bits & (TcpBit.SYN | TcpBit.FIN)) === 0 ? 0 : 1)
}
