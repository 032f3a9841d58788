import type { Descriptor, Result } from '../descriptor.js'
import { Poll } from '../readiness.js'
import { Counter, LARGEST } from './counter.js'

/** `eventfd()`: writes add to a number, and a read takes it. */
export class EventCounter extends Counter {
  readonly #changed: (descriptor: Descriptor) => void
  readonly #semaphore: boolean
  #value: bigint

  /**
   * @param value - the number at first
   * @param semaphore - whether a read takes 1 and leaves the rest
   * @param changed - called when the readiness may have changed
   */
  constructor(value: bigint, semaphore: boolean, changed: (descriptor: Descriptor) => void) {
    super(undefined, 'both')
    this.#value = value
    this.#semaphore = semaphore
    this.#changed = changed
  }

  override readiness(): number {
    return super.readiness() | (this.#value < LARGEST ? Poll.OUT : 0)
  }

  override write(bytes: Uint8Array): Result {
    if (bytes.length !== 8) return 'EINVAL'
    const added = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
    if (added > LARGEST) return 'EINVAL'
    if (this.#value + added > LARGEST) return 'EAGAIN'
    this.#value += added
    this.#changed(this)
    return 8
  }

  protected override count(): bigint {
    return this.#semaphore && this.#value > 0n ? 1n : this.#value
  }

  protected override consume(): void {
    this.#value -= this.count()
    this.#changed(this)
  }
}
