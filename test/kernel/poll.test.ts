import { describe, expect, test } from '@jest/globals'
import { Poll } from '../../src/kernel/readiness.js'
import type { Turns } from '../../src/kernel/syscalls/context.js'
import { PollMask } from '../../src/kernel/syscalls/poll-mask.js'
import { loopback } from '../support/wishes.js'
import { abi, c, fakeMachine, two } from './support/machine.js'
import { connected } from './support/states.js'

describe('masks', () => {
  const mask = new PollMask(abi)
  const all = c.POLLIN | c.POLLOUT | c.POLLERR | c.POLLHUP | c.POLLRDHUP

  test('each bit has its own on the other side', () => {
    const pairs = [
      [Poll.IN, c.POLLIN],
      [Poll.OUT, c.POLLOUT],
      [Poll.ERR, c.POLLERR],
      [Poll.HUP, c.POLLHUP],
      [Poll.RDHUP, c.POLLRDHUP],
    ] as const
    for (const [ours, guests] of pairs) expect([mask.toGuest(ours), mask.fromGuest(guests)]).toEqual([guests, ours])
  })

  test('every mask comes back, and bits that nobody knows are dropped', () => {
    for (let ours = 0; ours < 32; ours++) {
      expect(mask.fromGuest(mask.toGuest(ours))).toBe(ours)
      expect(mask.fromGuest(mask.toGuest(ours) | ~all)).toBe(ours)
    }
    expect([mask.toGuest(31), mask.fromGuest(-1)]).toEqual([all, 31])
  })
})

describe('poll_ctl() and poll_wait()', () => {
  test('report what is asked for, while it holds', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.os.poll_ctl(fd, c.POLLIN | c.POLLRDHUP)
    expect(machine.wait()).toEqual([])
    peer.receive('abc')
    expect([machine.wait(), machine.wait()]).toEqual([[`${fd}:I`], [`${fd}:I`]])
    machine.read(fd)
    expect(machine.wait()).toEqual([])
    peer.end()
    expect(machine.wait()).toEqual([`${fd}:IR`])
    machine.os.poll_ctl(fd, c.POLLOUT)
    expect(machine.wait()).toEqual([`${fd}:O`])
    machine.os.poll_ctl(fd, 0)
    expect(machine.wait()).toEqual([])
  })

  test('a descriptor that there is not: EBADF', () => {
    const machine = fakeMachine()
    expect([machine.os.poll_ctl(c.UVH_FD_FIRST, c.POLLIN), machine.os.poll_ctl(-1, 0)]).toEqual(['EBADF', 'EBADF'])
  })

  test('a fresh socket hangs up', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.os.poll_ctl(fd, c.POLLIN | c.POLLOUT)
    expect(machine.wait()).toEqual([`${fd}:OH`])
  })

  test('with little room, everybody has a turn', () => {
    const machine = fakeMachine()
    const readers = Array.from({ length: 5 }, () => {
      const [reader, writer] = two(machine, 'pipe')
      machine.os.poll_ctl(reader, c.POLLIN)
      machine.write(writer, 'x')
      return reader
    })
    const seen = Array.from({ length: 5 }, () => machine.wait(2)).flat()
    expect(seen).toEqual([...readers, ...readers].map((fd) => `${fd}:I`))
  })

  test.each([0, -1, -(2 ** 31)])('max = %d: EINVAL, and nothing is lost', (max) => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    machine.os.poll_ctl(reader, c.POLLIN)
    machine.write(writer, 'x')
    expect(machine.os.poll_wait(machine.alloc(64), max, 0)).toBe('EINVAL')
    expect(machine.wait()).toEqual([`${reader}:I`])
  })

  test('room behind the memory: EFAULT, and nothing is lost or written', () => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    machine.os.poll_ctl(reader, c.POLLIN)
    machine.write(writer, 'x')
    const end = machine.memory.size
    machine.memory.heap.fill(0xee, end - 8)
    for (const [at, max] of [
      [end - 8, 2],
      [0, 1],
      [-8, 1],
      [1024, 2 ** 31 - 1],
    ] as const) {
      expect(machine.os.poll_wait(at, max, 0)).toBe('EFAULT')
    }
    expect(machine.memory.heap.subarray(end - 8).every((byte) => byte === 0xee)).toBe(true)
    expect(machine.wait()).toEqual([`${reader}:I`])
  })
})

