/** The bytes of packets: headers of IP, TCP and UDP, with their checksums. */
import { bytesOfIp } from '../../base/ip.js'
import { type CapturedPacket, TcpBit } from './capture.js'

/** The numbers of the protocols in IP headers. */
const Protocol = { TCP: 6, UDP: 17 } as const

/** By how many bits windows are shifted (RFC 7323), as SYN packets say. */
const WINDOW_SHIFT = 7

/** The option of SYN packets for that, and one that fills its place. */
const SYN_OPTIONS = [3, 3, WINDOW_SHIFT, 0]

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]

/** The bytes of a packet, which begin with the IP header. Without its payload if that is not known. */
export function packetBytes(packet: CapturedPacket): Uint8Array<ArrayBuffer> {
  const [source, destination] = alike(bytesOfIp(packet.from.host), bytesOfIp(packet.to.host))
  const protocol = packet.tcp === undefined ? Protocol.UDP : Protocol.TCP
  const payload = packet.bytes ?? new Uint8Array(0)
  const header = protocol === Protocol.TCP ? tcpHeader(packet) : udpHeader(packet)
  const length = header.length + packet.length
  const segment = new Uint8Array(header.length + payload.length)
  segment.set(header)
  segment.set(payload, header.length)
  // A checksum over what is not known cannot be right; 0 is that of UDP for none.
  if (payload.length === packet.length) {
    const pseudo = [...source, ...destination, 0, protocol, length >> 8, length & 255]
    const at = protocol === Protocol.TCP ? 16 : 6
    const sum = checksum(pseudo, segment)
    put(segment, at, sum === 0 && protocol === Protocol.UDP ? 0xffff : sum)
  }
  const ip = source.length === 4 ? ipv4Header : ipv6Header
  const before = ip({ source, destination, protocol, length })
  const bytes = new Uint8Array(before.length + segment.length)
  bytes.set(before)
  bytes.set(segment, before.length)
  return bytes
}

/** Addresses of one family: one of IPv4 is mapped if the other one is of IPv6 (RFC 4291, section 2.5.5.2). */
function alike(one: readonly number[], other: readonly number[]): [readonly number[], readonly number[]] {
  if (one.length === other.length) return [one, other]
  return one.length === 4 ? [[...MAPPED, ...one], other] : [one, [...MAPPED, ...other]]
}

function tcpHeader({ from, to, tcp }: CapturedPacket): Uint8Array {
  const { bits, seq, ack, window } = tcp ?? { bits: 0, seq: 0, ack: 0, window: 0 }
  const isSyn = (bits & TcpBit.SYN) !== 0
  const options = isSyn ? SYN_OPTIONS : []
  const header = new Uint8Array(20 + options.length)
  put(header, 0, from.port)
  put(header, 2, to.port)
  put32(header, 4, seq)
  put32(header, 8, ack)
  header[12] = (header.length / 4) << 4
  header[13] = bits
  // Only SYN packets have the window as it is (RFC 7323, section 2.2).
  put(header, 14, Math.min(isSyn ? window : Math.floor(window / 2 ** WINDOW_SHIFT), 0xffff))
  header.set(options, 20)
  return header
}

function udpHeader({ from, to, length }: CapturedPacket): Uint8Array {
  const header = new Uint8Array(8)
  put(header, 0, from.port)
  put(header, 2, to.port)
  put(header, 4, length + 8)
  return header
}

/** What an IP header says. */
interface IpFields {
  readonly source: readonly number[]
  readonly destination: readonly number[]
  readonly protocol: number
  /** The length of what follows it. */
  readonly length: number
}

/** RFC 791, section 3.1. */
function ipv4Header({ source, destination, protocol, length }: IpFields): Uint8Array {
  const header = new Uint8Array(20)
  header[0] = 0x45
  put(header, 2, 20 + length)
  // May not be fragmented.
  put(header, 6, 0x4000)
  header[8] = 64
  header[9] = protocol
  header.set(source, 12)
  header.set(destination, 16)
  put(header, 10, checksum([], header))
  return header
}

/** RFC 8200, section 3. */
function ipv6Header({ source, destination, protocol, length }: IpFields): Uint8Array {
  const header = new Uint8Array(40)
  header[0] = 0x60
  put(header, 4, length)
  header[6] = protocol
  header[7] = 64
  header.set(source, 8)
  header.set(destination, 24)
  return header
}

function put(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put(bytes, at, value >>> 16)
  put(bytes, at + 2, value & 0xffff)
}

/** The internet checksum (RFC 1071) of bytes of an even number, and more bytes. */
function checksum(even: readonly number[], more: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < even.length; at += 2) sum += ((even[at] ?? 0) << 8) | (even[at + 1] ?? 0)
  for (let at = 0; at < more.length; at += 2) sum += ((more[at] ?? 0) << 8) | (more[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}
