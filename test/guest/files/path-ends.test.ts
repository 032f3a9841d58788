/** Names and paths of guests: what they lead to and how they end, compared with the same programs on this machine. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, test } from '@jest/globals'
import { nativeOutput } from '../support/native.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

const PROGRAMS = ['path-ends', 'places']

beforeAll(() => Promise.all(PROGRAMS.map((program) => guestModule(program))), COMPILING)
endAll()

let folder = ''
afterEach(() => rm(folder, { recursive: true, force: true }))

test.each(PROGRAMS)('a guest prints what the native program %s prints', async (program) => {
  // In memory if possible, since the native program changes many files.
  folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'paths-'))
  const guest = await play(['/t'], { program, dirs: { '/t': new Map() } })
  expect(await guest.code).toBe(0)
  const expected = await nativeOutput(program, folder)
  expect(guest.output.split('\n')).toEqual(expected.split('\n'))
})
