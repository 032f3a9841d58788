/** A guard that hides the time of day. */
import type { Host } from '../host/contract/host.js'
import { WrappedHost } from './wrapped-host.js'

/**
 * Makes a host whose wall clock shows the time since this call, as if it were called at 1970-01-01 00:00:00. Its other
 * clock, which does not tell the time of day, stays the same.
 *
 * @param host - the host below
 */
export function withheldClock(host: Host): Host {
  return new WithheldClock(host)
}

class WithheldClock extends WrappedHost {
  readonly #start = this.inner.clock()

  override wallClock(): number {
    return (this.inner.clock() - this.#start) / 1e6
  }
}
