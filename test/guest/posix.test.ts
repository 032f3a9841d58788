test.each([])(
import { expect, test } from '@jest/globals'
import { nativeOutput, runNatively } from './support/native.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

const sources = readdirSync(new URL('./programs/posix', import.meta.url))
endAll()

test.each(['clocks', 'events', 'names', 'select', 'users'])(
  'the program "%s" prints what it prints natively',
  async (name) => {
    const program = `posix/${name}`
    await guestModule(program)
    const guest = await play([], { program })
    const code = await guest.code
    expect([code, guest.output, guest.errors]).toEqual([0, await nativeOutput(program), ''])
  },
  COMPILING,
)

test(
  'descriptors of all kinds have the numbers and answers that they have natively',
  async () => {
    const program = 'posix/descriptors'
    await guestModule(program)
    const folder = await mkdtemp(join(tmpdir(), 'descriptors-'))
    try {
      const { stdout, stderr } = await runNatively(program, [], folder)
      const guest = await play([], { program, dirs: { '/': new Map() } })
      expect([await guest.code, guest.output, guest.errors]).toEqual([0, stdout, stderr])
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  COMPILING,
)
