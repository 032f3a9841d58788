/** Converts the C library's `POLLIN`, `POLLOUT`, ... to and from {@link Poll}. */
import type { Description } from '../../abi/description.js'
import { Poll } from '../readiness.js'

/** Converts masks by table, since a conversion happens for every ready descriptor. */
export class PollMask {
  readonly #pairs: readonly (readonly [ours: number, guests: number])[]
  /** The guest's mask, indexed by the kernel's mask. */
  readonly #toGuest: readonly number[]

  /** @param abi - the guest's bits */
  constructor(abi: Description) {
    const { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } = abi.constants
    this.#pairs = [
      [Poll.IN, POLLIN],
      [Poll.OUT, POLLOUT],
      [Poll.ERR, POLLERR],
      [Poll.HUP, POLLHUP],
      [Poll.RDHUP, POLLRDHUP],
    ]
    this.#toGuest = Array.from({ length: 32 }, (_, ours) =>
      this.#pairs.reduce((mask, [bit, guests]) => ((ours & bit) === 0 ? mask : mask | guests), 0),
    )
  }

  /** Converts the kernel's mask to the guest's. */
  toGuest(events: number): number {
    return this.#toGuest[events] ?? 0
  }

  /** Converts the guest's mask to the kernel's; unknown bits are dropped. */
  fromGuest(events: number): number {
    let mask = 0
    for (const [bit, guests] of this.#pairs) if ((events & guests) !== 0) mask |= bit
    return mask
  }
}
