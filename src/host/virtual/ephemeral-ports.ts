import type { ErrnoName } from '../../base/errno.js'
import { HostError } from '../contract/error.js'

/** Where ephemeral ports begin (RFC 6335, section 6). They end with 65535. */
const FIRST = 49_152
/** How many there are. */
const COUNT = 65_536 - FIRST

/** Free ports for sockets that ask for any; they are given out in order. */
export class EphemeralPorts {
  #next: number

  /** @param seed - chooses the first one; 0 to 2^32-1 */
  constructor(seed: number) {
    // Neighbouring seeds begin far apart (Knuth's multiplicative hash); 14 bits are as many as there are ephemeral ports.
    this.#next = FIRST + (Math.imul(seed, 0x9e37_79b1) >>> 18)
  }

  /**
   * The next free port.
   *
   * @param taken - whether somebody has it
   * @throws {HostError} `exhausted` when all are taken
   */
  next(taken: (port: number) => boolean, exhausted: ErrnoName): number {
    for (let tries = 0; tries < COUNT; tries++) {
      const port = this.#next
      this.#next = port === 65_535 ? FIRST : port + 1
      if (!taken(port)) return port
    }
    throw new HostError(exhausted, `all ${COUNT} ephemeral ports are taken: close some sockets`)
  }
}
