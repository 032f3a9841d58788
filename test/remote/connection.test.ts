/** The guest's end of the worker driver: what of the wire it makes its kernel believe. The parent is played by hand. */
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

describe('a connection to where one has led before', () => {
  const again = (): HostConnection => {
    connect()
    const connection = host.connect(loopback(2), events)
    expect(seen()).toMatchObject([{ kind: ToParent.CONNECT, text: JSON.stringify(loopback(2)) }])
    return connection
  }

  test('waits for nothing, and is told like others', () => {
    const connection = again()
    send(ToGuest.CONNECT, FIRST_OF_GUEST, 0, encode({ id: FIRST_OF_GUEST, local: loopback(3), remote: loopback(4) }))
    wire.deliver()
    expect(log).toEqual(['connect'])
    expect([connection.local.port, connection.remote.port]).toEqual([3, 4])
  })

  test('learns its own name when that is asked for', () => {
    const connection = again()
    send(ToGuest.REPLY, 0, 0, encode({ id: FIRST_OF_GUEST, local: loopback(3), remote: loopback(2) }))
    expect([connection.local.port, connection.local.port]).toEqual([3, 3])
  })

  test('has none when it was refused meanwhile, which is told', () => {
    const connection = again()
    send(ToGuest.ERROR, FIRST_OF_GUEST, errnoValue('EADDRNOTAVAIL'))
    send(ToGuest.REPLY, 0, 0, encode({ error: 'EINVAL', message: 'no connection' }))
    expect(connection.local.port).toBe(0)
    wire.deliver()
    expect(log).toEqual(['EADDRNOTAVAIL'])
  })

  test('has a number of its own', () => {
    again()
    host.connect(loopback(2), events)
    expect(seen()).toMatchObject([{ id: FIRST_OF_GUEST + 1 }])
  })
})

describe('bytes under way', () => {
  test('count as taken up to the window, and no further', () => {
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

  test('are what a try to write takes at most, and there is room again when the parent says so', () => {
    const connection = connect()
    expect(connection.tryWrite(new Uint8Array(2 * WINDOW))).toBe(WINDOW)
    expect([connection.tryWrite(new Uint8Array(10)), connection.pending]).toEqual([0, 0])
    send(ToGuest.TAKEN, ID, 4)
    wire.deliver()
    expect(log).toEqual(['drain'])
    expect(connection.tryWrite(new Uint8Array(10))).toBe(4)
  })

  test('are sent in pieces that the ring can carry', () => {
    const connection = connect()
    wire.post(ToParent.OUTPUT, 0, 1, Buffer.alloc(600_000, 'x'))
    connection.write(Buffer.from('y'))
    const records = seen()
    expect(records.length).toBeGreaterThan(3)
    expect(records.map(({ text }) => text).join('')).toBe(`${'x'.repeat(600_000)}y`)
  })
})

/** Writes all of the ring anew that has been read, with what is nobody's. */
const overwriteRing = (): void => {
  for (const size of [200_000, 20_000, 2_000, 200, 20, 0]) {
    while (out.write(ToGuest.DATA, 99, 0, Buffer.alloc(size, '-')));
  }
  out.publish()
}

describe('what was on its way', () => {
  test('when reading was stopped waits until it is started again, and comes later than that call', () => {
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

  test('is the receiver’s', () => {
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

  test('stops where the receiver stops', () => {
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

  test('while a call waited comes after it', () => {
    connect()
    send(ToGuest.DATA, ID, 0, Buffer.from('early'))
    send(ToGuest.REPLY, 0, 0, encode({ error: 'EADDRINUSE', message: 'taken' }))
    expect(codeOf(() => host.bind(loopback(1), { ipv6Only: false, reusePort: false }))).toBe('EADDRINUSE')
    expect(log).toEqual([])
    // Who has something to deliver does not sleep.
    const before = performance.now()
    wire.sleep(4_000)
    expect(performance.now() - before).toBeLessThan(2_000)
    overwriteRing()
    wire.deliver()
    expect(log).toEqual(['early'])
  })

  test('makes a close a reset, if it has come here, and is counted, if it has not', () => {
    const connection = connect()
    send(ToGuest.DATA, ID, 0, Buffer.from('12345'))
    wire.deliver()
    send(ToGuest.DATA, ID, 0, Buffer.from('67'))
    connection.close()
    expect(seen()).toMatchObject([{ kind: ToParent.CLOSE, id: ID, value: 5 }])
    wire.deliver()
    expect(log).toEqual(['12345'])
  })

  test('and nobody has read makes a close a reset', () => {
    const connection = connect()
    connection.readStop()
    send(ToGuest.DATA, ID, 0, Buffer.from('unread'))
    wire.deliver()
    seen()
    connection.close()
    expect(kinds()).toEqual([ToParent.RESET])
  })

  test('after the end is nobody’s', () => {
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

describe('a connection whose write failed', () => {
  const broken = (code: 'ECONNRESET' | 'EPIPE'): HostConnection => {
    const connection = connect()
    expect(connection.tryWrite(new Uint8Array(2 * WINDOW))).toBe(WINDOW)
    send(ToGuest.BROKEN, ID, errnoValue(code))
    wire.deliver()
    // Who waits for room must see that there is no use in waiting.
    expect(log.splice(0)).toEqual(['drain'])
    seen()
    return connection
  }

  test('says so at the next write, once; then it is a broken pipe', () => {
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

  test('tells the reset to who reads to the end, where no write has', () => {
    broken('ECONNRESET')
    send(ToGuest.DATA, ID, 0, Buffer.from('last words'))
    send(ToGuest.END, ID)
    wire.deliver()
    expect(log).toEqual(['last words', 'ECONNRESET'])
    expect(kinds()).toEqual([ToParent.RESET])
  })

  test('ends as it does otherwise where the peer had only finished', () => {
    broken('EPIPE')
    send(ToGuest.END, ID)
    wire.deliver()
    expect(log).toEqual(['end'])
  })
})

describe('a listener', () => {
  test('tells of connections and failures', () => {
    listen()
    send(ToGuest.CONNECTION, 6, 0, arrival)
    send(ToGuest.ERROR, 6, errnoValue('EMFILE'))
    wire.deliver()
    expect(log).toEqual(['connection from 2', 'EMFILE'])
  })

  test('that was closed refuses what was on its way', () => {
    listen().close()
    seen()
    send(ToGuest.CONNECTION, 6, 0, arrival)
    send(ToGuest.ERROR, 6, errnoValue('EMFILE'))
    wire.deliver()
    expect(log).toEqual([])
    expect(seen()).toMatchObject([{ kind: ToParent.RESET, id: ID }])
  })
})

test('what only a thread with turns has is refused', () => {
  expect(codeOf(() => host.defer(() => {}))).toBe('ENOTSUP')
  expect(codeOf(() => host.timer(() => {}))).toBe('ENOTSUP')
})
