/** Options of sockets, judged by Linux: what can be set and read, and what the C library makes of it. */
import { beforeAll, expect, test } from '@jest/globals'
import { nativeOutput } from '../support/native.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('sockopts'), COMPILING)
endAll()

test('options have the results of Linux, for every kind of socket', async () => {
  const guest = await play([], { program: 'sockopts' })
  expect([await guest.code, guest.errors]).toEqual([0, ''])
  expect(guest.output.split('\n')).toEqual((await nativeOutput('sockopts')).split('\n'))
})
