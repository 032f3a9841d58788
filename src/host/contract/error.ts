/** What both parts of the host's contract, connections and datagrams, are made of. */
import type { ErrnoName } from '../../base/errno.js'

/** A host's refusal or failure, by POSIX name. */
export class HostError extends Error {
  /** The POSIX name, as `EADDRINUSE`. */
  readonly code: ErrnoName

  /**
   * @param code - the POSIX name
   * @param message - what failed and, where there is one, the remedy
   */
  constructor(code: ErrnoName, message: string) {
    super(`${code}: ${message}`)
    this.name = 'HostError'
    this.code = code
  }
}

/** How a local address is taken. */
export interface BindOptions {
  /** IPv6 only: no IPv4 through mapped addresses (`IPV6_V6ONLY`, RFC 3493). */
  readonly ipv6Only: boolean
  /** Share the port with others that say so too (`SO_REUSEPORT`). */
  readonly reusePort: boolean
}
