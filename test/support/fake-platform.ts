/** A platform under `StreamConnection` that a test controls, and that records its calls. */
import type { Address } from '../../src/base/address.js'
import type { ErrnoName } from '../../src/base/errno.js'
import { StreamConnection } from '../../src/host/connection/stream-connection.js'
import { HostError } from '../../src/host/contract/error.js'
import { loopback } from './wishes.js'

/** Records the calls to the platform and the events, in order, and makes the protected methods public. */
export class FakePlatform extends StreamConnection<Address> {
  readonly local = loopback(1)
  readonly remote = loopback(2)
  pending = 0
  /** The calls to the platform. */
  readonly asked: string[] = []
  /** The reported events. */
  readonly told: string[] = []
  /** Called at each event. */
  onTold: (event: string) => void = () => {}
  canReset = true
  readonly #later: (() => void)[] = []

  constructor(connected = true) {
    super(connected)
    this.listen()
  }

  /** Sets the events, like the kernel does. */
  listen(): void {
    const tell = (event: string): void => {
      this.told.push(event)
      this.onTold(event)
    }
    this.events = {
      onConnect: () => tell('connect'),
      onData: (chunk) => tell(`data ${String.fromCharCode(...chunk)}`),
      onEnd: () => tell('end'),
      onDrain: () => tell('drain'),
      onError: (code) => tell(code),
    }
  }

  write(data: Uint8Array): boolean {
    this.requireWritable()
    this.pending += data.length
    return false
  }

  /** Makes a write that fails at once. @throws {HostError} */
  failWrite(code: ErrnoName): void {
    this.requireWritable()
    this.refuse(new HostError(code, 'as the test wished'))
  }

  /** The following methods make events of the platform. */
  stand(): void {
    this.establish()
  }

  come(text: string): void {
    this.arrive(new TextEncoder().encode(text))
  }

  comeEnd(): void {
    this.arriveEnd()
  }

  comeFailure(code: ErrnoName): void {
    this.arriveFailure(code)
  }

  taken(): void {
    this.pending = 0
    this.drain()
  }

  failNow(code: ErrnoName): void {
    this.fail(code)
  }

  /** The states that a platform may read. */
  get states(): Record<string, boolean> {
    const { open, connected, broken, flowing, ended, finishing } = this
    return { open, connected, broken, flowing, ended, finishing }
  }

  /** Makes a turn: calls the deferred callbacks. @returns their number */
  turn(): number {
    const due = this.#later.splice(0)
    for (const callback of due) callback()
    return due.length
  }

  protected override resume(): void {
    this.asked.push('resume')
  }

  protected override pause(): void {
    this.asked.push('pause')
  }

  protected override sendFin(): void {
    this.asked.push('fin')
  }

  protected override release(): void {
    this.asked.push('release')
  }

  protected override abort(): void {
    if (this.canReset) this.asked.push('abort')
    else super.abort()
  }

  protected override soon(callback: () => void): void {
    this.#later.push(callback)
  }

  protected override onDelivered(bytes: number): void {
    this.asked.push(`delivered ${bytes}`)
  }

  protected override onEndDelivered(): void {
    this.asked.push('end delivered')
  }
}
