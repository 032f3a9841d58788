/** Which addresses a name may not lead to by default. */
import { expect, test } from '@jest/globals'
import { isInternalIp } from '../../src/guard/rules/internal-ranges.js'

test.each([
  '0.0.0.0',
  '0.1.2.3',
  '127.0.0.1',
  '127.255.0.1',
  '169.254.169.254',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'febf::1',
  'ff02::1',
  'fd00:ec2::254',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:0.0.0.0',
  '::7f00:1',
  '::ffff:0:7f00:1',
  '64:ff9b::a9fe:a9fe',
  '2002:7f00:1::',
  '10.0.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '192.0.0.192',
  '168.63.129.16',
  '198.18.0.1',
  '240.0.0.1',
  'fd00::1',
  'fec0::1',
  '64:ff9b::a00:1',
  '64:ff9b:1::808:808',
  '::ffff:10.0.0.1',
])('%s is internal', (host) => {
  expect(isInternalIp(host)).toBe(true)
})

test.each([
  '192.0.2.1',
  '8.8.8.8',
  '172.32.0.1',
  '100.128.0.1',
  '2001:db8::1',
  '2606:4700::1',
  '::ffff:8.8.8.8',
  '64:ff9b::808:808',
])('%s is an address of the internet', (host) => {
  expect(isInternalIp(host)).toBe(false)
})
