/** What a policy grants of names: who may ask for them, and where they lead. */
import { describe, expect, test } from '@jest/globals'
import type { Address } from '../../src/base/address.js'
import { formatEndpoint, type Policy, policyHost } from '../../src/guard/policy.js'
import type { Host } from '../../src/host/contract/host.js'
import type { LookupFamily } from '../../src/host/contract/lookup.js'
import { FakeHost } from '../support/fake-host.js'
import { codeOf } from '../support/loops.js'
import { loopback } from '../support/wishes.js'

const PLAIN = { ipv6Only: false, reusePort: false }
const NOBODY = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }
const DEAF = { onConnection() {}, onError() {} }

/** A guest under a policy, and what the host below answers it. */
class Guest {
  readonly below = new FakeHost()
  readonly refused: string[] = []
  readonly told: unknown[] = []
  readonly host: Host

  constructor(policy: Policy) {
    this.host = policyHost(this.below, {
      ...policy,
      onRefusal: (refusal) =>
        this.refused.push(
          `${refusal.action} ${refusal.action === 'lookup' ? refusal.name : formatEndpoint(refusal.address)}`,
        ),
    })
  }

  /** Asks for a name. @returns answers it: with addresses, or with an error */
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
    const code = codeOf(() => this.host.connect(address, NOBODY))
    if (code !== 'none' && code !== 'EACCES') throw new Error(`refused with ${code}`)
    return code === 'none'
  }

  /** Of these, where it may connect. */
  reached(...hosts: string[]): string[] {
    return hosts.filter((host) => this.reaches(host))
  }
}

const [A, B, C] = ['192.0.2.1', '192.0.2.2', '192.0.2.3']
const [A6, B6] = ['2001:db8::1', '2001:db8::2']

test('they are not looked up without a grant', () => {
  const guest = new Guest({ connect: ['db.test:80', '127.0.0.1:80'], listen: ['*'] })
  expect(codeOf(() => guest.ask('other.test'))).toBe('EACCES')
  expect(codeOf(() => guest.host.reverse(loopback(81), { onAnswer() {}, onError() {} }))).toBe('EACCES')
  expect(guest.refused).toEqual(['lookup other.test', 'lookup 127.0.0.1'])
  expect(guest.below.lookups).toEqual([])
})

test.each(['db.test', 'DB.test.', 'db.TEST'])(
  '%s leads to the addresses that the guest is told, at the ports of the rules',
  (name) => {
    const guest = new Guest({ connect: ['db.test:80', 'Db.Test.:443'] })
    expect(guest.reached(A, A6)).toEqual([])
    guest.ask(name)([A, A6])
    expect(guest.told).toEqual([[A, A6]])
    expect([guest.reached(A, A6, B), guest.reaches(A, 443), guest.reaches(A, 81)]).toEqual([[A, A6], true, false])
  },
)

test('a rule may have a name in another script', () => {
  const guest = new Guest({ connect: ['bücher.test:80'] })
  guest.ask('xn--bcher-kva.test')([A])
  expect(guest.reached(A)).toEqual([A])
})

test('with a * all of them are looked up', () => {
  const guest = new Guest({ connect: ['*'] })
  guest.ask('any.test')([A])
  expect([guest.told, guest.reached(A, B, '127.0.0.1')]).toEqual([[[A]], [A, B, '127.0.0.1']])
})

test('of addresses they may be asked where the address may be connected to', () => {
  const guest = new Guest({ connect: ['127.0.0.1:80'] })
  guest.host.reverse(loopback(80), { onAnswer() {}, onError() {} })
  expect(guest.below.lookups[0]?.question).toBe('127.0.0.1 80')
})

test('they let a free port be taken to connect from', () => {
  const { host } = new Guest({ connect: ['db.test:80'] })
  expect(host.bind(loopback(0), PLAIN).local.port).toBeGreaterThan(0)
})

test('localhost is both loopback addresses, to listen as well', () => {
  const guest = new Guest({ connect: ['localhost:80', 'LocalHost:81'], listen: ['localhost:8080'] })
  expect(guest.reached('127.0.0.1', '::1', '127.0.0.2')).toEqual(['127.0.0.1', '::1'])
  expect([guest.reaches('127.0.0.1', 81), guest.reaches('::1', 81)]).toEqual([true, true])
  for (const family of ['ipv4', 'ipv6'] as const) guest.host.bind(loopback(8080, family), PLAIN).listen(1, DEAF)
  expect(guest.below.listeners).toHaveLength(2)
})

test('they are none to listen on', () => {
  expect(() => policyHost(new FakeHost(), { listen: ['db.test:80'] })).toThrow(/not an address/)
})

describe('a name that has moved', () => {
  test('leads to where it was no more', () => {
    const guest = new Guest({ connect: ['db.test:80', 'other.test:80'] })
    guest.ask('db.test')([A, B])
    guest.ask('other.test')([C])
    guest.ask('db.test')([B])
    expect(guest.reached(A, B, C)).toEqual([B, C])
  })

  test('is asked for in one family, and keeps what it has in the other', () => {
    const guest = new Guest({ connect: ['db.test:80'] })
    guest.ask('db.test')([A, A6])
    guest.ask('db.test', 'ipv4')([B])
    expect(guest.reached(A, B, A6)).toEqual([B, A6])
    guest.ask('db.test', 'ipv6')([B6])
    expect(guest.reached(A, B, A6, B6)).toEqual([B, B6])
  })

  test('and is gone leads nowhere; one that could not be asked for stays', () => {
    const guest = new Guest({ connect: ['db.test:80'] })
    guest.ask('db.test')([A])
    guest.ask('db.test')('ETIMEDOUT')
    expect(guest.reached(A)).toEqual([A])
    guest.ask('db.test')('ENOENT')
    expect(guest.reached(A)).toEqual([])
    expect(guest.told).toEqual([[A], 'ETIMEDOUT', 'ENOENT'])
  })

  test('leads to each answer of lookups that were under way together', () => {
    const guest = new Guest({ connect: ['db.test:80'] })
    const [first, second] = [guest.ask('db.test'), guest.ask('db.test')]
    first([A])
    second([B])
    expect(guest.reached(A, B)).toEqual([A, B])
    guest.ask('db.test')([C])
    expect(guest.reached(A, B, C)).toEqual([C])
  })

  test('is not kept by asking again and again before the last answer', () => {
    const guest = new Guest({ connect: ['db.test:80'] })
    let answer = guest.ask('db.test')
    for (const host of [A, B, C]) {
      const next = guest.ask('db.test')
      answer([host])
      answer = next
    }
    answer([A6])
    // What was told before the last question is gone.
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

  test.each(SPECIAL)('does not lead to %s by itself, but with a rule that names it', (host) => {
    const bare = new Guest({ connect: ['db.test:80'] })
    bare.ask('db.test')([host, A])
    expect([bare.reached(host, A), bare.refused.length]).toEqual([[A], 1])
    const rule = host.includes(':') ? `[${host}]:80` : `${host}:80`
    const both = new Guest({ connect: ['db.test:80', rule] })
    both.ask('db.test')([host, A])
    expect(both.reached(host, A)).toEqual([host, A])
  })

  test.each(['10.0.0.1', '192.168.0.1', '172.16.0.1', 'fd00::1'])(
    'leads into a network of one’s own, as to %s',
    (host) => {
      const guest = new Guest({ connect: ['db.internal:80'] })
      guest.ask('db.internal')([host])
      expect(guest.reached(host)).toEqual([host])
    },
  )

  test('that is no address is left out, and never thrown out of an event of the host', () => {
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
