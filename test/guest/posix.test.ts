/** Calls of the C library: each program prints the same as a guest and natively. */
import { expect, test } from '@jest/globals'
import { nativeOutput } from './support/native.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

endAll()

test.each(['clocks', 'names', 'select', 'users'])(
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
