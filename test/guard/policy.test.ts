/** Tests of what a policy passes to the host below, and what it refuses. */
import { describe, expect, test } from '@jest/globals'
import type { Address } from '../../src/base/address.js'
import { formatEndpoint } from '../../src/base/endpoint.js'
import type { Refusal } from '../../src/guard/decision.js'
import { policyHost } from '../../src/guard/policy-host.js'
import type { PolicyRules } from '../../src/guard/rules/policy-rules.js'
import type {
  ConnectionEvents,
  HostBoundSocket,
  HostListener,
  ListenerEvents,
} from '../../src/host/contract/connection.js'
import type { Host } from '../../src/host/contract/host.js'
import { virtualHost } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { FakeHost } from '../support/fake-host.js'
import { codeOf } from '../support/loops.js'
import { loopback } from '../support/wishes.js'

const PLAIN = { ipv6Only: false, reusePort: false }
const CONNECTION_EVENTS: ConnectionEvents = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }
const LISTENER_EVENTS: ListenerEvents = { onConnection() {}, onError() {} }
const MUTE = { onMessage() {}, onDrain() {}, onError() {} }

/** A value that callers without types may pass. */
const wrong = <T>(value: unknown): T => value as T

const v4 = (host: string, port: number): Address => ({ family: 'ipv4', host, port })
const v6 = (host: string, port: number, scopeId = 0): Address => ({ family: 'ipv6', host, port, flowInfo: 0, scopeId })

/** A policy over a simulated host, and the refusals that it reported. */
const guarded = (policy: PolicyRules): { host: Host; below: FakeHost; refused: string[] } => {
  const below = new FakeHost()
  const refused: string[] = []
  const onRefusal = ({ action, target }: Refusal): void => void refused.push(`${action} ${target}`)
  return { host: policyHost(below, policy, { onRefusal }), below, refused }
}

const listen = (host: Host, local: Address): HostListener => host.bind(local, PLAIN).listen(1, LISTENER_EVENTS)
const connect = (host: Host, remote: Address): unknown => host.connect(remote, CONNECTION_EVENTS)

describe('a policy without grants', () => {
  test('lets bind() succeed with the given address without binding at the host', () => {
    const { host, below, refused } = guarded({})
    const port = host.bind(v4('127.0.0.1', 80), PLAIN)
    expect(port.local).toEqual(v4('127.0.0.1', 80))
    port.close()
    expect(below.ports).toEqual([])
    expect(refused).toEqual([])
  })

  test('refuses listen and connect with EACCES, and reports them', () => {
    const { host, below, refused } = guarded({})
    expect(codeOf(() => listen(host, v4('127.0.0.1', 0)))).toBe('EACCES')
    expect(codeOf(() => connect(host, v6('::1', 80)))).toBe('EACCES')
    expect(codeOf(() => host.bind(loopback(0), PLAIN).connect(loopback(80), CONNECTION_EVENTS))).toBe('EACCES')
    expect(refused).toEqual(['listen 127.0.0.1:0', 'connect [::1]:80', 'connect 127.0.0.1:80'])
    expect([below.ports, below.listeners, below.connections]).toEqual([[], [], []])
  })

  test('has the address in the message of a refusal', () => {
    const { host } = guarded({})
    expect(() => connect(host, v4('10.0.0.1', 80))).toThrow(/may not connect to 10\.0\.0\.1:80/)
    expect(() => listen(host, v6('::', 80))).toThrow(/may not listen on \[::\]:80/)
  })

  test('refuses calls without onRefusal, too', () => {
    expect(codeOf(() => connect(policyHost(new FakeHost(), {}), loopback(80)))).toBe('EACCES')
  })
})

