/** Tests of names in policies: which may be looked up, and which addresses they grant. */
import { describe, expect, test } from '@jest/globals'
import type { Address } from '../../src/base/address.js'
import { policyHost } from '../../src/guard/policy-host.js'
import type { PolicyRules } from '../../src/guard/rules/policy-rules.js'
import type { Host } from '../../src/host/contract/host.js'
import type { LookupFamily } from '../../src/host/contract/lookup.js'
import { FakeHost } from '../support/fake-host.js'
import { codeOf } from '../support/loops.js'
import { loopback } from '../support/wishes.js'

const PLAIN = { ipv6Only: false, reusePort: false }
const CONNECTION_EVENTS = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }
const LISTENER_EVENTS = { onConnection() {}, onError() {} }

/** A guest under a policy, and the simulated host below it. */
class Guest {
  readonly below = new FakeHost()
  readonly refused: string[] = []
  readonly told: unknown[] = []
  readonly host: Host

  constructor(policy: PolicyRules) {
    this.host = policyHost(this.below, policy, {
      onRefusal: ({ action, target }) => this.refused.push(`${action} ${target}`),
    })
  }

  /** Looks up a name. @returns a function that answers with addresses, or with an error */
  ask(name: string, family: LookupFamily = 'any'): (answer: readonly string[] | 'ENOENT' | 'ETIMEDOUT') => void {
    this.host.lookup(name, family, {
      onAnswer: (texts) => this.told.push(texts),
      onError: (code) => this.told.push(code),
    })
    const events = this.below.lookups.at(-1)?.events
    return (answer) => (typeof answer === 'string' ? events?.onError(answer) : events?.onAnswer(answer))
  }

  /** Whether it may connect there. */
  reaches(host: string, port = 80): boolean {
    const address: Address = host.includes(':')
      ? { family: 'ipv6', host, port, flowInfo: 0, scopeId: 0 }
      : { family: 'ipv4', host, port }
    const code = codeOf(() => this.host.connect(address, CONNECTION_EVENTS))
    if (code !== 'none' && code !== 'EACCES') throw new Error(`refused with ${code}`)
    return code === 'none'
  }

  /** Those of the hosts that it may connect to. */
  reached(...hosts: string[]): string[] {
    return hosts.filter((host) => this.reaches(host))
  }
}

const [A, B, C] = ['192.0.2.1', '192.0.2.2', '192.0.2.3']
const [A6, B6] = ['2001:db8::1', '2001:db8::2']

test('a name or an address without a grant is not looked up', () => {
  const guest = new Guest({ connect: ['db.test:80', '127.0.0.1:80'], listen: ['*'] })
  expect(codeOf(() => guest.ask('other.test'))).toBe('EACCES')
  expect(codeOf(() => guest.host.reverse(loopback(81), { onAnswer() {}, onError() {} }))).toBe('EACCES')
  expect(guest.refused).toEqual(['resolve other.test', 'resolve 127.0.0.1'])
  expect(guest.below.lookups).toEqual([])
})

test.each(['db.test', 'DB.test.', 'db.TEST'])(
  '%s grants the addresses of its answer, at the ports of the rules',
  (name) => {
    const guest = new Guest({ connect: ['db.test:80', 'Db.Test.:443'] })
    expect(guest.reached(A, A6)).toEqual([])
    guest.ask(name)([A, A6])
    expect(guest.told).toEqual([[A, A6]])
    expect([guest.reached(A, A6, B), guest.reaches(A, 443), guest.reaches(A, 81)]).toEqual([[A, A6], true, false])
  },
)

test('an IPv4-mapped address of an answer is granted, too', () => {
  const guest = new Guest({ connect: ['db.test:80'] })
  guest.ask('db.test')([A])
  expect(guest.reached(`::ffff:${A}`, `::ffff:${B}`)).toEqual([`::ffff:${A}`])
})

test('a rule can have an internationalized name', () => {
  const guest = new Guest({ connect: ['bücher.test:80'] })
  guest.ask('xn--bcher-kva.test')([A])
  expect(guest.reached(A)).toEqual([A])
})

test('any name can be looked up with the rule *', () => {
  const guest = new Guest({ connect: ['*'] })
  guest.ask('any.test')([A])
  expect([guest.told, guest.reached(A, B, '127.0.0.1')]).toEqual([[[A]], [A, B, '127.0.0.1']])
})

