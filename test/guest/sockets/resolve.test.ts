/** Lookups of numeric addresses by C programs: the answers of glibc, except for known differences. */
import { beforeAll, expect, test } from '@jest/globals'
import { policyHost, virtualHost } from '../support/built.js'
import { nativeOutput } from '../support/native.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

let native = ''

beforeAll(async () => {
  await guestModule('resolve')
  native = await nativeOutput('resolve')
}, COMPILING)
endAll()

/** The answers that differ here, and why. */
const DIFFERENCES: readonly { readonly native: RegExp; readonly ours: string; readonly why: string }[] = [
  {
    native:
      /^(127\.0\.0\.1 80 \d\n {2}uv 127\.0\.0\.1) (?:http|80)\n( {2}127\.0\.0\.1) (?:http|80)\n(?=127\.0\.0\.1 1 )/gm,
    ours: '$1 http\n$2 http\n',
    why: 'guests know the usual services; a machine may have no /etc/services',
  },
  {
    native: /^(127\.0\.0\.1 1 \d\n {2}uv 127\.0\.0\.1) tcpmux\n( {2}127\.0\.0\.1) tcpmux\n/gm,
    ours: '$1 1\n$2 1\n',
    why: 'the services that guests know are fewer than those of /etc/services',
  },
]

test('getaddrinfo() and getnameinfo() answer like glibc for numbers, flags and wrong input', async () => {
  const expected = DIFFERENCES.reduce((text, { native, ours }) => text.replaceAll(native, ours), native)
  // The policy allows nothing, so the host is not asked.
  const guest = await play([], { program: 'resolve', host: policyHost(virtualHost(), {}) })
  expect([await guest.code, guest.errors]).toEqual([0, ''])
  expect(guest.output).toBe(expected)
  expect(expected.match(/^ {2}uv (?!EAI)/gm)?.length).toBeGreaterThan(25)
})
