/** A datagram socket that records what it receives, and notes violations of the contract. */
import type { Address } from '../../../src/base/address.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../../../src/host/contract/datagram.js'
import { HostError } from '../../../src/host/contract/error.js'
import { soon } from '../../support/deadline.js'
import { type Lab, v4 } from './lab.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A datagram socket that records its messages and errors. */
export class Mailbox implements DatagramEvents {
  readonly socket: HostDatagram
  /** The messages received, and the addresses of their senders. */
  readonly messages: string[] = []
  readonly senders: Address[] = []
  /** Errors that were reported. */
  readonly errors: string[] = []
  /** Number of bytes received. */
  received = 0
  drains = 0
  readonly #lab: Lab
  #reading = false
  #closed = false
  #look: () => void = () => {}

  constructor(lab: Lab, local: Address = v4(), options: Partial<DatagramBindOptions> = {}) {
    this.#lab = lab
    const plain = { ipv6Only: false, reusePort: false, reuseAddress: false }
    this.socket = lab.call(() => lab.host.bindDatagram(local, { ...plain, ...options }, this))
    lab.atEnd(() => this.close())
    this.readStart()
  }

  /** Its address. */
  get local(): Address {
    return this.socket.local
  }

  /** Sends a text or bytes. @returns whether they were taken, or the code of the refusal */
  send(message: string | Uint8Array, to?: Address): boolean | string {
    try {
      return this.#lab.call(() => this.socket.send(typeof message === 'string' ? encoder.encode(message) : message, to))
    } catch (error) {
      if (error instanceof HostError) return error.code
      throw error
    }
  }

  readStart(): void {
    this.#reading = true
    this.#lab.call(() => this.socket.readStart())
  }

  readStop(): void {
    this.#reading = false
    this.#lab.call(() => this.socket.readStop())
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#lab.call(() => this.socket.close())
  }

  onMessage(bytes: Uint8Array, from: Address): void {
    if (!this.#reading) this.#lab.violation('onMessage while not reading')
    this.#noteEvent('onMessage')
    this.messages.push(decoder.decode(bytes))
    this.senders.push(from)
    this.received += bytes.length
    this.#look()
  }

  onDrain(): void {
    this.#noteEvent('onDrain')
    this.drains++
    this.#look()
  }

  onError(code: string): void {
    this.#noteEvent('onError')
    this.errors.push(code)
    this.#look()
  }

  /** Returns when that many messages have come. */
  async got(count: number): Promise<string[]> {
    await this.until(`${count} messages`, () => this.messages.length >= count)
    return this.messages
  }

  /** Returns when the condition holds. */
  until(what: string, holds: () => boolean): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#look = () => {
        if (holds()) resolve()
      }
      this.#look()
    })
    return soon(done, what)
  }

  /** Runs `action` within the call that delivers the first message. */
  once(what: string, action: () => void): Promise<void> {
    return this.until(what, () => {
      if (this.messages.length !== 1) return false
      action()
      return true
    })
  }

  #noteEvent(event: string): void {
    if (this.#lab.inCall) this.#lab.violation(`${event} during a call`)
    if (this.#closed) this.#lab.violation(`${event} after close()`)
  }
}
