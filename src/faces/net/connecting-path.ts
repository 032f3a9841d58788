/** How a socket connects to a path: synchronously, like `node:net` does. */
import { type Pipe, PipeFlags } from '../../uv/streams/pipe.js'
import { asSystemError, systemError } from '../node-error.js'
import type { ConnectingSocket, Steps } from './connecting.js'

/** A pending connection to a path. */
export class ConnectingPath {
  readonly #socket: ConnectingSocket
  readonly #steps: Steps<Pipe>
  readonly #path: string
  #stopped = false

  constructor(socket: ConnectingSocket, steps: Steps<Pipe>, path: string) {
    this.#socket = socket
    this.#steps = steps
    this.#path = path
    const pipe = steps.open()
    socket.emit('connectionAttempt', path, undefined, undefined)
    if (!this.#stopped) this.#connect(pipe)
  }

  /** Stops connecting: nothing is reported any more. The socket closes the handle. */
  stop(): void {
    this.#stopped = true
  }

  #connect(pipe: Pipe): void {
    const place = { address: this.#path }
    const decided = (_request: unknown, status: number): void => {
      if (!this.#stopped) this.#steps.tell(() => this.#decided(pipe, status))
    }
    try {
      pipe.connect(this.#path, decided, PipeFlags.NO_TRUNCATE)
    } catch (error) {
      this.#socket.destroy(asSystemError(error, 'connect', place))
    }
  }

  #decided(pipe: Pipe, status: number): void {
    if (status === 0) {
      this.#stopped = true
      this.#steps.connected(pipe)
      return
    }
    const error = systemError(status, 'connect', { address: this.#path })
    this.#socket.emit('connectionAttemptFailed', this.#path, undefined, undefined, error)
    if (!this.#stopped) this.#socket.destroy(error)
  }
}