test('the name of an address can be looked up if the address is granted', () => {
  const guest = new Guest({ connect: ['127.0.0.1:80'] })
  guest.host.reverse(loopback(80), { onAnswer() {}, onError() {} })
  expect(guest.below.lookups[0]?.question).toBe('127.0.0.1 80')
})

test('a rule with a name allows to bind a free port to connect from', () => {
  const { host } = new Guest({ connect: ['db.test:80'] })
  expect(host.bind(loopback(0), PLAIN).local.port).toBeGreaterThan(0)
})

test('localhost grants both loopback addresses, also to listen', () => {
  const guest = new Guest({ connect: ['localhost:80', 'LocalHost:81'], listen: ['localhost:8080'] })
  expect(guest.reached('127.0.0.1', '::1', '127.0.0.2')).toEqual(['127.0.0.1', '::1'])
  expect([guest.reaches('127.0.0.1', 81), guest.reaches('::1', 81)]).toEqual([true, true])
  for (const family of ['ipv4', 'ipv6'] as const)
    guest.host.bind(loopback(8080, family), PLAIN).listen(1, LISTENER_EVENTS)
  expect(guest.below.listeners).toHaveLength(2)
})

test('a name is refused in a rule to listen', () => {
  expect(() => policyHost(new FakeHost(), { listen: ['db.test:80'] })).toThrow(/a name is not possible/)
})

describe('a name with a new answer', () => {
  test('no longer grants the addresses of the old one', () => {
    const guest = new Guest({ connect: ['db.test:80', 'other.test:80'] })
    guest.ask('db.test')([A, B])
    guest.ask('other.test')([C])
    guest.ask('db.test')([B])
    expect(guest.reached(A, B, C)).toEqual([B, C])
  })

  test('in one family keeps the addresses of the other family', () => {
    const guest = new Guest({ connect: ['db.test:80'] })
    guest.ask('db.test')([A, A6])
    guest.ask('db.test', 'ipv4')([B])
    expect(guest.reached(A, B, A6)).toEqual([B, A6])
    guest.ask('db.test', 'ipv6')([B6])
    expect(guest.reached(A, B, A6, B6)).toEqual([B, B6])
  })

  test('of ENOENT grants nothing, and of another error keeps the old addresses', () => {
    const guest = new Guest({ connect: ['db.test:80'] })
    guest.ask('db.test')([A])
    guest.ask('db.test')('ETIMEDOUT')
    expect(guest.reached(A)).toEqual([A])
    guest.ask('db.test')('ENOENT')
    expect(guest.reached(A)).toEqual([])
    expect(guest.told).toEqual([[A], 'ETIMEDOUT', 'ENOENT'])
  })

  test('of two concurrent lookups grants both answers', () => {
    const guest = new Guest({ connect: ['db.test:80'] })
    const [first, second] = [guest.ask('db.test'), guest.ask('db.test')]
    first([A])
    second([B])
    expect(guest.reached(A, B)).toEqual([A, B])
    guest.ask('db.test')([C])
    expect(guest.reached(A, B, C)).toEqual([C])
  })

  test('does not keep old addresses when each lookup starts before the last answer', () => {
    const guest = new Guest({ connect: ['db.test:80'] })
    let answer = guest.ask('db.test')
    for (const host of [A, B, C]) {
      const next = guest.ask('db.test')
      answer([host])
      answer = next
    }
    answer([A6])
    // The answers before the last lookup are gone.
    expect(guest.reached(A, B, C, A6)).toEqual([C, A6])
  })
})

