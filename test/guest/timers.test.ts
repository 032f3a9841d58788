/** The order of timers: the same as natively, although their heap differs (`libuv-port/src/loop/timer-heap.h`). */
import { beforeAll, expect, test } from '@jest/globals'
import { nativeOutput } from './support/native.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => guestModule('timers'), COMPILING)
endAll()

test('timers that are started and stopped at random are called in the same order as natively', async () => {
  const guest = await play([], { program: 'timers' })
  expect([await guest.code, guest.errors]).toEqual([0, ''])
  expect(guest.output).toBe(await nativeOutput('timers'))
  expect(guest.output.match(/, none left$/gm)).toHaveLength(5)
})
