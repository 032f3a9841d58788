/** The part of the host's contract that is about names: what they mean, and what addresses are called. */
import type { ErrnoName } from '../../base/errno.js'

/** Which addresses of a name are wanted. */
export type LookupFamily = 'ipv4' | 'ipv6' | 'any'

/**
 * What a lookup tells: one of the two, once, and never before the call that asked has returned.
 */
export interface LookupEvents {
  /**
   * The answer. Of a name, its addresses as text, at least one, the best first (RFC 6724). Of an address, two texts: the
   * host's name, and the service's or its port in digits.
   */
  onAnswer(texts: readonly string[]): void
  /** There is none: ENOENT when nobody has the name or the address, ETIMEDOUT when nobody could say so, EIO, EACCES. */
  onError(code: ErrnoName): void
}

/** Gives a lookup up: nothing is told any more. Harmless when it is over. */
export type CancelLookup = () => void
