/** The probes of an idle connection, on hosts that cannot change how many there are. */

/** How a connection finds out that its peer is gone, once it has been silent for long enough. */
export interface KeepAliveProbes {
  /** Seconds between probes, 1 to 32767. */
  readonly interval: number
  /** How many may remain unanswered, 1 to 127; then the connection fails with ETIMEDOUT. */
  readonly count: number
}

/** The probes that libuv sends on every platform, and with it every host. */
export const FIXED_PROBES: KeepAliveProbes = { interval: 1, count: 10 }

const span = ({ interval, count }: KeepAliveProbes): number => interval * count

/**
 * The delay before the first probe on a host whose probes are fixed: one with which the loss of a peer is noticed
 * exactly when it would be with the requested delay and probes, or as soon after as the fixed ones allow.
 *
 * @param idle - the requested delay, in seconds
 * @returns seconds, 1 to 32767
 */
export function fixedIdle(idle: number, probes: KeepAliveProbes = FIXED_PROBES): number {
  return Math.min(Math.max(1, idle + span(probes) - span(FIXED_PROBES)), 32_767)
}
