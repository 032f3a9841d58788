/** What is decided of accepted peers, denied addresses, messages and a broker's answers; and what is told of it. */
import { describe, expect, test } from '@jest/globals'
import type { Address } from '../../src/base/address.js'
import type { ErrnoName } from '../../src/base/errno.js'
import { auditLog } from '../../src/guard/audit-log.js'
import type { Attempt, Decision, Refusal } from '../../src/guard/decision.js'
import type { PolicyHooks } from '../../src/guard/judge.js'
import { policyHost } from '../../src/guard/policy-host.js'
import type { PolicyRules } from '../../src/guard/rules/policy-rules.js'
import type { HostConnection } from '../../src/host/contract/connection.js'
import type { Host } from '../../src/host/contract/host.js'
import { FakeHost } from '../support/fake-host.js'
import { codeOf } from '../support/loops.js'
import { loopback } from '../support/wishes.js'

const PLAIN = { ipv6Only: false, reusePort: false }
const EVENTS = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }

const v4 = (host: string, port: number): Address => ({ family: 'ipv4', host, port })
const v6 = (host: string, port: number): Address => ({ family: 'ipv6', host, port, flowInfo: 0, scopeId: 0 })

const over = (rules: PolicyRules, hooks: PolicyHooks = {}): { host: Host; below: FakeHost } => {
  const below = new FakeHost()
  return { host: policyHost(below, rules, hooks), below }
}

describe('a rule that denies a range', () => {
  const rules = { connect: ['*'], listen: ['*'], deny: ['127.0.0.0/8', '[::1]'] }

  test.each([
    v4('127.0.0.1', 80),
    v4('127.9.9.9', 1),
    v6('::1', 80),
    v6('::ffff:127.0.0.1', 80),
    // NAT64, 6to4, IPv4-compatible.
    v6('64:ff9b::7f00:1', 80),
    v6('2002:7f00:1::', 80),
    v6('::7f00:1', 80),
    // As destinations, these mean this machine.
    v4('0.0.0.0', 80),
    v6('::', 80),
    v6('::ffff:0.0.0.0', 80),
  ])('refuses to connect and to send to %j', (address) => {
    const { host, below } = over(rules)
    expect(codeOf(() => host.connect(address, EVENTS))).toBe('EACCES')
    const socket = host.bindDatagram(
      v4('10.0.0.1', 0),
      { ...PLAIN, reuseAddress: false },
      { ...EVENTS, onMessage() {} },
    )
    expect(codeOf(() => socket.send(new Uint8Array(1), address))).toBe('EACCES')
    expect(codeOf(() => socket.connect(address))).toBe('EACCES')
    expect(below.connections).toEqual([])
  })

  test.each([v4('127.0.0.1', 0), v4('0.0.0.0', 80), v6('::', 80), v6('::1', 80)])(
    'refuses to listen on %j',
    (local) => {
      const { host, below } = over(rules)
      expect(codeOf(() => host.bind(local, PLAIN).listen(1, { onConnection() {}, onError() {} }))).toBe('EACCES')
      expect(below.listeners).toEqual([])
    },
  )

  test('lets other addresses be', () => {
    const { host } = over(rules)
    for (const address of [v4('128.0.0.1', 80), v6('64:ff9b::8000:1', 80), v6('::2', 80)]) {
      expect([address, codeOf(() => host.connect(address, EVENTS))]).toEqual([address, 'none'])
    }
  })
})

test('a denied port is refused when the host has chosen it', () => {
  const { host, below } = over({
    listen: ['127.0.0.1'],
    deny: { listen: [`*:${new FakeHost().bind(loopback(0), PLAIN).local.port}`] },
  })
  expect(codeOf(() => host.bind(loopback(0), PLAIN).listen(1, { onConnection() {}, onError() {} }))).toBe('EACCES')
  expect(below.listeners).toEqual([])
})

describe('rules to accept', () => {
  /** The peers that reach a listener. */
  const accepted = (rules: PolicyRules, peers: readonly Address[]): string[] => {
    const { host, below } = over({ listen: ['*'], ...rules })
    const reached: string[] = []
    const onConnection = (connection: HostConnection): void => {
      connection.events = EVENTS
      reached.push(connection.remote.host)
    }
    host.bind(loopback(80), PLAIN).listen(1, { onConnection, onError() {} })
    for (const peer of peers) below.listeners[0]?.arrive(undefined, peer)
    return reached
  }
  const peers = [v4('10.0.0.1', 1000), v4('192.0.2.1', 1000)]

  test('let all peers in if there are none', () => {
    expect(accepted({}, peers)).toEqual(['10.0.0.1', '192.0.2.1'])
  })

  test('let in only those that one allows, and none that one denies', () => {
    expect(accepted({ accept: ['10.0.0.0/8'] }, peers)).toEqual(['10.0.0.1'])
    expect(accepted({ deny: { accept: ['10.0.0.0/8'] } }, peers)).toEqual(['192.0.2.1'])
    expect(accepted({ accept: ['*'], deny: { accept: ['10.0.0.0/8'] } }, peers)).toEqual(['192.0.2.1'])
  })

  test('close the connections of other peers', () => {
    const { host, below } = over({ listen: ['*'], accept: ['10.0.0.0/8'] })
    host.bind(loopback(80), PLAIN).listen(1, { onConnection() {}, onError() {} })
    const connection = below.listeners[0]?.arrive(undefined, v4('192.0.2.1', 1000))
    expect(connection?.ended).toBe('closed')
  })

  test('hold for messages', () => {
    const { host, below } = over({ listen: ['*'], accept: ['udp://10.0.0.0/8'] })
    const heard: string[] = []
    const events = {
      onMessage: (_bytes: Uint8Array, from: Address) => void heard.push(from.host),
      onDrain() {},
      onError() {},
    }
    const socket = host.bindDatagram(loopback(53), { ...PLAIN, reuseAddress: false }, events)
    socket.readStart()
    for (const peer of peers) below.datagrams[0]?.receive('x', peer)
    expect(heard).toEqual(['10.0.0.1'])
    expect(codeOf(() => socket.send(new Uint8Array(1), v4('192.0.2.1', 1000)))).toBe('EACCES')
  })
})

