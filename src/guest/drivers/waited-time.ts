import type { NumberCall } from '../../base/call.js'
import type { Host } from '../../host/contract/host.js'

/** Measures how long a guest waits, for drivers that return to the host's event loop meanwhile. */
export class WaitedTime {
  readonly #host: Host
  #total = 0
  /** When the present wait began; `undefined` while the guest runs. */
  #since: number | undefined

  constructor(host: Host) {
    this.#host = host
  }

  /** In nanoseconds of the host's clock. */
  get total(): number {
    return this.#total + (this.#since === undefined ? 0 : this.#host.clock() - this.#since)
  }

  /** Whether the guest waits now. */
  get isWaiting(): boolean {
    return this.#since !== undefined
  }

  /** The guest waits from now on. */
  begin(): void {
    this.#since ??= this.#host.clock()
  }

  /** The guest runs from now on. */
  end(): void {
    this.#total = this.total
    this.#since = undefined
  }

  /** Calls the guest while it waits. */
  interrupt(call: NumberCall, argument: number): number {
    if (this.#since === undefined) return call(argument)
    this.end()
    try {
      return call(argument)
    } finally {
      this.begin()
    }
  }
}
