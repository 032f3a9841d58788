import type { Directory } from '../../wasi/fs/given.js'

/** A message of a guest's thread. */
export interface FilesMessage {
  readonly files: Directory
  /** Whether the guest has ended, so that they do not change any more. */
  readonly isOver: boolean
}

/** The files of a guest that runs in another thread. */
export class ThreadFiles {
  readonly #ask: () => void
  /** Settles the promises for files that the thread was asked for. */
  readonly #waiting: { resolve(files: Directory): void; reject(reason: Error): void }[] = []
  #left: Directory | undefined
  #isOver = false

  /** @param ask - asks the thread for them */
  constructor(ask: () => void) {
    this.#ask = ask
  }

  /** The files, when the thread has sent them. */
  read(): Promise<Directory> {
    if (this.#left !== undefined) return Promise.resolve(this.#left)
    if (this.#isOver) return Promise.reject(ended())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      if (this.#waiting.length === 1) this.#ask()
    })
  }

  /** Called for each message of the thread. */
  readonly receive = ({ files, isOver }: FilesMessage): void => {
    if (isOver) this.#left = files
    for (const { resolve } of this.#waiting.splice(0)) resolve(files)
  }

  /** Called when the thread has ended. */
  end(): void {
    this.#isOver = true
    for (const { reject } of this.#waiting.splice(0)) reject(ended())
  }
}

function ended(): Error {
  return new Error(
    "Cannot read the guest's files: its thread was ended before it sent them; let the guest exit, or use jspi",
  )
}
