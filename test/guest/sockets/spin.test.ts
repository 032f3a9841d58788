/** Programs that poll by calling recv() and others again and again, and never wait. */
import { beforeAll, expect, test } from '@jest/globals'
import { nativeOutput } from '../support/native.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('spin'), COMPILING)
endAll()

test('a program that polls by itself gets connections, bytes, messages and errors', async () => {
  const guest = await play([], { program: 'spin' })
  expect([await guest.code, guest.errors]).toEqual([0, ''])
  expect(guest.output).toBe(await nativeOutput('spin'))
})
