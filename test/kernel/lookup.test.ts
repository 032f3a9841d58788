/** Tests of lookups, which are descriptors of the guest. */
import { expect, test } from '@jest/globals'
import { FakeHost } from '../support/fake-host.js'
import { abi, c, Machine } from './support/machine.js'

const stage = (): Machine => new Machine({ host: new FakeHost() })

const look = (machine: Machine, name: string, family = c.AF_UNSPEC) =>
  machine.os.lookup(machine.put(name), name.length, family)

test('a lookup is readable once it is answered, and returns the addresses as texts', () => {
  const machine = stage()
  const fd = Number(look(machine, 'db.test', c.AF_INET6))
  expect(machine.host.lookups[0]?.question).toBe('db.test ipv6')
  machine.os.poll_ctl(fd, c.POLLIN)
  expect([machine.read(fd), machine.wakes]).toEqual(['EAGAIN', 0])
  machine.host.lookups[0]?.events.onAnswer(['::1', '2001:db8::1'])
  expect([machine.wakes, machine.read(fd), machine.read(fd)]).toEqual([1, '::1\x002001:db8::1\0', ''])
})

test('an answer is returned without texts that are not addresses', () => {
  const machine = stage()
  const fds = [Number(look(machine, 'db.test')), Number(look(machine, 'db.test'))] as const
  machine.host.lookups[0]?.events.onAnswer(['127.1', '192.0.2.1', '192.0.2.1\n127.0.0.1', '', '::1%', Object(7)])
  machine.host.lookups[1]?.events.onAnswer(['localhost'])
  expect([machine.read(fds[0]), machine.read(fds[1])]).toEqual(['192.0.2.1\0', 'ENOENT'])
})

test('interface_index() finds an interface that the host knows', () => {
  const machine = stage()
  const ask = (name: string, length = name.length) => machine.os.interface_index(machine.put(name), length)
  expect(['lo', 'eth0', 'eth9', ''].map((name) => ask(name))).toEqual([1, 2, 'ENODEV', 'ENODEV'])
  expect([ask('eth0', 65), machine.os.interface_index(0, 2), ask('lo', -1)]).toEqual(['ENODEV', 'EFAULT', 'EFAULT'])
})

test('a failed lookup returns its error in every read', () => {
  const machine = stage()
  const fd = Number(look(machine, 'db.test'))
  machine.host.lookups[0]?.events.onError('ENOENT')
  expect([machine.read(fd), machine.read(fd)]).toEqual(['ENOENT', 'ENOENT'])
})

test('close() cancels a lookup that is not answered', () => {
  const machine = stage()
  const fds = [Number(look(machine, 'a')), Number(look(machine, 'b'))] as const
  machine.host.lookups[1]?.events.onAnswer(['::1'])
  for (const fd of fds) expect(machine.os.close(fd)).toBe(0)
  expect(machine.host.lookups.map(({ cancelled }) => cancelled)).toEqual([true, false])
  expect(machine.kernel.openDescriptors).toBe(0)
})

test('a lookup that the host refuses creates no descriptor', () => {
  const machine = stage()
  machine.host.fails.lookup = 'EACCES'
  expect(look(machine, 'db.test')).toBe('EACCES')
  expect(machine.kernel.openDescriptors).toBe(0)
})

test.each([
  ['', 'EINVAL'],
  ['x'.repeat(256), 'EINVAL'],
  ['two words', 'ENOENT'],
  ['a\nb', 'ENOENT'],
  ['127.0.0.1', 'ENOENT'],
  ['0x7f.1', 'ENOENT'],
  ['127.0.0.1#db.test', 'ENOENT'],
  ['db.test\0', 'ENOENT'],
  ['-db.test', 'ENOENT'],
  ['b\u00fccher.test', 'ENOENT'],
])('a lookup of the name %j fails with %s', (name, error) => {
  expect(look(stage(), name)).toBe(error)
})

test('a lookup fails with EAFNOSUPPORT for AF_UNIX and with EMFILE without a free descriptor', () => {
  expect(look(stage(), 'db.test', c.AF_UNIX)).toBe('EAFNOSUPPORT')
  expect(look(new Machine({ host: new FakeHost(), maxDescriptors: 0 }), 'db.test')).toBe('EMFILE')
})

test('a lookup cannot be written to and is not a socket', () => {
  const machine = stage()
  const fd = Number(look(machine, 'db.test'))
  expect([machine.write(fd, 'x'), machine.os.listen(fd, 1), machine.os.shutdown(fd, c.SHUT_WR)]).toEqual([
    'EBADF',
    'ENOTSOCK',
    'ENOTSOCK',
  ])
})

test('reverse() asks the host for the address in memory', () => {
  const machine = stage()
  const { sockaddr_in: at } = abi.layout
  const addr = machine.put('\0'.repeat(at.size))
  machine.memory.setU16(addr + at.sin_family, c.AF_INET)
  machine.memory.setU16be(addr + at.sin_port, 80)
  machine.memory.setBytes(addr + at.sin_addr, Uint8Array.of(127, 0, 0, 2))
  expect(machine.os.reverse(addr, at.size)).toBeGreaterThan(0)
  expect(machine.host.lookups[0]?.question).toBe('127.0.0.2 80')
  expect(machine.os.reverse(addr, 1)).toBe('EINVAL')
})
