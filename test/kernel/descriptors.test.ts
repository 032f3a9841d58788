import { describe, expect, test } from '@jest/globals'
import { seeded } from '../support/random.js'
import { loopback } from '../support/wishes.js'
import { c, fakeMachine, two } from './support/machine.js'

const FIRST = c.UVH_FD_FIRST

test('a new descriptor gets the lowest free number', () => {
  const machine = fakeMachine()
  expect([machine.socket(), machine.socket(), machine.socket()]).toEqual([FIRST, FIRST + 1, FIRST + 2])
  machine.os.close(FIRST + 1)
  machine.os.close(FIRST)
  expect([machine.socket(), machine.socket(), machine.socket()]).toEqual([FIRST, FIRST + 1, FIRST + 3])
  expect(machine.kernel.openDescriptors).toBe(4)
})

test.each([-1, 0, FIRST - 1, FIRST + 1, 2 ** 31 - 1, -(2 ** 31)])('%d is not a valid descriptor', (fd) => {
  const machine = fakeMachine()
  machine.socket()
  expect(machine.os.close(fd)).toBe('EBADF')
  expect(machine.kernel.get(fd)).toBeUndefined()
})

describe('the limit', () => {
  test('applies to each kind of descriptor', () => {
    const machine = fakeMachine({ maxDescriptors: 3 })
    const fd = machine.socket()
    two(machine, 'pipe')
    expect(machine.os.socket(c.AF_INET, c.SOCK_STREAM, 0)).toBe('EMFILE')
    machine.os.close(fd)
    expect(machine.os.pipe(machine.alloc(8), 0)).toBe('EMFILE')
    expect(machine.os.socketpair(c.AF_UNIX, c.SOCK_STREAM, 0, machine.alloc(8))).toBe('EMFILE')
    expect(machine.socket()).toBe(fd)
    expect(machine.kernel.openDescriptors).toBe(3)
  })

  test('keeps a connection waiting until a number is free', () => {
    const machine = fakeMachine({ maxDescriptors: 2 })
    const server = machine.socket()
    machine.os.listen(server, 5)
    const other = machine.socket()
    const connection = machine.host.listeners[0]?.arrive()
    expect(machine.accept(server)).toBe('EMFILE')
    expect(machine.poll(server)).toBe('I')
    expect(connection?.ended).toBeUndefined()
    machine.os.close(other)
    expect(machine.accept(server)).toBe(other)
  })
})

test('a reused number has no events or interest of the closed descriptor', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.connect(fd, loopback(80))
  machine.os.poll_ctl(fd, c.POLLIN | c.POLLOUT)
  machine.host.connections[0]?.connect()
  expect(machine.wakes).toBe(1)
  machine.os.close(fd)
  expect(machine.socket()).toBe(fd)
  machine.os.poll_ctl(fd, 0)
  expect(machine.wait()).toEqual([])
  machine.os.poll_ctl(fd, c.POLLIN)
  expect(machine.wait()).toEqual([`${fd}:H`])
})

test('a closed descriptor has no number any more', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  const closed = machine.descriptor(fd)
  machine.os.close(fd)
  const next = machine.descriptor(machine.socket())
  expect([closed.fd, next.fd]).toEqual([-1, fd])
})

test('a closed descriptor is no longer reported', () => {
  const machine = fakeMachine()
  const [reader, writer] = two(machine, 'pipe')
  machine.os.poll_ctl(reader, c.POLLIN)
  machine.write(writer, 'x')
  expect(machine.wait()).toEqual([`${reader}:I`])
  machine.os.close(reader)
  expect(machine.kernel.readiness.dropStale()).toBe(false)
  expect(machine.wait()).toEqual([])
})

test('random opens and closes always use the lowest free number', () => {
  const random = seeded('descriptors')
  const machine = fakeMachine({ maxDescriptors: 50 })
  const open = new Set<number>()
  for (let step = 0; step < 5_000; step++) {
    if (random.chance(0.55)) {
      const answer = machine.os.socket(c.AF_INET, c.SOCK_STREAM, 0)
      let lowest = FIRST
      while (open.has(lowest)) lowest++
      expect(answer).toBe(open.size === 50 ? 'EMFILE' : lowest)
      if (typeof answer === 'number') open.add(answer)
    } else {
      const fd = FIRST + random.int(0, 50)
      expect(machine.os.close(fd)).toBe(open.delete(fd) ? 0 : 'EBADF')
    }
    expect(machine.kernel.openDescriptors).toBe(open.size)
  }
})

describe('closeAll()', () => {
  test('closes all sockets of the host', () => {
    const machine = fakeMachine()
    machine.bind(machine.socket(), loopback(0))
    const server = machine.socket()
    machine.os.listen(server, 5)
    const waiting = machine.host.listeners[0]?.arrive()
    machine.connect(machine.socket(), loopback(80))
    two(machine, 'pipe')
    machine.kernel.closeAll()
    expect(machine.host.open()).toEqual([])
    expect(waiting?.ended).toBe('reset')
    expect(machine.kernel.openDescriptors).toBe(0)
  })

  test('continues when the host fails and then throws all errors', () => {
    const machine = fakeMachine()
    for (let i = 0; i < 3; i++) machine.connect(machine.socket(), loopback(80))
    const [first, second, third] = machine.host.connections
    if (first !== undefined) first.fails.close = new Error('first')
    if (second !== undefined) second.fails.close = new Error('second')
    expect(() => machine.kernel.closeAll()).toThrow(
      expect.objectContaining({ errors: [new Error('first'), new Error('second')] }),
    )
    expect(third?.ended).toBe('closed')
    expect(machine.kernel.openDescriptors).toBe(0)
  })
})
