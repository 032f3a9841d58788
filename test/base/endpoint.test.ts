/** Tests of the text of socket addresses, and that no two addresses have the same text. */
import { expect, test } from '@jest/globals'
import type { SocketAddress } from '../../src/base/address.js'
import { endpointKey, formatEndpoint } from '../../src/base/endpoint.js'
import { pathOf } from '../../src/base/unix-path.js'

const named = (path: string): SocketAddress => ({ family: 'unix', path: pathOf(path) })

test.each<[SocketAddress, string]>([
  [{ family: 'ipv4', host: '127.0.0.1', port: 80 }, '127.0.0.1:80'],
  [{ family: 'ipv6', host: '::1', port: 80, flowInfo: 9, scopeId: 0 }, '[::1]:80'],
  [{ family: 'ipv6', host: 'fe80::1', port: 0, flowInfo: 0, scopeId: 2 }, '[fe80::1%2]:0'],
  [{ family: 'ipv6', host: '::ffff:127.0.0.1', port: 80, flowInfo: 0, scopeId: 0 }, '[::ffff:127.0.0.1]:80'],
  [named('/run/ü'), 'unix:/run/ü'],
  [named('a'), 'unix:a'],
  [named('\0a'), 'unix:@a'],
  [named('@a'), 'unix:./@a'],
  [named('/@a'), 'unix:/@a'],
  [named('\0@a'), 'unix:@@a'],
  [named('@@a'), 'unix:./@@a'],
  [named(''), 'unix:'],
])('%j is printed as %s', (address, text) => {
  expect(formatEndpoint(address)).toBe(text)
})

test('paths that differ only in invalid UTF-8 have the same text but different keys', () => {
  const [one, other] = ['/\xff', '/\xfe'].map((path) => ({ family: 'unix', path }) as const)
  if (one === undefined || other === undefined) throw new Error('two paths')
  expect(formatEndpoint(one)).toBe(formatEndpoint(other))
  expect(endpointKey(one)).not.toBe(endpointKey(other))
  expect(endpointKey(one)).not.toBe(endpointKey(named('/\ufffd')))
})
