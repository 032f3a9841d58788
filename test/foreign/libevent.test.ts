/**
 * libevent's own tests as guests, each in a process of its own. What passes natively on this machine has to pass,
 * except what no guest can do.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { caches } from '../cli/command.js'
import { describePrograms, drivers, freshFolder, guestArguments } from './support/guests.js'

/** Why guests fail tests that pass natively. Those tests are not run: most would wait forever for a thread. */
const REASONS = {
  threads: 'a guest has one thread',
  processes: 'a guest cannot fork',
  backlog: 'the host accepts connections before the guest does, so that a full queue lets no client wait',
  types: 'the test calls a function through a pointer of another type, which WebAssembly refuses',
  pace: 'a guest that is suspended sends 1 MB before the host delivers anything, and the test has less',
}

/** What fails under every driver, and what under jspi only. */
const FAILING: Readonly<Record<'all' | 'worker' | 'jspi', Readonly<Record<string, keyof typeof REASONS>>>> = {
  all: {
    'main/del_wait': 'threads',
    'main/fork': 'processes',
    'util/log': 'processes',
    'http/cancel_by_host_server_timeout': 'backlog',
    'http/cancel_server_timeout': 'backlog',
    'bufferevent/bufferevent_zlib': 'types',
    'dns/getaddrinfo_race_gotresolve': 'threads',
    'thread/basic': 'threads',
    'thread/conditions_simple': 'threads',
    'thread/forking': 'processes',
    'thread/no_events': 'threads',
  },
  worker: {},
  jspi: { 'http/data_length_constraints': 'pace' },
}

/** Tests that leave the loopback: libevent's own list, its alias live_net. */
const LIVE = /^(util\/getaddrinfo_live|dns\/gethostby.*|dns\/resolve_reverse)$/

/** How many tests have to pass. */
const ENOUGH = { worker: 315, jspi: 314 }

/** Milliseconds; some tests wait for 12 s on an idle machine. */
const DEADLINE = 60_000

/** How often a test is tried. The tests expect delays of some milliseconds, which a busy machine exceeds. */
const TRIES = 5

const native = 'build/foreign/libevent/native/test/regress'

/** A program with its arguments, and the folder in which it is started. */
type Suite = (args: readonly string[]) => readonly [program: string, args: readonly string[], cwd: string]

/** Runs libevent's test program. @returns what it prints, which is empty if it failed or was late */
const run = async ([program, args, cwd]: ReturnType<Suite>): Promise<string> => {
  const env = { ...process.env, XDG_CACHE_HOME: caches }
  const options = { cwd, env, timeout: DEADLINE, killSignal: 'SIGKILL', maxBuffer: Number.POSITIVE_INFINITY } as const
  const { stdout } = await promisify(execFile)(program, args, options).catch(() => ({ stdout: '' }))
  return stdout
}

/** The tests of a suite that pass: those that do so beside others, and of the rest those that do so alone. */
const passing = async (suite: Suite, names: readonly string[]): Promise<readonly string[]> => {
  const passed: string[] = []
  const attempt = async (name: string): Promise<void> => {
    // With the plus, what is off by default runs, too.
    if (/^1 tests ok\./m.test(await run(suite([`+${name}`])))) passed.push(name)
  }
  const queue = names.values()
  const work = async (): Promise<void> => {
    for (const name of queue) await attempt(name)
  }
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, work))
  for (let round = 1; round < TRIES; round++)
    for (const name of names.filter((name) => !passed.includes(name))) await attempt(name)
  return passed
}

// One Node for each driver.
const firsts = drivers.filter((on, place) => drivers.findIndex(({ driver }) => driver === on.driver) === place)

describePrograms(
  'libevent',
  (on) => {
    const folder = freshFolder()

    test(
      'the tests of libevent that pass natively pass',
      async () => {
        expect(existsSync(native)).toBe(true)
        await Promise.all(['etc', 'tmp', 'native'].map((name) => mkdir(`${folder()}/${name}`)))
        await writeFile(`${folder()}/etc/resolv.conf`, 'nameserver 127.0.0.1\n')
        const path = process.cwd()
        const here: Suite = (args) => [`${path}/${native}`, args, `${folder()}/native`]
        const grants = ['--allow-net', '--dir', `${folder()}:/:rw`]
        const guest: Suite = (args) => [on.node, guestArguments(on, 'regress', grants, ['--no-fork', ...args]), path]

        const list = await run(here(['--list-tests']))
        const names = [...list.matchAll(/^ {4}(\S+)/gm)].map(([, name = '']) => name).filter((name) => !LIVE.test(name))
        const expected = await passing(here, names)
        const failing = { ...FAILING.all, ...FAILING[on.driver] }
        const possible = expected.filter((name) => failing[name] === undefined)
        const passed = await passing(guest, possible)
        expect(possible.filter((name) => !passed.includes(name))).toEqual([])
        expect(passed.length).toBeGreaterThanOrEqual(ENOUGH[on.driver])
      },
      30 * 60_000,
    )
  },
  firsts,
)
