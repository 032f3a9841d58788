/** The faults of a faulty host, by name. The first seven have the names and attributes of toxiproxy. */

/** A direction of a connection, whichever end this program is: `upstream` is from the client to the server. */
export type FaultDirection = 'upstream' | 'downstream'

/**
 * A moment. A number is milliseconds since the connection began, or since the fault was added if that was later. On a
 * connection it may also be when so many bytes have passed in a direction, or when a text has passed: for the first
 * time, or as often as `times` says.
 */
export type FaultPoint =
  | number
  | { readonly upstream: number | string; readonly times?: number }
  | { readonly downstream: number | string; readonly times?: number }

/** What every fault has. */
export interface FaultScope {
  /** Names the fault in {@link Faults.explain} and {@link Faults.remove}; by default its kind and a number. */
  readonly name?: string
  /** The probability with which it affects each connection, lookup or socket: 0 to 1, by default 1. */
  readonly toxicity?: number
  /** How many connections, lookups or sockets are spared first; by default 0. */
  readonly skip?: number
  /** How many are affected at most; by default all. */
  readonly times?: number
  /** When it begins; by default at once. */
  readonly after?: FaultPoint
  /** When it ends; by default when it is removed. */
  readonly until?: FaultPoint
}

/** What a fault of connections has, too. */
export interface ConnectionScope extends FaultScope {
  /** Only outgoing connections, or only accepted ones; by default both. */
  readonly on?: 'connect' | 'accept'
  /**
   * Only connections to this server, in the syntax of policies: `127.0.0.1:5432`, `[::1]:80`, `10.0.0.0/8`, `*:443`,
   * `db.test:5432`, `unix:/path`. For accepted connections it is the own address. By default all.
   */
  readonly to?: string
}

/** What a fault of one direction has, too. */
export interface DirectedScope extends ConnectionScope {
  /** By default `downstream`; for `hold` and `partition` `both`. */
  readonly direction?: FaultDirection | 'both'
}

/** Delays all bytes, and the end, by `latency` ± `jitter` milliseconds. Their order is kept. */
export interface LatencyFault extends DirectedScope {
  readonly toxic: 'latency'
  /** Milliseconds. */
  readonly latency: number
  /** By default 0. */
  readonly jitter?: number
}

/** Passes at most `rate` kilobytes (1000 bytes) per second. */
export interface BandwidthFault extends DirectedScope {
  readonly toxic: 'bandwidth'
  /** Kilobytes per second, more than 0. */
  readonly rate: number
}

/** Delays the end of a direction by `delay` milliseconds. */
export interface SlowCloseFault extends DirectedScope {
  readonly toxic: 'slow_close'
  /** Milliseconds. */
  readonly delay: number
}

/** Lets no byte pass, and closes the connection after `timeout` milliseconds; 0 is never. */
export interface TimeoutFault extends DirectedScope {
  readonly toxic: 'timeout'
  /** Milliseconds; 0 for never. */
  readonly timeout: number
}

/** Resets the connection, for both ends, after `timeout` milliseconds. */
export interface ResetPeerFault extends ConnectionScope {
  readonly toxic: 'reset_peer'
  /** By default 0. */
  readonly timeout?: number
}

/** Cuts bytes into pieces of `average_size` ± `size_variation` bytes, `delay` microseconds apart. */
export interface SlicerFault extends DirectedScope {
  readonly toxic: 'slicer'
  /** Bytes, at least 1. */
  readonly average_size: number
  /** Less than `average_size`; by default 0. */
  readonly size_variation?: number
  /** By default 0: the next turn of the event loop. */
  readonly delay?: number
}

/** Closes the connection when `bytes` bytes have passed. The rest is lost. */
export interface LimitDataFault extends DirectedScope {
  readonly toxic: 'limit_data'
  /** How many, at least 0. */
  readonly bytes: number
}

/** Lets connecting fail: no peer is asked. */
export interface RefuseFault extends ConnectionScope {
  readonly toxic: 'refuse'
  /** By default `ECONNREFUSED`. */
  readonly error?: (typeof FAULT_ERRORS.refuse)[number]
  /** Milliseconds until it fails; by default 0, the next turn of the event loop. */
  readonly delay?: number
}

/**
 * Parts two sides: bytes and ends are held, connecting waits until the fault ends and fails with `ETIMEDOUT` after
 * `timeout` milliseconds, peers that connect are not reported, and messages (UDP) are lost.
 */
export interface PartitionFault extends DirectedScope {
  readonly toxic: 'partition'
  /** By default 127000, as on Linux. */
  readonly timeout?: number
}

/** Holds bytes and ends until the fault ends or is removed. */
export interface HoldFault extends DirectedScope {
  readonly toxic: 'hold'
}

/** Received bytes are delivered in pieces of `size` bytes, one for each turn of the event loop. */
export interface ShortReadFault extends ConnectionScope {
  readonly toxic: 'short_read'
  /** By default 1. */
  readonly size?: number
}

/** Bytes are taken from the writer in pieces of `size` bytes, one for each turn of the event loop. */
export interface ShortWriteFault extends ConnectionScope {
  readonly toxic: 'short_write'
  /** By default 1. */
  readonly size?: number
}

/** Lets accepting fail: the peer is reset, and the listener reports the error. */
export interface AcceptFault extends FaultScope {
  readonly toxic: 'accept'
  /** See {@link ConnectionScope.to}: the address of the listener. */
  readonly to?: string
  /** By default `EMFILE`. */
  readonly error?: (typeof FAULT_ERRORS.accept)[number]
}

/** There are no descriptors left: every new socket is refused, accepted ones too. */
export interface DescriptorsFault extends FaultScope {
  readonly toxic: 'descriptors'
  /** By default `EMFILE`. */
  readonly error?: (typeof FAULT_ERRORS.descriptors)[number]
}

/** Lets lookups fail, of names and of addresses. */
export interface LookupFault extends FaultScope {
  readonly toxic: 'lookup'
  /** Only this name, or `*.example.com` for those below it; by default all. */
  readonly host?: string
  /** By default `ENOENT`: there is no such name. `ETIMEDOUT` is a server of names that does not answer. */
  readonly error?: (typeof FAULT_ERRORS.lookup)[number]
  /** Milliseconds until it fails; by default 0. */
  readonly delay?: number
}

/** Moves the clocks: once, and back when the fault ends, as far as they may go back. */
export interface ClockFault extends FaultScope {
  readonly toxic: 'clock'
  /** Milliseconds by which the wall clock is moved, back if they are negative; by default 0. */
  readonly wall?: number
  /**
   * Milliseconds by which the monotonic clock is moved, 0 or more; by default 0. As after a suspend, timers that are
   * due then fire at once. It stays moved.
   */
  readonly monotonic?: number
}

/** A fault. */
export type Fault =
  | LatencyFault
  | BandwidthFault
  | SlowCloseFault
  | TimeoutFault
  | ResetPeerFault
  | SlicerFault
  | LimitDataFault
  | RefuseFault
  | PartitionFault
  | HoldFault
  | ShortReadFault
  | ShortWriteFault
  | AcceptFault
  | DescriptorsFault
  | LookupFault
  | ClockFault

/** The name of a kind of fault. */
export type Toxic = Fault['toxic']

/** The errors that a fault may have, by its kind; the first one is the default. */
export const FAULT_ERRORS = {
  refuse: ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES'],
  accept: ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'ECONNABORTED', 'EPERM'],
  descriptors: ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
  lookup: ['ENOENT', 'ETIMEDOUT', 'EIO', 'EACCES'],
} as const
