/** What C programs are told of addresses in numbers: the same as natively, by glibc, but for what is known. */
import { beforeAll, expect, test } from '@jest/globals'
import { policyHost, virtualHost } from './support/built.js'
import { nativeOutput } from './support/native.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

let native = ''

beforeAll(async () => {
  await guestModule('resolve')
  native = await nativeOutput('resolve')
}, COMPILING)
endAll()

/** Where ours says something else, and why. */
const DIFFERENCES: readonly { readonly native: RegExp; readonly ours: string; readonly why: string }[] = [
  {
    native: /uv EAI_ADDRFAMILY\n {2}another\n/g,
    ours: 'uv EAI_NONAME\n  EAI_NONAME\n',
    why: 'an address of the other family: POSIX has no error for that, glibc one of its own, musl says there is none',
  },
  {
    native: /^(127\.0\.0\.1 (\d+) \d\n {2}uv 127\.0\.0\.1) [a-z]+\n( {2}127\.0\.0\.1) [a-z]+\n/gm,
    ours: '$1 $2\n$3 $2\n',
    why: 'services have numbers only: there is no /etc/services. A machine may have none, too',
  },
]

test('addresses and services in numbers, flags, and wrong input', async () => {
  const expected = DIFFERENCES.reduce((text, { native, ours }) => text.replaceAll(native, ours), native)
  // Nobody is asked: nothing is granted.
  const guest = await play([], { program: 'resolve', host: policyHost(virtualHost(), {}) })
  expect([await guest.code, guest.errors]).toEqual([0, ''])
  expect(guest.output).toBe(expected)
  expect(expected.match(/^ {2}uv (?!EAI)/gm)?.length).toBeGreaterThan(25)
})
