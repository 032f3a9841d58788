/**
 * Lookups of names by C programs: `uv_getaddrinfo()` on the loop, and `getaddrinfo()`, which waits; both ask the host.
 */
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Refusal } from '../../../src/guard/decision.js'
import type { Host } from '../../../src/host/contract/host.js'
import { virtualHost as sourceHost } from '../../../src/host/virtual.js'
import { policyHost, virtualHost } from '../support/built.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('names'), COMPILING)
endAll()

const names = { 'db.test': ['127.0.0.2', '::1'], 'xn--bcher-kva.test': '127.0.0.3' }

/** Runs the program `names`. @returns its output */
const say = async (args: readonly string[], host: Host = virtualHost({ names })): Promise<string> => {
  const player = await play(args, { program: 'names', host })
  await player.code
  return player.output
}

describe.each(['wait', 'look'])('a lookup with "%s"', (how) => {
  const tail = how === 'look' ? 'turned 1\n' : ''

  test.each([
    ['db.test', '127.0.0.2\n::1\n'],
    ['DB.test.', '127.0.0.2\n::1\n'],
    ['localhost', '127.0.0.1\n::1\n'],
    ['192.0.2.1', '192.0.2.1\n'],
    ['2001:db8::1', '2001:db8::1\n'],
  ])('finds the addresses of %s', async (name, found) => {
    expect(await say([how, name])).toBe(found + tail)
  })

  test('fails for an unknown name', async () => {
    expect(await say([how, 'nobody.test'])).toBe(how === 'wait' ? 'error -2\n' : `EAI_NONAME\n${tail}`)
  })

  test('does not ask the host for numeric addresses and localhost', async () => {
    const nothing = policyHost(virtualHost(), {})
    expect(await say([how, '127.0.0.1'], nothing)).toBe(`127.0.0.1\n${tail}`)
    expect(await say([how, 'localhost'], nothing)).toBe(`127.0.0.1\n::1\n${tail}`)
  })
})

test('a name with other letters is converted by IDNA', async () => {
  expect(await say(['look', 'bücher.test'])).toBe('127.0.0.3\nturned 1\n')
})

test('a lookup that the policy does not allow fails, with EACCES from libuv, and is reported to onRefusal', async () => {
  const refused: unknown[] = []
  const policy = { connect: ['db.test:80=127.0.0.0/8=::1'] }
  const hooks = { onRefusal: ({ action, target }: Refusal) => refused.push({ action, target }) }
  expect(await say(['look', 'other.test'], policyHost(virtualHost({ names }), policy, hooks))).toBe(
    'EACCES\nturned 1\n',
  )
  expect(await say(['wait', 'other.test'], policyHost(virtualHost({ names }), policy, hooks))).toBe('error -2\n')
  const refusal = { action: 'resolve', target: 'other.test' }
  expect(refused).toEqual([refusal, refusal])
  expect(await say(['look', 'db.test'], policyHost(virtualHost({ names }), policy))).toBe('127.0.0.2\n::1\nturned 1\n')
})

test('a pending lookup can be cancelled', async () => {
  const silent = virtualHost()
  let cancelled = 0
  silent.lookup = () => () => cancelled++
  expect(await say(['look', 'db.test', 'cancel'], silent)).toBe('cancel: 0\nEAI_CANCELED\nturned 1\n')
  expect(cancelled).toBe(1)
})

test('a pending lookup is cancelled when the program ends', async () => {
  const silent = virtualHost()
  let cancelled = 0
  const asked = new Promise<void>((resolve) => {
    silent.lookup = () => {
      resolve()
      return () => cancelled++
    }
  })
  const player = await play(['wait', 'db.test'], { program: 'names', host: silent })
  await asked
  player.guest.terminate()
  expect([await player.code, cancelled]).toEqual([143, 1])
})

describe('uv_getnameinfo()', () => {
  test.each([
    [['127.0.0.2', '80'], 'db.test http\n'],
    [['::1', '80'], 'localhost http\n'],
    // Without a name the result is the numeric address.
    [['192.0.2.1', '80'], '192.0.2.1 http\n'],
    [['127.0.0.2', '80', 'numeric'], '127.0.0.2 http\n'],
  ])('gives the name for %j', async (args, said) => {
    expect(await say(['reverse', ...args])).toBe(said)
  })

  test('gives the numeric address if the policy does not allow it', async () => {
    expect(await say(['reverse', '127.0.0.2', '80'], policyHost(virtualHost({ names }), {}))).toBe('127.0.0.2 http\n')
  })
})

describe('the zone of an address', () => {
  test.each([
    ['fe80::1%lo', 1],
    ['fe80::1%1', 1],
    ['fe80::1%4294967295', 4294967295],
    ['fe80::1%nosuchinterface', 0],
    ['fe80::1%4294967296', 0],
    ['fe80::1%1x', 0],
    ['fe80::1', 0],
  ])('of %s is %d', async (text, scope) => {
    expect(await say(['zone', text])).toBe(`${scope} EADDRNOTAVAIL\n`)
  })

  test('is accepted for loopback, and for an interface that a rule names', async () => {
    const under = (listen: string[]) => say(['zone', '::1%lo'], policyHost(virtualHost(), { listen }))
    expect(await under(['[fe80::1%lo]:80'])).toBe('1 bound\n')
    expect(await under(['*'])).toBe('1 bound\n')
    expect(await under(['[fe80::1%1]:80'])).toBe('1 bound\n')
  })
})

test.each([
  ['', '127.0.0.1'],
  ['a.test', 'not an address'],
  ['a.test', []],
] as const)('a virtual network refuses the name %j for %j', (name, value) => {
  expect(() => sourceHost({ names: { [name]: value } })).toThrow(TypeError)
})
