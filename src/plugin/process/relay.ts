/** What the process of a plugin needs from its host application: output taken, input given, questions answered. */
import { Input } from '../../guest/input.js'
import type { HostError } from '../../host/contract/error.js'
import { isPromise } from '../../wasi/stdio.js'
import type { PluginSetup } from '../setup.js'
import type { Channel } from './channel.js'
import { Frame, PAYLOAD } from './frames.js'
import { readAttempt, readJson } from './messages.js'

/** The most bytes of output that wait for the host application: the guest waits with more than a window of them. */
const OUTPUT = 1024 * 1024
/** The most questions that wait for an answer. */
const QUESTIONS = 4096

/** Serves one plugin. */
export class Relay {
  readonly #channel: Channel
  readonly #setup: PluginSetup
  readonly #onFailure: (error: unknown) => void
  readonly #input: Input
  #wants = false
  #questions = 0
  #untaken = 0

  /** @param onFailure - called with an exception of the receiver of output */
  constructor(channel: Channel, setup: PluginSetup, onFailure: (error: unknown) => void) {
    this.#channel = channel
    this.#setup = setup
    this.#onFailure = onFailure
    this.#input = new Input(setup.input)
  }

  /** Takes a frame. @returns what is wrong with it, if anything is @throws {WrongMessage} */
  take(kind: number, id: number, payload: Uint8Array): string | undefined {
    if (kind === Frame.OUTPUT) return this.#output(id, payload)
    if (kind === Frame.WANT) return this.#give()
    if (kind === Frame.ASK) return this.#ask(id, payload)
    return undefined
  }

  /** The process is gone. */
  end(): void {
    this.#input.close()
  }

  #output(stream: number, bytes: Uint8Array): string | undefined {
    const { length } = bytes
    this.#untaken += length
    if ((stream !== 1 && stream !== 2) || this.#untaken > OUTPUT) return 'it has sent more output than it may'
    const answer = (error = ''): void => {
      this.#untaken -= length
      this.#channel.send(Frame.TAKEN, 0, new TextEncoder().encode(error))
    }
    const refuse = (reason: unknown): void => {
      // Checked by capability, since it may come from another copy of this package.
      if (reason instanceof Error && reason.name === 'HostError') answer((reason as HostError).code)
      else this.#onFailure(reason)
    }
    try {
      const received = this.#setup.hooks.onOutput(stream, bytes)
      if (isPromise(received)) received.then(() => answer(), refuse)
      else answer()
    } catch (reason) {
      refuse(reason)
    }
    return undefined
  }

  #give(): string | undefined {
    if (this.#wants) return 'it wants more input than it may'
    this.#wants = true
    const give = (piece: Uint8Array | undefined): void => {
      this.#wants = false
      this.#channel.send(Frame.INPUT, piece === undefined ? 1 : 0, piece)
    }
    void Promise.resolve(this.#input.next(PAYLOAD)).then(give)
    return undefined
  }

  #ask(id: number, payload: Uint8Array): string | undefined {
    this.#questions += 1
    if (this.#questions > QUESTIONS) return 'it asks too much'
    void this.#judge(payload).then((isAllowed) => {
      this.#questions -= 1
      this.#channel.send(Frame.ANSWER, id, Uint8Array.of(isAllowed ? 1 : 0))
    })
    return undefined
  }

  async #judge(payload: Uint8Array): Promise<boolean> {
    try {
      return (await this.#setup.hooks.onAsk?.(readAttempt(readJson(payload)))) === true
    } catch {
      return false
    }
  }
}
