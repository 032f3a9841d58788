/** Captures as files of Wireshark, read again by a reader of our own. */
import { describe, expect, test } from '@jest/globals'
import { type Capture, type CapturedPacket, TcpBit } from '../../../src/sim/views/capture.js'
import { toPcapng } from '../../../src/sim/views/pcapng.js'
import { readPcapng } from './read-pcapng.js'

const packet = (given: Partial<CapturedPacket> = {}): CapturedPacket => ({
  time: 1_000_000_007,
  arrives: 1_000_000_007,
  from: { machine: 0, host: '10.0.0.1', port: 1000 },
  to: { machine: 1, host: '10.0.0.2', port: 80 },
  tcp: { bits: TcpBit.PSH | TcpBit.ACK, seq: 0xffff_fff0, ack: 7, window: 65_536 },
  length: 5,
  bytes: new TextEncoder().encode('hello'),
  ...given,
})

const captureOf = (...packets: readonly CapturedPacket[]): Capture => ({
  machines: [
    { name: 'client', about: 'the first' },
    { name: 'server', about: 'the second' },
  ],
  packets,
  notes: [{ time: 1, machine: 0, text: 'the cable was pulled' }],
  begins: 1_700_000_000_000.5,
  names: new Map([['10.0.0.2', ['server.test']]]),
  about: 'a test',
})

describe('a file for Wireshark', () => {
  const file = readPcapng(toPcapng(captureOf(packet(), packet({ from: packet().to, to: packet().from }))))

  test('says what it is, and has an interface for each machine', () => {
    expect(file.comment).toBe('a test')
    expect(file.application).toMatch(/^libuv-wasm \d/)
    expect(file.interfaces).toEqual([
      { linkType: 101, name: 'client', description: 'the first', resolution: 9 },
      { linkType: 101, name: 'server', description: 'the second', resolution: 9 },
    ])
    expect(file.names).toEqual([{ address: '10.0.0.2', names: ['server.test'] }])
  })

  test('has each packet on the interface of its sender, at its time', () => {
    expect(file.packets.map(({ interface: at }) => at)).toEqual([0, 1])
    expect(file.packets[0]).toMatchObject({
      time: 1_700_000_001_000_500_007n,
      length: 45,
      comments: ['the cable was pulled'],
    })
    expect(file.packets[1]?.comments).toEqual([])
  })

  test('has headers with their checksums', () => {
    expect(file.packets[0]).toMatchObject({
      version: 4,
      source: '10.0.0.1',
      destination: '10.0.0.2',
      isIntact: true,
      tcp: { from: 1000, to: 80, seq: 0xffff_fff0, ack: 7, bits: 24, window: 512 },
      payload: 'hello',
    })
  })
})

test.each<[string, Partial<CapturedPacket>, object]>([
  [
    'IPv6',
    { from: { machine: 0, host: '::1', port: 1 }, to: { machine: 0, host: 'fd00::2', port: 2 } },
    { version: 6, source: '::1', destination: 'fd00::2' },
  ],
  ['both families', { from: { machine: 0, host: '::1', port: 1 } }, { version: 6, destination: '::ffff:10.0.0.2' }],
  ['UDP', { tcp: undefined }, { udp: { from: 1000, to: 80, length: 13 }, payload: 'hello' }],
  ['UDP without bytes', { tcp: undefined, length: 0, bytes: new Uint8Array(0) }, { udp: { length: 8 }, payload: '' }],
  ['an odd payload of two bytes each', { bytes: Uint8Array.of(255, 254, 253), length: 3 }, { length: 43 }],
  [
    'SYN, whose window is not shifted',
    { tcp: { bits: TcpBit.SYN, seq: 0, ack: 0, window: 65_535 }, bytes: new Uint8Array(0), length: 0 },
    { tcp: { window: 65_535, shift: 7 } },
  ],
])('a packet of %s is whole', (_what, given, expected) => {
  const [read] = readPcapng(toPcapng(captureOf(packet(given)))).packets
  expect(read).toMatchObject({ isIntact: true, ...expected })
})

test('a payload that is not known is one that was not captured', () => {
  const [read] = readPcapng(toPcapng(captureOf(packet({ length: 60_000, bytes: undefined })))).packets
  expect(read).toMatchObject({ captured: 40, length: 60_040, payload: '' })
})

test('a comment of a packet is kept, and a text that is too long is cut', () => {
  const [read] = readPcapng(toPcapng(captureOf(packet({ comment: 'x'.repeat(70_000) })))).packets
  expect(read?.comments).toEqual(['x'.repeat(4000), 'the cable was pulled'])
})
