/**
 * The relay of a standard stream on runtimes without Node's handles: reads are exactly as long as the program asks, and
 * made in the thread pool.
 */
import { read } from 'node:fs'
import { NO_BYTES } from '../../base/bytes.js'
import type { StreamRelay, StreamRelayEvents } from '../contract/stream.js'
import { codeOf, nameOfCode } from './errors.js'

/** Relays for the standard stream with that number. */
export class FileRelay implements StreamRelay {
  events: StreamRelayEvents = { onInput() {}, onNothing() {}, onSent() {} }
  readonly #fd: 0 | 1 | 2
  readonly #defer: (callback: () => void) => void

  /**
   * @param fd - 0, 1 or 2
   * @param defer - see `Host.defer()`
   */
  constructor(fd: 0 | 1 | 2, defer: (callback: () => void) => void) {
    this.#fd = fd
    this.#defer = defer
  }

  want(max: number): void {
    let come = false
    const buffer = new Uint8Array(max)
    read(this.#fd, buffer, 0, max, null, (error, count) => {
      come = true
      const code = codeOf(error)
      // Windows reports the end of a pipe as an error.
      const bytes = code === 'EOF' ? NO_BYTES : buffer.subarray(0, count)
      this.events.onInput(error && code !== 'EOF' ? nameOfCode(code) : bytes)
    })
    this.#defer(() => {
      if (!come) this.events.onNothing()
    })
  }

  send(bytes: Uint8Array): void {
    const stream = this.#fd === 2 ? process.stderr : process.stdout
    if (stream.listenerCount('error') === 0) stream.on('error', () => {})
    stream.write(bytes, (error) => this.events.onSent(error ? nameOfCode(codeOf(error)) : undefined))
  }

  close(): void {}
}
