/** The command `libuv-wasm`, started like from a shell. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from '@jest/globals'
import { type End, killProcesses, Process } from '../support/process.js'

export const command = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** The folder that it uses instead of the user's caches. */
export const caches = mkdtempSync(join(tmpdir(), 'uvwasm-'))

/** Kills running commands after each test, and removes the caches; has to be called while tests are registered. */
export const killAll = (): void => {
  killProcesses()
  afterAll(() => rmSync(caches, { recursive: true }))
}

/** A process that runs `libuv-wasm` with arguments. */
export class Command extends Process {
  /** @param args - the arguments of `libuv-wasm` */
  constructor(...args: readonly string[]) {
    super(process.execPath, [command, ...args], { env: { XDG_CACHE_HOME: caches } })
  }
}

/** Runs the command to its end, with an empty input. */
export const run = (...args: readonly string[]): Promise<End> => {
  const command = new Command(...args)
  command.child.stdin.end()
  return command.end
}
