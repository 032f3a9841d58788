/** Tests of the parent's end of the worker driver, over a simulated host; the test plays the guest. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  type Call,
  decode,
  encode,
  errnoOf,
  FIRST_OF_GUEST,
  type NewConnection,
  type Reply,
  ToGuest,
  ToParent,
  WINDOW,
} from '../../src/remote/protocol.js'
import { makeRing, RingReader, RingWriter } from '../../src/remote/ring.js'
import { HostServer } from '../../src/remote/server/host-server.js'
import { type FakeConnection, FakeHost, type FakeListener } from '../support/fake-host.js'
import { loopback } from '../support/wishes.js'

interface Record {
  readonly kind: number
  readonly id: number
  readonly value: number
  readonly payload: Buffer
}

/** Bytes of a ring that is soon full. */
const CAPACITY = 4096

let host: FakeHost
let server: HostServer
let out: RingWriter
let incoming: RingReader
let defects: unknown[]
let others: Record[]

beforeEach(() => serve(CAPACITY))

/** @param capacity - bytes of the ring to the guest */
const serve = (capacity: number): void => {
  const wires = { toParent: makeRing(64 * 1024), toGuest: makeRing(capacity) }
  host = new FakeHost()
  defects = []
  others = []
  out = new RingWriter(wires.toParent)
  incoming = new RingReader(wires.toGuest)
  server = new HostServer(host, wires, {
    onRecord: (kind, id, value, payload) => others.push({ kind, id, value, payload: Buffer.from(payload) }),
    onDefect: (error) => defects.push(error),
  })
}

afterEach(() => {
  server.close()
  expect(host.open()).toEqual([])
})

/** The guest sends a record. */
const send = (kind: number, id: number, value = 0, payload: Uint8Array = Buffer.alloc(0)): void => {
  expect(out.write(kind, id, value, payload)).toBe(true)
  out.publish()
  server.wire.drain()
}

/** The records that the guest can read now, before the host's turn ends. */
const seen = (): Record[] => {
  const records: Record[] = []
  incoming.drain((kind, id, value, payload) => records.push({ kind, id, value, payload: Buffer.from(payload) }))
  return records
}

/** The records that the guest can read after the host's turn. */
const afterTurn = (): Record[] => {
  host.turn()
  return seen()
}

const call = (asked: Call): Reply => {
  send(ToParent.CALL, 0, 0, encode(asked))
  const reply = seen().find(({ kind }) => kind === ToGuest.REPLY)
  if (reply === undefined) throw new Error('no reply')
  return decode<Reply>(reply.payload)
}

/** The number of the object that a call has created. */
const made = (asked: Call): number => {
  const reply = call(asked)
  if ('error' in reply) throw new Error(reply.error)
  return reply.id
}

const PLAIN = { ipv6Only: false, reusePort: false }

const connect = (): { id: number; connection: FakeConnection } => {
  const id = made({ call: 'connect', remote: loopback(80) })
  const connection = host.connections.at(-1)
  if (connection === undefined) throw new Error('no connection')
  connection.connect()
  expect(afterTurn()).toMatchObject([{ kind: ToGuest.CONNECT, id }])
  return { id, connection }
}

const listen = (backlog: number): { id: number; listener: FakeListener } => {
  const port = made({ call: 'bind', local: loopback(0), options: PLAIN })
  const id = made({ call: 'listen', port, backlog })
  const listener = host.listeners.at(-1)
  if (listener === undefined) throw new Error('no listener')
  return { id, listener }
}

/** The name of the error that a record reports. */
const errorOf = (records: readonly Record[]): string | undefined => {
  const failed = records.find(({ kind }) => kind === ToGuest.ERROR)
  return failed && errnoOf(failed.value)
}

