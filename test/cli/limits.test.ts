/** Limits on the command line. */
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'
import { killAll, run } from './command.js'

let behave = ''

beforeAll(async () => {
  behave = fileURLToPath(await guestModule('behave'))
}, COMPILING)
killAll()

describe('--limit', () => {
  test.each([
    ['memory', /"memory": it is not a limit; give NAME=NUMBER/],
    ['memory=much', /"memory=much": it is not a limit/],
    ['sockets=1/2', /"sockets=1\/2": it is not a limit/],
    ['socks=1', /Cannot limit "socks": there is no such limit; use one of memory/],
  ])('%s is refused', async (limit, message) => {
    const { code, errors } = await run('run', '--limit', limit, behave)
    expect([code, errors]).toEqual([2, expect.stringMatching(message)])
  })

  test('limits the program, and says which limit was reached', async () => {
    const { code, errors } = await run(
      'run',
      '--driver',
      'worker',
      '--limit',
      'wallTime=1',
      '--limit',
      'none',
      behave,
      '--',
      'exit',
    )
    expect([code, errors]).toEqual([0, ''])
    const ended = await run('run', '--driver', 'worker', '--limit', 'wallTime=100', behave, '--', 'wait')
    expect([ended.code, ended.errors]).toEqual([152, expect.stringMatching(/reached its limit wallTime, 100/)])
  })
})
