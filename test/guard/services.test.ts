/** Services: names of streams between a host application and its guest, and the rules about them. */
import { expect, test } from '@jest/globals'
import type { UnixAddress } from '../../src/base/address.js'
import { Policy } from '../../src/guard/policy.js'
import { policyHost } from '../../src/guard/policy-host.js'
import type { PolicyRules } from '../../src/guard/rules/policy-rules.js'
import { type Servers, type ServiceHost, serviceHost } from '../../src/guard/services/service-host.js'
import type { ConnectionEvents } from '../../src/host/contract/connection.js'
import type { HostUnix } from '../../src/host/contract/unix.js'
import { type VirtualHost, virtualHost } from '../../src/host/virtual.js'
import { soon } from '../support/deadline.js'
import { FakeHost } from '../support/fake-host.js'
import { codeOf } from '../support/loops.js'

const named = (path: string): UnixAddress => ({ family: 'unix', path })
const IGNORED: ConnectionEvents = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }
const LISTENER_EVENTS = { onConnection() {}, onError() {} }

interface Setting {
  readonly unix: HostUnix
  readonly services: ServiceHost
  readonly network: VirtualHost
  readonly told: string[]
}

const setting = (rules: PolicyRules, servers: Servers = {}, below = virtualHost()): Setting => {
  const network = virtualHost()
  const told: string[] = []
  const services = serviceHost(below, servers, network)
  const onRefusal = ({ action, target, rule }: { action: string; target: string; rule: string | undefined }): void => {
    told.push(`${action} ${target}${rule === undefined ? '' : `: ${rule}`}`)
  }
  const { unix } = policyHost(services, rules, { onRefusal })
  if (unix === undefined) throw new Error('there are no Unix sockets')
  return { unix, services, network, told }
}

/** The outcome of a connection. */
const outcome = (dial: (events: ConnectionEvents) => unknown): Promise<string> =>
  soon(
    new Promise((resolve) => {
      dial({ ...IGNORED, onConnect: () => resolve('connected'), onError: resolve })
    }),
    'a connection',
  )

test('a guest reaches the services that its rules name, and is told which rule is missing', async () => {
  const served: string[] = []
  const cache: Servers = { cache: (connection) => void served.push(connection.local.path), other() {} }
  const { unix, told } = setting({ connect: ['service:cache', 'service:gone'] }, cache)
  expect(await outcome((events) => unix.connect(named('service:cache'), events))).toBe('connected')
  expect(served).toEqual(['service:cache'])
  expect(await outcome((events) => unix.connect(named('service:gone'), events))).toBe('ENOENT')
  expect(codeOf(() => unix.connect(named('service:other'), IGNORED))).toBe('EACCES')
  expect(told).toEqual(['connect service:other'])
})

test.each<[string, PolicyRules, boolean]>([
  ['nothing', {}, false],
  ['unix:*', { connect: ['unix:*'] }, false],
  ['*', { connect: ['*'] }, false],
  ['service:*', { connect: ['service:*'] }, true],
  ['service:cache', { connect: ['service:cache'] }, true],
  ['a service as an object', { connect: [{ service: 'cache', comment: 'for pages' }] }, true],
  ['another service', { connect: ['service:cach', 'service:Cache', 'service:cache.'] }, false],
  ['a rule that denies', { connect: ['service:*'], deny: { connect: ['service:cache'] } }, false],
  ['a rule that denies everything of its kind', { connect: ['service:*'], deny: ['service:*'] }, false],
  ['a rule that denies Unix sockets', { connect: ['service:*'], deny: ['unix:*'] }, true],
])('the rule %s decides about service:cache', (_name, rules, allowed) => {
  const { unix } = setting(rules, { cache() {} })
  const attempt = (): unknown => unix.connect(named('service:cache'), IGNORED)
  if (allowed) expect(attempt).not.toThrow()
  else expect(codeOf(attempt)).toBe('EACCES')
})

test.each(['./service:cache', 'Service:cache', 'service', '/service:cache', '\0service:cache', 'service :cache'])(
  'the path %j is not that of a service',
  async (path) => {
    const served: string[] = []
    const { unix } = setting({ connect: ['unix:*', 'service:*'] }, { cache: () => void served.push(path) })
    expect(await outcome((events) => unix.connect(named(path), events))).toMatch(/^(ENOENT|ECONNREFUSED)$/)
    expect(served).toEqual([])
  },
)

test.each(['service:', 'service:80', 'service:a b', 'service:ü', `service:a${'b'.repeat(64)}`, 'unix:service:cache'])(
  'the rule %j is refused',
  (rule) => {
    expect(() => new Policy({ connect: [rule] })).toThrow(/give service:/)
  },
)

