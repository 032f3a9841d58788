/**
 * A small run of the fuzzer (`make fuzz`): random calls of all functions that a guest may import, under every driver of
 * this engine.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { runSeed } from '../support/random.js'

const run = promisify(execFile)

/** Runs the fuzzer with arguments. @returns its exit code and its output */
const fuzz = async (...args: string[]): Promise<{ code: number; output: string }> => {
  try {
    const { stdout, stderr } = await run(process.execPath, ['build/test/fuzz/main.js', ...args], { maxBuffer: 2 ** 26 })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, output: stdout + stderr }
  }
}

describe('a short run', () => {
  test('finds nothing', async () => {
    const { code, output } = await fuzz('--seed', String(runSeed()), '--count', '20000')
    expect(code === 0 ? 'nothing found' : output).toBe('nothing found')
    expect(output).toContain('nothing found')
  })
})

describe('the command line', () => {
  test('prints the options for --help', async () => {
    expect(await fuzz('--help')).toMatchObject({ code: 0, output: expect.stringContaining('--driver NAME') })
  })

  test.each([
    [['--mode', 'all'], 'there is no mode all'],
    [['--driver', 'none'], 'there is no driver none'],
    [['--count', 'many'], '--count many is no number'],
    [['--guest', '1'], 'give --mode and --driver'],
    [['--what'], "Unknown option '--what'"],
  ])('refuses %j', async (args, why) => {
    expect(await fuzz(...args)).toMatchObject({ code: 2, output: expect.stringContaining(why) })
  })
})