test('a rule that denies an address also denies answers to it', () => {
  const { host, below } = over({ listen: ['*'], deny: { send: ['10.0.0.0/8'] } })
  const socket = host.bindDatagram(loopback(53), { ...PLAIN, reuseAddress: false }, { ...EVENTS, onMessage() {} })
  socket.readStart()
  for (const peer of [v4('10.0.0.1', 9), v4('192.0.2.1', 9)]) below.datagrams[0]?.receive('x', peer)
  expect(codeOf(() => socket.send(new Uint8Array(1), v4('10.0.0.1', 9)))).toBe('EACCES')
  expect(socket.send(new Uint8Array(1), v4('192.0.2.1', 9))).toBe(true)
})

describe('a broker', () => {
  /** A host whose broker is answered by hand, and what it was asked. */
  const brokered = (rules: PolicyRules = {}) => {
    const asked: Attempt[] = []
    const answers: ((allowed: boolean) => void)[] = []
    const onAsk = (attempt: Attempt): Promise<boolean> => {
      asked.push(attempt)
      return new Promise((resolve) => answers.push(resolve))
    }
    return { ...over(rules, { onAsk }), asked, answers }
  }
  /** Connects, and records the events. */
  const connecting = (host: Host, remote: Address): { connection: HostConnection; log: string[] } => {
    const log: string[] = []
    const onError = (code: ErrnoName): void => void log.push(code)
    const connection = host.connect(remote, { ...EVENTS, onConnect: () => log.push('connected'), onError })
    return { connection, log }
  }
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  test('decides what no rule decides, and nothing else', async () => {
    const { host, asked } = brokered({ connect: ['127.0.0.1:80'], deny: { connect: ['127.0.0.1:22'] } })
    host.connect(loopback(80), EVENTS)
    expect(codeOf(() => host.connect(loopback(22), EVENTS))).toBe('EACCES')
    host.connect(loopback(443), EVENTS)
    await settled()
    expect(asked).toEqual([{ action: 'connect', protocol: 'tcp', target: '127.0.0.1:443', names: [] }])
  })

  test('delays a connection until it has allowed it', async () => {
    const { host, below, answers } = brokered()
    const { connection, log } = connecting(host, loopback(443))
    connection.setNoDelay(true)
    connection.readStart()
    await settled()
    expect(below.connections).toEqual([])
    answers[0]?.(true)
    await settled()
    expect(below.connections).toHaveLength(1)
    expect(below.connections[0]?.log).toEqual(expect.arrayContaining(['setNoDelay true']))
    expect(log).toEqual([])
    below.connections[0]?.connect()
    expect([log, connection.remote]).toEqual([['connected'], loopback(443)])
  })

  test.each([
    ['says no', (answer: (allowed: boolean) => void) => answer(false)],
    ['answers with something else', (answer: (allowed: boolean) => void) => answer(JSON.parse('"yes"'))],
  ])('that %s lets the connection fail with EACCES', async (_what, say) => {
    const { host, below, answers } = brokered()
    const { log } = connecting(host, loopback(443))
    for (const answer of answers) say(answer)
    await settled()
    expect([log, below.connections]).toEqual([['EACCES'], []])
  })

  test('that throws lets the connection fail with EACCES', async () => {
    const { host } = over(
      {},
      {
        onAsk: () => {
          throw new Error('broken')
        },
      },
    )
    const { log } = connecting(host, loopback(443))
    await settled()
    expect(log).toEqual(['EACCES'])
  })

  test('is not obeyed after the connection was closed', async () => {
    const { host, below, answers } = brokered()
    const { connection, log } = connecting(host, loopback(443))
    connection.close()
    answers[0]?.(true)
    await settled()
    expect([log, below.connections]).toEqual([[], []])
  })

  test('decides about names, which then lead to no internal address', async () => {
    const { host, below, asked, answers } = brokered()
    const told: unknown[] = []
    host.lookup('db.test', 'any', { onAnswer: (texts) => told.push(texts), onError: (code) => told.push(code) })
    answers[0]?.(true)
    await settled()
    below.lookups[0]?.events.onAnswer(['10.0.0.1', '192.0.2.1'])
    expect(told).toEqual([['192.0.2.1']])
    host.connect(v4('192.0.2.1', 80), EVENTS)
    expect(asked.at(-1)).toEqual({ action: 'connect', protocol: 'tcp', target: '192.0.2.1:80', names: ['db.test'] })
  })

  test('that refuses a name lets its lookup fail with EACCES', async () => {
    const { host, answers } = brokered()
    const told: unknown[] = []
    const cancel = host.lookup('a.test', 'any', { onAnswer() {}, onError: (code) => told.push(['a', code]) })
    host.lookup('b.test', 'any', { onAnswer() {}, onError: (code) => told.push(['b', code]) })
    cancel()
    for (const answer of answers) answer(false)
    await settled()
    expect(told).toEqual([['b', 'EACCES']])
  })
})

