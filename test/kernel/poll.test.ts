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

  test('convert each bit to its counterpart', () => {
    const pairs = [
      [Poll.IN, c.POLLIN],
      [Poll.OUT, c.POLLOUT],
      [Poll.ERR, c.POLLERR],
      [Poll.HUP, c.POLLHUP],
      [Poll.RDHUP, c.POLLRDHUP],
    ] as const
    for (const [ours, guests] of pairs) expect([mask.toGuest(ours), mask.fromGuest(guests)]).toEqual([guests, ours])
  })

  test('are unchanged when converted and back, without unknown bits', () => {
    for (let ours = 0; ours < 32; ours++) {
      expect(mask.fromGuest(mask.toGuest(ours))).toBe(ours)
      expect(mask.fromGuest(mask.toGuest(ours) | ~all)).toBe(ours)
    }
    expect([mask.toGuest(31), mask.fromGuest(-1)]).toEqual([all, 31])
  })
})

describe('poll_ctl() and poll_wait()', () => {
  test('report the requested events while they hold', () => {
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

  test('return EBADF for a descriptor that is not open', () => {
    const machine = fakeMachine()
    expect([machine.os.poll_ctl(c.UVH_FD_FIRST, c.POLLIN), machine.os.poll_ctl(-1, 0)]).toEqual(['EBADF', 'EBADF'])
  })

  test('report a hangup for a new socket', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.os.poll_ctl(fd, c.POLLIN | c.POLLOUT)
    expect(machine.wait()).toEqual([`${fd}:OH`])
  })

  test('report all descriptors in turn when there is little room', () => {
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

  test.each([0, -1, -(2 ** 31)])('return EINVAL for a maximum of %d and lose no event', (max) => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    machine.os.poll_ctl(reader, c.POLLIN)
    machine.write(writer, 'x')
    expect(machine.os.poll_wait(machine.alloc(64), max, 0)).toBe('EINVAL')
    expect(machine.wait()).toEqual([`${reader}:I`])
  })

  test('return EFAULT for a buffer beyond the memory and lose no event', () => {
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
  /** Turns with a given budget, which record what was requested. */
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

  test('is requested with the timeout when nothing is ready', () => {
    const turns = new Scripted()
    const machine = fakeMachine({ turns })
    expect([machine.wait(8, 0), machine.wait(8, -1), machine.wait(8, 500)]).toEqual([[], 'EAGAIN', 'EAGAIN'])
    expect(turns.parked).toEqual([0, -1, 500])
    const [reader, writer] = two(machine, 'pipe')
    machine.os.poll_ctl(reader, c.POLLIN)
    machine.write(writer, 'x')
    expect([machine.wait(8, -1), turns.parked.length]).toEqual([[`${reader}:I`], 3])
  })

  test('comes when the budget ends, and ready descriptors are reported later', () => {
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

  test('examines the given descriptors, watched or not', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    expect(ask(machine, [fd, c.POLLIN], [fd, c.POLLOUT], [fd, 0])).toEqual([2, c.POLLIN, c.POLLOUT, 0])
    peer.fail('ECONNRESET')
    expect(ask(machine, [fd, 0])).toEqual([1, c.POLLERR | c.POLLHUP])
  })

  test('reports POLLNVAL for a closed number, and nothing for a negative one', () => {
    const machine = fakeMachine()
    expect(ask(machine, [c.UVH_FD_FIRST + 9, c.POLLIN], [-1, c.POLLIN], [1, c.POLLOUT])).toEqual([
      2,
      c.POLLNVAL,
      0,
      c.POLLNVAL,
    ])
  })

  test('accepts none or as many as the limit, and refuses more with EINVAL, like Linux', () => {
    const machine = fakeMachine({ maxDescriptors: 10 })
    const at = machine.alloc(size * (c.UVH_FD_FIRST + 11))
    expect([
      machine.os.poll(0, 0, 0),
      machine.os.poll(at, c.UVH_FD_FIRST + 10, 0),
      machine.os.poll(at, c.UVH_FD_FIRST + 11, 0),
      machine.os.poll(at, 2 ** 31 - 1, 0),
      machine.os.poll(at, -1, 0),
    ]).toEqual([0, c.UVH_FD_FIRST + 10, 'EINVAL', 'EINVAL', 'EINVAL'])
    expect(machine.os.poll(machine.memory.size - size, 2, 0)).toBe('EFAULT')
  })
})

test('a listener is reported while connections wait, with one wake for a burst', () => {
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
