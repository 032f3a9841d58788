/**
 * What a list keeps out where `node:net` cannot be asked, since it throws there, or lets pass what it does not know.
 */
import { BlockList } from 'node:net'
import { expect, test } from '@jest/globals'
import { isBlocked } from '../../src/faces/net/block-list.js'

const list = new BlockList()
list.addSubnet('fe80::', 10, 'ipv6')
list.addAddress('192.0.2.1')

test.each([
  ['an address on it', '192.0.2.1', true],
  ['the same, mapped', '::ffff:192.0.2.1', true],
  ['another', '192.0.2.2', false],
  ['one with a zone', 'fe80::1%eth0', true],
  ['another with a zone', 'ff02::1%lo', false],
  ['none, since the peer is gone already', undefined, true],
  ['what is none', 'localhost', true],
])('%s', (_what, address, expected) => {
  expect(isBlocked(list, address)).toBe(expected)
  expect(isBlocked(undefined, address)).toBe(false)
})
