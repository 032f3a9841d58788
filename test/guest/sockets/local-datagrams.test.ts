/** AF_UNIX sockets for messages, judged by Linux. */
import { beforeAll, expect, test } from '@jest/globals'
import { nativeOutput } from '../support/native.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('local-datagrams'), COMPILING)
endAll()

test('AF_UNIX sockets carry messages as on Linux, in pairs and by name', async () => {
  const guest = await play([], { program: 'local-datagrams' })
  expect([await guest.code, guest.errors]).toEqual([0, ''])
  expect(guest.output.split('\n')).toEqual((await nativeOutput('local-datagrams')).split('\n'))
})
