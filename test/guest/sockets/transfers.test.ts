/** Flags, timeouts and addresses of the calls that transfer bytes, judged by Linux. */
import { beforeAll, expect, test } from '@jest/globals'
import { nativeOutput } from '../support/native.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('transfers'), COMPILING)
endAll()

test('send(), recv() and their kin return what they do on Linux, for each flag and timeout', async () => {
  const guest = await play([], { program: 'transfers' })
  expect([await guest.code, guest.errors]).toEqual([0, ''])
  expect(guest.output.split('\n')).toEqual((await nativeOutput('transfers')).split('\n'))
})