describe('a grant to listen', () => {
  test.each([
    ['127.0.0.1:80', v4('127.0.0.1', 80)],
    ['127.0.0.1:0', v4('127.0.0.1', 0)],
    ['0.0.0.0:80', v4('0.0.0.0', 80)],
    ['[::1]:80', v6('::1', 80)],
    ['[0:0:0:0:0:0:0:1]:80', v6('::1', 80)],
    ['[::]:0', v6('::', 0)],
    ['[fe80::1%2]:80', v6('fe80::1', 80, 2)],
    ['[fe80::1%eth0]:80', v6('fe80::1', 80, 2)],
    ['[fe80::1%0]:80', v6('fe80::1', 80)],
    ['[::ffff:127.0.0.1]:80', v6('::ffff:127.0.0.1', 80)],
    ['[::ffff:7f00:1]:80', v6('::ffff:127.0.0.1', 80)],
    ['[::127.0.0.1]:80', v6('::7f00:1', 80)],
    // A mapped address and its IPv4 address are the same.
    ['127.0.0.1:80', v6('::ffff:127.0.0.1', 80)],
    ['[::ffff:127.0.0.1]:80', v4('127.0.0.1', 80)],
    ['127.0.0.1', v4('127.0.0.1', 80)],
    ['127.0.0.1', v4('127.0.0.1', 0)],
    ['127.0.0.0/8:80', v4('127.9.9.9', 80)],
    ['[fe80::/10]:80', v6('fe80::1', 80, 2)],
    ['tcp://127.0.0.1:80', v4('127.0.0.1', 80)],
    ['127.0.0.1:80-90,443', v4('127.0.0.1', 85)],
    ['[2001:DB8::00A]:080', v6('2001:db8::a', 80)],
    ['*', v4('192.0.2.1', 4711)],
  ])('%s grants the address %j', (rule, address) => {
    const { host, below, refused } = guarded({ listen: [rule] })
    expect(listen(host, address).local.port).toBe(below.ports[0]?.local.port)
    expect(refused).toEqual([])
  })

  test.each([
    ['127.0.0.1:80', v4('127.0.0.1', 81)],
    ['127.0.0.1:80', v4('127.0.0.1', 0)],
    ['127.0.0.1:0', v4('127.0.0.1', 80)],
    ['0.0.0.0:80', v4('127.0.0.1', 80)],
    ['127.0.0.1:80', v4('0.0.0.0', 80)],
    ['[::127.0.0.1]:80', v6('::ffff:127.0.0.1', 80)],
    ['[fe80::1%eth0]:80', v6('fe80::1', 80, 1)],
    ['[fe80::1%eth0]:80', v6('fe80::1', 80)],
    ['[::1]:80', v4('127.0.0.1', 80)],
    ['[::]:80', v6('::1', 80)],
    ['[fe80::1]:80', v6('fe80::1', 80, 2)],
    ['udp://127.0.0.1:80', v4('127.0.0.1', 80)],
    ['127.0.0.0/8:80', v4('128.0.0.1', 80)],
    ['127.0.0.0/8:80', v4('0.0.0.0', 80)],
    ['127.0.0.1:80-90,443', v4('127.0.0.1', 91)],
    ['127.0.0.1:1-65535', v4('127.0.0.1', 0)],
  ])('%s does not grant the address %j', (rule, address) => {
    const { host, below } = guarded({ listen: [rule] })
    expect(codeOf(() => listen(host, address))).toBe('EACCES')
    expect(below.ports).toEqual([])
  })

  test('does not grant connect, not even from the port', () => {
    const { host, below } = guarded({ listen: ['*'] })
    expect(codeOf(() => connect(host, loopback(80)))).toBe('EACCES')
    const port = host.bind(loopback(0), PLAIN)
    expect(codeOf(() => port.connect(loopback(80), CONNECTION_EVENTS))).toBe('EACCES')
    expect(below.connections).toEqual([])
    port.close()
    expect(below.open()).toEqual([])
  })

  test('returns the real port and the errors of the host', () => {
    const { host, below } = guarded({ listen: ['*'] })
    const port = host.bind(loopback(0), PLAIN)
    expect(port.local).toEqual(below.ports[0]?.local)
    below.fails.listen = 'EADDRINUSE'
    expect(codeOf(() => port.listen(1, LISTENER_EVENTS))).toBe('EADDRINUSE')
    below.fails.bind = 'EADDRNOTAVAIL'
    expect(codeOf(() => host.bind(loopback(1), PLAIN))).toBe('EADDRNOTAVAIL')
  })
})

