/** Tests of what a policy grants for Unix sockets. */
import { describe, expect, test } from '@jest/globals'
import type { UnixAddress } from '../../src/base/address.js'
import { pathOf } from '../../src/base/unix-path.js'
import { policyHost } from '../../src/guard/policy-host.js'
import type { PolicyRules } from '../../src/guard/rules/policy-rules.js'
import type { HostBoundSocket } from '../../src/host/contract/connection.js'
import type { HostUnix } from '../../src/host/contract/unix.js'
import { type VirtualHost, virtualHost } from '../../src/host/virtual.js'
import { FakeHost } from '../support/fake-host.js'
import { codeOf } from '../support/loops.js'

const named = (path: string): UnixAddress => ({ family: 'unix', path: pathOf(path) })
const LISTENER_EVENTS = { onConnection() {}, onError() {} }
const CONNECTION_EVENTS = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }

const guarded = (policy: PolicyRules): { unix: HostUnix; below: VirtualHost; refused: string[] } => {
  const below = virtualHost()
  const refused: string[] = []
  const { unix } = policyHost(below, policy, {
    onRefusal: ({ action, target }) => refused.push(`${action} ${target}`),
  })
  if (unix === undefined) throw new Error('the policy hides the Unix sockets of its host')
  return { unix, below, refused }
}

const listen = (unix: HostUnix, path: string): HostBoundSocket<UnixAddress> => {
  const port = unix.bind(named(path))
  port.listen(1, LISTENER_EVENTS)
  return port
}

test('no path is granted by default or by the rule *', () => {
  for (const policy of [{}, { listen: ['*'], connect: ['*'] }]) {
    const { unix, below, refused } = guarded(policy)
    expect(codeOf(() => listen(unix, '/run/a'))).toBe('EACCES')
    expect(codeOf(() => unix.connect(named('/run/a'), CONNECTION_EVENTS))).toBe('EACCES')
    expect(refused).toEqual(['listen unix:/run/a', 'connect unix:/run/a'])
    expect(below.open()).toEqual([])
  }
})

test.each([
  ['unix:/run/a', '/run/a'],
  ['unix:a', 'a'],
  ['unix:@a', '\0a'],
  ['unix:/run/ü', '/run/ü'],
  ['unix:*', '/run/a'],
])('the rule %s grants the path %j', (rule, path) => {
  const { unix, below } = guarded({ listen: [rule], connect: [rule] })
  listen(unix, path)
  expect(below.open()).toHaveLength(1)
  unix.connect(named(path), CONNECTION_EVENTS)
})

test.each([
  ['unix:/run/a', '/run/b'],
  ['unix:/run/a', '/run/a/b'],
  ['unix:/run/a', '/run/../run/a'],
  ['unix:a', '\0a'],
])('the rule %s does not grant the path %j', (rule, path) => {
  const { unix } = guarded({ listen: [rule], connect: [rule] })
  expect(codeOf(() => listen(unix, path))).toBe('EACCES')
  expect(codeOf(() => unix.connect(named(path), CONNECTION_EVENTS))).toBe('EACCES')
})

test('a path that is not granted is reported as missing, without a refusal', () => {
  const { unix, below, refused } = guarded({ listen: ['unix:/run/mine'], connect: ['unix:/run/seen'] })
  for (const path of ['/run/mine', '/run/seen', '/run/other']) below.unix.bind(named(path))
  expect([unix.mode('/run/mine'), unix.mode('/run/seen'), codeOf(() => unix.mode('/run/other'))]).toEqual([
    0o755,
    0o755,
    'ENOENT',
  ])
  unix.chmod('/run/mine', 0o600)
  unix.unlink('/run/mine')
  for (const path of ['/run/seen', '/run/other']) {
    expect([codeOf(() => unix.chmod(path, 0o600)), codeOf(() => unix.unlink(path))]).toEqual(['ENOENT', 'ENOENT'])
  }
  expect(refused).toEqual([])
})

test('a host without Unix sockets has none under a policy', () => {
  expect(policyHost(new FakeHost(), { listen: ['unix:*'] }).unix).toBeUndefined()
})

/** Each call with a path, and its error when it is denied. */
const ALL: readonly (readonly [what: string, call: (unix: HostUnix, path: string) => unknown, denied: string])[] = [
  ['listen', (unix, path) => listen(unix, path), 'EACCES'],
  ['connect', (unix, path) => unix.connect(named(path), CONNECTION_EVENTS), 'EACCES'],
  ['stat', (unix, path) => unix.mode(pathOf(path)), 'ENOENT'],
  ['chmod', (unix, path) => unix.chmod(pathOf(path), 0o600), 'ENOENT'],
  ['unlink', (unix, path) => unix.unlink(pathOf(path)), 'ENOENT'],
]

describe.each(ALL)('%s', (what, call, denied) => {
  test.each([
    ['unix:@a', '@a'],
    ['unix:@a', './@a'],
    ['unix:./@a', '\0a'],
    ['unix:./@a', 'a'],
    ['unix:@a', '\0a\0'],
    ['unix:@a', '\0@a'],
    ['unix:@a', '\0A'],
    ['unix:@ü', '\0u\u0308'],
    ['unix:/a', '/a/'],
    ['unix:/a', '//a'],
    ['unix:/a', '/./a'],
    ['unix:/a', '/b/../a'],
    ['unix:/a', '/a\0'],
  ])('is not granted by the rule %s for %j', (rule, path) => {
    const { unix, below } = guarded({ listen: [rule], connect: [rule] })
    if (what !== 'listen') below.unix.bind(named(path)).listen(1, LISTENER_EVENTS)
    expect(codeOf(() => call(unix, path))).toBe(denied)
  })

  test.each([
    ['unix:./@a', '@a'],
    ['unix:./@a', './@a'],
    ['unix:/@a', '/@a'],
    ['unix:/run/ü', '/run/ü'],
  ])('is granted by the rule %s for %j', (rule, path) => {
    const { unix, below } = guarded({ listen: [rule], connect: [rule] })
    if (what !== 'listen') below.unix.bind(named(path)).listen(1, LISTENER_EVENTS)
    expect(() => call(unix, path)).not.toThrow()
  })
})

test('a rule for an abstract name grants listen and connect for any bytes', () => {
  for (const [rule, path] of [
    ['unix:@a', '\0a'],
    ['unix:@@a', '\0@a'],
    ['unix:@a\0b', '\0a\0b'],
    ['unix:@ü', '\0ü'],
  ] as const) {
    const { unix } = guarded({ listen: [rule], connect: [rule] })
    listen(unix, path)
    unix.connect(named(path), CONNECTION_EVENTS)
  }
})

test('invalid UTF-8 in a path does not match the replacement character of a rule', () => {
  const { unix } = guarded({ listen: ['unix:/\ufffd'] })
  expect(codeOf(() => unix.bind({ family: 'unix', path: '/\xff' }).listen(1, LISTENER_EVENTS))).toBe('EACCES')
  listen(unix, '/\ufffd')
})

test('a refusal contains the rule that would grant it', () => {
  const { unix, refused } = guarded({})
  for (const path of ['\0a', '@a', '/a'])
    expect(codeOf(() => unix.connect(named(path), CONNECTION_EVENTS))).toBe('EACCES')
  expect(refused).toEqual(['connect unix:@a', 'connect unix:./@a', 'connect unix:/a'])
})

test.each(['unix:', 'unix:\ud800'])('the rule %j is refused', (rule) => {
  expect(() => policyHost(virtualHost(), { connect: [rule] })).toThrow(/give unix:\/path/)
})