describe('the end of a turn', () => {
  /** Turns as a test wants them; counts what is asked. */
  class Scripted implements Turns {
    budget = Number.POSITIVE_INFINITY
    readonly parked: number[] = []

    takePass(): boolean {
      return --this.budget >= 0
    }

    park(timeout: number): 0 | 'EAGAIN' {
      this.parked.push(timeout)
      return timeout === 0 ? 0 : 'EAGAIN'
    }
  }

  test('is asked for when nothing is ready, with the timeout', () => {
    const turns = new Scripted()
    const machine = fakeMachine({ turns })
    expect([machine.wait(8, 0), machine.wait(8, -1), machine.wait(8, 500)]).toEqual([[], 'EAGAIN', 'EAGAIN'])
    expect(turns.parked).toEqual([0, -1, 500])
    const [reader, writer] = two(machine, 'pipe')
    machine.os.poll_ctl(reader, c.POLLIN)
    machine.write(writer, 'x')
    expect([machine.wait(8, -1), turns.parked.length]).toEqual([[`${reader}:I`], 3])
  })

  test('comes with the budget, also when somebody is ready, who is not forgotten', () => {
    const turns = new Scripted()
    const machine = fakeMachine({ turns })
    const [reader, writer] = two(machine, 'pipe')
    machine.os.poll_ctl(reader, c.POLLIN)
    machine.write(writer, 'x')
    turns.budget = 0
    expect([machine.wait(8, -1), turns.parked]).toEqual(['EAGAIN', []])
    turns.budget = 1
    expect(machine.wait(8, -1)).toEqual([`${reader}:I`])
  })
})

describe('poll()', () => {
  const { size, fd: fdAt, events: eventsAt, revents: reventsAt } = abi.layout.pollfd

  function ask(machine: ReturnType<typeof fakeMachine>, ...entries: [fd: number, events: number][]): unknown[] {
    const at = machine.alloc(size * entries.length)
    for (const [index, [fd, events]] of entries.entries()) {
      machine.memory.setI32(at + index * size + fdAt, fd)
      machine.memory.setU16(at + index * size + eventsAt, events)
      machine.memory.setU16(at + index * size + reventsAt, 0xffff)
    }
    const answer = machine.os.poll(at, entries.length, 0)
    return [answer, ...entries.map((_, index) => machine.memory.u16(at + index * size + reventsAt))]
  }

  test('looks at those it is given, whether they are watched or not', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    expect(ask(machine, [fd, c.POLLIN], [fd, c.POLLOUT], [fd, 0])).toEqual([2, c.POLLIN, c.POLLOUT, 0])
    peer.fail('ECONNRESET')
    expect(ask(machine, [fd, 0])).toEqual([1, c.POLLERR | c.POLLHUP])
  })

  test('a wrong number is POLLNVAL, a negative one nothing, files are always ready', () => {
    const machine = fakeMachine()
    expect(ask(machine, [c.UVH_FD_FIRST + 9, c.POLLIN], [-1, c.POLLIN], [1, c.POLLOUT | c.POLLERR])).toEqual([
      2,
      c.POLLNVAL,
      0,
      c.POLLOUT,
    ])
  })

  test('none at all is fine, as many as there can be descriptors too, and more are EINVAL, as on Linux', () => {
    const machine = fakeMachine({ maxDescriptors: 10 })
    const at = machine.alloc(size * (c.UVH_FD_FIRST + 11))
    expect([
      machine.os.poll(0, 0, 0),
      machine.os.poll(at, c.UVH_FD_FIRST + 10, 0),
      machine.os.poll(at, c.UVH_FD_FIRST + 11, 0),
      machine.os.poll(at, 2 ** 31 - 1, 0),
      machine.os.poll(at, -1, 0),
    ]).toEqual([0, 0, 'EINVAL', 'EINVAL', 'EINVAL'])
    expect(machine.os.poll(machine.memory.size - size, 2, 0)).toBe('EFAULT')
  })
})

test('a listener is told about every connection that waits, one wake at a time', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.bind(fd, loopback(80))
  machine.os.listen(fd, 5)
  machine.os.poll_ctl(fd, c.POLLIN)
  const [listener] = machine.host.listeners
  listener?.arrive()
  listener?.arrive()
  expect([machine.wakes, machine.wait()]).toEqual([1, [`${fd}:I`]])
  machine.accept(fd)
  expect(machine.wait()).toEqual([`${fd}:I`])
  machine.accept(fd)
  expect(machine.wait()).toEqual([])
  listener?.arrive()
  expect(machine.wakes).toBe(2)
})
