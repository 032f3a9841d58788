/**
 * Tests of the guest's end of the worker driver: the events that its kernel receives from the wire. The test plays the
 * parent.
 */
import { describe, expect, test } from '@jest/globals'
import type { HostConnection, HostListener } from '../../src/host/contract/connection.js'
import { encode, errnoValue, FIRST_OF_GUEST, ToGuest, ToParent, WINDOW } from '../../src/remote/protocol.js'
import { codeOf } from '../support/loops.js'
import { loopback } from '../support/wishes.js'
import { arrival, connect, events, host, ID, kinds, log, out, seen, send, wire } from './support/played-parent.js'

const listen = (): HostListener => {
  send(ToGuest.REPLY, 0, 0, encode({ id: 5, local: loopback(1), remote: loopback(1) }))
  const port = host.bind(loopback(0), { ipv6Only: false, reusePort: false })
  send(ToGuest.REPLY, 0, 0, encode({ id: 6, local: loopback(1), remote: loopback(1) }))
  return port.listen(1, {
    onConnection: (connection) => void log.push(`connection from ${connection.remote.port}`),
    onError: (code) => void log.push(code),
  })
}

describe('a connection to an address that was reached before', () => {
  const again = (): HostConnection => {
    connect()
    const connection = host.connect(loopback(2), events)
    expect(seen()).toMatchObject([{ kind: ToParent.CONNECT, text: JSON.stringify(loopback(2)) }])
    return connection
  }

  test('is reported as established without a reply to wait for', () => {
    const connection = again()
    send(ToGuest.CONNECT, FIRST_OF_GUEST, 0, encode({ id: FIRST_OF_GUEST, local: loopback(3), remote: loopback(4) }))
    wire.deliver()
    expect(log).toEqual(['connect'])
    expect([connection.local.port, connection.remote.port]).toEqual([3, 4])
  })

  test('asks for its local address when that is read', () => {
    const connection = again()
    send(ToGuest.REPLY, 0, 0, encode({ id: FIRST_OF_GUEST, local: loopback(3), remote: loopback(2) }))
    expect([connection.local.port, connection.local.port]).toEqual([3, 3])
  })

  test('has no local address when it was refused, and reports the refusal', () => {
    const connection = again()
    send(ToGuest.ERROR, FIRST_OF_GUEST, errnoValue('EADDRNOTAVAIL'))
    send(ToGuest.REPLY, 0, 0, encode({ error: 'EINVAL', message: 'no connection' }))
    expect(connection.local.port).toBe(0)
    wire.deliver()
    expect(log).toEqual(['EADDRNOTAVAIL'])
  })

  test('has its own number', () => {
    again()
    host.connect(loopback(2), events)
    expect(seen()).toMatchObject([{ id: FIRST_OF_GUEST + 1 }])
  })
})

describe('bytes under way', () => {
  test('count as written up to the window, and the rest is pending', () => {
    const connection = connect()
    expect(connection.write(new Uint8Array(WINDOW))).toBe(true)
    expect(connection.pending).toBe(0)
    expect(connection.write(new Uint8Array(10))).toBe(false)
    expect(connection.pending).toBe(10)
    send(ToGuest.TAKEN, ID, 9)
    wire.deliver()
    expect(connection.pending).toBe(1)
    expect(log).toEqual([])
    send(ToGuest.TAKEN, ID, WINDOW)
    wire.deliver()
    expect(connection.pending).toBe(0)
    expect(log).toEqual(['drain'])
  })

  test('limit tryWrite() to the window until the parent has taken some', () => {
    const connection = connect()
    expect(connection.tryWrite(new Uint8Array(2 * WINDOW))).toBe(WINDOW)
    expect([connection.tryWrite(new Uint8Array(10)), connection.pending]).toEqual([0, 0])
    send(ToGuest.TAKEN, ID, 4)
    wire.deliver()
    expect(log).toEqual(['drain'])
    expect(connection.tryWrite(new Uint8Array(10))).toBe(4)
  })

  test('are sent in pieces that fit into the ring', () => {
    const connection = connect()
    wire.post(ToParent.OUTPUT, 0, 1, Buffer.alloc(600_000, 'x'))
    connection.write(Buffer.from('y'))
    const records = seen()
    expect(records.length).toBeGreaterThan(3)
    expect(records.map(({ text }) => text).join('')).toBe(`${'x'.repeat(600_000)}y`)
  })
})

/** Overwrites the part of the ring that has been read, with records for an unknown connection. */
const overwriteRing = (): void => {
  for (const size of [200_000, 20_000, 2_000, 200, 20, 0]) {
    while (out.write(ToGuest.DATA, 99, 0, Buffer.alloc(size, '-')));
  }
  out.publish()
}

