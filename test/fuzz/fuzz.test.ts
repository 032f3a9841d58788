/**
 * A small run of the fuzzer (`make fuzz`): random calls of all functions that a guest may import, under every driver of
 * this engine and in every isolation.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { runSeed, seeded } from '../support/random.js'
import { writeScript } from './script/write-script.js'
import { readNumbers } from './verdict/numbers.js'

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
    const { code, output } = await fuzz('--seed', String(runSeed()), '--count', '8000')
    expect(code === 0 ? 'nothing found' : output).toBe('nothing found')
    expect(output).toContain('nothing found')
    // Longer than a guest may take, so that a hang is told.
  }, 180_000)
})

describe('a short run of random modules', () => {
  test('finds nothing', async () => {
    const { output } = await fuzz(...`--seed ${runSeed()} --mode modules --driver pump --count 120`.split(' '))
    expect(output).toContain('nothing found')
  })
})

describe('a script', () => {
  const places = { echo: 1, silent: 2, talker: 3, rude: 4, messages: 5, own: [6, 7, 8] } as const
  const some = { hasFiles: true, linked: true, attacksInput: false, byRun: false, maxDescriptors: 32 } as const

  test('takes only new descriptors for numbers of descriptors', async () => {
    const numbers = await readNumbers(new URL('../../dist/', import.meta.url))
    const { F_DUPFD, F_DUPFD_CLOEXEC } = numbers.constants
    const making = [
      ...['socket', 'accept', 'epoll_create', 'eventfd', 'timerfd_create', 'inotify_init', 'lookup', 'reverse'],
      ...[`fcntl ${F_DUPFD}`, `fcntl ${F_DUPFD_CLOEXEC}`],
    ]
    const random = seeded('takes only new descriptors')
    const scripts = Array.from({ length: 20 }, () =>
      writeScript(random, numbers, { ...some, places, driver: 'worker', deep: 0, hostile: 0.5 }, 500),
    )
    const kept = scripts.flatMap(({ calls }) => calls.filter(({ isKept }) => isKept))
    const names = kept.map(({ name, text }) => (name === 'fcntl' ? `fcntl ${text.split(', ')[1]}` : name))
    // Other numbers, such as flags, are those of standard streams: the script would close them.
    expect(names.filter((name) => !making.includes(name))).toEqual([])
  })
})

describe('the command line', () => {
  test('prints the options for --help', async () => {
    expect(await fuzz('--help')).toMatchObject({ code: 0, output: expect.stringContaining('--driver NAME') })
  })

  test.each([
    [['--mode', 'all'], 'there is no mode all'],
    [['--driver', 'none'], 'there is no driver none'],
    [['--isolation', 'none'], 'there is no isolation none'],
    [['--count', 'many'], '--count many is no number'],
    [['--guest', '1'], 'give --mode and --driver'],
    [['--what'], "Unknown option '--what'"],
  ])('refuses %j', async (args, why) => {
    expect(await fuzz(...args)).toMatchObject({ code: 2, output: expect.stringContaining(why) })
  })
})
