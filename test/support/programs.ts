/** Programs of this project and of others, each run in a process. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, test } from '@jest/globals'
import { soon, within } from './deadline.js'

/** The exit code, the signal and the output of a process. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Milliseconds that a program may take to start or to end on a busy machine. */
const START = 12_000

const running = new Set<Program>()

afterAll(() => {
  for (const program of running) program.kill()
})

/** A process, which is killed after the file's tests if it has not ended. */
export class Program {
  readonly #child: ChildProcess
  readonly #name: string
  #stdout = ''
  #stderr = ''
  readonly #listeners: (() => void)[] = []
  /** Resolves at its end. */
  readonly ended: Promise<Ended>

  /** @param options - `env` is added to the environment; `input` is its standard input, empty by default */
  constructor(command: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv; input?: string } = {}) {
    this.#name = [command, ...args].join(' ')
    this.#child = spawn(command, args, { env: { ...process.env, ...options.env }, detached: true })
    this.#child.stdin?.on('error', () => {})
    this.#child.stdin?.end(options.input)
    this.#child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.#stdout += text
      for (const listener of this.#listeners) listener()
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.#stderr += text
    })
    running.add(this)
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code, signal) => {
        running.delete(this)
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr })
      })
    })
  }

  /** The number of the process, and of its process group. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name} did not start`)
    return this.#child.pid
  }

  /** Its output so far. */
  get stdout(): string {
    return this.#stdout
  }

  /** Waits for the first line of its output. @throws {Error} if it ends without one */
  async firstLine(): Promise<string> {
    const line = new Promise<string>((resolve, reject) => {
      const look = (): void => {
        if (this.#stdout.includes('\n')) resolve(this.#stdout.slice(0, this.#stdout.indexOf('\n')))
      }
      this.#listeners.push(look)
      look()
      this.ended.then(
        ({ code, stderr }) => reject(new Error(`${this.#name} ended with ${code}, without a line: ${stderr}`)),
        reject,
      )
    })
    return within(line, START, `the first line of ${this.#name}`)
  }

  /** Sends a signal to the process, not to its group, and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal)
    return soon(this.ended, `${this.#name} to end after ${signal}`)
  }

  /** Kills it and the processes that it has started. */
  kill(): void {
    running.delete(this)
    try {
      process.kill(-this.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

/** Runs a program to its end. @param input - its standard input */
export const run = (command: string, args: readonly string[], input = ''): Promise<Ended> =>
  within(new Program(command, args, { input }).ended, START, `${command} to end`)

/** The path of a compiled example. @throws {Error} if it was not compiled */
export const example = (name: string): string => {
  const path = `build/examples/${name}.js`
  if (!existsSync(path)) throw new Error(`${path} is missing: \`make build\` compiles it`)
  return path
}

/** An example server, and its address. */
export interface Server {
  readonly program: Program
  readonly host: string
  readonly port: number
}

/** Starts an example server. @throws {Error} if its first line does not have its address */
export const startServer = async (command: string, args: readonly string[]): Promise<Server> => {
  const program = new Program(command, args)
  const line = await program.firstLine()
  const [, host, port] = line.match(/^listening \[?([\d.:a-f]+?)\]?:(\d+)$/) ?? []
  if (host === undefined) throw new Error(`${JSON.stringify(line)} does not say where the server listens`)
  return { program, host, port: Number(port) }
}

const found = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))

/** Registers a test that needs a program; without it, the test is skipped, and its name has the reason. */
export const testWith = (program: string, name: string, body: () => Promise<void>): void => {
  const run = found(program) ? test : test.skip
  run(found(program) ? name : `${name}: not run, ${program} is not on the PATH (scripts/ensure-test-tools.sh)`, body)
}

/** Whether this machine has an IPv6 loopback address. */
export const hasIPv6 = (): boolean =>
  spawnSync(process.execPath, ['-e', 'require("net").createServer().listen(0, "::1", () => process.exit(0))'])
    .status === 0
