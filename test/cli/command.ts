/** The command `libuv-wasm`, started like from a shell. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach } from '@jest/globals'
import { soon } from '../support/deadline.js'

export const command = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** The folder that it uses instead of the user's caches. */
export const caches = mkdtempSync(join(tmpdir(), 'uvwasm-'))

/** The exit code, the signal and the output of a process. */
export interface End {
  readonly code: number | null
  readonly signal: string | null
  readonly output: string
  readonly errors: string
}

const running: Command[] = []

/** Kills running commands after each test, and removes the caches; has to be called while tests are registered. */
export const killAll = (): void => {
  afterEach(() => {
    for (const { child } of running.splice(0)) child.kill('SIGKILL')
  })
  afterAll(() => rmSync(caches, { recursive: true }))
}

/** A process that runs `libuv-wasm` with arguments. */
export class Command {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  output = ''
  errors = ''
  readonly #ended: Promise<End>

  /** @param args - the arguments of `libuv-wasm` */
  constructor(...args: readonly string[]) {
    this.child = spawn(process.execPath, [command, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, XDG_CACHE_HOME: caches },
    })
    this.child.stdout.on('data', (chunk) => {
      this.output += String(chunk)
    })
    this.child.stderr.on('data', (chunk) => {
      this.errors += String(chunk)
    })
    this.#ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve({ code, signal, output: this.output, errors: this.errors })
      })
    })
    running.push(this)
  }

  /** Waits for its end. */
  get end(): Promise<End> {
    return soon(this.#ended, 'the command to end')
  }

  /** Waits until its output matches. @returns the match of the pattern's group */
  async says(pattern: RegExp): Promise<string> {
    const said = new Promise<void>((resolve) => {
      const look = (): void => {
        if (pattern.test(this.output)) resolve()
      }
      this.child.stdout.on('data', look)
      look()
    })
    await soon(said, `the command to say ${pattern}`)
    return pattern.exec(this.output)?.[1] ?? ''
  }
}

/** Runs the command to its end, with an empty input. */
export const run = (...args: readonly string[]): Promise<End> => {
  const command = new Command(...args)
  command.child.stdin.end()
  return command.end
}
