/** Tests of a guest whose memory grows between two calls, and while bytes are under way. */

import { expect, test } from '@jest/globals'
import { concat } from '../../src/base/bytes.js'
import { abi, c, fakeMachine, text } from './support/machine.js'
import { connected } from './support/states.js'

test('every kind of call works on old and on new memory after it has grown', () => {
  const machine = fakeMachine()
  const { fd, peer } = connected(machine)
  const old = machine.put('old')
  const end = machine.memory.size
  expect(machine.os.getsockname(fd, end + 64, machine.int(128))).toBe('EFAULT')
  expect(machine.os.writev(fd, machine.iovecs([end - 2, 4]), 1, 0)).toBe('EFAULT')
  machine.wasm.grow(3)

  const length = machine.int(128)
  expect([machine.os.getsockname(fd, end + 64, length), machine.memory.u16(end + 64)]).toEqual([0, c.AF_INET])
  // From old memory, and across the old end.
  machine.memory.setBytes(end - 2, text('new!'))
  expect(machine.os.writev(fd, machine.iovecs([old, 3], [end - 2, 4]), 2, 0)).toBe(7)
  expect(new TextDecoder().decode(concat(peer.sent))).toBe('oldnew!')

  peer.receive('arrived')
  machine.wasm.grow(1)
  expect(machine.os.readv(fd, machine.iovecs([end - 3, 7]), 1, 0)).toBe(7)
  expect(new TextDecoder().decode(machine.memory.heap.slice(end - 3, end + 4))).toBe('arrived')

  machine.os.poll_ctl(fd, c.POLLOUT)
  const last = machine.memory.size - abi.layout.uvh_event.size
  machine.wasm.grow(1)
  expect([machine.os.poll_wait(last, 1, 0), machine.memory.i32(last)]).toEqual([1, fd])
  expect(machine.defects).toEqual([])
})
