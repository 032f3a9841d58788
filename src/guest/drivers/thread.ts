/**
 * A thread for a guest of the worker driver. To be there takes it longer than all the rest of starting a guest, so it is made
 * first, and told what to run when that is known.
 */
import type { WorkerSetup } from './worker-thread.js'

let offered: Thread | undefined

/** A thread that runs a guest, once it is told to. */
export class Thread {
  /** Resolved with the reason when the thread fails. Never settled when it does not. */
  readonly failure: Promise<unknown>
  /** Resolved when it has ended. */
  readonly end: Promise<void>
  readonly #worker: import('node:worker_threads').Worker

  /** Leaves one to whoever takes the next. */
  static offer(thread: Thread): void {
    offered = thread
  }

  /** The one that was offered, or one that is made now. */
  static take(): Thread {
    const thread = offered ?? new Thread()
    offered = undefined
    return thread
  }

  /** Ends the one that was offered, unless somebody has taken it. */
  static cancel(): void {
    offered?.terminate()
    offered = undefined
  }

  constructor() {
    // Not every platform has such threads, so they are not imported: only who makes one needs them, and needs them at once.
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    // What this process was started with (loaders, debuggers) is not the guest's.
    const worker = new Worker(new URL('./worker-thread.js', import.meta.url), { execArgv: [] })
    this.#worker = worker
    this.failure = new Promise((resolve) => worker.once('error', resolve))
    this.end = new Promise((resolve) => worker.once('exit', () => resolve()))
  }

  /** Tells it what to run. */
  run(setup: WorkerSetup): void {
    this.#worker.postMessage(setup)
  }

  /** Ends it, whatever it does. */
  readonly terminate = (): void => void this.#worker.terminate()
}
