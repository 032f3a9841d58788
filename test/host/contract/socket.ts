/** One end of a connection, which checks the events that it receives. */
import type { Address, SocketAddress } from '../../../src/base/address.js'
import type { ErrnoName } from '../../../src/base/errno.js'
import type { ConnectionEvents, HostConnection } from '../../../src/host/contract/connection.js'
import { HostError } from '../../../src/host/contract/error.js'
import { soon } from '../../support/deadline.js'

/** The events that a connection reports. */
export type EventName = 'connect' | 'data' | 'end' | 'drain' | ErrnoName

/** What a socket needs of its lab. */
export interface Watcher {
  readonly inCall: boolean
  call<T>(call: () => T): T
  violation(text: string): void
}

/** Records the events of a connection, and notes what the contract forbids. */
export class Socket<At extends SocketAddress = Address> implements ConnectionEvents {
  /** The events, in order; consecutive `data` events count as one. */
  readonly events: EventName[] = []
  /** The bytes, in the pieces they came in. */
  readonly chunks: Uint8Array[] = []
  /** How many bytes came. */
  received = 0
  /** Called within each event. */
  onEvent: (event: EventName) => void = () => {}

  readonly #watcher: Watcher
  readonly #name: string
  readonly #waiting = new Set<() => void>()
  #connection: HostConnection<At> | undefined
  #reading = false
  /** Whether a write returned false, or a tryWrite() fell short, and `onDrain` has not followed yet. */
  readonly #owes = { write: false, try: false }
  #shut = false
  /** Whether a write failed at once. */
  #refused = false
  /** Why no event may come any more. */
  #over: string | undefined

  constructor(watcher: Watcher, name: string) {
    this.#watcher = watcher
    this.#name = name
  }

  get connection(): HostConnection<At> {
    if (this.#connection === undefined) throw new Error(`${this.#name} has no connection`)
    return this.#connection
  }

  set connection(connection: HostConnection<At>) {
    this.#connection = connection
  }

  /** All bytes that came. */
  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }

  /** Returns the chunks that came since the last call. */
  take(): Uint8Array[] {
    return this.chunks.splice(0)
  }

  /** Whether it was closed or reset, or failed. */
  get over(): boolean {
    return this.#over !== undefined
  }

  /** Whether a write has failed at once. */
  get refused(): boolean {
    return this.#refused
  }

  /** Whether this event came. */
  saw(event: EventName): boolean {
    return this.events.includes(event)
  }

  /** Returns once `reached` holds; it is checked after each event. */
  async until(what: string, reached: () => boolean): Promise<void> {
    let look = (): void => {}
    const happened = new Promise<void>((resolve) => {
      look = () => {
        if (reached()) resolve()
      }
      this.#waiting.add(look)
      look()
    })
    try {
      await soon(happened, what)
    } catch (error) {
      const seen = `${this.#name} saw [${this.events.join(' ')}], ${this.received} bytes`
      throw new Error(`no ${what}: ${seen}`, { cause: error })
    } finally {
      this.#waiting.delete(look)
    }
  }

