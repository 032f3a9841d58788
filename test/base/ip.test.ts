/** Tests of the text of IP addresses: which texts are valid, what they mean, and how addresses are printed. */
import { isIP } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import ipaddr from 'ipaddr.js'
import { bytesOfIp, canonicalIp, isLoopbackIp, isWildcardIp, parseIp, printIp, zoneIndex } from '../../src/base/ip.js'
import { type Random, seeded } from '../support/random.js'

describe('parseIp()', () => {
  test.each([
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8::00A', '2001:db8::a'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:7f00:1', '::ffff:127.0.0.1'],
    ['::FFFF:127.0.0.1', '::ffff:127.0.0.1'],
    ['0:0:0:0:0:ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['::1.2.3.4', '::102:304'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ])('reads %s, which is printed as %s', (text, host) => {
    expect(parseIp(text)).toEqual({ family: host.includes(':') ? 'ipv6' : 'ipv4', host, zone: '' })
    expect(parseIp(host)?.host).toBe(host)
    expect(canonicalIp(text.toLowerCase().includes('.') ? text : host)).toBe(host)
  })

  test.each([
    ['fe80::1%eth0', 'eth0'],
    ['fe80::1%2', '2'],
    ['::1%br-0.7:x', 'br-0.7:x'],
    ['::1%größe', 'größe'],
  ])('reads %s with the zone %s', (text, zone) => {
    expect(parseIp(text)).toMatchObject({ family: 'ipv6', zone })
  })
})

test.each([
  '',
  ' ',
  '127.1',
  '2130706433',
  '0x7f.0.0.1',
  '0x7f.1',
  '0177.0.0.1',
  '127.0.0.01',
  '127.0.0.00',
  '256.0.0.1',
  '1.2.3',
  '1.2.3.4.',
  '1.2.3.4.5',
  '127.0.0.1\n',
  '127.0.0.1 ',
  ' 127.0.0.1',
  '127.0.0.1\0',
  '127.0.0.1%lo',
  '１２７.0.0.1',
  '127。0。0。1',
  '[::1]',
  ':',
  ':::',
  ':1',
  '1:',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4::5:6:7:8',
  '::00001',
  '::g',
  '::1.2.3',
  '::1.2.3.04',
  '::0x7f.0.0.1',
  '::1.2.3.4:5',
  '1.2.3.4::',
  '1:2:3:4:5:6:7:1.2.3.4',
  '::1%',
  '::1%a%b',
  '::1%a/b',
  '::1%a b',
  '::1%a]',
  '::1%\0',
  `::1%${'z'.repeat(65)}`,
  `::${'0'.repeat(1000)}1`,
])('%j is not an address', (text) => {
  expect(parseIp(text)).toBeUndefined()
})

test.each([undefined, null, 5, ['127.0.0.1'], new String('::1')])('%p is not an address', (value) => {
  expect(parseIp(value)).toBeUndefined()
})

/** Text that is an address, or nearly. */
const nearly = (random: Random): string => {
  const piece = (): string => {
    if (random.chance(0.15)) return ''
    if (random.chance(0.1)) return `${random.int(0, 300)}.${random.int(0, 9)}.0.${random.int(0, 255)}`
    if (random.chance(0.05)) return random.pick(['0x1', '00001', 'g', '127.1', '01.2.3.4', ' 1', '1\n'])
    return random.int(0, 0xffff).toString(16)
  }
  const four = random.chance(0.3)
  const pieces = Array.from({ length: four ? random.int(3, 5) : random.int(1, 9) }, () =>
    four ? random.pick(['0', '1', '00', '255', '256', '127', '', '0x7f', '1e1', '+1']) : piece(),
  )
  return pieces.join(four ? '.' : random.chance(0.5) ? ':' : random.pick([':', '::', '.']))
}

test('parseIp() accepts the same texts as Node', () => {
  const random = seeded('nearly addresses')
  let taken = 0
  for (let i = 0; i < 20_000; i++) {
    const text = nearly(random)
    const version = isIP(text)
    expect([text, parseIp(text)?.family]).toEqual([text, version === 0 ? undefined : `ipv${version}`])
    if (version !== 0) taken++
  }
  expect(taken).toBeGreaterThan(1000)
})

test('random addresses are unchanged when printed and read', () => {
  const random = seeded('printed addresses')
  for (let i = 0; i < 3000; i++) {
    const bytes = random.bytes(random.pick([4, 16]))
    for (let at = 0; at < bytes.length; at++) if (random.chance(0.6)) bytes[at] = random.pick([0, 0xff])
    const text = printIp(bytes)
    expect([text, ...bytesOfIp(text)]).toEqual([text, ...bytes])
    expect(parseIp(text)?.host).toBe(text)
    // The library prints addresses with an IPv4 address at the end in another form.
    if (bytes.length === 16 && !text.includes('.')) {
      expect(text).toBe(new ipaddr.IPv6([...bytes]).toRFC5952String())
    }
  }
})

test.each([
  ['', 0],
  ['0', 0],
  ['2', 2],
  ['4294967295', 4294967295],
  ['4294967296', undefined],
  ['eth0', 7],
  ['eth9', undefined],
  ['2x', undefined],
])('the zone %j has the index %p', (zone, index) => {
  expect(zoneIndex(zone, (name) => (name === 'eth0' ? 7 : undefined))).toBe(index)
})

test('bytesOfIp() throws for a text that is not an address', () => {
  expect(() => bytesOfIp('127.1')).toThrow(/"127\.1": it is not an IP address/)
})

test('wildcards and loopback addresses are recognized in both families', () => {
  expect(['0.0.0.0', '::', '::ffff:0.0.0.0', '127.0.0.1', '::1', '0.0.0.1'].map(isWildcardIp)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ])
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '::', '10.0.0.1', 'none'].map(isLoopbackIp)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})
