/** What a policy grants of sockets with paths. */
import { describe, expect, test } from '@jest/globals'
import type { UnixAddress } from '../../src/base/address.js'
import { pathOf } from '../../src/base/unix-path.js'
import { formatEndpoint, type Policy, policyHost } from '../../src/guard/policy.js'
import type { HostBoundSocket } from '../../src/host/contract/connection.js'
import type { HostUnix } from '../../src/host/contract/unix.js'
import { type VirtualHost, virtualHost } from '../../src/host/virtual.js'
import { FakeHost } from '../support/fake-host.js'
import { codeOf } from '../support/loops.js'

const named = (path: string): UnixAddress => ({ family: 'unix', path: pathOf(path) })
const DEAF = { onConnection() {}, onError() {} }
const NOBODY = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }

const guarded = (policy: Policy): { unix: HostUnix; below: VirtualHost; refused: string[] } => {
  const below = virtualHost()
  const refused: string[] = []
  const { unix } = policyHost(below, {
    ...policy,
    onRefusal: (refusal) => {
      refused.push(refusal.action === 'lookup' ? refusal.name : `${refusal.action} ${formatEndpoint(refusal.address)}`)
    },
  })
  if (unix === undefined) throw new Error('the policy hides what is below it')
  return { unix, below, refused }
}

const listen = (unix: HostUnix, path: string): HostBoundSocket<UnixAddress> => {
  const port = unix.bind(named(path))
  port.listen(1, DEAF)
  return port
}

test('nothing is granted by itself, nor by a * for addresses', () => {
  for (const policy of [{}, { listen: ['*'], connect: ['*'] }]) {
    const { unix, below, refused } = guarded(policy)
    expect(codeOf(() => listen(unix, '/run/a'))).toBe('EACCES')
    expect(codeOf(() => unix.connect(named('/run/a'), NOBODY))).toBe('EACCES')
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
])('the rule %s is for that name', (rule, path) => {
  const { unix, below } = guarded({ listen: [rule], connect: [rule] })
  listen(unix, path)
  expect(below.open()).toHaveLength(1)
  unix.connect(named(path), NOBODY)
})

test.each([
  ['unix:/run/a', '/run/b'],
  ['unix:/run/a', '/run/a/b'],
  ['unix:/run/a', '/run/../run/a'],
  ['unix:a', '\0a'],
])('the rule %s is for no other: %j', (rule, path) => {
  const { unix } = guarded({ listen: [rule], connect: [rule] })
  expect(codeOf(() => listen(unix, path))).toBe('EACCES')
  expect(codeOf(() => unix.connect(named(path), NOBODY))).toBe('EACCES')
})

test('a path that is not granted is not there, and nobody is told', () => {
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

test('a host without paths has none under a policy either', () => {
  expect(policyHost(new FakeHost(), { listen: ['unix:*'] }).unix).toBeUndefined()
})

/** Everything that can be asked for of a name, and what comes of it. */
const ALL: readonly (readonly [what: string, call: (unix: HostUnix, path: string) => unknown, denied: string])[] = [
  ['listen', (unix, path) => listen(unix, path), 'EACCES'],
  ['connect', (unix, path) => unix.connect(named(path), NOBODY), 'EACCES'],
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
  ])('the rule %s is not for %j', (rule, path) => {
    const { unix, below } = guarded({ listen: [rule], connect: [rule] })
    if (what !== 'listen') below.unix.bind(named(path)).listen(1, DEAF)
    expect(codeOf(() => call(unix, path))).toBe(denied)
  })

  test.each([
    ['unix:./@a', '@a'],
    ['unix:./@a', './@a'],
    ['unix:/@a', '/@a'],
    ['unix:/run/ü', '/run/ü'],
  ])('the rule %s is for %j', (rule, path) => {
    const { unix, below } = guarded({ listen: [rule], connect: [rule] })
    if (what !== 'listen') below.unix.bind(named(path)).listen(1, DEAF)
    expect(() => call(unix, path)).not.toThrow()
  })
})

test('an abstract name is listened on and connected to, whatever bytes it has', () => {
  for (const [rule, path] of [
    ['unix:@a', '\0a'],
    ['unix:@@a', '\0@a'],
    ['unix:@a\0b', '\0a\0b'],
    ['unix:@ü', '\0ü'],
  ] as const) {
    const { unix } = guarded({ listen: [rule], connect: [rule] })
    listen(unix, path)
    unix.connect(named(path), NOBODY)
  }
})

test('bytes that are no UTF-8 are not what a rule has in place of them', () => {
  const { unix } = guarded({ listen: ['unix:/\ufffd'] })
  expect(codeOf(() => unix.bind({ family: 'unix', path: '/\xff' }).listen(1, DEAF))).toBe('EACCES')
  listen(unix, '/\ufffd')
})

test('a refusal names what would grant it', () => {
  const { unix, refused } = guarded({})
  for (const path of ['\0a', '@a', '/a']) expect(codeOf(() => unix.connect(named(path), NOBODY))).toBe('EACCES')
  expect(refused).toEqual(['connect unix:@a', 'connect unix:./@a', 'connect unix:/a'])
})

test.each(['unix:', 'unix:\ud800'])('the rule %j names no socket', (rule) => {
  expect(() => policyHost(virtualHost(), { connect: [rule] })).toThrow(/give unix:\/path/)
})
