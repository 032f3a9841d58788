/**
 * Addresses that a list blocks, in cases in which `node:net` cannot be compared: it throws, or accepts an address that
 * it does not understand.
 */
import { BlockList } from 'node:net'
import { expect, test } from '@jest/globals'
import { isBlocked } from '../../src/faces/net/block-list.js'

const list = new BlockList()
list.addSubnet('fe80::', 10, 'ipv6')
list.addAddress('192.0.2.1')

test.each([
  ['a list blocks an address on it', '192.0.2.1', true],
  ['a list blocks the IPv4-mapped form of an address on it', '::ffff:192.0.2.1', true],
  ['a list does not block another address', '192.0.2.2', false],
  ['a list blocks an address with a zone in its subnet', 'fe80::1%eth0', true],
  ['a list does not block another address with a zone', 'ff02::1%lo', false],
  ['a list blocks an undefined address, which a disconnected peer has', undefined, true],
  ['a list blocks an invalid address', 'localhost', true],
])('%s', (_what, address, expected) => {
  expect(isBlocked(list, address)).toBe(expected)
  expect(isBlocked(undefined, address)).toBe(false)
})
