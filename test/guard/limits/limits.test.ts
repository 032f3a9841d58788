/** Each limit is reached on purpose: the error, what is told, and that what is freed can be used again. */
import { describe, expect, test } from '@jest/globals'
import type { Address } from '../../../src/base/address.js'
import { type LimitedHost, limitedHost } from '../../../src/guard/limits/limited-host.js'
import type { NetworkLimits } from '../../../src/guard/limits/network-limits.js'
import type { ConnectionEvents, HostConnection } from '../../../src/host/contract/connection.js'
import { FakeHost } from '../../support/fake-host.js'
import { codeOf } from '../../support/loops.js'
import { loopback } from '../../support/wishes.js'

const PLAIN = { ipv6Only: false, reusePort: false }
const EVENTS: ConnectionEvents = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }
const LISTENER_EVENTS = { onConnection() {}, onError() {} }
const LOOKUP = { onAnswer() {}, onError() {} }

/** A host with limits, and what was told of them. */
const limited = (limits: Partial<NetworkLimits>): { host: LimitedHost; below: FakeHost; told: string[] } => {
  const below = new FakeHost()
  const told: string[] = []
  const host = limitedHost(below, limits, {
    onWarning: (name, { used, limit }) => told.push(`${name} ${used} of ${limit}`),
    onLimit: (name) => told.push(`${name} reached`),
  })
  return { host, below, told }
}

const datagram = (host: LimitedHost) => {
  const events = { onMessage: (_bytes: Uint8Array, _from: Address) => {}, onDrain() {}, onError() {} }
  return host.bindDatagram(loopback(0), { ...PLAIN, reuseAddress: false }, events)
}

/** An established connection, the test's end of it, and its events. */
const established = (host: LimitedHost, below: FakeHost) => {
  const log: string[] = []
  const connection = host.connect(loopback(80), {
    ...EVENTS,
    onData: (chunk) => log.push(`data ${chunk.length}`),
    onDrain: () => log.push('drain'),
    onError: (code) => log.push(code),
  })
  const [peer] = below.connections.slice(-1)
  if (peer === undefined) throw new Error('no connection was made')
  peer.connect()
  return { connection, peer, log }
}

describe('sockets', () => {
  test('beyond the limit are refused with EMFILE, and again possible when one is gone', () => {
    const { host, below, told } = limited({ sockets: 3 })
    const { connection } = established(host, below)
    const port = host.bind(loopback(0), PLAIN)
    const socket = datagram(host)
    for (const more of [
      () => host.connect(loopback(80), EVENTS),
      () => host.bind(loopback(0), PLAIN),
      () => datagram(host),
    ]) {
      expect(codeOf(more)).toBe('EMFILE')
    }
    expect(() => datagram(host)).toThrow('the guest has 3 sockets, its limit; raise the limit sockets')
    expect(told).toEqual(['sockets 3 of 3', 'sockets reached'])
    expect(host.usage.sockets).toEqual({ used: 3, limit: 3 })
    for (const one of [connection, port, socket]) {
      one.close()
      datagram(host).close()
    }
    expect(host.usage.sockets.used).toBe(0)
  })

  test('that failed, or were used for something else, are not counted twice', () => {
    const { host, below } = limited({ sockets: 1 })
    const { peer } = established(host, below)
    peer.fail('ECONNRESET')
    host.bind(loopback(0), PLAIN).listen(1, LISTENER_EVENTS).close()
    host.bind(loopback(0), PLAIN).connect(loopback(80), EVENTS).close()
    below.fails.bind = 'EADDRINUSE'
    expect(codeOf(() => host.bind(loopback(0), PLAIN))).toBe('EADDRINUSE')
    expect(host.usage.sockets.used).toBe(0)
  })

  test('of peers are closed, and the listener is told EMFILE', () => {
    const { host, below } = limited({ sockets: 2 })
    const log: string[] = []
    const accept = (connection: HostConnection): void => {
      connection.events = EVENTS
      log.push('accepted')
    }
    host.bind(loopback(80), PLAIN).listen(9, { onConnection: accept, onError: (code) => log.push(code) })
    below.listeners[0]?.arrive()
    const refused = below.listeners[0]?.arrive()
    expect([log, refused?.ended]).toEqual([['accepted', 'EMFILE'], 'closed'])
  })
})

