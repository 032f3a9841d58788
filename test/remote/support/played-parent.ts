/** A guest's wire and host, and the means to play its parent: created again for each test of the importing file. */
import { beforeEach, expect } from '@jest/globals'
import type { HostConnection } from '../../../src/host/contract/connection.js'
import { ClientChannel } from '../../../src/remote/client/channel.js'
import { RemoteHost } from '../../../src/remote/client/host.js'
import { encode, ToGuest } from '../../../src/remote/protocol.js'
import { makeRing, RingReader, RingWriter } from '../../../src/remote/ring.js'
import { loopback } from '../../support/wishes.js'

interface Crossed {
  readonly kind: number
  readonly id: number
  readonly value: number
  readonly text: string
}

export let wire: ClientChannel
export let host: RemoteHost
/** The events that the guest received since the last check. */
export let log: string[]
/** What the parent writes to. */
export let out: RingWriter
let incoming: RingReader

beforeEach(() => {
  const wires = { toParent: makeRing(1024 * 1024), toGuest: makeRing(1024 * 1024) }
  wire = new ClientChannel(wires)
  host = new RemoteHost(wire, {
    hasUnix: true,
    sharesPorts: { stream: true, datagram: true },
    clockStart: performance.timeOrigin - 1000,
  })
  out = new RingWriter(wires.toGuest)
  incoming = new RingReader(wires.toParent)
  log = []
})

/** The parent sends a record. */
export const send = (kind: number, id: number, value = 0, payload: Uint8Array = Buffer.alloc(0)): void => {
  expect(out.write(kind, id, value, payload)).toBe(true)
  out.publish()
}

/** The records that the parent receives. */
export const seen = (): Crossed[] => {
  const records: Crossed[] = []
  wire.publish()
  incoming.drain((kind, id, value, payload) => records.push({ kind, id, value, text: Buffer.from(payload).toString() }))
  return records
}

/** The kinds of these records. */
export const kinds = (): number[] => seen().map(({ kind }) => kind)

/** Adds each event to {@link log}. */
export const events = {
  onConnect: () => void log.push('connect'),
  onData: (chunk: Uint8Array) => void log.push(Buffer.from(chunk).toString()),
  onEnd: () => void log.push('end'),
  onDrain: () => void log.push('drain'),
  onError: (code: string) => void log.push(code),
}

/** The number of the connection. */
export const ID = 7
const ends = { id: ID, local: loopback(1), remote: loopback(2) }
export const arrival = encode(ends)

/** An established connection that reads. @param descriptor - lent to it */
export const connect = (descriptor?: number): HostConnection => {
  send(ToGuest.REPLY, 0, 0, arrival)
  const connection = host.connect(loopback(2), events)
  send(ToGuest.CONNECT, ID, 0, encode({ ...ends, descriptor }))
  wire.deliver()
  connection.readStart()
  seen()
  expect(log.splice(0)).toEqual(['connect'])
  return connection
}
