import type { ErrnoName } from '../../base/errno.js'
import { HostError } from '../contract/error.js'

/** The first ephemeral port (RFC 6335, section 6). The last is 65535. */
const FIRST = 49_152
/** The number of ephemeral ports. */
const COUNT = 65_536 - FIRST

/** The allocator of free ports for sockets that request any; it assigns them in order. */
export class EphemeralPorts {
  #next: number

  /** @param seed - determines the first port; 0 to 2^32-1 */
  constructor(seed: number) {
    // Neighbouring seeds start far apart (Knuth's multiplicative hash); 14 bits cover all ephemeral ports.
    this.#next = FIRST + (Math.imul(seed, 0x9e37_79b1) >>> 18)
  }

  /**
   * The next free port.
   *
   * @param taken - whether a socket has the port
   * @throws {HostError} `exhausted` when all are taken
   */
  next(taken: (port: number) => boolean, exhausted: ErrnoName): number {
    for (let tries = 0; tries < COUNT; tries++) {
      const port = this.#next
      this.#next = port === 65_535 ? FIRST : port + 1
      if (!taken(port)) return port
    }
    throw new HostError(exhausted, `all ${COUNT} ephemeral ports are taken; close some sockets`)
  }
}
