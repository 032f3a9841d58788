/** Conversion between the library's addresses and Node's: the zone has the text that the system's own libuv accepts. */
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Address } from '../../src/base/address.js'
import { formatEndpoint } from '../../src/base/endpoint.js'
import { fromNode, interfaces, interfaceText, toNodeHost } from '../../src/host/common/addresses.js'

const scoped = (host: string, scopeId: number): Address => ({ family: 'ipv6', host, port: 80, flowInfo: 0, scopeId })

const { platform } = process
const pretend = (value: string): void => void Object.defineProperty(process, 'platform', { value })
afterEach(() => pretend(platform))

test('an address without a scope has no zone', () => {
  expect(toNodeHost(scoped('fe80::1', 0))).toBe('fe80::1')
  expect(toNodeHost({ family: 'ipv4', host: '127.0.0.1', port: 80 })).toBe('127.0.0.1')
})

const [known] = interfaces()
const testKnown = known === undefined ? test.skip : test

describe('a scope', () => {
  testKnown('becomes the name of its interface on systems with named interfaces', () => {
    const [name, index] = known ?? ['', 0]
    expect(index).toBeGreaterThan(0)
    expect(toNodeHost(scoped('fe80::1', index))).toBe(`fe80::1%${name}`)
    expect(interfaceText(index)).toBe(`::%${name}`)
    expect(fromNode({ address: `fe80::1%${name}`, family: 'IPv6', port: 80 })).toEqual(scoped('fe80::1', index))
  })

  testKnown('becomes its number on Windows', () => {
    pretend('win32')
    const [, index] = known ?? ['', 0]
    expect(toNodeHost(scoped('fe80::1', index))).toBe(`fe80::1%${index}`)
    expect(interfaceText(index)).toBe(`::%${index}`)
    expect(fromNode({ address: `fe80::1%${index}`, family: 'IPv6', port: 80 })).toEqual(scoped('fe80::1', index))
  })

  test('becomes its number when there is no such interface', () => {
    expect(toNodeHost(scoped('fe80::1', 4_000_000_000))).toBe('fe80::1%4000000000')
    expect(fromNode({ address: 'fe80::1%4000000000', family: 'IPv6', port: 80 })).toEqual(scoped('fe80::1', 4e9))
  })
})

test('fromNode() prints a dotted IPv6 address in the same way on all platforms', () => {
  expect(fromNode({ address: '::1.2.3.4', family: 'IPv6', port: 80 })).toEqual(scoped('::102:304', 0))
  expect(fromNode({ address: '::ffff:1.2.3.4', family: 'IPv6', port: 80 })).toEqual(scoped('::ffff:1.2.3.4', 0))
})

test('formatEndpoint() prints the scope in digits', () => {
  expect(formatEndpoint(scoped('fe80::1', 3))).toBe('[fe80::1%3]:80')
})
