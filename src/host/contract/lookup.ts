/** Lookups in the host's contract: the addresses of names, and the names of addresses. */
import type { ErrnoName } from '../../base/errno.js'

/** The family of the requested addresses. */
export type LookupFamily = 'ipv4' | 'ipv6' | 'any'

/**
 * The events of a lookup: exactly one of them fires, once, and never before the call that started the lookup has
 * returned.
 */
export interface LookupEvents {
  /**
   * The lookup succeeded. For a name, its addresses as text, at least one, the best first (RFC 6724). For an address,
   * two texts: the name of the host, and that of the service or its port in digits.
   */
  onAnswer(texts: readonly string[]): void
  /**
   * The lookup failed: ENOENT when the name or the address does not exist, ETIMEDOUT when no answer could be
   * obtained, EIO, EACCES.
   */
  onError(code: ErrnoName): void
}

/** Cancels a lookup: no event follows. Harmless once the lookup has completed. */
export type CancelLookup = () => void
