/** Processes of tests: their output, and their end. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { afterEach } from '@jest/globals'
import { soon } from './deadline.js'

/** The exit code, the signal and the output of a process. */
export interface End {
  readonly code: number | null
  readonly signal: string | null
  readonly output: string
  readonly errors: string
}

const running: Process[] = []

/** Kills running processes after each test; has to be called while tests are registered. */
export const killProcesses = (): void => {
  afterEach(() => {
    for (const { child } of running.splice(0)) child.kill('SIGKILL')
  })
}

/** What a process gets besides its arguments. */
export interface Surroundings {
  /** Variables, besides those of the tests. */
  readonly env?: NodeJS.ProcessEnv
  /** The working directory. */
  readonly cwd?: string
}

/** A process with pipes as its standard streams. */
export class Process {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #name: string
  readonly #ended: Promise<End>
  readonly #output: Buffer[] = []
  readonly #errors: Buffer[] = []

  constructor(program: string, args: readonly string[], { env, cwd }: Surroundings = {}) {
    this.#name = program
    this.child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd !== undefined && { cwd }),
    })
    this.child.stdout.on('data', (chunk) => this.#output.push(chunk))
    this.child.stderr.on('data', (chunk) => this.#errors.push(chunk))
    // A process that has ended reads nothing more.
    this.child.stdin.on('error', () => {})
    this.#ended = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (code, signal) => {
        resolve({ code, signal, output: this.output, errors: this.errors })
      })
    })
    running.push(this)
  }

  /** What it has written so far. */
  get output(): string {
    return String(Buffer.concat(this.#output))
  }

  /** What it has written to its standard error so far. */
  get errors(): string {
    return String(Buffer.concat(this.#errors))
  }

  /** The bytes of its output so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#output)
  }

  /** Waits for its end. */
  get end(): Promise<End> {
    return soon(this.#ended, `the end of ${this.#name}`)
  }

  /** Waits until its output matches. @returns the match of the pattern's group */
  says(pattern: RegExp): Promise<string> {
    return this.#matches(this.child.stdout, () => this.output, pattern)
  }

  /** Waits until its standard error matches. @returns the match of the pattern's group */
  complains(pattern: RegExp): Promise<string> {
    return this.#matches(this.child.stderr, () => this.errors, pattern)
  }

  async #matches(stream: Readable, text: () => string, pattern: RegExp): Promise<string> {
    const said = new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(text())) resolve()
      }
      stream.on('data', look)
      this.#ended.then(({ code, output, errors }) => {
        look()
        reject(new Error(`${this.#name} ended with ${code} before it said ${pattern}: ${output}${errors}`))
      }, reject)
      look()
    })
    await soon(said, `${this.#name} to say ${pattern}`)
    return pattern.exec(text())?.[1] ?? ''
  }
}
