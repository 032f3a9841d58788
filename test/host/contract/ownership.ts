/**
 * Tests of memory ownership. These tests overwrite a buffer with a marker as soon as the contract returns it to its
 * writer; no peer may ever receive the marker. A delivered chunk belongs to its receiver; the tests transfer it and
 * change it.
 */
import type { SocketAddress } from '../../../src/base/address.js'
import { activeResources, activeSince } from '../../support/active.js'
import { ChunkOwner } from '../../support/chunk-owner.js'
import { describe, expect } from '../../support/harness.js'
import { MARKER, Pattern } from '../../support/pattern.js'
import { type Random, seeded } from '../../support/random.js'
import { type ContractOptions, contract, type Lab, type MakeHost } from './lab.js'
import type { Socket } from './socket.js'
import { UnixLab } from './unix.js'

const KIB = 1024
const MIB = 1024 * KIB
/** More than the buffers of any platform hold for one connection. */
const FLOOD = 16 * MIB

interface Pair {
  readonly client: Socket<SocketAddress>
  readonly server: Socket<SocketAddress>
}

/** The kinds of connections. */
const KINDS = [
  { over: 'TCP', about: undefined, pair: (lab: Lab): Promise<Pair> => lab.pair() },
  { over: 'Unix sockets', about: 'unix', pair: (lab: Lab): Promise<Pair> => new UnixLab(lab).pair() },
] as const

type Kind = (typeof KINDS)[number]

/** Registers the tests of ownership. */
export function ownershipContract(make: MakeHost, options?: ContractOptions): void {
  describe('ownership', () => {
    for (const kind of KINDS) {
      describe(kind.over, () => {
        whenCancelled(kind, make, options)
        whenWritten(kind, make, options)
        whenTried(kind, make, options)
        whenReceived(kind, make, options)
      })
    }
  })
}

/** Expects that the received bytes are a prefix of the stream. @returns their number */
const expectPrefix = (socket: Socket<SocketAddress>, pattern: Pattern): number => {
  expect(pattern.fault(socket.bytes, 0)).toBeUndefined()
  return socket.received
}

/** The longest that something may keep the process alive, in ms: a test runner in the same process has timers, too. */
const QUIET_WITHIN = 5_000

/** Returns once no more resources keep the process alive than before. */
const quiet = async (lab: Lab, before: readonly string[]): Promise<void> => {
  for (const start = performance.now(); activeSince(before).length > 0; ) {
    if (performance.now() - start > QUIET_WITHIN) throw new Error(`kept: ${activeSince(before).join(', ')}`)
    await lab.turn()
  }
}

/** Closes or resets a connection, and overwrites its buffers, which belong to the writer again. */
const leave = (socket: Socket<SocketAddress>, how: 'close' | 'reset', buffers: readonly Uint8Array[]): void => {
  socket[how]()
  for (const buffer of buffers) buffer.fill(MARKER)
}

function whenCancelled({ about, pair }: Kind, make: MakeHost, options?: ContractOptions): void {
  const { test, testWith } = contract(make, options, about)

  /** Starts to send more than the system takes, in that many buffers. */
  const flood = (socket: Socket<SocketAddress>, pattern: Pattern, pieces: number, together: boolean) => {
    const size = FLOOD / pieces
    const buffers = Array.from({ length: pieces }, (_, index) => pattern.bytes(index * size, size))
    if (together) socket.writev(buffers)
    else for (const buffer of buffers) socket.write(buffer)
    return buffers
  }

  for (const [pieces, together] of [
    [1, false],
    [64, false],
    [512, true],
  ] as const) {
    const sent = `${pieces} ${pieces === 1 ? 'buffer' : `buffers, ${together ? 'gathered' : 'one after the other'}`}`

    test(`close() delivers what was taken, then the end, with ${sent}`, async (lab) => {
      const { client, server } = await pair(lab)
      const pattern = new Pattern(seeded(sent))
      const buffers = flood(client, pattern, pieces, together)
      const { pending } = client.connection
      leave(client, 'close', buffers)
      server.readStart()
      await server.ended()
      expect(server.events).toEqual(['data', 'end'])
      const received = expectPrefix(server, pattern)
      expect(received).toBeGreaterThanOrEqual(FLOOD - pending)
      expect(received).toBeLessThan(FLOOD)
    })

    testWith('reset', `reset() delivers no byte of a returned buffer, with ${sent}`, async (lab) => {
      const { client, server } = await pair(lab)
      const pattern = new Pattern(seeded(sent))
      const buffers = flood(client, pattern, pieces, together)
      leave(client, 'reset', buffers)
      server.readStart()
      await server.ended()
      expect(expectPrefix(server, pattern)).toBeLessThan(FLOOD)
    })
  }

  test('close() at a random moment delivers what was taken while the peer reads', async (lab) => {
    const random = seeded('any moment')
    for (let round = 0; round < 6; round++) {
      const { client, server } = await pair(lab)
      const pattern = new Pattern(random)
      server.readStart()
      const buffers = flood(client, pattern, 8, random.chance(0.5))
      if (random.chance(0.5)) client.shutdown()
      const enough = random.int(0, FLOOD / 4)
      await server.until(`${enough} bytes`, () => server.received >= enough)
      const taken = client.connection.pending > 0 ? FLOOD - client.connection.pending : 0
      leave(client, 'close', buffers)
      await server.ended()
      expect(expectPrefix(server, pattern)).toBeGreaterThanOrEqual(taken)
      server.close()
    }
  })

  test('a failed write returns its buffers to the writer', async (lab) => {
    const { client, server } = await pair(lab)
    const pattern = new Pattern(seeded('a writer that fails'))
    const buffers = flood(client, pattern, 8, false)
    client.onEvent = () => {
      for (const buffer of buffers) buffer.fill(MARKER)
    }
    server.readStart()
    await server.until('data', () => server.received > 0)
    // Bytes are left unread, so it is a reset.
    server.close()
    await client.failed()
    expectPrefix(server, pattern)
  })

  test('a closed connection keeps nothing open while its peer does not read', async (lab) => {
    const pairs: Pair[] = []
    for (let count = 0; count < 8; count++) pairs.push(await pair(lab))
    await lab.soon()
    const open = lab.held().length
    const active = activeResources()
    const pattern = new Pattern(seeded('nothing is kept'))
    // The accepted ends: a Unix client has no path, and is not counted on every host.
    for (const { server } of pairs) leave(server, 'close', flood(server, pattern, 4, false))
    await lab.soon()
    expect(pairs.map(({ server }) => server.connection.pending)).toEqual(pairs.map(() => 0))
    // Each connection held one resource, on hosts that count them.
    expect(lab.held().length).toBe(Math.max(0, open - pairs.length))
    await quiet(lab, active)
    for (const { client } of pairs) client.close()
  })
}

