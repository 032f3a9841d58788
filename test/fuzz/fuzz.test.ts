/**
 * A small run of the fuzzer (`make fuzz`): what a guest may import, called at random under every driver of this engine.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { runSeed } from '../support/random.js'

const run = promisify(execFile)

/** The fuzzer with arguments. @returns its exit code, and what it prints */
const fuzz = async (...args: string[]): Promise<{ code: number; said: string }> => {
  try {
    const { stdout, stderr } = await run(process.execPath, ['build/test/fuzz/main.js', ...args], { maxBuffer: 2 ** 26 })
    return { code: 0, said: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, said: stdout + stderr }
  }
}

describe('whatever a guest calls', () => {
  test('nothing is found', async () => {
    const { code, said } = await fuzz('--seed', String(runSeed()), '--count', '20000')
    expect(code === 0 ? 'nothing found' : said).toBe('nothing found')
    expect(said).toContain('nothing found')
  })
})

describe('the command line', () => {
  test('says what there is', async () => {
    expect(await fuzz('--help')).toMatchObject({ code: 0, said: expect.stringContaining('--driver NAME') })
  })

  test.each([
    [['--mode', 'all'], 'there is no mode all'],
    [['--driver', 'none'], 'there is no driver none'],
    [['--count', 'many'], '--count many is no number'],
    [['--guest', '1'], 'give --mode and --driver'],
    [['--what'], "Unknown option '--what'"],
  ])('%s is refused', async (args, why) => {
    expect(await fuzz(...args)).toMatchObject({ code: 2, said: expect.stringContaining(why) })
  })
})
