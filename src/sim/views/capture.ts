/** Packets between machines, from which pictures are made: those of a simulated network, or of a recorded run. */

import { TcpBit } from '../../base/tcp-bits.js'

export { TcpBit } from '../../base/tcp-bits.js'

/** What of a TCP header changes from packet to packet. */
export interface TcpFields {
  /** See {@link TcpBit}. */
  readonly bits: number
  /** The number of the first byte, modulo 2^32. */
  readonly seq: number
  /** The number of the next byte that is expected; 0 without the bit ACK. */
  readonly ack: number
  /** The bytes that the sender of this packet has room for. */
  readonly window: number
}

/** One end of a packet. */
export interface CapturedEnd {
  /** The number of its machine in {@link Capture.machines}. */
  readonly machine: number
  /** Its IP address. */
  readonly host: string
  /** Its port. */
  readonly port: number
}

/** A packet. */
export interface CapturedPacket {
  /** When it was sent: nanoseconds since the capture began. */
  readonly time: number
  /** When it arrives; `undefined` if it was lost, and the same as `time` if that is not known. */
  readonly arrives: number | undefined
  /** Its sender. */
  readonly from: CapturedEnd
  /** Its receiver. */
  readonly to: CapturedEnd
  /** `undefined` for UDP. */
  readonly tcp: TcpFields | undefined
  /** The length of its payload. */
  readonly length: number
  /** Its payload; `undefined` if only the length is known. */
  readonly bytes: Uint8Array | undefined
  /** What is to be said of it, such as that it was sent again. */
  readonly comment?: string | undefined
}

/** A machine that sends packets. */
export interface CapturedMachine {
  /** Its name in pictures. */
  readonly name: string
  /** What is known of its packets, for readers of the capture. */
  readonly about: string
}

/** Something that happened at a time, beside the packets. */
export interface CapturedNote {
  /** Nanoseconds since the capture began. */
  readonly time: number
  /** The number of its machine. */
  readonly machine: number
  /** A few words. */
  readonly text: string
}

/** What was sent between machines. */
export interface Capture {
  /** Those that send and receive. */
  readonly machines: readonly CapturedMachine[]
  /** In the order in which they were sent. */
  readonly packets: readonly CapturedPacket[]
  /** Faults, crashes, and what else explains the packets; in their order. */
  readonly notes: readonly CapturedNote[]
  /** Milliseconds since 1970 when it began. */
  readonly begins: number
  /** The names of addresses. */
  readonly names: ReadonlyMap<string, readonly string[]>
  /** What the packets are, in one sentence. */
  readonly about: string
}

/** The bits as text, such as `SYN ACK`. */
export function formatBits(bits: number): string {
  return Object.entries(TcpBit)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .join(' ')
}