test('listeners beyond the limit are refused with ENOBUFS', () => {
  const { host, told } = limited({ listeners: 1 })
  const first = host.bind(loopback(80), PLAIN).listen(1, LISTENER_EVENTS)
  expect(codeOf(() => host.bind(loopback(81), PLAIN).listen(1, LISTENER_EVENTS))).toBe('ENOBUFS')
  first.close()
  host.bind(loopback(82), PLAIN).listen(1, LISTENER_EVENTS)
  expect(told).toEqual(['listeners 1 of 1', 'listeners reached', 'listeners 1 of 1'])
})

test('a backlog is cut to pendingAccepts', () => {
  const { host, below } = limited({ pendingAccepts: 7 })
  host.bind(loopback(80), PLAIN).listen(100, LISTENER_EVENTS)
  expect(below.listeners[0]?.backlog).toBe(7)
})

test('connections being established beyond the limit are refused with EAGAIN', () => {
  const { host, below } = limited({ connecting: 2 })
  const connections = [1, 2].map(() => host.connect(loopback(80), EVENTS))
  expect(codeOf(() => host.connect(loopback(80), EVENTS))).toBe('EAGAIN')
  below.connections[0]?.connect()
  host.connect(loopback(80), EVENTS)
  expect(codeOf(() => host.connect(loopback(80), EVENTS))).toBe('EAGAIN')
  connections[1]?.close()
  host.connect(loopback(80), EVENTS)
  expect(host.usage.connecting.used).toBe(2)
})

test('lookups in progress beyond the limit are refused with EAGAIN', () => {
  const { host, below } = limited({ lookups: 2 })
  const cancel = host.lookup('a.test', 'any', LOOKUP)
  host.reverse(loopback(80), LOOKUP)
  expect(codeOf(() => host.lookup('b.test', 'any', LOOKUP))).toBe('EAGAIN')
  cancel()
  host.lookup('c.test', 'any', LOOKUP)
  below.lookups.at(-1)?.events.onError('ENOENT')
  expect(host.usage.lookups.used).toBe(1)
})

