/** The calls `signals`, `alarm` and `timer`, and how signals that arrive end waits. */
import { expect, test } from '@jest/globals'
import { bitOf } from '../../src/base/signals.js'
import { c, fakeMachine } from './support/machine.js'

test('signals passes both sets on, and a wait ends until the guest has taken what arrived', () => {
  const machine = fakeMachine()
  const at = machine.alloc(4)
  expect(machine.os.signals(1, 2, at)).toBe(0)
  expect(machine.dispositions).toEqual([[1, 2]])
  expect(machine.os.poll(0, 0, 0)).toBe(0)
  expect([machine.arrivals.add(15), machine.arrivals.add(31), machine.arrivals.add(15)]).toEqual([true, true, false])
  expect(machine.memory.u32(at)).toBe(bitOf(15) | bitOf(31))
  const events = machine.alloc(64)
  expect([machine.os.poll(0, 0, 0), machine.os.poll_wait(events, 4, 0)]).toEqual(['EINTR', 'EINTR'])
  machine.memory.setU32(at, 0)
  expect([machine.os.poll(0, 0, 0), machine.os.poll_wait(events, 4, 0)]).toEqual([0, 0])
  expect(machine.arrivals.add(15)).toBe(true)
})

test('a signal ends a wait before descriptors that are ready, which the next one reports', () => {
  const machine = fakeMachine()
  const [at, fds, p] = [machine.alloc(4), machine.alloc(8), machine.alloc(8)]
  machine.os.signals(0, 0, at)
  machine.os.pipe(fds, 0)
  machine.memory.setI32(p, machine.memory.i32(fds + 4))
  machine.memory.setU16(p + 4, c.POLLOUT)
  machine.arrivals.add(1)
  expect(machine.os.poll(p, 1, 0)).toBe('EINTR')
  machine.memory.setU32(at, 0)
  expect(machine.os.poll(p, 1, 0)).toBe(1)
})

test('signals refuses an address outside of the memory', () => {
  const machine = fakeMachine()
  for (const at of [0, -4, machine.memory.size, machine.memory.size - 3]) {
    expect(machine.os.signals(0, 0, at)).toBe('EFAULT')
  }
  expect([machine.dispositions, machine.arrivals.add(1)]).toEqual([[], false])
})

test('alarm and timer refuse what is not a time', () => {
  const machine = fakeMachine()
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect([machine.os.alarm(wrong, 0), machine.os.alarm(1, wrong)]).toEqual(['EINVAL', 'EINVAL'])
    expect([machine.os.timer(1, 1, wrong, 0), machine.os.timer(1, 1, 1, wrong)]).toEqual(['EINVAL', 'EINVAL'])
  }
  expect([machine.os.alarm(0, 0), machine.os.alarm(1.5, 2 ** 60)]).toEqual([0, 0])
  expect(machine.os.timer(32, 10, 1, 2)).toBe(0)
  expect(machine.timers).toEqual([
    { timer: 0, signal: 14, after: 0, interval: 0 },
    { timer: 0, signal: 14, after: 1.5, interval: 2 ** 60 },
    { timer: 32, signal: 10, after: 1, interval: 2 },
  ])
})

test('timer refuses numbers of timers and signals that do not exist', () => {
  const machine = fakeMachine()
  for (const wrong of [-1, 0, 33]) {
    expect([machine.os.timer(wrong, 1, 1, 0), machine.os.timer(1, wrong, 1, 0)]).toEqual(['EINVAL', 'EINVAL'])
  }
  expect(machine.timers).toEqual([])
})
