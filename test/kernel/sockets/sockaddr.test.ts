import { describe, expect, test } from '@jest/globals'
import type { Address, SocketAddress } from '../../../src/base/address.js'
import { SockaddrCodec } from '../../../src/kernel/syscalls/sockaddr.js'
import { seeded } from '../../support/random.js'
import { abi, c, fakeMachine, text } from '../support/machine.js'

const v6 = (host: string, port = 0, flowInfo = 0, scopeId = 0): Address => ({
  family: 'ipv6',
  host,
  port,
  flowInfo,
  scopeId,
})

function codec(): { codec: SockaddrCodec; machine: ReturnType<typeof fakeMachine> } {
  const machine = fakeMachine()
  return { codec: new SockaddrCodec(abi, machine.memory), machine }
}

describe('a sockaddr', () => {
  test('of IPv4 is 16 bytes with port and address in network order', () => {
    const { machine } = codec()
    const [at, length] = machine.sockaddr({ family: 'ipv4', host: '192.0.2.7', port: 0x1234 })
    expect([...machine.memory.heap.subarray(at, at + length)]).toEqual([
      c.AF_INET,
      0,
      0x12,
      0x34,
      192,
      0,
      2,
      7,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ])
  })

  test('of IPv6 is 28 bytes', () => {
    const { machine } = codec()
    const [at, length] = machine.sockaddr(v6('2001:db8::7', 0x1234, 5, 9))
    const bytes = [...machine.memory.heap.subarray(at, at + length)]
    expect(bytes).toEqual([
      c.AF_INET6,
      0,
      0x12,
      0x34,
      5,
      0,
      0,
      0,
      0x20,
      0x01,
      0x0d,
      0xb8,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      7,
      9,
      0,
      0,
      0,
    ])
  })

  test.each([
    ['', []],
    ['ab', [97, 98, 0]],
    ['\0a\0', [0, 97, 0]],
    ['\xff', [255, 0]],
  ])('of AF_UNIX is the family and the path %j, with a final NUL unless it is abstract', (path, bytes) => {
    const { machine } = codec()
    const [at, length] = machine.sockaddr({ family: 'unix', path })
    expect([...machine.memory.heap.subarray(at, at + length)]).toEqual([c.AF_UNIX, 0, ...bytes])
  })

  test('of the longest path has its NUL after the end of sun_path', () => {
    const { codec: sockaddr, machine } = codec()
    const path = 'p'.repeat(108)
    const at = machine.put(new Uint8Array([c.AF_UNIX, 0, ...text(path)]))
    expect(sockaddr.read(at, 110)).toEqual({ family: 'unix', path })
    expect(machine.sockaddr({ family: 'unix', path })[1]).toBe(111)
  })
})

test.each<SocketAddress>([
  { family: 'unix', path: '' },
  { family: 'unix', path: '/tmp/\xfft' },
  { family: 'unix', path: '\0abstract\0' },
  { family: 'ipv4', host: '127.0.0.1', port: 0 },
  { family: 'ipv4', host: '255.255.255.255', port: 65_535 },
  { family: 'ipv4', host: '0.0.0.0', port: 1 },
  v6('::'),
  v6('::1', 65_535, 2 ** 32 - 1, 2 ** 32 - 1),
  v6('fe80::1', 80, 0, 2),
  v6('2001:db8:0:1:1:1:1:1'),
  v6('::ffff:192.0.2.7', 80),
  v6('::102:304', 80),
])('%j is unchanged when it is written and read', (address) => {
  const { codec: sockaddr, machine } = codec()
  expect(sockaddr.read(...machine.sockaddr(address))).toEqual(address)
})

test('a mapped address is written as the same bytes after it was read', () => {
  const { codec: sockaddr, machine } = codec()
  const [mapped, length] = machine.sockaddr(v6('::ffff:192.0.2.7', 80))
  const image = machine.memory.heap.slice(mapped, mapped + length)
  expect([...image.subarray(18, 24)]).toEqual([0xff, 0xff, 192, 0, 2, 7])
  const address = sockaddr.read(mapped, length)
  if (typeof address === 'string') throw new Error(address)
  const [again] = machine.sockaddr(address)
  expect(machine.memory.heap.slice(again, again + length)).toEqual(image)
})