describe('a rate', () => {
  test('of connections refuses with EAGAIN until time has passed', () => {
    const { host, below, told } = limited({ connectionsPerSecond: { rate: 10, burst: 2 } })
    for (let count = 0; count < 2; count++) host.connect(loopback(80), EVENTS)
    expect(codeOf(() => host.connect(loopback(80), EVENTS))).toBe('EAGAIN')
    below.advance(100)
    host.connect(loopback(80), EVENTS)
    expect(codeOf(() => host.connect(loopback(80), EVENTS))).toBe('EAGAIN')
    expect(told).toContain('connectionsPerSecond reached')
  })

  test('of connections delays accepting', () => {
    const { host, below } = limited({ connectionsPerSecond: { rate: 10, burst: 1 }, pendingAccepts: 2 })
    let accepted = 0
    host.bind(loopback(80), PLAIN).listen(9, { onConnection: () => accepted++, onError() {} })
    const peers = [1, 2, 3, 4].map(() => below.listeners[0]?.arrive())
    // Two wait, and there is no room for the last one.
    expect([accepted, peers.map((peer) => peer?.ended)]).toEqual([1, [undefined, undefined, undefined, 'closed']])
    below.advance(100)
    expect(accepted).toBe(2)
    below.advance(100)
    expect(accepted).toBe(3)
  })

  test('forgets a connection that fails before it is accepted', () => {
    const { host, below } = limited({ connectionsPerSecond: { rate: 10, burst: 1 } })
    const accepted: number[] = []
    const onConnection = (connection: HostConnection): void => void accepted.push(connection.remote.port)
    host.bind(loopback(80), PLAIN).listen(9, { onConnection, onError() {} })
    const [first, failing, last] = [1, 2, 3].map(() => below.listeners[0]?.arrive())
    failing?.fail('ECONNRESET')
    below.advance(1000)
    expect(accepted).toEqual([first?.remote.port, last?.remote.port])
  })

  test('of lookups refuses with EAGAIN', () => {
    const { host, below } = limited({ lookupsPerSecond: { rate: 1, burst: 1 } })
    host.lookup('a.test', 'any', LOOKUP)
    expect(codeOf(() => host.lookup('b.test', 'any', LOOKUP))).toBe('EAGAIN')
    below.advance(1000)
    host.lookup('c.test', 'any', LOOKUP)
  })

  test('of messages lets sending wait', () => {
    const { host, below } = limited({ messagesPerSecond: { rate: 10, burst: 1 } })
    let drained = 0
    const events = { onMessage() {}, onDrain: () => drained++, onError() {} }
    const socket = host.bindDatagram(loopback(0), { ...PLAIN, reuseAddress: false }, events)
    expect(socket.send(new Uint8Array(1), loopback(53))).toBe(true)
    expect(socket.send(new Uint8Array(1), loopback(53))).toBe(false)
    below.advance(99)
    expect(drained).toBe(0)
    below.advance(1)
    expect([drained, socket.send(new Uint8Array(1), loopback(53))]).toEqual([1, true])
  })

  test('of bytes lets writing wait, and loses none', () => {
    const { host, below, told } = limited({ bytesPerSecond: { rate: 1000, burst: 100 } })
    const { connection, peer, log } = established(host, below)
    const data = Uint8Array.from({ length: 250 }, (_, index) => index)
    expect(connection.write(data)).toBe(false)
    expect([connection.pending, peer.sent.length]).toEqual([150, 1])
    connection.shutdown()
    below.advance(100)
    expect([connection.pending, log]).toEqual([50, []])
    below.advance(50)
    expect([connection.pending, log, peer.log.at(-1)]).toEqual([0, ['drain'], 'shutdown'])
    expect(Buffer.concat(peer.sent)).toEqual(Buffer.from(data))
    expect(told).toEqual(['bytesPerSecond 100 of 100', 'bytesPerSecond reached'])
  })

  test('of bytes lets tryWrite() take what it allows, and tells when it allows more', () => {
    const { host, below } = limited({ bytesPerSecond: { rate: 1000, burst: 100 } })
    const { connection, peer, log } = established(host, below)
    expect(connection.tryWrite(new Uint8Array(150))).toBe(100)
    expect(connection.tryWrite(new Uint8Array(50))).toBe(0)
    below.advance(10)
    expect(log).toEqual(['drain'])
    peer.room = 3
    expect(connection.tryWrite(new Uint8Array(50))).toBe(3)
    // What there was no room for is not counted.
    expect(host.usage.bytesPerSecond.used).toBeCloseTo(93, 0)
  })

  test('of bytes stops reading until time has passed', () => {
    const { host, below } = limited({ bytesPerSecond: { rate: 1000, burst: 100 } })
    const { connection, peer, log } = established(host, below)
    connection.readStart()
    peer.receive(new Uint8Array(300))
    expect([log, peer.reading]).toEqual([['data 300'], false])
    below.advance(200)
    expect(peer.reading).toBe(false)
    below.advance(1)
    expect(peer.reading).toBe(true)
    connection.readStop()
    expect(peer.reading).toBe(false)
  })

  test('of bytes keeps descriptors from other threads', () => {
    for (const [limits, exposed] of [
      [{}, 7],
      [{ bytesPerSecond: { rate: 1e6, burst: 1e6 } }, undefined],
    ] as const) {
      const { host, below } = limited(limits)
      const { connection, peer } = established(host, below)
      peer.descriptor = 7
      expect(connection.exposeDescriptor()).toBe(exposed)
    }
  })

  test('of bytes that wait when the connection fails ends in that failure', () => {
    const { host, below } = limited({ bytesPerSecond: { rate: 1000, burst: 100 } })
    const { connection, peer, log } = established(host, below)
    connection.write(new Uint8Array(250))
    peer.fails.write = 'EPIPE'
    below.advance(100)
    expect([log, host.usage.sockets.used]).toEqual([['EPIPE'], 0])
  })
})

test.each([
  ['an unknown limit', { socks: 1 }, /Cannot limit "socks": there is no such limit; give sockets/],
  ['a limit of 0', { sockets: 0 }, /Cannot limit sockets to 0: it is not a limit; give a whole number/],
  ['a part of a socket', { sockets: 1.5 }, /Cannot limit sockets to 1\.5/],
  ['a number in place of a rate', { bytesPerSecond: 5 }, /Cannot limit bytesPerSecond to 5: .*give \{ rate, burst \}/],
  ['a rate without a burst', { bytesPerSecond: { rate: 5 } }, /Cannot limit bytesPerSecond to \{"rate":5\}/],
  ['a text', { listeners: '5' }, /Cannot limit listeners to "5"/],
])('%s is refused', (_what, limits, message) => {
  expect(() => limitedHost(new FakeHost(), JSON.parse(JSON.stringify(limits)))).toThrow(message)
})

test('limitedHost() refuses what is not a host', () => {
  expect(() => limitedHost(JSON.parse('{}'))).toThrow(/Cannot make a limited host: this is not a host/)
})
