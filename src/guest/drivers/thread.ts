/**
 * The thread of a guest under the worker driver. A thread takes longer to start than everything else that a guest
 * needs, so it is created first and receives its guest later.
 */
import type { WasmModule } from '../../base/platform-types.js'
import type { GeneratedModules } from '../../runtime/generated-modules.js'
import { type CodeMessage, keepCode, startPlainly, startThread } from './thread-code.js'
import type { FilesMessage } from './thread-files.js'
import type { WorkerSetup } from './worker.js'

/** The message with which the first thread of a program passes on what it has generated for it. */
export interface GeneratedMessage {
  readonly generated: GeneratedModules
}

/** What was generated, by the program. */
const generated = new WeakMap<WasmModule, GeneratedModules>()

const offered: Thread[] = []
let startsAt: URL | undefined

/** A thread that runs one guest. */
export class Thread {
  /** Resolves with the reason when the thread fails; otherwise it never settles. */
  readonly failure: Promise<unknown>
  /** Resolves when the thread has ended. */
  readonly end: Promise<void>
  readonly #worker: import('node:worker_threads').Worker

  /** Sets the file that threads start with from now on; `undefined` for the usual one. */
  static startAt(entry: URL | undefined): void {
    startsAt = entry
  }

  /** Makes a thread available to a later call of {@link Thread.take}. */
  static offer(thread: Thread): void {
    offered.push(thread)
  }

  /** Returns an offered thread, or creates one. */
  static take(): Thread {
    return offered.shift() ?? new Thread()
  }

  /** Ends the offered threads that were not taken. */
  static cancel(): void {
    for (const thread of offered.splice(0)) thread.terminate()
  }

  /** @param entry - the file that it starts with, which must run the usual one */
  constructor(entry = startsAt) {
    const worker = entry === undefined ? startThread(new URL('./worker.js', import.meta.url)) : startPlainly(entry)
    this.#worker = worker
    this.failure = new Promise((resolve) => worker.once('error', resolve))
    this.end = new Promise((resolve) => worker.once('exit', () => resolve()))
  }

  /** Starts a guest in it. @param receive - called with its files each time that the thread sends them */
  run(setup: Omit<WorkerSetup, 'generated'>, receive: (message: FilesMessage) => void): void {
    this.#worker.on('message', (message: FilesMessage | CodeMessage | GeneratedMessage) => {
      if ('code' in message) keepCode(message)
      else if ('generated' in message) generated.set(setup.module, message.generated)
      else receive(message)
    })
    this.#worker.postMessage({ ...setup, generated: generated.get(setup.module) } satisfies WorkerSetup)
  }

  /** Ends the thread, whatever it is doing. */
  readonly terminate = (): void => void this.#worker.terminate()
}