  /** Returns once all bytes are written: at once, or after `onDrain`. */
  async drained(): Promise<void> {
    await this.until('onDrain', () => this.#over !== undefined || !this.#owes.write)
  }

  /** Returns once the end was reported, or the connection failed. */
  async ended(): Promise<void> {
    await this.until('end', () => this.saw('end') || this.#over !== undefined)
  }

  /** Returns once the connection failed. @returns how */
  async failed(): Promise<EventName | undefined> {
    await this.until('error', () => this.#over !== undefined || this.#refused)
    return this.events.at(-1)
  }

  /** Like the method of {@link HostConnection}. */
  write(data: Uint8Array): boolean {
    return this.#hand(() => this.connection.write(data))
  }

  /** Like the method of {@link HostConnection}. */
  writev(list: readonly Uint8Array[]): boolean {
    return this.#hand(() => this.connection.writev(list))
  }

  /** Like the method of {@link HostConnection}. */
  tryWrite(data: Uint8Array): number {
    const { connection } = this
    if (connection.pending > 0) throw new Error(`${this.#name}: the test tried to write past what is pending`)
    const taken = this.#guarded(() => connection.tryWrite(data))
    if (taken === undefined) return 0
    if (!Number.isInteger(taken) || taken < 0 || taken > data.length) this.#forbid(`tryWrite() took ${taken} bytes`)
    if (taken > 0 && !connection.writesAtOnce) this.#forbid('tryWrite() took bytes though it never does')
    if (connection.pending > 0) this.#forbid(`tryWrite() left ${connection.pending} bytes pending`)
    if (taken < data.length && connection.writesAtOnce) this.#owes.try = true
    return taken
  }

  /** Like the method of {@link HostConnection}. */
  shutdown(): void {
    this.#shut = true
    try {
      this.#watcher.call(() => this.connection.shutdown())
      if (this.#refused) this.#forbid('shutdown() went well after a write() that failed')
    } catch (error) {
      if (!this.#refused || codeOf(error) !== 'ENOTCONN') throw error
    }
  }

  /** Like the method of {@link HostConnection}. */
  readStart(): void {
    this.#reading = true
    this.#watcher.call(() => this.connection.readStart())
  }

  /** Like the method of {@link HostConnection}. */
  readStop(): void {
    this.#reading = false
    this.#watcher.call(() => this.connection.readStop())
  }

  /** Like the method of {@link HostConnection}. */
  recycle(chunk: Uint8Array): void {
    this.#watcher.call(() => this.connection.recycle(chunk))
  }

  /** Like the method of {@link HostConnection}; does nothing if the connection is over. */
  close(): void {
    if (this.#over !== undefined || this.#connection === undefined) return
    this.#over = 'close()'
    this.#watcher.call(() => this.connection.close())
  }

  /** Like the method of {@link HostConnection}. */
  reset(): void {
    this.#over = 'reset()'
    this.#watcher.call(() => this.connection.reset())
  }

  onConnect(): void {
    this.#mayTell('connect')
    if (this.events.length > 0) this.#forbid('onConnect came late')
    this.#told('connect')
  }

  onData(chunk: Uint8Array): void {
    this.#mayTell('data')
    if (!this.#reading) this.#forbid('onData while not reading')
    if (this.saw('end')) this.#forbid('onData after onEnd')
    if (chunk.length === 0) this.#forbid('onData without data')
    this.chunks.push(chunk)
    this.received += chunk.length
    this.#told('data')
  }

  onEnd(): void {
    this.#mayTell('end')
    if (!this.#reading) this.#forbid('onEnd while not reading')
    if (this.saw('end')) this.#forbid('onEnd twice')
    this.#told('end')
  }

  onDrain(): void {
    this.#mayTell('drain')
    if (!this.#owes.write && !this.#owes.try) this.#forbid('onDrain though nothing fell short')
    if (this.connection.pending !== 0) this.#forbid(`onDrain with ${this.connection.pending} bytes pending`)
    if (this.#owes.write) this.#owes.write = false
    else this.#owes.try = false
    this.#told('drain')
  }

  onError(code: ErrnoName): void {
    this.#mayTell(code)
    if (this.#refused) this.#forbid(`onError(${code}) after a write() that failed`)
    this.#over ??= `onError(${code})`
    this.#told(code)
  }

  #hand(write: () => boolean): boolean {
    const taken = this.#guarded(write)
    if (taken === undefined) return true
    const { pending } = this.connection
    // The system may have taken the rest in the meantime, and report it by `onDrain`.
    if (taken && pending > 0) this.#forbid(`write() returned ${taken} with ${pending} bytes pending`)
    if (!taken) this.#owes.write = true
    return taken
  }

  /** @returns what the call returned; `undefined` if it failed with an error that is allowed for a write */
  #guarded<T>(write: () => T): T | undefined {
    let result: T
    try {
      result = this.#watcher.call(write)
    } catch (error) {
      this.#refuse(error)
      return undefined
    }
    if (this.#refused) this.#forbid('write() went well after one that failed')
    return result
  }

  /** Notes a failed write: the first one gives the reason, like `onError`. */
  #refuse(error: unknown): void {
    const code = codeOf(error)
    const told = this.#refused ? ['EPIPE'] : ['ECONNRESET', 'EPIPE']
    if (code === undefined || !told.includes(code) || this.#shut || this.#over !== undefined) throw error
    if (this.#refused) return
    this.#refused = true
    this.#told(code)
  }

  #mayTell(event: EventName): void {
    if (this.#over !== undefined) this.#forbid(`${event} after ${this.#over}`)
    if (this.#watcher.inCall) this.#forbid(`${event} before a call has returned`)
  }

  #told(event: EventName): void {
    if (event !== 'data' || this.events.at(-1) !== 'data') this.events.push(event)
    this.onEvent(event)
    for (const look of [...this.#waiting]) look()
  }

  #forbid(text: string): void {
    this.#watcher.violation(`${this.#name}: ${text}`)
  }
}

const codeOf = (error: unknown): ErrnoName | undefined => (error instanceof HostError ? error.code : undefined)
