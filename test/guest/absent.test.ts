/** Calls that no guest has are reported: in the trace, once for each name under `UVWASM_DEBUG`, and after the run. */
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { Trace } from '../../src/runtime/trace.js'
import { killAll, run } from '../cli/command.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => guestModule('absent'), COMPILING)
killAll()
endAll()

const CALLS = ['fork', 'dlopen', 'pthread_create', 'system', 'acct']

describe('a program that calls what no guest has', () => {
  test('is told so, and its guest lists the calls', async () => {
    const guest = await play([], { program: 'absent', trace: new Trace('') })
    expect([await guest.code, guest.output]).toEqual([0, ['fork', ...CALLS].map((name) => `${name}: 1\n`).join('')])
    expect([...guest.guest.absentCalls]).toEqual(CALLS.map((name) => [name, name === 'fork' ? 2 : 1]))
  })

  test.each([
    ['syscall', ['fork', ...CALLS]],
    ['pump', CALLS],
  ])('is traced with the topic %s', async (topic, names) => {
    const lines: string[] = []
    const guest = await play([], { program: 'absent', trace: new Trace(topic, (line) => lines.push(line)) })
    await guest.code
    expect(lines.filter((line) => line.includes('no guest'))).toEqual(names.map((name) => `${name}(): no guest has it`))
  })

  test('is explained by the command after its end', async () => {
    const { code, errors } = await run('run', '--why', fileURLToPath(await guestModule('absent')))
    expect(code).toBe(0)
    expect(errors).toMatch(/the program called fork \(2 times\), dlopen, pthread_create, system, acct that no guest/)
  })
})
