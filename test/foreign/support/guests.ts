/** Programs by others as guests, under the drivers that run them. `make foreign` builds the programs. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, test } from '@jest/globals'
import { caches, command } from '../../cli/command.js'
import { killProcesses, Process } from '../../support/process.js'

/** A JavaScript runtime, and the way in which guests wait in it. */
export interface Driver {
  readonly name: string
  readonly node: string
  readonly driver: 'worker' | 'jspi'
}

const major = (node: string): string =>
  execFileSync(node, ['-p', 'parseInt(process.versions.node)'], { encoding: 'utf8' }).trim()

/** A Node that can suspend WebAssembly: that of NODE_JSPI, or the one that `make foreign` fetches. */
const capable = [
  process.env.NODE_JSPI ?? '',
  ...['x64', 'arm64'].map((cpu) => `build/download/node-26/node_modules/node-linux-${cpu}/bin/node`),
].find(existsSync)

/** All that `make foreign` tests with. */
export const drivers: readonly Driver[] = [
  { name: `worker, Node ${major(process.execPath)}`, node: process.execPath, driver: 'worker' },
  ...(capable === undefined
    ? []
    : (['worker', 'jspi'] as const).map((driver) => ({
        name: `${driver}, Node ${major(capable)}`,
        node: capable,
        driver,
      }))),
]

/** The way from the name of a program to its module. */
export const program = (name: string): string => `build/foreign/${name}.wasm`

/** What to test: `all`, or the names of some recipes, then under one driver. */
const chosen = process.env.FOREIGN ?? ''

/**
 * Declares the tests of what a recipe builds, under each driver.
 *
 * @param recipe - the name of its file in `test/foreign/programs`, without `.sh`
 * @param under - the drivers, by default all
 */
export const describePrograms = (recipe: string, tests: (on: Driver) => void, under = drivers): void => {
  if (chosen !== 'all' && !chosen.split(' ').includes(recipe)) {
    test.todo(`${recipe}: make foreign builds and tests it`)
  } else {
    killProcesses()
    afterAll(() => rm(caches, { recursive: true, force: true }))
    describe.each(chosen === 'all' ? under : under.slice(0, 1))(`${recipe} ($name)`, tests)
  }
}

/**
 * The arguments with which Node runs a guest.
 *
 * @param options - those of `libuv-wasm run`: its grants and directories
 */
export const guestArguments = (
  { driver }: Driver,
  name: string,
  options: readonly string[],
  args: readonly string[],
): readonly string[] => [command, 'run', '--driver', driver, ...options, program(name), '--', ...args]

/** Starts a guest; see {@link guestArguments}. */
export const startGuest = (on: Driver, name: string, options: readonly string[], args: readonly string[]): Process =>
  new Process(on.node, guestArguments(on, name, options, args), { env: { XDG_CACHE_HOME: caches } })

/** An empty folder for each test; has to be called while tests are registered. @returns the path of the present one */
export const freshFolder = (): (() => string) => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreign-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  return () => folder
}