describe('data under way', () => {
  test('is delivered after the next readStart() has returned when reading was stopped', () => {
    const connection = connect()
    connection.readStop()
    send(ToGuest.DATA, ID, 0, Buffer.from('late'))
    send(ToGuest.END, ID)
    wire.deliver()
    expect(log).toEqual([])
    connection.readStart()
    expect(log).toEqual([])
    wire.deliver()
    expect(log).toEqual(['late', 'end'])
  })

  test('is copied out of the ring before it is delivered', () => {
    const connection = connect()
    let kept: Uint8Array = Buffer.alloc(0)
    connection.events = {
      ...events,
      onData: (chunk) => {
        kept = chunk
      },
    }
    send(ToGuest.DATA, ID, 0, Buffer.from('kept'))
    wire.deliver()
    overwriteRing()
    expect(Buffer.from(kept).toString()).toBe('kept')
  })

  test('is not delivered after a readStop() within a delivery', () => {
    const connection = connect()
    connection.readStop()
    for (const word of ['one', 'two']) send(ToGuest.DATA, ID, 0, Buffer.from(word))
    wire.deliver()
    connection.events = {
      ...events,
      onData: (chunk) => {
        events.onData(chunk)
        connection.readStop()
      },
    }
    connection.readStart()
    wire.deliver()
    expect(log).toEqual(['one'])
    connection.readStart()
    wire.deliver()
    expect(log).toEqual(['one', 'two'])
  })

  test('is delivered after the call that waited when it arrived', () => {
    connect()
    send(ToGuest.DATA, ID, 0, Buffer.from('early'))
    send(ToGuest.REPLY, 0, 0, encode({ error: 'EADDRINUSE', message: 'taken' }))
    expect(codeOf(() => host.bind(loopback(1), { ipv6Only: false, reusePort: false }))).toBe('EADDRINUSE')
    expect(log).toEqual([])
    // A channel with something to deliver does not sleep.
    const before = performance.now()
    wire.sleep(4_000)
    expect(performance.now() - before).toBeLessThan(2_000)
    overwriteRing()
    wire.deliver()
    expect(log).toEqual(['early'])
  })

  test('is not delivered after close(), which reports the bytes received', () => {
    const connection = connect()
    send(ToGuest.DATA, ID, 0, Buffer.from('12345'))
    wire.deliver()
    send(ToGuest.DATA, ID, 0, Buffer.from('67'))
    connection.close()
    expect(seen()).toMatchObject([{ kind: ToParent.CLOSE, id: ID, value: 5 }])
    wire.deliver()
    expect(log).toEqual(['12345'])
  })

  test('makes close() a reset when it was not read', () => {
    const connection = connect()
    connection.readStop()
    send(ToGuest.DATA, ID, 0, Buffer.from('unread'))
    wire.deliver()
    seen()
    connection.close()
    expect(kinds()).toEqual([ToParent.RESET])
  })

  test('is ignored after reset()', () => {
    const connection = connect()
    connection.reset()
    for (const kind of [ToGuest.DATA, ToGuest.END, ToGuest.TAKEN, ToGuest.ERROR]) send(kind, ID)
    wire.deliver()
    connection.close()
    connection.reset()
    expect(log).toEqual([])
    expect(kinds()).toEqual([ToParent.RESET])
  })
})

describe('a connection with a failed write', () => {
  const broken = (code: 'ECONNRESET' | 'EPIPE'): HostConnection => {
    const connection = connect()
    expect(connection.tryWrite(new Uint8Array(2 * WINDOW))).toBe(WINDOW)
    send(ToGuest.BROKEN, ID, errnoValue(code))
    wire.deliver()
    // A writer that waits for room must notice that waiting is useless.
    expect(log.splice(0)).toEqual(['drain'])
    seen()
    return connection
  }

  test('throws the reason at the next write, then EPIPE', () => {
    const connection = broken('ECONNRESET')
    const write = () => connection.write(new Uint8Array(1))
    expect([codeOf(write), codeOf(write)]).toEqual(['ECONNRESET', 'EPIPE'])
    expect(codeOf(() => connection.shutdown())).toBe('ENOTCONN')
    send(ToGuest.DATA, ID, 0, Buffer.from('last words'))
    send(ToGuest.END, ID)
    wire.deliver()
    expect(log).toEqual(['last words', 'end'])
    expect(kinds()).toEqual([])
  })

  test('reports the reset after the last byte when no write has reported it', () => {
    broken('ECONNRESET')
    send(ToGuest.DATA, ID, 0, Buffer.from('last words'))
    send(ToGuest.END, ID)
    wire.deliver()
    expect(log).toEqual(['last words', 'ECONNRESET'])
    expect(kinds()).toEqual([ToParent.RESET])
  })

  test('reports the end when the peer had only ended its direction', () => {
    broken('EPIPE')
    send(ToGuest.END, ID)
    wire.deliver()
    expect(log).toEqual(['end'])
  })
})

describe('a listener', () => {
  test('reports connections and failures', () => {
    listen()
    send(ToGuest.CONNECTION, 6, 0, arrival)
    send(ToGuest.ERROR, 6, errnoValue('EMFILE'))
    wire.deliver()
    expect(log).toEqual(['connection from 2', 'EMFILE'])
  })

  test('resets connections that arrive after it was closed', () => {
    listen().close()
    seen()
    send(ToGuest.CONNECTION, 6, 0, arrival)
    send(ToGuest.ERROR, 6, errnoValue('EMFILE'))
    wire.deliver()
    expect(log).toEqual([])
    expect(seen()).toMatchObject([{ kind: ToParent.RESET, id: ID }])
  })
})

test('defer() is refused without an event loop in the thread', () => {
  expect(codeOf(() => host.defer(() => {}))).toBe('ENOTSUP')
})

test('a timer fires when records are delivered after its time, once', () => {
  let fired = 0
  const timer = host.timer(() => fired++)
  timer.set(10_000)
  timer.set(0)
  wire.deliver()
  wire.deliver()
  expect(fired).toBe(1)
  timer.set(0)
  timer.clear()
  wire.deliver()
  expect(fired).toBe(1)
})
