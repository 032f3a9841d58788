/** A virtual network whose clock stands still until a timer is due, so that a recording of it never depends on time. */
import { WrappedHost } from '../../../src/guard/wrapped-host.js'
import type { HostTimer } from '../../../src/host/contract/host.js'
import { type Host, virtualHost } from '../../../src/index.js'

/** The clock is where the last timer that fired was due. */
class SteppedHost extends WrappedHost {
  /** In nanoseconds. */
  #now = 1e12

  override clock(): number {
    return this.#now
  }

  override timer(callback: () => void): HostTimer {
    let due = 0
    const timer = this.inner.timer(() => {
      this.#now = Math.max(this.#now, due)
      callback()
    })
    return {
      set: (ms) => {
        due = this.#now + Math.ceil(ms * 1e6)
        timer.set(0)
      },
      clear: () => timer.clear(),
    }
  }
}

/** A virtual network in which waiting takes no time. */
export const steppedHost = (): Host => new SteppedHost(virtualHost())