test('random IPv6 addresses are unchanged when they are read and written', () => {
  const random = seeded('sockaddr')
  const { codec: sockaddr, machine } = codec()
  for (let i = 0; i < 300; i++) {
    const image = machine.put(random.bytes(28))
    machine.memory.setU16(image, c.AF_INET6)
    // Zeros, so that they are shortened.
    for (let byte = 8; byte < 24; byte++) if (random.chance(0.5)) machine.memory.setU8(image + byte, 0)
    const address = sockaddr.read(image, 28)
    if (typeof address === 'string') throw new Error(address)
    const [at] = machine.sockaddr(address)
    expect(machine.memory.heap.slice(at, at + 28)).toEqual(machine.memory.heap.slice(image, image + 28))
  }
})

describe('reading', () => {
  test.each([
    [c.AF_INET, 15, 'EINVAL'],
    [c.AF_INET, 128, undefined],
    [c.AF_INET, 129, 'EINVAL'],
    [c.AF_INET, -1, 'EINVAL'],
    [c.AF_INET, 2 ** 31 - 1, 'EINVAL'],
    [c.AF_INET, 1, 'EINVAL'],
    [c.AF_INET, 0, 'EINVAL'],
    [c.AF_INET6, 16, 'EINVAL'],
    [c.AF_INET6, 27, 'EINVAL'],
    [c.AF_UNSPEC, 16, 'EAFNOSUPPORT'],
    [c.AF_UNIX, 110, undefined],
    [c.AF_UNIX, 2, undefined],
    [c.AF_UNIX, 111, 'EINVAL'],
    [c.AF_UNIX, 1, 'EINVAL'],
    [0xffff, 16, 'EAFNOSUPPORT'],
  ])('family %d with %d bytes gives %s', (family, length, error) => {
    const { codec: sockaddr, machine } = codec()
    const at = machine.alloc(128)
    machine.memory.setU16(at, family)
    const address = sockaddr.read(at, length)
    expect(typeof address === 'string' ? address : undefined).toBe(error)
  })

  test('an address up to the end of the memory works, and one beyond it gives EFAULT', () => {
    const { codec: sockaddr, machine } = codec()
    const at = machine.memory.size - 16
    machine.memory.setU16(at, c.AF_INET)
    expect(sockaddr.read(at, 16)).toEqual({ family: 'ipv4', host: '0.0.0.0', port: 0 })
    expect([sockaddr.read(at, 17), sockaddr.read(0, 16), sockaddr.read(-4, 16)]).toEqual(['EFAULT', 'EFAULT', 'EFAULT'])
  })
})

describe('writing', () => {
  test.each([
    [128, 16],
    [16, 16],
    [3, 3],
    [0, 0],
  ])('with room for %d bytes stores %d and sets the length to 16', (room, stored) => {
    const { codec: sockaddr, machine } = codec()
    const [at, length] = [machine.put(new Uint8Array(32).fill(0xee)), machine.int(room)]
    expect(sockaddr.write({ family: 'ipv4', host: '1.2.3.4', port: 5 }, at, length)).toBe(0)
    expect([...machine.memory.heap.subarray(at, at + 32)].indexOf(0xee)).toBe(stored)
    expect(machine.memory.i32(length)).toBe(16)
  })

  test('with no room ignores the pointer', () => {
    const { codec: sockaddr, machine } = codec()
    for (const at of [0, -4, machine.memory.size, 2 ** 31 - 1]) {
      const length = machine.int(0)
      expect(sockaddr.write({ family: 'ipv4', host: '1.2.3.4', port: 5 }, at, length)).toBe(0)
      expect(machine.memory.i32(length)).toBe(16)
    }
  })

  test('stores nothing and returns EINVAL for a negative room and EFAULT for a wrong pointer', () => {
    const { codec: sockaddr, machine } = codec()
    const address: Address = { family: 'ipv4', host: '1.2.3.4', port: 5 }
    const length = machine.int(-1)
    expect(sockaddr.write(address, machine.alloc(16), length)).toBe('EINVAL')
    machine.memory.setI32(length, 16)
    for (const at of [0, -8, machine.memory.size - 15, 2 ** 31])
      expect(sockaddr.write(address, at, length)).toBe('EFAULT')
    for (const at of [0, -4, machine.memory.size - 3])
      expect(sockaddr.write(address, machine.alloc(16), at)).toBe('EFAULT')
    expect(machine.memory.i32(length)).toBe(16)
  })
})
