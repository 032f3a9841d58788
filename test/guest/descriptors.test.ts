/** The table of descriptors of a guest: the program prints the same as natively. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { runNatively } from './support/native.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

endAll()

test(
  'descriptors of all kinds have the numbers and answers that they have natively',
  async () => {
    await guestModule('descriptors')
    const folder = await mkdtemp(join(tmpdir(), 'descriptors-'))
    try {
      const { stdout, stderr } = await runNatively('descriptors', [], folder)
      const guest = await play([], { program: 'descriptors', dirs: { '/': new Map() } })
      expect([await guest.code, guest.output, guest.errors]).toEqual([0, stdout, stderr])
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  COMPILING,
)
