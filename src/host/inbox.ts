/** For platforms that tell things while nobody reads: keeps them until somebody does. */
import type { ErrnoName } from '../abi/errno.js'
import type { HostConnection } from './host.js'

/** What came in on one connection, between the platform and the connection's events. */
export class Inbox {
  readonly #connection: Pick<HostConnection, 'events'>
  #reading = false
  readonly #held: Uint8Array[] = []
  /** What is told behind the bytes: the end, or a failure. */
  #ending: 'end' | ErrnoName | undefined
  #over = false

  /** @param connection - whose events are told */
  constructor(connection: Pick<HostConnection, 'events'>) {
    this.#connection = connection
  }

  /** Whether somebody reads. */
  get reading(): boolean {
    return this.#reading
  }

  /** Whether bytes came that nobody has read. */
  get unread(): boolean {
    return this.#held.length > 0
  }

  /** Whether the end or a failure came, told or not. */
  get over(): boolean {
    return this.#over
  }

  /** @returns whether something is kept; it is told by {@link Inbox.flush}, which must not be called within this call */
  start(): boolean {
    this.#reading = true
    return this.#held.length > 0 || this.#ending !== undefined
  }

  /** Nobody reads from now on. */
  stop(): void {
    this.#reading = false
  }

  /** Bytes came, which are ours. */
  data(chunk: Uint8Array): void {
    if (this.#reading && this.#held.length === 0) this.#connection.events?.onData(chunk)
    else this.#held.push(chunk)
  }

  /** The peer ended. */
  end(): void {
    this.#conclude('end')
  }

  /** The connection failed. With nothing to read before it, that is told to those who do not read, too. */
  fail(code: ErrnoName): void {
    if (this.#held.length > 0) this.#conclude(code)
    else this.#fail(code)
  }

  /** Tells what is kept, as long as somebody reads. */
  flush(): void {
    while (this.#reading) {
      const chunk = this.#held.shift()
      if (chunk === undefined) break
      this.#connection.events?.onData(chunk)
    }
    if (!this.#reading || this.#ending === undefined) return
    const ending = this.#ending
    this.#ending = undefined
    if (ending === 'end') this.#connection.events?.onEnd()
    else this.#fail(ending)
  }

  #conclude(ending: 'end' | ErrnoName): void {
    this.#over = true
    this.#ending = ending
    if (this.#held.length === 0) this.flush()
  }

  #fail(code: ErrnoName): void {
    this.#over = true
    const { events } = this.#connection
    this.#connection.events = undefined
    events?.onError(code)
  }
}
