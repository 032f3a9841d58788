/** Tests of reading and writing. */
import { describe, expect, figure } from '../../support/harness.js'
import { type Random, seeded } from '../../support/random.js'
import { type ContractOptions, contract, type Lab, type MakeHost } from './lab.js'
import type { Socket } from './socket.js'

const KIB = 1024
const MIB = 1024 * KIB
/** More than the buffers of any platform hold for one connection. */
const FLOOD = 16 * MIB

/** Sends `data` in pieces of random size, and waits for onDrain after a write that returned false. */
const send = async (socket: Socket, data: Uint8Array, random: Random): Promise<void> => {
  let sent = 0
  while (sent < data.length) {
    const piece = data.subarray(sent, sent + random.int(1, random.chance(0.2) ? 300 * KIB : 5_000))
    sent += piece.length
    if (!socket.write(piece)) await socket.drained()
  }
  socket.shutdown()
}

/** Reads to the end, with pauses. */
const receive = async (socket: Socket, lab: Lab, random: Random): Promise<void> => {
  socket.onEvent = (event) => {
    if (event !== 'data' || random.chance(0.9)) return
    socket.readStop()
    lab.host.defer(() => socket.readStart())
  }
  socket.readStart()
  await socket.ended()
}

/** Writes 32 MiB without waiting; some of it must stay pending as long as the peer does not read. */
const flood = (socket: Socket): Uint8Array => {
  const data = seeded('flood').bytes(FLOOD)
  for (let sent = 0; sent < FLOOD; sent += MIB) socket.write(data.subarray(sent, sent + MIB))
  expect(socket.connection.pending).toBeGreaterThan(0)
  return data
}

/** Registers the tests of reading and writing. */
export function dataContract(make: MakeHost, options?: ContractOptions): void {
  describe('data', () => {
    const { test } = contract(make, options)

    test('all bytes arrive in order in both directions at once', async (lab) => {
      const random = seeded('both ways')
      const { client, server } = await lab.pair()
      const there = random.bytes(3 * MIB)
      const back = random.bytes(2 * MIB)
      await Promise.all([
        send(client, there, random),
        send(server, back, random),
        receive(client, lab, random),
        receive(server, lab, random),
      ])
      expect(server.bytes.equals(there)).toBe(true)
      expect(client.bytes.equals(back)).toBe(true)
    })

    test('one small write arrives as one read', async (lab) => {
      const { client, server } = await lab.pair()
      server.readStart()
      client.write(Buffer.from('PING'))
      await server.until('data', () => server.received > 0)
      expect(server.chunks.map(String)).toEqual([String(Uint8Array.from(Buffer.from('PING')))])
    })

    test('several buffers in one call arrive in order', async (lab) => {
      const { client, server } = await lab.pair()
      server.readStart()
      client.writev([Buffer.from('one '), new Uint8Array(), Buffer.from('two '), Buffer.from('three')])
      client.writev([])
      client.writev([Buffer.from('.')])
      await server.until('14 bytes', () => server.received === 14)
      expect(server.bytes.toString()).toBe('one two three.')
    })

    test('thousands of buffers in one call arrive in order', async (lab) => {
      const random = seeded('many buffers')
      const { client, server } = await lab.pair()
      const list = Array.from({ length: 3_000 }, () => random.bytes(random.int(0, 8_000)))
      client.writev(list)
      client.shutdown()
      server.readStart()
      await server.ended()
      expect(server.bytes.equals(Buffer.concat(list))).toBe(true)
    })

    test('an empty write succeeds and sends nothing', async (lab) => {
      const { client, server } = await lab.pair()
      server.readStart()
      expect(client.write(new Uint8Array())).toBe(true)
      client.write(Uint8Array.of(1))
      await server.until('a byte', () => server.received === 1)
    })

    test('a delivered chunk does not change when more bytes arrive', async (lab) => {
      const { client, server } = await lab.pair()
      server.readStart()
      for (let round = 1; round <= 3; round++) {
        client.write(new Uint8Array(1_000).fill(round))
        await server.until('1000 bytes', () => server.received === round * 1_000)
      }
      expect(server.bytes).toEqual(Buffer.concat([1, 2, 3].map((round) => Buffer.alloc(1_000, round))))
    })

    test('bytes and the end are delivered only after readStart()', async (lab) => {
      const { client, server } = await lab.pair()
      client.write(Buffer.from('early'))
      client.shutdown()
      await lab.settle()
      expect(server.events).toEqual([])
      server.readStart()
      await server.ended()
      expect(server.bytes.toString()).toBe('early')
    })

    test('bytes that arrive after readStop() are delivered after the next readStart()', async (lab) => {
      const { client, server } = await lab.pair()
      server.onEvent = () => server.readStop()
      server.readStart()
      client.write(new Uint8Array(1 * MIB))
      await server.until('data', () => server.received > 0)
      await lab.settle()
      const before = server.received
      expect(before).toBeLessThan(MIB)
      server.onEvent = () => {}
      server.readStart()
      client.shutdown()
      await server.ended()
      expect(server.received).toBe(MIB)
    })

    test('no byte is lost when reading starts and stops repeatedly', async (lab) => {
      const { client, server } = await lab.pair()
      client.write(Buffer.from('abc'))
      for (let round = 0; round < 5; round++) {
        server.readStart()
        server.readStart()
        server.readStop()
        server.readStop()
        await lab.turn()
      }
      expect(server.received).toBe(0)
      server.readStart()
      await server.until('3 bytes', () => server.received === 3)
    })

    test('bytes of a writer stay pending while its peer does not read', async (lab) => {
      const { client, server } = await lab.pair()
      const data = flood(client)
      await lab.settle()
      const { pending } = client.connection
      expect(pending).toBeGreaterThan(0)
      figure('KiB taken from a writer while its peer does not read', (FLOOD - pending) / KIB)
      expect(client.events).toEqual(['connect'])
      server.readStart()
      await client.until('onDrain', () => client.saw('drain'))
      client.shutdown()
      await server.ended()
      expect(server.bytes.equals(data)).toBe(true)
      expect(client.events).toEqual(['connect', 'drain'])
    })

    test('a peer that does not read does not delay other connections', async (lab) => {
      const listener = lab.listen()
      const slow = await lab.pair(listener)
      const quick = await lab.pair(listener)
      flood(slow.client)
      quick.server.readStart()
      quick.client.write(Buffer.from('quick'))
      await quick.server.until('5 bytes', () => quick.server.received === 5)
    })

    test('a write within onDrain is legal', async (lab) => {
      const { client, server } = await lab.pair()
      let rounds = 0
      client.onEvent = (event) => {
        if (event !== 'drain') return
        rounds++
        if (rounds === 3) client.shutdown()
        else client.write(new Uint8Array(FLOOD))
      }
      client.write(new Uint8Array(FLOOD))
      server.readStart()
      await server.ended()
      expect(server.received).toBe(3 * FLOOD)
    })

    test('shutdown() sends pending bytes before the end', async (lab) => {
      const { client, server } = await lab.pair()
      const data = flood(client)
      client.shutdown()
      server.readStart()
      await server.ended()
      expect(server.bytes.equals(data)).toBe(true)
    })
  })
}