function whenWritten({ about, pair }: Kind, make: MakeHost, options?: ContractOptions): void {
  const { test } = contract(make, options, about)

  test('a buffer can be used again as soon as it was reported as written', async (lab) => {
    const { client, server } = await pair(lab)
    const random = seeded('used again')
    const pattern = new Pattern(random)
    const buffer = new Uint8Array(512 * KIB)
    readSlowly(server, lab, random)
    let sent = 0
    while (sent < FLOOD) {
      const list = pieces(buffer, random)
      for (const piece of list) {
        pattern.fill(piece, sent)
        sent += piece.length
      }
      const [first = buffer] = list
      if (!(list.length === 1 ? client.write(first) : client.writev(list))) await client.drained()
      buffer.fill(MARKER)
    }
    client.close()
    await server.ended()
    expect(expectPrefix(server, pattern)).toBe(sent)
  })

  test('bytes written before close() arrive when the peer reads only later', async (lab) => {
    const { client, server } = await pair(lab)
    const pattern = new Pattern(seeded('only later'))
    const buffer = new Uint8Array(32 * KIB)
    for (let sent = 0; sent < 2 * buffer.length; sent += buffer.length) {
      if (!client.write(pattern.fill(buffer, sent))) await client.drained()
      buffer.fill(MARKER)
    }
    client.close()
    await lab.settle()
    server.readStart()
    await server.ended()
    expect(server.events).toEqual(['data', 'end'])
    expect(expectPrefix(server, pattern)).toBe(2 * buffer.length)
  })
}

/** Reads to the end, with pauses. */
const readSlowly = (socket: Socket<SocketAddress>, lab: Lab, random: Random): void => {
  socket.onEvent = (event) => {
    if (event !== 'data' || random.chance(0.8)) return
    socket.readStop()
    lab.host.defer(() => socket.readStart())
  }
  socket.readStart()
}

/** Parts of a buffer that do not overlap, in order. */
const pieces = (buffer: Uint8Array, random: Random): Uint8Array[] => {
  const count = random.pick([1, 1, 2, 5, 40])
  const most = random.chance(0.5) ? 2_000 : buffer.length
  const size = random.int(1, Math.floor(most / count))
  return Array.from({ length: count }, (_, index) => buffer.subarray(index * size, (index + 1) * size))
}