describe('a grant to connect', () => {
  test('grants only that address', () => {
    const { host, below } = guarded({ connect: ['127.0.0.1:80', '[::1]:81'] })
    connect(host, loopback(80))
    connect(host, loopback(81, 'ipv6'))
    expect(codeOf(() => connect(host, loopback(81)))).toBe('EACCES')
    expect(codeOf(() => connect(host, loopback(80, 'ipv6')))).toBe('EACCES')
    expect(below.connections).toHaveLength(2)
  })

  test('allows to bind a free port, only to connect from it', () => {
    const { host, below } = guarded({ connect: ['127.0.0.1:80'] })
    const port = host.bind(loopback(0), PLAIN)
    expect(port.local.port).toBeGreaterThan(0)
    expect(codeOf(() => port.listen(1, LISTENER_EVENTS))).toBe('EACCES')
    expect(codeOf(() => port.connect(loopback(81), CONNECTION_EVENTS))).toBe('EACCES')
    port.connect(loopback(80), CONNECTION_EVENTS)
    expect(below.connections).toHaveLength(1)
  })

  test.each([
    v4('0.0.0.0', 0),
    v4('127.0.0.1', 0),
    v4('127.0.0.9', 0),
    v6('::', 0),
    v6('::1', 0),
    v6('::ffff:127.0.0.1', 0),
  ])('allows to connect from %j', (local) => {
    const { host } = guarded({ connect: ['*'] })
    const port = host.bind(local, PLAIN)
    expect(port.local.port).toBeGreaterThan(0)
    port.connect(loopback(80), CONNECTION_EVENTS)
  })

  test.each([
    v4('10.0.0.1', 0),
    v4('192.0.2.1', 0),
    v6('2001:db8::1', 0),
    v6('fe80::1', 0, 2),
    v6('::ffff:10.0.0.1', 0),
  ])('does not reveal whether the machine has the address %j', (local) => {
    for (const has of [true, false]) {
      const { host, below } = guarded({ connect: ['*'] })
      if (!has) below.fails.bind = 'EADDRNOTAVAIL'
      const port = host.bind(local, PLAIN)
      expect(port.local).toEqual(local)
      expect(codeOf(() => port.connect(loopback(80), CONNECTION_EVENTS))).toBe('EACCES')
      expect(codeOf(() => port.listen(1, LISTENER_EVENTS))).toBe('EACCES')
      port.close()
      const socket = host.bindDatagram(local, { ...PLAIN, reuseAddress: false }, MUTE)
      expect([socket.local, codeOf(() => socket.send(new Uint8Array(1), loopback(80)))]).toEqual([local, 'EACCES'])
      socket.close()
      expect([below.ports, below.datagrams]).toEqual([[], []])
    }
  })

  test("does not grant a port of the guest's choice", () => {
    const { host, below, refused } = guarded({ connect: ['*'] })
    const port = host.bind(loopback(8080), PLAIN)
    expect(below.ports).toEqual([])
    expect(codeOf(() => port.connect(loopback(80), CONNECTION_EVENTS))).toBe('EACCES')
    // The missing grant is the one for the port.
    expect(refused).toEqual(['listen 127.0.0.1:8080'])
  })

  test('with a grant to listen allows to connect from that port', () => {
    const { host, below } = guarded({ connect: ['*'], listen: ['127.0.0.1:8080'] })
    host.bind(loopback(8080), PLAIN).connect(loopback(80), CONNECTION_EVENTS)
    expect(below.connections[0]?.local.port).toBe(8080)
  })
})

