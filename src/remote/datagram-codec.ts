/**
 * The encoding of a datagram as records: its address, then its bytes. A message that is longer than a record is split
 * into several, each of which has the total length as its value.
 */
import type { Address } from '../base/address.js'
import { decodeText, encodeText } from './protocol.js'

/** A message in transit between the threads. */
export interface DatagramRecord {
  readonly bytes: Uint8Array
  /** The source or destination; `undefined` for the peer that the socket is connected to. */
  readonly address: Address | undefined
  /** Whether the sender will ask for the outcome. */
  readonly asked: boolean
}

/** Encodes a message as one payload: a byte with the length of its head, the head as text, the bytes. */
export function encodeDatagram({ bytes, address, asked }: DatagramRecord): Uint8Array {
  const parts = address === undefined ? [] : [address.host, address.port, ...scopeOf(address)]
  const head = encodeText([asked ? 1 : 0, ...parts].join(' '))
  const payload = new Uint8Array(1 + head.length + bytes.length)
  payload[0] = head.length
  payload.set(head, 1)
  payload.set(bytes, 1 + head.length)
  return payload
}

/** Reassembles the messages of one socket from their records. */
export class DatagramDecoder {
  #parts: Uint8Array | undefined
  #length = 0

  /**
   * @param payload - the payload of a record, in shared memory
   * @param total - the value of the record
   * @returns the message, with a copy of its bytes; `undefined` while parts of it are missing
   */
  take(payload: Uint8Array, total: number): DatagramRecord | undefined {
    if (payload.length === total) return decodeDatagram(payload)
    this.#parts ??= new Uint8Array(total)
    this.#parts.set(payload, this.#length)
    this.#length += payload.length
    if (this.#length < total) return undefined
    const whole = this.#parts
    this.#parts = undefined
    this.#length = 0
    return decodeDatagram(whole)
  }
}

function decodeDatagram(payload: Uint8Array): DatagramRecord {
  const start = 1 + (payload[0] ?? 0)
  const [asked, host, port, flowInfo, scopeId] = decodeText(payload.subarray(1, start)).split(' ')
  return { bytes: payload.slice(start), address: toAddress(host, port, flowInfo, scopeId), asked: asked === '1' }
}

function toAddress(host?: string, port?: string, flowInfo?: string, scopeId?: string): Address | undefined {
  if (host === undefined) return undefined
  if (flowInfo === undefined) return { family: 'ipv4', host, port: Number(port) }
  return { family: 'ipv6', host, port: Number(port), flowInfo: Number(flowInfo), scopeId: Number(scopeId) }
}

function scopeOf(address: Address): readonly number[] {
  return address.family === 'ipv4' ? [] : [address.flowInfo, address.scopeId]
}
