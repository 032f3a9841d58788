/** A reader of files of Wireshark, for what our writer makes of them. */
import { printIp } from '../../../src/base/ip.js'

/** A packet as it was read. */
export interface ReadPacket {
  readonly interface: number
  readonly time: bigint
  readonly captured: number
  readonly length: number
  readonly comments: readonly string[]
  readonly version: number
  readonly source: string
  readonly destination: string
  /** Whether its checksums are right. */
  readonly isIntact: boolean
  readonly tcp: Readonly<Record<'from' | 'to' | 'seq' | 'ack' | 'bits' | 'window' | 'shift', number>> | undefined
  readonly udp: Readonly<Record<'from' | 'to' | 'length', number>> | undefined
  readonly payload: string
}

/** A file as it was read. */
export interface ReadFile {
  readonly comment: string | undefined
  readonly application: string | undefined
  readonly interfaces: readonly object[]
  readonly names: readonly { readonly address: string; readonly names: readonly string[] }[]
  readonly packets: readonly ReadPacket[]
}

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)

/** Reads a file. @throws {Error} when its blocks do not fit */
export function readPcapng(file: Uint8Array): ReadFile {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const read = { comment: undefined as string | undefined, application: undefined as string | undefined }
  const interfaces: object[] = []
  const names: { address: string; names: string[] }[] = []
  const packets: ReadPacket[] = []
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at + 4, true)
    if (length % 4 !== 0 || view.getUint32(at + length - 4, true) !== length) throw new Error(`no block at ${at}`)
    const body = file.subarray(at + 8, at + length - 4)
    const type = view.getUint32(at, true)
    if (type === 0x0a0d0d0a) {
      const options = readOptions(body.subarray(16))
      Object.assign(read, { comment: text(options.get(1)?.[0]), application: text(options.get(4)?.[0]) })
    } else if (type === 1) {
      const options = readOptions(body.subarray(8))
      const linkType = (body[0] ?? 0) + 256 * (body[1] ?? 0)
      const [name, description] = [text(options.get(2)?.[0]), text(options.get(3)?.[0])]
      interfaces.push({ linkType, name, description, resolution: options.get(9)?.[0]?.[0] })
    } else if (type === 4) names.push(...readNames(body))
    else if (type === 6) packets.push(readPacket(body))
    else throw new Error(`a block of type ${type} at ${at}`)
    at += length
  }
  return { ...read, interfaces, names, packets }
}

function readOptions(body: Uint8Array): Map<number, Uint8Array[]> {
  const found = new Map<number, Uint8Array[]>()
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  for (let at = 0; at < body.length; ) {
    const [code, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)]
    if (code === 0) break
    found.set(code, [...(found.get(code) ?? []), body.subarray(at + 4, at + 4 + length)])
    at += 4 + length + (-length & 3)
  }
  return found
}

function readNames(body: Uint8Array): { address: string; names: string[] }[] {
  const found: { address: string; names: string[] }[] = []
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  for (let at = 0; view.getUint16(at, true) !== 0; ) {
    const [type, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)]
    const value = body.subarray(at + 4, at + 4 + length)
    const size = type === 1 ? 4 : 16
    const all = (text(value.subarray(size)) ?? '').split('\0').slice(0, -1)
    found.push({ address: printIp(value.subarray(0, size)), names: all })
    at += 4 + length + (-length & 3)
  }
  return found
}

function readPacket(body: Uint8Array): ReadPacket {
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  const word = (index: number): number => view.getUint32(index * 4, true)
  const captured = word(3)
  const bytes = body.subarray(20, 20 + captured)
  const options = readOptions(body.subarray(20 + captured + (-captured & 3)))
  const comments = (options.get(1) ?? []).map((comment) => text(comment) ?? '')
  const time = (BigInt(word(1)) << 32n) + BigInt(word(2))
  return { interface: word(0), time, captured, length: word(4), comments, ...readIp(bytes) }
}

function readIp(bytes: Uint8Array) {
  const version = (bytes[0] ?? 0) >> 4
  const isFour = version === 4
  const protocol = bytes[isFour ? 9 : 6] ?? 0
  const [source, destination] = isFour
    ? [bytes.subarray(12, 16), bytes.subarray(16, 20)]
    : [bytes.subarray(8, 24), bytes.subarray(24, 40)]
  const segment = bytes.subarray(isFour ? 20 : 40)
  const pseudo = [...source, ...destination, 0, protocol, segment.length >> 8, segment.length & 255]
  const isIntact = (!isFour || sum([...bytes.subarray(0, 20)]) === 0xffff) && sum([...pseudo, ...segment]) === 0xffff
  const at = new DataView(segment.buffer, segment.byteOffset, segment.length)
  const ports = { from: at.getUint16(0), to: at.getUint16(2) }
  const tcp = protocol === 6 ? { ...ports, ...readTcp(at) } : undefined
  const udp = protocol === 17 ? { ...ports, length: at.getUint16(4) } : undefined
  const payload = text(segment.subarray(tcp === undefined ? 8 : ((segment[12] ?? 0) >> 4) * 4)) ?? ''
  const ends = { source: printIp(source), destination: printIp(destination) }
  return { version, ...ends, isIntact, tcp, udp, payload }
}

function readTcp(at: DataView) {
  const shift = at.getUint8(12) >> 4 > 5 ? at.getUint8(22) : 0
  return { seq: at.getUint32(4), ack: at.getUint32(8), bits: at.getUint8(13), window: at.getUint16(14), shift }
}

/** The sum that checksums make to 0xffff (RFC 1071). */
function sum(bytes: readonly number[]): number {
  let total = 0
  for (const [index, byte] of bytes.entries()) total += index % 2 === 0 ? byte * 256 : byte
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 65_536)
  return total
}
