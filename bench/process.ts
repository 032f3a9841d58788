/** A measured program, and its resources as reported by the operating system. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** The CPU that pinned programs share. */
const CPU = '1'

/** A running program. */
export class Running {
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(process: ChildProcess, lines: AsyncIterator<string>) {
    this.#process = process
    this.#lines = lines
  }

  /** Starts a program. @param pinned - whether it runs on the shared CPU */
  static start(command: readonly string[], pinned = false): Running {
    const [program = '', ...args] = pinned ? ['taskset', '-c', CPU, ...command] : command
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    return new Running(child, createInterface(child.stdout)[Symbol.asyncIterator]())
  }

  /** Starts a program, calls a function with it, and ends it. */
  static async during<Value>(
    command: readonly string[],
    use: (running: Running) => Promise<Value>,
    pinned = false,
  ): Promise<Value> {
    const running = Running.start(command, pinned)
    try {
      return await use(running)
    } catch (error) {
      if (!running.#ended) throw error
      throw new Error(`${command.join(' ')} ended too early, ${await running.#end()}`, { cause: error })
    } finally {
      await running.kill()
    }
  }

  /** The next line it prints. */
  async line(): Promise<string> {
    const { done, value } = await this.#lines.next()
    if (done) throw new Error(`no more output: ${await this.#end()}`)
    return value
  }

  get #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** Waits for its end, and describes it. */
  async #end(): Promise<string> {
    if (!this.#ended) await once(this.#process, 'exit')
    return `by ${this.#process.signalCode ?? `exit code ${this.#process.exitCode}`}`
  }

  /** The port that a server prints. */
  async port(): Promise<string> {
    return /(\d+)$/.exec(await this.line())?.[1] ?? this.port()
  }

  /** The CPU time that all its threads have used, in seconds. */
  get cpu(): number {
    const tasks = readdirSync(`/proc/${this.#process.pid}/task`)
    const spent = (task: string): number =>
      Number(readFileSync(`/proc/${this.#process.pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
    return tasks.reduce((sum, task) => sum + spent(task), 0) / 1e9
  }

  /** Resident memory, in bytes. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#end()
  }
}

/** Runs a program to its end. @returns its output */
export function output(command: readonly string[], pinned = false): string {
  const [program = '', ...args] = pinned ? ['taskset', '-c', CPU, ...command] : command
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Waits. @param ms - milliseconds */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
