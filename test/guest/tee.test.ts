/** The standard streams of a guest as streams of libuv. */
import { beforeAll, expect, test } from '@jest/globals'
import { seeded } from '../support/random.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => guestModule('tee'), COMPILING)
endAll()

test('a guest copies its standard input to its standard output until EOF', async () => {
  const input = seeded('tee').bytes(300_000)
  const output: Uint8Array[] = []
  const onOutput = (stream: 1 | 2, piece: Uint8Array): void => {
    if (stream === 1) output.push(piece)
  }
  const tee = await play([], { program: 'tee', input, onOutput })
  expect([await tee.code, tee.errors]).toEqual([0, 'EOF\n'])
  expect(Buffer.concat(output).equals(input)).toBe(true)
})

test('an empty standard input ends at once', async () => {
  const tee = await play([], { program: 'tee' })
  expect([await tee.code, tee.output, tee.errors]).toEqual([0, '', 'EOF\n'])
})