test('a guest listens on services without a rule, where only its host application reaches it', async () => {
  const { unix, services, network } = setting({ accept: ['10.0.0.1'] })
  expect(await outcome((events) => services.reach('plugin', events))).toBe('ENOENT')
  const listener = unix.bind(named('service:plugin')).listen(1, { onConnection: (peer) => peer.close(), onError() {} })
  expect(listener.local).toEqual(named('service:plugin'))
  expect(await outcome((events) => services.reach('plugin', events))).toBe('connected')
  expect(codeOf(() => unix.connect(named('service:plugin'), IGNORED))).toBe('EACCES')
  expect(codeOf(() => unix.bind(named('service:plugin')))).toBe('EADDRINUSE')
  listener.close()
  unix.bind(named('service:plugin')).close()
  expect(network.open().filter((line) => line.startsWith('name'))).toEqual([])
})

test('a rule can deny that a guest listens on services, and another guest has its own', () => {
  const { unix, told } = setting({ deny: { listen: ['service:plugin'] } })
  expect(codeOf(() => unix.bind(named('service:plugin')).listen(1, LISTENER_EVENTS))).toBe('EACCES')
  expect(told).toEqual(['listen service:plugin: deny listen service:plugin'])
  const [one, two] = [setting({}), setting({})]
  for (const { unix } of [one, two]) unix.bind(named('service:plugin')).listen(1, LISTENER_EVENTS)
})

test('the policy explains what it decides about services', () => {
  const policy = new Policy({ connect: [{ service: 'cache', comment: 'for pages' }] })
  expect(policy.explain({ action: 'connect', address: 'service:cache' })).toMatchObject({
    verdict: 'allow',
    rule: 'allow connect service:cache',
    comment: 'for pages',
  })
  expect(policy.explain({ action: 'connect', address: 'service:b' }).remedy).toBe(
    'add the rule "allow connect service:b"',
  )
  expect(policy.explain({ action: 'listen', address: 'service:plugin' }).rule).toBe('allow listen service:*')
  expect(policy.toFlags()).toEqual(['--allow-connect=service:cache'])
})

test('the name of a service is no file, and cannot be taken from its host application', () => {
  const { unix } = setting({ listen: ['service:*', 'unix:*'] }, { cache() {} })
  expect(codeOf(() => unix.bind(named('service:cache')))).toBe('EADDRINUSE')
  for (const call of [
    () => unix.unlink('service:cache'),
    () => unix.chmod('service:cache', 0),
    () => unix.mode('service:cache'),
  ])
    expect(codeOf(call)).toBe('ENOENT')
  for (const path of ['service:', 'service:a b', 'service:80'])
    expect(codeOf(() => unix.bind(named(path)))).toBe('EINVAL')
})

test('no way leads from a path of the host to a service, or back', () => {
  const served: string[] = []
  const all = ['service:*', 'unix:*']
  const { unix } = setting({ listen: all, connect: all }, { cache: () => void served.push('cache') })
  unix.bind(named('/run/db')).listen(1, LISTENER_EVENTS)
  const pairs = [
    ['/run/client', 'service:cache'],
    ['service:client', '/run/db'],
  ] as const
  for (const [from, to] of pairs)
    expect(codeOf(() => unix.bind(named(from)).connect(named(to), IGNORED))).toBe('EINVAL')
  expect(served).toEqual([])
})

test('a socket with the name of a service connects to another, and frees its name', async () => {
  const { unix, network } = setting({ connect: ['service:cache'] }, { cache: (connection) => connection.close() })
  const from = unix.bind(named('service:me'))
  expect(await outcome((events) => from.connect(named('service:cache'), events))).toBe('connected')
  from.close()
  unix.bind(named('service:me')).close()
  expect(network.open().filter((line) => line.includes('service:me"'))).toEqual([])
})

test('a waiting caller is told when something listens on a service, until it cancels', () => {
  const { unix, services } = setting({})
  const told: string[] = []
  services.whenListening('plugin', () => told.push('first'))
  services.whenListening('plugin', () => told.push('canceled'))()
  const port = unix.bind(named('service:plugin'))
  expect(told).toEqual([])
  const listener = port.listen(1, LISTENER_EVENTS)
  services.whenListening('plugin', () => told.push('second'))
  expect(told).toEqual(['first', 'second'])
  listener.close()
  services.whenListening('plugin', () => told.push('third'))
  expect(told).toEqual(['first', 'second'])
  expect(() => services.whenListening('no name', () => {})).toThrow(/"no name": it is not a name/)
})

test('a host without Unix sockets has those of its services, and others in memory', async () => {
  const { unix } = serviceHost(new FakeHost(), { cache: (connection) => connection.close() })
  expect(await outcome((events) => unix?.connect(named('service:cache'), events))).toBe('connected')
  expect(await outcome((events) => unix?.connect(named('/run/db'), events))).toBe('ENOENT')
})
