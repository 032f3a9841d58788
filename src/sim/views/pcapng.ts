/** Captures in the format that Wireshark reads: pcapng (draft-ietf-opsawg-pcapng). */
import { VERSION } from '../../abi/revision.js'
import { concat } from '../../base/bytes.js'
import { bytesOfIp } from '../../base/ip.js'
import type { Capture, CapturedPacket } from './capture.js'
import { packetBytes } from './packet-bytes.js'

/** The types of blocks. */
const Block = { SECTION: 0x0a0d0d0a, INTERFACE: 1, NAMES: 4, PACKET: 6 } as const

/** The codes of options: of all blocks, of sections, interfaces and packets. */
const Option = { COMMENT: 1, APPLICATION: 4, NAME: 2, DESCRIPTION: 3, RESOLUTION: 9, FLAGS: 2 } as const

/** The link type of packets that begin with their IP header, LINKTYPE_RAW. */
const RAW = 101

/** Nanoseconds, as a power of ten. */
const NANOSECONDS = 9

/** In the flags of a packet: seen by its sender. */
const OUTBOUND = 2

/**
 * Writes a capture as a file of Wireshark: one interface for each machine, on which the packets are that it sent, with
 * times in nanoseconds and the names of the addresses. A packet whose payload is not known is one of which only the
 * beginning was captured.
 */
export function toPcapng(capture: Capture): Uint8Array<ArrayBuffer> {
  const blocks = [sectionBlock(capture)]
  for (const { name, about } of capture.machines) blocks.push(interfaceBlock(name, about))
  if (capture.names.size > 0) blocks.push(namesBlock(capture))
  // In two parts: nanoseconds since 1970 are no number of JavaScript.
  const whole = Math.floor(capture.begins)
  const begins = BigInt(whole) * 1_000_000n + BigInt(Math.round((capture.begins - whole) * 1e6))
  const noted = notesBeside(capture)
  for (const packet of capture.packets) blocks.push(packetBlock(packet, begins, noted.get(packet) ?? []))
  return concat(blocks)
}

/** Notes become comments of the packet that follows them, or of the last one. Both are in the order of their times. */
function notesBeside({ packets, notes }: Capture): Map<CapturedPacket, string[]> {
  const found = new Map<CapturedPacket, string[]>()
  let at = 0
  for (const { time, text } of notes) {
    while (at < packets.length - 1 && (packets[at]?.time ?? 0) < time) at++
    const packet = packets[at]
    if (packet !== undefined) found.set(packet, [...(found.get(packet) ?? []), text])
  }
  return found
}

function sectionBlock({ about }: Capture): Uint8Array {
  // The length of the section is not told.
  const body = [...number(0x1a2b3c4d, 4), ...number(1, 2), ...number(0, 2), ...new Array<number>(8).fill(255)]
  return block(Block.SECTION, body, [
    option(Option.COMMENT, text(about)),
    option(Option.APPLICATION, text(`libuv-wasm ${VERSION}`)),
  ])
}

function interfaceBlock(name: string, about: string): Uint8Array {
  return block(
    Block.INTERFACE,
    [...number(RAW, 2), 0, 0, ...number(0, 4)],
    [
      option(Option.NAME, text(name)),
      option(Option.DESCRIPTION, text(about)),
      option(Option.RESOLUTION, [NANOSECONDS]),
    ],
  )
}

function namesBlock({ names }: Capture): Uint8Array {
  const records: number[] = []
  for (const [host, all] of names) {
    const address = bytesOfIp(host)
    const value = [...address, ...all.flatMap((name) => [...text(name), 0])]
    records.push(...number(address.length === 4 ? 1 : 2, 2), ...number(value.length, 2), ...padded(value))
  }
  return block(Block.NAMES, [...records, 0, 0, 0, 0], [])
}

function packetBlock(packet: CapturedPacket, begins: bigint, notes: readonly string[]): Uint8Array {
  const bytes = packetBytes(packet)
  const time = begins + BigInt(Math.round(packet.time))
  const missing = packet.length - (packet.bytes?.length ?? 0)
  const head = [packet.from.machine, Number(time >> 32n), Number(time & 0xffffffffn), bytes.length]
  const comments = [...(packet.comment === undefined ? [] : [packet.comment]), ...notes]
  return block(
    Block.PACKET,
    [...head, bytes.length + missing].flatMap((word) => number(word, 4)),
    [...comments.map((comment) => option(Option.COMMENT, text(comment))), option(Option.FLAGS, number(OUTBOUND, 4))],
    bytes,
  )
}

/** @param body - its fields @param data - more of its body, which is padded */
function block(
  type: number,
  body: readonly number[],
  options: readonly Uint8Array[],
  data: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const end = options.length === 0 ? [] : [0, 0, 0, 0]
  const content = concat([Uint8Array.from(body), data, filler(data.length), ...options, Uint8Array.from(end)])
  const length = number(content.length + 12, 4)
  return concat([Uint8Array.from([...number(type, 4), ...length]), content, Uint8Array.from(length)])
}

function option(code: number, value: readonly number[] | Uint8Array): Uint8Array {
  const head = [...number(code, 2), ...number(value.length, 2)]
  return concat([Uint8Array.from(head), Uint8Array.from(value), filler(value.length)])
}

const filler = (length: number): Uint8Array => new Uint8Array(-length & 3)

const padded = (value: readonly number[]): number[] => [...value, ...filler(value.length)]

/** Little-endian. */
const number = (value: number, length: number): number[] =>
  Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) & 255)

/** The longest text of an option, in bytes. */
const LONGEST = 4000

const text = (value: string): Uint8Array => new TextEncoder().encode(value).subarray(0, LONGEST)
