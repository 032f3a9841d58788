import { expect, test } from '@jest/globals'
import { DEFAULT_BUFFER_SIZE } from '../../src/kernel/socket-options.js'
import { fakeMachine } from './machine.js'
import { connected } from './states.js'

/** libuv's test `tcp_write_in_a_row` counts on it. */
test('a few bytes behind a large round message find room', () => {
  const machine = fakeMachine()
  const { fd, peer } = connected(machine)
  peer.takesAtOnce = false
  const quarter = DEFAULT_BUFFER_SIZE / 4
  const at = machine.put(new Uint8Array(quarter))
  for (let left = 10 * 1024 * 1024; left > 0; ) {
    const count = machine.os.writev(fd, machine.iovecs([at, Math.min(left, quarter)]), 1, 0)
    if (count === 'EAGAIN') peer.drain()
    else left -= Number(count)
  }
  expect(machine.write(fd, 'x')).toBe(1)
})