test.each([
  ['a text in place of a list', { listen: '127.0.0.1:80' }, /listen is "127\.0\.0\.1:80" and not a list; give \[/],
  ['a number in place of a rule', { connect: [80] }, /a rule is 80; give an object/],
  ['an unknown action', { bind: ['*'] }, /the policy has no "bind"; give connect, listen/],
  ['an unknown property in a rule', { connect: [{ hots: 'a' }] }, /has no "hots"; give host, port/],
  ['a list in place of the policy', [], /the policy is \[\]; give an object/],
])('a policy with %s is refused', (_what, policy, message) => {
  expect(() => policyHost(new FakeHost(), wrong<PolicyRules>(policy))).toThrow(message)
})

test('a string in place of a hook is refused', () => {
  expect(() => policyHost(new FakeHost(), {}, wrong({ onRefusal: 'log' }))).toThrow(
    /onRefusal is a string; give a func/,
  )
})

test('policyHost() grants nothing without a policy and refuses to work without a host', () => {
  expect(() => policyHost(new FakeHost()).connect(loopback(80), CONNECTION_EVENTS)).toThrow(/grant it/)
  for (const host of [undefined, {}, 'node']) expect(() => policyHost(wrong<Host>(host))).toThrow(/is not a host/)
})

test.each([
  '127.0.0.1:',
  '127.0.0.1:0-80',
  '127.0.0.1:90-80',
  '127.0.0.1:80,',
  '10.1.2.3/8:80',
  '10.0.0.0/33:80',
  '[::1%eth0/64]:80',
  '*.*.test:80',
  'a.*.test:80',
  'http://127.0.0.1:80',
  'db.test:80=10.0.0.1/8',
  '::1',
  '127.0.0.1:65536',
  '127.0.0.1:http',
  '127.1:80',
  '1:2:3:80',
  '::1:80',
  '[::1:80',
  '[127.0.0.1]:80',
  '',
  '**',
  '127.0.0.1:80 ',
  '127.0.0.01:80',
  '2130706433:80',
  '0x7f.0.0.1:80',
  '127.0.0.0x1:80',
  'db.0x7f:80',
  '１２７.0.0.1:80',
  '127。0。0。1:80',
  '-db.test:80',
  'db..test:80',
  '[db.test]:80',
  '[::1%]:80',
  '[::0x7f.0.0.1]:80',
  '[::00001]:80',
])('the rule %j is refused', (rule) => {
  for (const policy of [{ listen: [rule] }, { connect: ['*', rule] }]) {
    expect(() => policyHost(new FakeHost(), policy)).toThrow(TypeError)
    expect(() => policyHost(new FakeHost(), policy)).toThrow(/not an address; give HOST:PORT/)
  }
})

test('a rule with the zone of an unknown interface is refused', () => {
  for (const rule of ['[fe80::1%eth9]:80', '[fe80::1%4294967296]:80']) {
    expect(() => policyHost(new FakeHost(), { connect: [rule] })).toThrow(/"\[fe80::1%\w+\]:80": its zone.*number/)
  }
})

test('interfaces() returns those that the rules name', () => {
  const known = (policy: PolicyRules): unknown => [...policyHost(new FakeHost(), policy).interfaces()]
  expect(known({ connect: ['[fe80::1%eth0]:80', '[fe80::1%7]:80'] })).toEqual([['eth0', 2]])
  expect(known({ listen: ['127.0.0.1:80'] })).toEqual([])
  for (const policy of [{ connect: ['*'] }, { listen: ['*'] }]) expect(known(policy)).toHaveLength(2)
})

test('clocks, timers, defer() and keepAlive() are passed to the host', () => {
  const { host, below } = guarded({})
  expect([host.name, host.clock(), host.wallClock()]).toEqual(['fake', below.clock(), below.wallClock()])
  let turned = 0
  host.defer(() => turned++)
  host.timer(() => turned++).set(5)
  below.turn()
  below.advance(5)
  expect(turned).toBe(2)
  const release = host.keepAlive()
  expect(below.keepers).toBe(1)
  release()
  expect(below.keepers).toBe(0)
})

test('a granted connection carries bytes like without a policy', async () => {
  const below = virtualHost()
  const release = below.keepAlive()
  const host = policyHost(below, { listen: ['[::1]:0'], connect: ['*'] })
  const port: HostBoundSocket = host.bind(v6('::1', 0), PLAIN)
  const heard = new Promise<string>((resolve) => {
    port.listen(1, {
      onConnection(connection) {
        connection.events = { ...CONNECTION_EVENTS, onData: (chunk) => resolve(Buffer.from(chunk).toString()) }
        connection.readStart()
      },
      onError() {},
    })
  })
  const client = host.connect(port.local, {
    ...CONNECTION_EVENTS,
    onConnect: () => void client.write(Buffer.from('hello')),
  })
  expect(await soon(heard, 'the bytes')).toBe('hello')
  release()
})

describe('a datagram socket', () => {
  const UNSHARED = { ...PLAIN, reuseAddress: false }

  /** A socket, and the senders of the messages that it receives. */
  const open = (host: Host, local: Address) => {
    const heard: string[] = []
    const onMessage = (_bytes: Uint8Array, from: Address): void => void heard.push(formatEndpoint(from))
    const socket = host.bindDatagram(local, UNSHARED, { onMessage, onDrain() {}, onError() {} })
    socket.readStart()
    return { socket, heard }
  }
  const message = new Uint8Array(1)

  test('without a grant neither binds nor sends', () => {
    const { host, below, refused } = guarded({})
    expect(codeOf(() => open(host, v4('0.0.0.0', 53)))).toBe('EACCES')
    const { socket } = open(host, v4('0.0.0.0', 0))
    expect(socket.local).toEqual(v4('0.0.0.0', 0))
    socket.setBroadcast(true)
    expect(codeOf(() => socket.send(message, loopback(53)))).toBe('EACCES')
    expect(codeOf(() => socket.connect(loopback(53)))).toBe('EACCES')
    expect(codeOf(() => socket.setMembership({ group: '239.0.0.1', on: '0.0.0.0' }, true))).toBe('EACCES')
    socket.close()
    expect(refused).toEqual(['listen 0.0.0.0:53', 'send 127.0.0.1:53', 'send 127.0.0.1:53', 'listen 239.0.0.1:0'])
    expect(below.datagrams).toEqual([])
  })

  test('with a grant to listen receives from all and may answer', () => {
    const { host, below } = guarded({ listen: ['0.0.0.0:53', '239.0.0.1:53'] })
    const { socket, heard } = open(host, v4('0.0.0.0', 53))
    const [real] = below.datagrams
    real?.receive('x', loopback(1001))
    expect(heard).toEqual(['127.0.0.1:1001'])
    expect(socket.send(message, loopback(1001))).toBe(true)
    expect(codeOf(() => socket.send(message, loopback(1002)))).toBe('EACCES')
    socket.setMembership({ group: '239.0.0.1', on: '0.0.0.0' }, true)
    expect(codeOf(() => socket.setMembership({ group: '239.0.0.2', on: '0.0.0.0' }, true))).toBe('EACCES')
  })

  test('may answer only the last 4,096 senders', () => {
    const { host, below } = guarded({ listen: ['0.0.0.0:53'] })
    const { socket } = open(host, v4('0.0.0.0', 53))
    for (let port = 1; port <= 4097; port++) below.datagrams[0]?.receive('x', loopback(port))
    expect(codeOf(() => socket.send(message, loopback(1)))).toBe('EACCES')
    expect(socket.send(message, loopback(2))).toBe(true)
  })

  test('with a grant to connect sends to that address and receives from it only', () => {
    const { host, below } = guarded({ connect: ['127.0.0.1:53'] })
    const { socket, heard } = open(host, v4('0.0.0.0', 0))
    expect(socket.send(message, loopback(53))).toBe(true)
    for (const port of [53, 54]) below.datagrams[0]?.receive('x', loopback(port))
    expect(heard).toEqual(['127.0.0.1:53'])
    expect(codeOf(() => socket.send(message, loopback(54)))).toBe('EACCES')
    socket.connect(loopback(53))
    expect(socket.send(message, undefined)).toBe(true)
    expect(codeOf(() => open(host, v4('0.0.0.0', 54)))).toBe('EACCES')
  })

  test('receives from its connected peer when the name has a new answer', () => {
    const { host, below } = guarded({ connect: ['db.test:53'] })
    const tell = (hosts: readonly string[]): void => {
      host.lookup('db.test', 'any', { onAnswer() {}, onError() {} })
      below.lookups.at(-1)?.events.onAnswer(hosts)
    }
    const { socket, heard } = open(host, v4('0.0.0.0', 0))
    tell(['192.0.2.1'])
    socket.connect(v4('192.0.2.1', 53))
    tell(['192.0.2.2'])
    for (const from of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) below.datagrams[0]?.receive('x', v4(from, 53))
    expect(heard).toEqual(['192.0.2.1:53', '192.0.2.2:53'])
    socket.disconnect()
    below.datagrams[0]?.receive('x', v4('192.0.2.1', 53))
    expect(heard).toHaveLength(2)
  })

  test('passes all calls to the host with full grants', () => {
    const { host, below } = guarded({ listen: ['*'], connect: ['*'] })
    const { socket } = open(host, loopback(53))
    socket.setBroadcast(true)
    socket.setTtl(1)
    socket.setMulticastTtl(2)
    socket.setMulticastLoop(false)
    socket.setMulticastInterface('127.0.0.1')
    socket.setMembership({ group: '239.0.0.1', on: '0.0.0.0' }, false)
    socket.setBufferSize('send', 5000)
    socket.connect(loopback(9))
    socket.disconnect()
    socket.readStop()
    const [real] = below.datagrams
    expect([real?.log.length, real?.reading]).toEqual([9, false])
    socket.close()
    expect(real?.closed).toBe(true)
  })
})