describe('a call', () => {
  test('is answered at once with the result of the host', () => {
    expect(call({ call: 'bind', local: loopback(81), options: PLAIN })).toMatchObject({ local: loopback(81) })
    expect(call({ call: 'connect', remote: loopback(82) })).toMatchObject({ remote: loopback(82) })
  })

  test("is answered with the host's error when the host refuses it", () => {
    host.fails.bind = 'EADDRINUSE'
    const reply = call({ call: 'bind', local: loopback(0), options: PLAIN })
    expect(reply).toEqual({ error: 'EADDRINUSE', message: 'as the test wished' })
    expect(defects).toEqual([])
  })

  test('is not needed for a connection to an address that was reached before', () => {
    send(ToParent.CONNECT, FIRST_OF_GUEST, 0, encode(loopback(80)))
    expect(call({ call: 'name', connection: FIRST_OF_GUEST })).toMatchObject({ remote: loopback(80) })
    host.connections[0]?.connect()
    expect(afterTurn()).toMatchObject([{ kind: ToGuest.CONNECT, id: FIRST_OF_GUEST }])
  })

  test.each([['EADDRNOTAVAIL', 'EADDRNOTAVAIL'] as const, [new Error('out of order'), 'EIO'] as const])(
    'is not needed to report that such a connection was refused: %s',
    (wish, code) => {
      host.fails.connect = wish
      send(ToParent.CONNECT, FIRST_OF_GUEST, 0, encode(loopback(80)))
      expect(errorOf(afterTurn())).toBe(code)
      expect(call({ call: 'name', connection: FIRST_OF_GUEST })).toMatchObject({ error: 'EINVAL' })
      expect(defects.length).toBe(code === 'EIO' ? 1 : 0)
    },
  )

  test('fails with EIO and reports a defect when the host throws an unknown error', () => {
    host.fails.connect = new Error('out of order')
    expect(call({ call: 'connect', remote: loopback(80) })).toMatchObject({ error: 'EIO' })
    expect(defects).toMatchObject([{ message: 'out of order' }])
  })

  test('fails with EINVAL on a port that does not exist', () => {
    expect(call({ call: 'listen', port: 99, backlog: 1 })).toMatchObject({ error: 'EINVAL' })
    const { id } = connect()
    expect(call({ call: 'connect', port: id, remote: loopback(80) })).toMatchObject({ error: 'EINVAL' })
  })

  test('fails with EINVAL on a port that was used before', () => {
    const port = made({ call: 'bind', local: loopback(0), options: PLAIN })
    made({ call: 'connect', port, remote: loopback(80) })
    expect(host.ports[0]?.state).toBe('used')
    expect(call({ call: 'listen', port, backlog: 1 })).toMatchObject({ error: 'EINVAL' })
    const other = made({ call: 'bind', local: loopback(0), options: PLAIN })
    made({ call: 'listen', port: other, backlog: 1 })
    expect(call({ call: 'connect', port: other, remote: loopback(80) })).toMatchObject({ error: 'EINVAL' })
  })

  test('leaves the port usable when it fails', () => {
    const port = made({ call: 'bind', local: loopback(0), options: PLAIN })
    host.fails.listen = 'EADDRINUSE'
    expect(call({ call: 'listen', port, backlog: 1 })).toMatchObject({ error: 'EADDRINUSE' })
    send(ToParent.CLOSE, port)
    expect(host.ports[0]?.state).toBe('closed')
  })
})

describe('an error of the host', () => {
  const ask = [
    ['setNoDelay', ToParent.NO_DELAY],
    ['setKeepAlive', ToParent.KEEP_ALIVE],
    ['shutdown', ToParent.SHUTDOWN],
  ] as const

  test.each(ask)('ends the connection when the host refuses %s', (method, kind) => {
    const { id, connection } = connect()
    connection.fails[method] = 'ENOPROTOOPT'
    send(kind, id, 1)
    expect(errorOf(afterTurn())).toBe('ENOPROTOOPT')
    expect(connection.ended).toBe('reset')
    expect(defects).toEqual([])
  })

  test.each([...ask, ['write', ToParent.WRITE] as const])(
    'becomes EIO and reports a defect when %s throws an unknown error',
    (method, kind) => {
      const { id, connection } = connect()
      connection.fails[method] = new Error('out of order')
      send(kind, id, 1, Buffer.from('1'))
      expect(errorOf(afterTurn())).toBe('EIO')
      expect(defects).toMatchObject([{ message: 'out of order' }])
    },
  )

  test("in a write stops the sending and leaves the peer's bytes to be delivered", () => {
    const { id, connection } = connect()
    send(ToParent.READ_START, id)
    connection.fails.write = 'ECONNRESET'
    send(ToParent.WRITE, id, 0, Buffer.from('x'))
    send(ToParent.WRITE, id, 0, Buffer.from('y'))
    send(ToParent.SHUTDOWN, id)
    connection.receive('last words')
    connection.end()
    const [broken, data, end, ...more] = afterTurn()
    expect(broken).toMatchObject({ kind: ToGuest.BROKEN, id })
    expect(errnoOf(broken?.value ?? 0)).toBe('ECONNRESET')
    expect(data?.payload.toString()).toBe('last words')
    expect(end).toMatchObject({ kind: ToGuest.END })
    expect(more).toEqual([])
    expect(connection.log.filter((line) => /write|shutdown/.test(line))).toHaveLength(1)
  })

  test('in close() reports a defect and stops nothing', () => {
    const { id, connection } = connect()
    const other = connect()
    connection.fails.close = new Error('out of order')
    send(ToParent.CLOSE, id)
    expect(defects).toMatchObject([{ message: 'out of order' }])
    connection.fails.close = undefined
    connection.ended = 'closed'
    other.connection.fails.close = new Error('again')
    server.close()
    expect(defects).toHaveLength(2)
    other.connection.ended = 'closed'
  })

  test('in reset() closes the connection when the host cannot reset', () => {
    const { id, connection } = connect()
    connection.fails.reset = 'ENOTSUP'
    send(ToParent.RESET, id)
    expect(connection.ended).toBe('closed')
    expect(defects).toEqual([])
  })
})

