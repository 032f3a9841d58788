/** One TCP connection as its packets: sequence numbers, acknowledgements, and which side has ended. */
import { type CapturedEnd, type CapturedPacket, TcpBit } from './capture.js'

/** The most bytes in one packet: what an IPv4 packet has room for. */
const LARGEST = 65_483

/** The window of packets whose true one is not known. */
const WINDOW = 65_535

/** What one end has sent. */
interface Side {
  readonly end: CapturedEnd
  /** The number of its next byte. */
  next: number
  hasEnded: boolean
}

/** The two directions of a connection. */
export type Direction = 'there' | 'back'

/** Makes the packets of a connection from what its ends have reported. */
export class Flow {
  readonly #emit: (packet: CapturedPacket) => void
  readonly #sides: Readonly<Record<Direction, Side>>
  #state: 'new' | 'asked' | 'open' | 'over' = 'new'

  /** @param there - the end that connects @param back - the one that accepts */
  constructor(there: CapturedEnd, back: CapturedEnd, emit: (packet: CapturedPacket) => void) {
    this.#emit = emit
    this.#sides = { there: { end: there, next: 0, hasEnded: false }, back: { end: back, next: 0, hasEnded: false } }
  }

  /** The first packet of the handshake. */
  ask(time: number): void {
    if (this.#state !== 'new') return
    this.#state = 'asked'
    this.#send(time, 'there', TcpBit.SYN)
  }

  /** The rest of the handshake. */
  open(time: number): void {
    this.ask(time)
    if (this.#state !== 'asked') return
    this.#state = 'open'
    this.#send(time, 'back', TcpBit.SYN | TcpBit.ACK)
    this.#send(time, 'there', TcpBit.ACK)
  }

  /** Bytes in one direction. @param bytes - `undefined` if only their number is known */
  data(time: number, direction: Direction, length: number, bytes: Uint8Array | undefined): void {
    this.open(time)
    for (let at = 0; at < length; at += LARGEST) {
      const part = Math.min(LARGEST, length - at)
      this.#send(time, direction, TcpBit.PSH | TcpBit.ACK, part, bytes?.subarray(at, at + part))
    }
  }

  /** The end of one direction. */
  end(time: number, direction: Direction): void {
    const side = this.#sides[direction]
    if (this.#state !== 'open' || side.hasEnded) return
    side.hasEnded = true
    this.#send(time, direction, TcpBit.FIN | TcpBit.ACK)
    if (this.#sides[opposite(direction)].hasEnded) this.#acknowledge(time, opposite(direction))
  }

  /** A reset, or a refusal if it is not established. */
  reset(time: number, direction: Direction, comment?: string): void {
    if (this.#state === 'new' || this.#state === 'over') return
    this.#state = 'over'
    this.#send(time, direction, TcpBit.RST | TcpBit.ACK, 0, undefined, comment)
  }

  /** Both have ended: the last packet. */
  #acknowledge(time: number, direction: Direction): void {
    this.#state = 'over'
    this.#send(time, direction, TcpBit.ACK)
  }

  #send(
    time: number,
    direction: Direction,
    bits: number,
    length = 0,
    bytes: Uint8Array | undefined = length === 0 ? NOTHING : undefined,
    comment?: string,
  ): void {
    const from = this.#sides[direction]
    const to = this.#sides[opposite(direction)]
    const ack = (bits & TcpBit.ACK) === 0 ? 0 : to.next
    const tcp = { bits, seq: from.next, ack, window: WINDOW }
    this.#emit({ time, arrives: time, from: from.end, to: to.end, tcp, length, bytes, comment })
    const takesNumber = (bits & (TcpBit.SYN | TcpBit.FIN)) !== 0
    from.next = (from.next + length + (takesNumber ? 1 : 0)) % 2 ** 32
  }
}

const NOTHING = new Uint8Array(0)

const opposite = (direction: Direction): Direction => (direction === 'there' ? 'back' : 'there')