describe('an answer', () => {
  const SPECIAL = [
    '127.0.0.1',
    '127.1.2.3',
    '::1',
    '0.0.0.0',
    '::',
    '169.254.169.254',
    'fe80::1',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '2002:a9fe:a9fe::1',
  ]

  test.each(SPECIAL)('does not have %s unless a rule names it, too', (host) => {
    const bare = new Guest({ connect: ['db.test:80'] })
    bare.ask('db.test')([host, A])
    expect([bare.reached(host, A), bare.refused.length]).toEqual([[A], 1])
    const rule = host.includes(':') ? `[${host}]:80` : `${host}:80`
    const both = new Guest({ connect: ['db.test:80', rule] })
    both.ask('db.test')([host, A])
    expect(both.reached(host, A)).toEqual([host, A])
  })

  test.each(['10.0.0.1', '192.168.0.1', '172.16.0.1', '100.64.0.1', 'fd00::1', 'fd00:ec2::254', '168.63.129.16'])(
    'is refused if all it has is the internal address %s, unless the rule lets the name lead there',
    (host) => {
      const guest = new Guest({ connect: ['db.internal:80'] })
      guest.ask('db.internal')([host])
      expect([guest.told, guest.reached(host)]).toEqual([['EACCES'], []])
      expect(guest.refused).toEqual(['resolve db.internal', `connect ${host.includes(':') ? `[${host}]` : host}:80`])
      const granted = new Guest({ connect: [{ host: 'db.internal', port: 80, resolvesTo: host }] })
      granted.ask('db.internal')([host])
      expect([granted.told, granted.reached(host)]).toEqual([[[host]], [host]])
    },
  )

  test('with addresses outside of resolvesTo does not reach the guest', () => {
    const guest = new Guest({ connect: ['db.internal:80=10.0.0.0/8=192.168.1.0/24'] })
    guest.ask('db.internal')(['10.1.2.3', A, '192.168.1.7', '192.168.2.7'])
    expect(guest.told).toEqual([['10.1.2.3', '192.168.1.7']])
    expect(guest.reached('10.1.2.3', A, '192.168.1.7', '192.168.2.7')).toEqual(['10.1.2.3', '192.168.1.7'])
  })

  test('grants nothing of the ranges that its name did not lead to', () => {
    const guest = new Guest({ connect: ['db.internal:80=10.0.0.0/8'] })
    guest.ask('db.internal')(['10.1.2.3'])
    expect(guest.reached('10.1.2.3', '10.1.2.4')).toEqual(['10.1.2.3'])
    guest.ask('db.internal')(['10.1.2.4'])
    expect(guest.reached('10.1.2.3', '10.1.2.4')).toEqual(['10.1.2.4'])
  })

  test('that is not an address is ignored without an exception', () => {
    const guest = new Guest({ connect: ['db.test:80'] })
    const odd: string[] = [
      '',
      'db.test',
      '127.1',
      '0x7f.1',
      '192.0.2.1:80',
      '[::1]',
      '::1%',
      'fe80::1%eth9',
      '\0',
      'x'.repeat(1e5),
    ]
    expect(() => guest.ask('db.test')([...odd, Object(undefined), Object(7), A])).not.toThrow()
    expect(guest.reached(A, '127.0.0.1')).toEqual([A])
  })
})

describe('a pattern', () => {
  test('grants all names below its own, at any depth', () => {
    const guest = new Guest({ connect: ['*.example.com:80'] })
    for (const name of ['a.example.com', 'A.B.Example.COM.']) guest.ask(name)([A])
    expect(guest.told).toEqual([[A], [A]])
    for (const name of ['example.com', 'badexample.com', 'example.com.evil.test', 'a.example.co']) {
      expect([name, codeOf(() => guest.ask(name))]).toEqual([name, 'EACCES'])
    }
  })

  test('leads each name to its own addresses', () => {
    const guest = new Guest({ connect: ['*.example.com:80'] })
    guest.ask('a.example.com')([A])
    guest.ask('b.example.com')([B])
    expect(guest.reached(A, B)).toEqual([A, B])
    guest.ask('a.example.com')([C])
    expect(guest.reached(A, B, C)).toEqual([B, C])
  })

  test('keeps the addresses of the 1,024 names that were looked up last', () => {
    const guest = new Guest({ connect: ['*.example.com:80'] })
    guest.ask('first.example.com')([A])
    for (let index = 0; index < 1024; index++) guest.ask(`n${index}.example.com`)([B])
    expect(guest.reached(A, B)).toEqual([B])
  })
})

describe('a rule that denies', () => {
  test('a name refuses its lookup although a pattern allows it', () => {
    const guest = new Guest({ connect: ['*.example.com:80'], deny: ['secret.example.com'] })
    expect(codeOf(() => guest.ask('secret.example.com'))).toBe('EACCES')
    guest.ask('open.example.com')([A])
    expect(guest.reached(A)).toEqual([A])
  })

  test('a port of a name lets it be looked up, and refuses the port', () => {
    const guest = new Guest({ connect: ['db.test'], deny: { connect: ['db.test:22'] } })
    guest.ask('db.test')([A])
    expect([guest.reaches(A, 80), guest.reaches(A, 22)]).toEqual([true, false])
  })

  test('an address wins over the name that leads to it', () => {
    const guest = new Guest({ connect: ['db.test:80'], deny: ['192.0.2.2'] })
    guest.ask('db.test')([A, B])
    expect([guest.told, guest.reached(A, B)]).toEqual([[[A]], [A]])
  })
})
