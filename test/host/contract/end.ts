/** Tests of how connections end. */
import { describe, expect } from '../../support/harness.js'
import { seeded } from '../../support/random.js'
import { type ContractOptions, contract, type Lab, type MakeHost } from './lab.js'
import type { EventName, Socket } from './socket.js'

const MIB = 1024 * 1024

/**
 * How a connection ends that was reset while bytes waited to be read. Linux reports ECONNRESET. libuv reports EOF if it
 * finds the bytes and the hang-up together (`uv__stream_io`), and so does a host based on it.
 */
const END_OF_READ_AHEAD = /^(ECONNRESET|end)$/

/** Whether an event was caused by the peer. */
const isFromPeer = (event: EventName): boolean => event !== 'connect' && event !== 'drain'

/** Registers the tests of FIN, RST and `close()`. */
export function endContract(make: MakeHost, options?: ContractOptions): void {
  describe('end', () => {
    halfClose(make, options)
    close(make, options)
    reset(make, options)
  })
}

function halfClose(make: MakeHost, options?: ContractOptions): void {
  const { test } = contract(make, options)

  for (const first of ['client', 'server'] as const) {
    test(`the ${first} can end its direction and still receive bytes`, async (lab) => {
      const pair = await lab.pair()
      const [one, other] = first === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      one.readStart()
      other.readStart()
      one.write(Buffer.from('last words'))
      one.shutdown()
      await other.ended()
      expect(other.bytes.toString()).toBe('last words')

      other.write(Buffer.from('still here'))
      await one.until('10 bytes', () => one.received === 10)
      other.shutdown()
      await one.ended()
      expect(one.events.filter(isFromPeer)).toEqual(['data', 'end'])
      expect(other.events.filter(isFromPeer)).toEqual(['data', 'end'])
    })
  }

  test('both ends receive the end when both shut down at once', async (lab) => {
    const { client, server } = await lab.pair()
    client.readStart()
    server.readStart()
    client.shutdown()
    server.shutdown()
    await Promise.all([client.ended(), server.ended()])
  })

  test('the end is delivered after the last byte', async (lab) => {
    const { client, server } = await lab.pair()
    const data = seeded('last byte').bytes(2 * MIB + 1)
    client.write(data)
    client.shutdown()
    server.readStart()
    await server.ended()
    expect(server.bytes.equals(data)).toBe(true)
    expect(server.events).toEqual(['data', 'end'])
  })

  test('the end is not delivered while reading is stopped', async (lab) => {
    const { client, server } = await lab.pair()
    client.write(Buffer.from('x'))
    client.shutdown()
    server.onEvent = () => server.readStop()
    server.readStart()
    await server.until('data', () => server.saw('data'))
    await lab.settle()
    expect(server.events).toEqual(['data'])
    server.readStart()
    await server.ended()
  })
}