function whenTried({ about, pair }: Kind, make: MakeHost, options?: ContractOptions): void {
  const { test } = contract(make, options, about)

  /** Calls tryWrite(), and overwrites the buffer at once. @returns how many bytes were taken */
  const tryOnce = (socket: Socket<SocketAddress>, buffer: Uint8Array, pattern: Pattern, from: number): number => {
    const taken = socket.tryWrite(pattern.fill(buffer, from))
    buffer.fill(MARKER)
    return taken
  }

  /**
   * Repeats tryWrite() until it takes nothing, while the peer does not read. @returns how many bytes were taken in all
   */
  const fillUp = (socket: Socket<SocketAddress>, buffer: Uint8Array, pattern: Pattern): number => {
    let sent = 0
    for (let taken = buffer.length; taken > 0; sent += taken) {
      taken = tryOnce(socket, buffer, pattern, sent)
      expect(sent).toBeLessThan(2 * FLOOD)
    }
    return sent
  }

  for (const size of [1_000, 100_000, 4 * MIB]) {
    test(`tryWrite() with ${size} bytes delivers exactly the bytes that it took`, async (lab) => {
      const { client, server } = await pair(lab)
      const pattern = new Pattern(seeded(`tries ${size}`))
      const buffer = new Uint8Array(size)
      const sent = fillUp(client, buffer, pattern)
      expect(sent > 0).toBe(client.connection.writesAtOnce)
      client.close()
      await lab.settle()
      server.readStart()
      await server.ended()
      expect(server.events).toEqual(sent > 0 ? ['data', 'end'] : ['end'])
      expect(expectPrefix(server, pattern)).toBe(sent)
    })
  }

  test('onDrain reports room after a tryWrite() that fell short', async (lab) => {
    const { client, server } = await pair(lab)
    // A host whose tryWrite() never takes bytes reports no room.
    if (!client.connection.writesAtOnce) return
    const random = seeded('fell short')
    const pattern = new Pattern(random)
    const buffer = new Uint8Array(300_000)
    let sent = fillUp(client, buffer, pattern)
    client.onEvent = (event) => {
      while (event === 'drain' && sent < 2 * FLOOD) {
        const taken = tryOnce(client, buffer.subarray(0, random.int(1, buffer.length)), pattern, sent)
        sent += taken
        if (taken === 0) return
      }
      if (event === 'drain') client.shutdown()
    }
    await lab.settle()
    readSlowly(server, lab, random)
    await server.ended()
    expect(sent).toBeGreaterThanOrEqual(2 * FLOOD)
    expect(expectPrefix(server, pattern)).toBe(sent)
  })

  test('tryWrite() takes nothing while bytes are pending', async (lab) => {
    const { client, server } = await pair(lab)
    const pattern = new Pattern(seeded('nothing overtakes'))
    client.write(pattern.bytes(0, FLOOD))
    expect(client.connection.pending).toBeGreaterThan(0)
    expect(lab.call(() => client.connection.tryWrite(Uint8Array.of(MARKER)))).toBe(0)
    server.readStart()
    await client.drained()
    client.shutdown()
    await server.ended()
    expect(expectPrefix(server, pattern)).toBe(FLOOD)
  })

  test('tryWrite() and write() keep the order of the bytes when the system has no room', async (lab) => {
    const { client, server } = await pair(lab)
    const pattern = new Pattern(seeded('in order'))
    const buffer = new Uint8Array(100_000)
    let sent = fillUp(client, buffer, pattern)
    client.write(pattern.bytes(sent, FLOOD))
    sent += FLOOD
    server.readStart()
    await client.drained()
    sent += tryOnce(client, buffer, pattern, sent)
    client.shutdown()
    await server.ended()
    expect(expectPrefix(server, pattern)).toBe(sent)
  })

  test('close() and reset() after a tryWrite() that fell short keep nothing open', async (lab) => {
    for (const how of options?.refuses?.reset === undefined ? (['close', 'reset'] as const) : (['close'] as const)) {
      const { client, server } = await pair(lab)
      await lab.soon()
      const active = activeResources()
      const buffer = new Uint8Array(100_000)
      const pattern = new Pattern(seeded(how))
      const sent = fillUp(client, buffer, pattern)
      client[how]()
      await lab.soon()
      await quiet(lab, active)
      server.readStart()
      await server.ended()
      const received = expectPrefix(server, pattern)
      if (how === 'close') expect(received).toBe(sent)
    }
  })
}

function whenReceived({ about, pair }: Kind, make: MakeHost, options?: ContractOptions): void {
  const { test } = contract(make, options, about)

  test('a receiver can transfer, change, keep or recycle a chunk without effect on others', async (lab) => {
    const random = seeded('chunks')
    const pairs: Pair[] = []
    for (let count = 0; count < 5; count++) pairs.push(await pair(lab))
    // What one receiver does must not change the chunks of another.
    const owner = new ChunkOwner(random)
    await Promise.all(
      pairs.map(async ({ client, server }, index) => {
        const pattern = new Pattern(random)
        server.onEvent = () => {
          for (const chunk of server.take()) owner.take(server, chunk, pattern)
        }
        server.readStart()
        // Some clients send small writes, some large ones, some both.
        let sent = 0
        while (sent < (index === 0 ? 200 * KIB : 6 * MIB)) {
          const large = index === 1 || (index > 1 && random.chance(0.3))
          const data = pattern.bytes(sent, random.int(1, index > 0 && large ? 400_000 : 700))
          sent += data.length
          if (!client.write(data)) await client.drained()
          else if (!large) await lab.turn()
          if (sent > 2 * MIB && !large) sent = await burst(client, pattern, sent)
        }
        client.shutdown()
        await server.ended()
        expect(owner.received(server)).toBe(sent)
      }),
    )
    expect(owner.faults()).toEqual([])
  })
}

/** Sends a MiB at once. @returns the position in the stream after it */
const burst = async (client: Socket<SocketAddress>, pattern: Pattern, from: number): Promise<number> => {
  if (!client.write(pattern.bytes(from, MIB))) await client.drained()
  return from + MIB
}
