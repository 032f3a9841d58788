/** Definitions that connections and datagrams of the host's contract share. */
import type { ErrnoName } from '../../base/errno.js'

/** An error of a host, identified by its POSIX name. */
export class HostError extends Error {
  /** The POSIX name, such as `EADDRINUSE`. */
  readonly code: ErrnoName

  /**
   * @param code - the POSIX name
   * @param message - what failed and, if there is one, the remedy
   */
  constructor(code: ErrnoName, message: string) {
    super(`${code}: ${message}`)
    this.name = 'HostError'
    this.code = code
  }
}

/** The options for binding a local address. */
export interface BindOptions {
  /** IPv6 only: no IPv4 through mapped addresses (`IPV6_V6ONLY`, RFC 3493). */
  readonly ipv6Only: boolean
  /** Share the port with other sockets that set this option, too (`SO_REUSEPORT`). */
  readonly reusePort: boolean
}
