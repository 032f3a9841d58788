/** All limits of a guest. */
import { DEFAULT_NETWORK_LIMITS, type NetworkLimits } from './network-limits.js'
import { readLimits } from './read-limits.js'
import type { Rate } from './token-bucket.js'

/**
 * What one guest can hold and use. Each limit has a default that protects the host from a program that is broken or
 * means harm, and that honest programs do not notice; `Number.POSITIVE_INFINITY`, or a rate of it, is no limit. A limit
 * never answers `EACCES`, which means that a policy refuses.
 */
export interface Limits extends NetworkLimits {
  /**
   * Bytes of its memory. Growth beyond it fails, so that `malloc()` gets `ENOMEM`. 128 MiB by default, several times
   * what servers in C use; a program that begins with more gets that, and no more. One that begins with more than a
   * limit that was given is not started. A module that was compiled before cannot be changed: it ends at its first call
   * after it has grown too far.
   */
  readonly memory: number
  /**
   * Elements of its tables, which hold its pointers to functions; beyond it `table.grow` fails. 65,536 by default, more
   * than any program has that does not load code; one that begins with more gets that, and no more. It has no effect on
   * a module that was compiled before.
   */
  readonly tableElements: number
  /**
   * Descriptors at once, of all kinds; beyond it `open()`, `socket()` and others get `EMFILE`. 65,536 by default: each
   * costs the host 1 KiB at most, and what they refer to has limits of its own.
   */
  readonly descriptors: number
  /**
   * Connections that the guest has closed and that still have bytes to send. Beyond it the oldest is closed, and its
   * bytes are lost. 64 by default: such a connection waits for a slow peer, for at most as long as the guest lives.
   */
  readonly lingering: number
  /**
   * Bytes that the kernel holds for it, in each direction, over all sockets and pipes. A pipe, a socket pair and a Unix
   * socket count with all they can hold: beyond the limit, making one gets `ENFILE` or `ENOBUFS`. Connections beyond it
   * receive and send no more than a piece at a time, as with a slow peer. 128 MiB by default: 2,048 pipes.
   */
  readonly queuedBytes: number
  /**
   * Pieces in which those bytes arrived, in each direction: messages, and what came at once. Each costs the host a few
   * hundred bytes however short it is. Beyond it, connections and sockets receive one at a time, and messages inside
   * the guest get `ENOBUFS`. 65,536 by default, which is 16 MiB.
   */
  readonly queuedChunks: number
  /**
   * Bytes that a pipe or a socket pair can hold, in each direction; a full one gets `EAGAIN`, or makes its writer wait.
   * At least 4,096. 65,536 by default, as on Linux.
   */
  readonly pipeBytes: number
  /**
   * Descriptors in one call of `poll()`; more get `EINVAL`, as beyond `RLIMIT_NOFILE` on Linux. 65,536 by default, as
   * many as there are.
   */
  readonly pollDescriptors: number
  /**
   * Bytes of its files in memory; beyond it writing gets `ENOSPC`. 128 MiB by default, as its memory. Files in
   * directories with `access: 'rw'` are on the host's disk, whose quotas hold for them.
   */
  readonly fileBytes: number
  /**
   * Files, directories and links that it makes in memory; beyond it, making one gets `ENOSPC`. 65,536 by default: each
   * costs the host up to 1 KiB.
   */
  readonly fileEntries: number
  /**
   * Bytes of its output that their receiver has not taken yet, for each of the two streams; beyond it the guest waits,
   * or gets `EAGAIN`. 16 MiB by default, for guests that cannot wait; others wait at 64 KiB at the latest, what a pipe
   * holds on Linux. It has no effect on streams of the host's process (`stdio: 'inherit'`).
   */
  readonly outputBytes: number
  /**
   * Bytes of its output, for each of the two streams; beyond it the guest waits, or gets `EAGAIN`. 16 MiB by default,
   * in a burst as many: more than a log can take for long, while a program that prints a file is not slowed down much.
   * It has no effect on streams of the host's process.
   */
  readonly outputPerSecond: Rate
}

/** The name of a limit. */
export type LimitName = keyof Limits

/** The limits that are given for a guest; the others have their defaults. */
export type GuestLimitOptions = Partial<Limits>

const MIB = 2 ** 20

/** The limits of a guest for which none were given. */
export const DEFAULT_LIMITS: Limits = {
  memory: 128 * MIB,
  tableElements: 65_536,
  descriptors: 65_536,
  ...DEFAULT_NETWORK_LIMITS,
  lingering: 64,
  queuedBytes: 128 * MIB,
  queuedChunks: 65_536,
  pipeBytes: 65_536,
  pollDescriptors: 65_536,
  fileBytes: 128 * MIB,
  fileEntries: 65_536,
  outputBytes: 16 * MIB,
  outputPerSecond: { rate: 16 * MIB, burst: 16 * MIB },
}

/** The names of all limits, in the order in which they are listed. */
export const LIMIT_NAMES: readonly LimitName[] = Object.keys(DEFAULT_LIMITS).filter(isLimitName)

/** Whether it is the name of a limit. */
export function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(DEFAULT_LIMITS, name)
}

/**
 * Completes the limits of a guest with the defaults.
 *
 * @throws {TypeError} when one is unknown, or not a number of at least 1
 */
export function readGuestLimits(given: GuestLimitOptions): Limits {
  return readLimits(given, DEFAULT_LIMITS)
}
