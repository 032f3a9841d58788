/** Calls of the C library: each program of programs/posix prints the same as a guest and natively. */
import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { nativeOutput } from './support/native.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

const sources = readdirSync(new URL('./programs/posix', import.meta.url))
endAll()

test.each(sources.filter((file) => file.endsWith('.c')).map((file) => file.slice(0, -2)))(
  'the program "%s" prints what it prints natively',
  async (name) => {
    const program = `posix/${name}`
    await guestModule(program)
    const guest = await play([], { program, dirs: { '/tmp': new Map() } })
    const code = await guest.code
    expect([code, guest.output, guest.errors]).toEqual([0, await nativeOutput(program), ''])
  },
  COMPILING,
)

test.each(['inotify', 'fs-events'])(
  'the program "%s" prints the same of files on the disk',
  async (name) => {
    const program = `posix/${name}`
    await guestModule(program)
    const folder = await mkdtemp(join(tmpdir(), 'watched-'))
    const guest = await play([], { program, dirs: { '/tmp': { path: folder, access: 'rw' } } })
    expect([await guest.code, guest.output, guest.errors]).toEqual([0, await nativeOutput(program), ''])
    await rm(folder, { recursive: true })
  },
  COMPILING,
)

test('devices are there without any directory', async () => {
  const program = 'posix/devices'
  const guest = await play([], { program })
  expect([await guest.code, guest.output]).toEqual([0, await nativeOutput(program)])
})

test.each(['rights', 'ipc', 'sequences', 'batches'])(
  'the program "%s" prints the same when its host runs the loop',
  async (name) => {
    const program = `posix/${name}`
    await guestModule(program)
    const guest = await play([], { program, driver: 'pump', dirs: { '/tmp': new Map() } })
    expect([await guest.code, guest.output, guest.errors]).toEqual([0, await nativeOutput(program), ''])
  },
)
