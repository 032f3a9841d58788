/**
 * Names as programs in C look them up: `uv_getaddrinfo()` on the loop, `getaddrinfo()` waiting, both through the host.
 */
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Host } from '../../src/host/contract/host.js'
import { virtualHost as sourceHost } from '../../src/host/virtual.js'
import { policyHost, virtualHost } from './support/built.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => guestModule('names'), COMPILING)
endAll()

const names = { 'db.test': ['127.0.0.2', '::1'], 'xn--bcher-kva.test': '127.0.0.3' }

/** What the program says. */
const say = async (args: readonly string[], host: Host = virtualHost({ names })): Promise<string> => {
  const player = await play(args, { program: 'names', host })
  await player.code
  return player.output
}

describe.each(['wait', 'look'])('to %s', (how) => {
  const tail = how === 'look' ? 'turned 1\n' : ''

  test.each([
    ['db.test', '127.0.0.2\n::1\n'],
    ['DB.test.', '127.0.0.2\n::1\n'],
    ['localhost', '127.0.0.1\n::1\n'],
    ['192.0.2.1', '192.0.2.1\n'],
    ['2001:db8::1', '2001:db8::1\n'],
  ])('for %s', async (name, found) => {
    expect(await say([how, name])).toBe(found + tail)
  })

  test('for a name that nobody has', async () => {
    expect(await say([how, 'nobody.test'])).toBe(how === 'wait' ? 'error -2\n' : `EAI_NONAME\n${tail}`)
  })

  test('needs no host for numbers and localhost', async () => {
    const nothing = policyHost(virtualHost(), {})
    expect(await say([how, '127.0.0.1'], nothing)).toBe(`127.0.0.1\n${tail}`)
    expect(await say([how, 'localhost'], nothing)).toBe(`127.0.0.1\n::1\n${tail}`)
  })
})

test('a name in other letters is looked up as IDNA has it', async () => {
  expect(await say(['look', 'bücher.test'])).toBe('127.0.0.3\nturned 1\n')
})

test('what the policy does not grant is EACCES, and what it grants is told', async () => {
  const refused: unknown[] = []
  const policy = { connect: ['db.test:80'], onRefusal: (refusal: unknown) => refused.push(refusal) }
  expect(await say(['look', 'other.test'], policyHost(virtualHost({ names }), policy))).toBe('EACCES\nturned 1\n')
  expect(refused).toEqual([{ action: 'lookup', name: 'other.test' }])
  expect(await say(['look', 'db.test'], policyHost(virtualHost({ names }), policy))).toBe('127.0.0.2\n::1\nturned 1\n')
})

test('a lookup under way can be cancelled', async () => {
  const silent = virtualHost()
  let cancelled = 0
  silent.lookup = () => () => cancelled++
  expect(await say(['look', 'db.test', 'cancel'], silent)).toBe('cancel: 0\nEAI_CANCELED\nturned 1\n')
  expect(cancelled).toBe(1)
})

test('one that is not answered when the program ends is given up', async () => {
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

describe('from an address', () => {
  test.each([
    [['127.0.0.2', '80'], 'db.test 80\n'],
    [['::1', '80'], 'localhost 80\n'],
    // Nobody has it: the numbers are what there is.
    [['192.0.2.1', '80'], '192.0.2.1 80\n'],
    [['127.0.0.2', '80', 'numeric'], '127.0.0.2 80\n'],
  ])('%j', async (args, said) => {
    expect(await say(['reverse', ...args])).toBe(said)
  })

  test('that is not granted has numbers only', async () => {
    expect(await say(['reverse', '127.0.0.2', '80'], policyHost(virtualHost({ names }), {}))).toBe('127.0.0.2 80\n')
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
  ])('%s is %d', async (text, scope) => {
    expect(await say(['zone', text])).toBe(`${scope} EADDRNOTAVAIL\n`)
  })

  test('is that of an interface which a rule names, or of any where all is granted', async () => {
    const under = (listen: string[]) => say(['zone', '::1%lo'], policyHost(virtualHost(), { listen }))
    expect(await under(['[fe80::1%lo]:80'])).toBe('1 bound\n')
    expect(await under(['*'])).toBe('1 bound\n')
    expect(await under(['[fe80::1%1]:80'])).toBe('0 bound\n')
  })
})

test.each([
  ['', '127.0.0.1'],
  ['a.test', 'not an address'],
  ['a.test', []],
] as const)('a virtual network refuses the name %j for %j', (name, value) => {
  expect(() => sourceHost({ names: { [name]: value } })).toThrow(TypeError)
})
