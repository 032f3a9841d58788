import type { ErrnoName } from '../base/errno.js'
import type { HostError } from '../host/contract/error.js'
import type { StreamRelay, StreamRelayEvents } from '../host/contract/stream.js'
import { isPromise, type OnOutput } from '../wasi/stdio.js'
import type { Input } from './input.js'

/** Bytes of output after which the host's event loop gets a turn. */
const BYTES_PER_TURN = 64 * 1024

/** What an embedder gives for a stream. */
export interface CallbackRelayParts {
  readonly stream: 0 | 1 | 2
  readonly input: Input
  readonly onOutput: OnOutput
  /** See `Host.defer()`. */
  readonly defer: (callback: () => void) => void
  /** Whether the host's event loop gets a turn after much output. */
  readonly paces: () => boolean
  /** Called with an exception of the embedder's code, which ends the guest. */
  readonly onFailure: (reason: unknown) => void
}

/** Relays a stream to the callbacks of an embedder. The host's event loop gets turns in between. */
export class CallbackRelay implements StreamRelay {
  events: StreamRelayEvents = { onInput() {}, onNothing() {}, onSent() {} }
  readonly #parts: CallbackRelayParts
  #printed = 0

  /** @param parts - see {@link CallbackRelayParts} */
  constructor(parts: CallbackRelayParts) {
    this.#parts = parts
  }

  want(max: number): void {
    const { input, defer } = this.#parts
    const piece = input.next(max)
    const come = (bytes: Uint8Array | undefined): void => this.events.onInput(bytes ?? 'EIO')
    if (!isPromise(piece)) {
      come(piece)
      return
    }
    let pending = true
    void piece.then((bytes) => {
      pending = false
      defer(() => come(bytes))
    })
    defer(() =>
      defer(() => {
        if (pending) this.events.onNothing()
      }),
    )
  }

  send(bytes: Uint8Array): void {
    const { stream, onOutput } = this.#parts
    if (stream === 0) {
      this.events.onSent('EBADF')
      return
    }
    this.#printed += bytes.length
    try {
      const received = onOutput(stream, bytes)
      if (isPromise(received)) received.then(this.#sent, this.#refused)
      else this.#sent()
    } catch (reason) {
      this.#refused(reason)
    }
  }

  close(): void {
    if (this.#parts.stream === 0) this.#parts.input.close()
  }

  readonly #sent = (): void => {
    if (this.#printed < BYTES_PER_TURN || !this.#parts.paces()) {
      this.events.onSent(undefined)
      return
    }
    this.#printed = 0
    this.#parts.defer(() => this.events.onSent(undefined))
  }

  /** A refusal is reported to the guest; any other exception is a defect of the embedder's code. */
  readonly #refused = (reason: unknown): void => {
    const code = refusalOf(reason)
    if (code === undefined) this.#parts.onFailure(reason)
    this.events.onSent(code ?? 'EIO')
  }
}

/** Checked by capability, since it may come from another copy of this package. */
function refusalOf(reason: unknown): ErrnoName | undefined {
  return reason instanceof Error && reason.name === 'HostError' ? (reason as HostError).code : undefined
}