function close(make: MakeHost, options?: ContractOptions): void {
  const { test, testWith } = contract(make, options)

  for (const how of ['close()', 'shutdown() and close()'] as const) {
    test(`${how} delivers the bytes that are not pending, then the end`, async (lab) => {
      const { client, server } = await lab.pair()
      const data = seeded(how).bytes(16 * MIB)
      client.write(data)
      if (how === 'shutdown() and close()') client.shutdown()
      const { pending } = client.connection
      client.close()
      server.readStart()
      await server.ended()
      expect(server.events).toEqual(['data', 'end'])
      expect(pending).toBeGreaterThan(0)
      expect(server.received).toBeGreaterThanOrEqual(data.length - pending)
      expect(server.received).toBeLessThan(data.length)
      expect(server.bytes.equals(data.subarray(0, server.received))).toBe(true)
    })
  }

  test('close() after onDrain loses no byte', async (lab) => {
    const { client, server } = await lab.pair()
    const data = seeded('drained').bytes(16 * MIB)
    server.readStart()
    client.write(data)
    client.shutdown()
    await client.drained()
    client.close()
    await server.ended()
    expect(server.events).toEqual(['data', 'end'])
    expect(server.bytes.equals(data)).toBe(true)
  })

  test('the peer of a closed end can close after it received the end', async (lab) => {
    const { client, server } = await lab.pair()
    client.close()
    server.readStart()
    await server.ended()
    server.close()
    await lab.settle()
    expect(server.events).toEqual(['end'])
  })

  test('no event follows a close() within onData', async (lab) => {
    const { client, server } = await lab.pair()
    server.onEvent = () => server.close()
    server.readStart()
    client.readStart()
    client.write(Uint8Array.of(1))
    client.shutdown()
    await client.ended()
    await lab.settle()
    expect(server.events).toEqual(['data'])
  })

  test('no event follows a close() within onData, even if more bytes wait', async (lab) => {
    const { client, server } = await lab.pair()
    for (let count = 0; count < 10; count++) client.write(new Uint8Array(20_000))
    client.shutdown()
    await lab.settle()
    let told = 0
    server.onEvent = () => {
      told++
      server.close()
    }
    server.readStart()
    await server.until('data', () => server.saw('data'))
    await lab.settle()
    expect(told).toBe(1)
  })

  testWith('reset', 'close() with unread bytes resets the peer', async (lab) => {
    const { client, server } = await lab.pair()
    server.readStart()
    server.write(Buffer.from('unread'))
    await lab.settle()
    client.close()
    expect(await server.failed()).toBe('ECONNRESET')
  })

  test('a write fails after the peer has closed', async (lab) => {
    const { client, server } = await lab.pair()
    server.close()
    client.readStart()
    await client.ended()
    const code = await writeUntilFailure(lab, client)
    // Linux reports EPIPE, since the peer had ended; other systems report ECONNRESET.
    expect(code).toMatch(/^E(PIPE|CONNRESET)$/)
  })
}

function reset(make: MakeHost, options?: ContractOptions): void {
  const { testWith } = contract(make, options)

  for (const end of ['client', 'server'] as const) {
    testWith('reset', `the peer receives ECONNRESET when the ${end} resets`, async (lab) => {
      const pair = await lab.pair()
      const [one, other] = end === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      other.readStart()
      one.readStart()
      one.reset()
      expect(await other.failed()).toBe('ECONNRESET')
      expect(other.saw('end')).toBe(false)
    })
  }

  testWith('reset', 'bytes that arrived before a reset can still be read', async (lab) => {
    const { client, server } = await lab.pair()
    client.write(Buffer.from('before'))
    await lab.settle()
    client.reset()
    server.readStart()
    await server.ended()
    expect(server.bytes.toString()).toBe('before')
    expect(server.events[1]).toMatch(END_OF_READ_AHEAD)
  })

  testWith('reset', 'reset() drops pending bytes', async (lab) => {
    const { client, server } = await lab.pair()
    client.write(new Uint8Array(32 * MIB))
    client.reset()
    server.readStart()
    await server.ended()
    expect(server.received).toBeLessThan(32 * MIB)
    expect(server.events.at(-1)).toMatch(END_OF_READ_AHEAD)
  })

  testWith('reset', 'a writer with pending bytes receives an error when its peer resets', async (lab) => {
    const { client, server } = await lab.pair()
    client.write(new Uint8Array(32 * MIB))
    server.reset()
    expect(await client.failed()).toMatch(/^E(PIPE|CONNRESET)$/)
    expect(client.saw('drain')).toBe(false)
  })

  testWith('reset', 'reset() resets a peer that has already ended its direction', async (lab) => {
    const { client, server } = await lab.pair()
    server.readStart()
    client.readStart()
    client.shutdown()
    await server.ended()
    server.reset()
    expect(await client.failed()).toBe('ECONNRESET')
  })

  testWith('reset', 'a connection that is reset while it connects receives no event', async (lab) => {
    const listener = lab.listen()
    const client = lab.connect(listener.local)
    client.reset()
    await lab.settle()
    expect(client.events).toEqual([])
  })
}

/** Writes one byte per turn until the connection fails: the first byte only provokes the RST. */
async function writeUntilFailure(lab: Lab, socket: Socket): Promise<EventName | undefined> {
  let waiting = true
  const failed = socket.failed().finally(() => {
    waiting = false
  })
  const written = (async () => {
    while (waiting && !socket.over) {
      socket.write(Uint8Array.of(1))
      await lab.turn()
    }
  })()
  const [code] = await Promise.all([failed, written])
  return code
}