describe('what is told', () => {
  test('has the rule that decided, its comment and the names', () => {
    const decisions: Decision[] = []
    const rules = { connect: [{ host: 'db.test', port: 80, comment: 'the database' }] }
    const { host, below } = over(rules, { onDecision: (decision) => decisions.push(decision) })
    host.lookup('db.test', 'any', { onAnswer() {}, onError() {} })
    below.lookups[0]?.events.onAnswer(['192.0.2.1'])
    host.connect(v4('192.0.2.1', 80), EVENTS)
    codeOf(() => host.connect(v4('192.0.2.1', 81), EVENTS))
    const rule = 'allow connect db.test:80'
    const allowed = { verdict: 'allow', rule, comment: 'the database', reason: 'a rule allows it' }
    expect(decisions).toEqual([
      { action: 'resolve', protocol: undefined, target: 'db.test', names: [], ...allowed },
      { action: 'connect', protocol: 'tcp', target: '192.0.2.1:80', names: ['db.test'], ...allowed },
      {
        action: 'connect',
        protocol: 'tcp',
        target: '192.0.2.1:81',
        names: ['db.test'],
        verdict: 'deny',
        rule: undefined,
        comment: undefined,
        reason: 'no rule allows it',
      },
    ])
  })

  test('fills an audit log, which counts repeated refusals', () => {
    const lines: string[] = []
    const audit = auditLog({ guest: 'g', write: (line) => lines.push(line), now: () => 1e12 })
    const { host } = over({ connect: ['127.0.0.1:80'] }, { onDecision: audit.add })
    for (let round = 0; round < 3; round++) {
      host.connect(loopback(80), EVENTS)
      codeOf(() => host.connect(loopback(81), EVENTS))
    }
    audit.flush()
    audit.flush()
    const parsed = lines.map((line) => JSON.parse(line))
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true)
    expect(parsed.map(({ target, verdict, count }) => [target, verdict, count])).toEqual([
      ['127.0.0.1:80', 'allow', undefined],
      ['127.0.0.1:81', 'deny', undefined],
      ['127.0.0.1:80', 'allow', undefined],
      ['127.0.0.1:80', 'allow', undefined],
      ['127.0.0.1:81', 'deny', 2],
    ])
    expect(parsed[0]).toEqual({
      time: '2001-09-09T01:46:40.000Z',
      guest: 'g',
      action: 'connect',
      protocol: 'tcp',
      target: '127.0.0.1:80',
      verdict: 'allow',
      rule: 'allow connect 127.0.0.1:80',
      reason: 'a rule allows it',
    })
  })

  test('tells as many refusals as its rate allows, and how many others there were', () => {
    const told: (number | undefined)[] = []
    const hooks = { refusalsPerSecond: { rate: 1, burst: 2 }, onRefusal: (one: Refusal) => told.push(one.omitted) }
    const { host, below } = over({}, hooks)
    const refuse = (): string => codeOf(() => host.connect(loopback(81), EVENTS))
    for (let count = 0; count < 5; count++) expect(refuse()).toBe('EACCES')
    expect(told).toEqual([undefined, undefined])
    below.advance(1000)
    refuse()
    expect(told).toEqual([undefined, undefined, 3])
  })

  test('refuses a rate that is none', () => {
    const given = { refusalsPerSecond: { rate: 0, burst: 1 } }
    expect(() => over({}, given)).toThrow('Cannot limit refusalsPerSecond to {"rate":0,"burst":1}')
  })

  test('does not grow without limit: of 1,000 different refusals the oldest is written with its count', () => {
    const lines: string[] = []
    const audit = auditLog({ guest: 'g', write: (line) => lines.push(line), now: () => 0 })
    const { host } = over({}, { onDecision: audit.add })
    for (let port = 1; port <= 1001; port++) {
      for (let round = 0; round < 2; round++) codeOf(() => host.connect(loopback(port), EVENTS))
    }
    expect(lines).toHaveLength(1002)
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ target: '127.0.0.1:1', count: 1 })
  })
})
