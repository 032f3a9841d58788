/** Our addresses in Node's words: the text of a zone is what the system's own libuv takes for one. */
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Address } from '../../src/base/address.js'
import { formatEndpoint } from '../../src/base/endpoint.js'
import { fromNode, interfaces, interfaceText, toNodeHost } from '../../src/host/common/addresses.js'

const scoped = (host: string, scopeId: number): Address => ({ family: 'ipv6', host, port: 80, flowInfo: 0, scopeId })

const { platform } = process
const pretend = (value: string): void => void Object.defineProperty(process, 'platform', { value })
afterEach(() => pretend(platform))

test('without a scope there is no zone', () => {
  expect(toNodeHost(scoped('fe80::1', 0))).toBe('fe80::1')
  expect(toNodeHost({ family: 'ipv4', host: '127.0.0.1', port: 80 })).toBe('127.0.0.1')
})

const [known] = interfaces()
const testKnown = known === undefined ? test.skip : test

describe('a scope', () => {
  testKnown('is the name of its interface where interfaces go by names', () => {
    const [name, index] = known ?? ['', 0]
    expect(index).toBeGreaterThan(0)
    expect(toNodeHost(scoped('fe80::1', index))).toBe(`fe80::1%${name}`)
    expect(interfaceText(index)).toBe(`::%${name}`)
    expect(fromNode({ address: `fe80::1%${name}`, family: 'IPv6', port: 80 })).toEqual(scoped('fe80::1', index))
  })

  testKnown('is its number on Windows', () => {
    pretend('win32')
    const [, index] = known ?? ['', 0]
    expect(toNodeHost(scoped('fe80::1', index))).toBe(`fe80::1%${index}`)
    expect(interfaceText(index)).toBe(`::%${index}`)
    expect(fromNode({ address: `fe80::1%${index}`, family: 'IPv6', port: 80 })).toEqual(scoped('fe80::1', index))
  })

  test('of no interface is its number', () => {
    expect(toNodeHost(scoped('fe80::1', 4_000_000_000))).toBe('fe80::1%4000000000')
    expect(fromNode({ address: 'fe80::1%4000000000', family: 'IPv6', port: 80 })).toEqual(scoped('fe80::1', 4e9))
  })
})

test('what platforms print in two ways is printed in one', () => {
  expect(fromNode({ address: '::1.2.3.4', family: 'IPv6', port: 80 })).toEqual(scoped('::102:304', 0))
  expect(fromNode({ address: '::ffff:1.2.3.4', family: 'IPv6', port: 80 })).toEqual(scoped('::ffff:1.2.3.4', 0))
})

test('messages have the scope in digits, as rules do', () => {
  expect(formatEndpoint(scoped('fe80::1', 3))).toBe('[fe80::1%3]:80')
})