describe('bytes', () => {
  test('of a write are copied out of the ring before it is overwritten', () => {
    const { id, connection } = connect()
    connection.takesAtOnce = false
    for (const word of ['one', 'two', 'three']) send(ToParent.WRITE, id, 0, Buffer.alloc(2000, word))
    for (let again = 0; again < 40; again++) send(ToParent.OUTPUT, 0, 1, Buffer.alloc(4000, 'other'))
    expect(
      Buffer.concat(connection.written).equals(
        Buffer.concat(['one', 'two', 'three'].map((word) => Buffer.alloc(2000, word))),
      ),
    ).toBe(true)
    connection.drain()
  })

  test('that are pending are still sent after the guest has closed the connection or ended', () => {
    const [closed, left] = [connect(), connect()]
    for (const { id, connection } of [closed, left]) {
      connection.takesAtOnce = false
      send(ToParent.WRITE, id, 0, Buffer.from('kept'))
    }
    send(ToParent.CLOSE, closed.id)
    server.close()
    expect([closed.connection.ended, left.connection.ended]).toEqual([undefined, undefined])
    closed.connection.drain()
    expect([closed.connection.ended, left.connection.ended]).toEqual(['closed', undefined])
    host.advance(2_000)
    expect(left.connection.ended).toBe('closed')
  })

  test('that were taken are reported after half a window', () => {
    const { id, connection } = connect()
    send(ToParent.WRITE, id, 0, Buffer.alloc(WINDOW / 8))
    send(ToParent.WRITE, id, 0, Buffer.alloc(WINDOW / 8))
    expect(afterTurn()).toEqual([])
    connection.takesAtOnce = false
    send(ToParent.WRITE, id, 0, Buffer.alloc(WINDOW / 8))
    send(ToParent.WRITE, id, 0, Buffer.alloc(WINDOW / 8))
    expect(afterTurn()).toEqual([])
    connection.drain()
    expect(afterTurn()).toMatchObject([{ kind: ToGuest.TAKEN, id, value: WINDOW / 2 }])
  })

  test('without room in the ring wait in order, and pause the reading of their connections', () => {
    const [first, second] = [connect(), connect()]
    for (const { id } of [first, second]) send(ToParent.READ_START, id)
    // A record takes up to a quarter of the ring, so these are several records each.
    const sent: Buffer[] = []
    for (let fill = 0; first.connection.reading; fill++) {
      sent.push(Buffer.alloc(1500, fill))
      first.connection.receive(sent.at(-1) ?? '')
    }
    expect(second.connection.reading).toBe(true)
    second.connection.receive('late')
    expect(second.connection.reading).toBe(false)
    const records = afterTurn()
    expect(first.connection.reading).toBe(false)
    return new Promise<void>((resolve) => {
      const look = (): void => {
        records.push(...afterTurn())
        if (first.connection.reading && second.connection.reading) resolve()
        else setImmediate(look)
      }
      look()
    }).then(() => {
      const of = (wanted: number): Buffer =>
        Buffer.concat(records.filter(({ id }) => id === wanted).map(({ payload }) => payload))
      expect(of(first.id).equals(Buffer.concat(sent))).toBe(true)
      expect(of(second.id).toString()).toBe('late')
      expect(records.at(-1)?.id).toBe(second.id)
    })
  })

  test('that the guest has not received make its close a reset', () => {
    const [read, unread] = [connect(), connect()]
    for (const { id, connection } of [read, unread]) {
      send(ToParent.READ_START, id)
      connection.receive('12345')
    }
    send(ToParent.CLOSE, read.id, 5)
    send(ToParent.CLOSE, unread.id, 0)
    expect([read.connection.ended, unread.connection.ended]).toEqual(['closed', 'reset'])
  })
})

describe('a connection with a lent descriptor', () => {
  /** Any number: the tests neither read nor write it. */
  const DESCRIPTOR = 12_345
  const LARGE = 'x'.repeat(WINDOW / 2)

  beforeEach(() => {
    server.close()
    serve(8 * LARGE.length)
  })

  const lent = (): { id: number; connection: FakeConnection } => {
    const connection = listen(5).listener.arrive(DESCRIPTOR)
    const [arrival] = afterTurn()
    const { id, descriptor } = decode<NewConnection>(arrival?.payload ?? Buffer.alloc(0))
    expect(descriptor).toBe(DESCRIPTOR)
    return { id, connection }
  }

  test('is read by the guest from when much comes until the guest returns the reading', () => {
    const { id, connection } = lent()
    send(ToParent.READ_START, id)
    connection.receive(LARGE)
    expect(afterTurn()).toMatchObject([
      { kind: ToGuest.DATA, id },
      { kind: ToGuest.READ_ON, id },
    ])
    expect(connection.reading).toBe(false)
    // Requests that the guest sent before it knew.
    send(ToParent.READ_STOP, id)
    send(ToParent.READ_START, id)
    expect(connection.reading).toBe(false)
    send(ToParent.READ_START, id, 1)
    expect(connection.reading).toBe(true)
  })

  test('is kept after a failure until the guest resets it', () => {
    const { id, connection } = lent()
    connection.fail('ETIMEDOUT')
    expect(errorOf(afterTurn())).toBe('ETIMEDOUT')
    send(ToParent.WRITE, id, 0, Buffer.from('x'))
    expect(connection.written).toEqual([])
    send(ToParent.RESET, id)
    expect(connection.log.at(-1)).toMatch(/^reset/)
  })

  test('is kept after the host refuses an option until the guest resets it', () => {
    const { id, connection } = lent()
    connection.fails.setNoDelay = 'ENOPROTOOPT'
    send(ToParent.NO_DELAY, id, 1)
    expect(errorOf(afterTurn())).toBe('ENOPROTOOPT')
    expect(connection.ended).toBeUndefined()
    send(ToParent.RESET, id)
    expect(connection.ended).toBe('reset')
  })
})

describe('a listener', () => {
  test('passes its connections and its failures to the guest', () => {
    const { id, listener } = listen(5)
    const connection = listener.arrive()
    listener.fail('EMFILE')
    const [arrival, failure] = afterTurn()
    expect(arrival).toMatchObject({ kind: ToGuest.CONNECTION, id })
    expect(errorOf([failure].flatMap((one) => one ?? []))).toBe('EMFILE')
    const { id: peer } = decode<{ id: number; local: typeof connection.local; remote: typeof connection.remote }>(
      arrival?.payload ?? Buffer.alloc(0),
    )
    send(ToParent.READ_START, peer)
    connection.receive('hello')
    expect(afterTurn()).toMatchObject([{ kind: ToGuest.DATA, id: peer }])
  })

  test('refuses connections beyond its backlog while the guest takes none', () => {
    const { listener } = listen(5)
    let refused = 0
    for (let count = 0; count < 1000; count++) if (listener.arrive().ended === 'reset') refused++
    // The ring is full of connections, and as many as the backlog wait; the others are refused.
    expect(refused).toBeGreaterThan(900)
    expect(server.wire.waiting).toBeLessThanOrEqual(6)
  })
})

describe('the number of a connection', () => {
  test('is not given twice while in use, and records with an unknown number are ignored', () => {
    const { id } = connect()
    const other = connect()
    expect(other.id).not.toBe(id)
    for (const kind of [ToParent.WRITE, ToParent.SHUTDOWN, ToParent.CLOSE, ToParent.RESET]) send(kind, 12345)
    expect(afterTurn()).toEqual([])
    expect(defects).toEqual([])
  })

  test('is forgotten when the connection fails', () => {
    const { id, connection } = connect()
    connection.fail('ETIMEDOUT')
    expect(errorOf(afterTurn())).toBe('ETIMEDOUT')
    send(ToParent.WRITE, id, 0, Buffer.from('x'))
    send(ToParent.CLOSE, id)
    expect(connection.written).toEqual([])
  })
})

test('close() closes all connections and listeners and sends nothing more', () => {
  const { connection } = connect()
  const { listener } = listen(1)
  server.close()
  expect(connection.ended).toBe('closed')
  expect(listener.closed).toBe(true)
  server.wire.post(ToGuest.DATA, 1, 0, Buffer.from('x'))
  expect(afterTurn()).toEqual([])
})

test('records that do not concern sockets are passed to onRecord()', () => {
  send(ToParent.OUTPUT, 0, 1, Buffer.from('text'))
  send(ToParent.EXIT, 0, 3)
  expect(others).toMatchObject([
    { kind: ToParent.OUTPUT, value: 1 },
    { kind: ToParent.EXIT, value: 3 },
  ])
})
