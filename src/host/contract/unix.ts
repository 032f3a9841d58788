/** The sockets of the host's contract that have paths as names (`AF_UNIX`). */
import type { UnixAddress } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from './connection.js'

/**
 * Sockets with paths as names. A path belongs to the host's file system, or to the host's substitute for one. A path
 * that begins with a NUL is an abstract name, which is not a file and is removed together with its socket. The rules
 * are those of {@link Host}, the errors those of Linux.
 */
export abstract class HostUnix {
  /**
   * Binds a name, synchronously. A path outlives its socket until {@link HostUnix.unlink}; but a host may also remove
   * it when the socket is closed.
   *
   * @throws {HostError} EADDRINUSE when the name exists, ENOENT when its directory does not exist, EACCES, EINVAL for
   *   a name that the host cannot represent, ENOTSUP
   */
  abstract bind(local: UnixAddress): HostBoundSocket<UnixAddress>
  /**
   * Starts to connect. `onConnect` or `onError` reports the outcome later: ENOENT when the name does not exist,
   * ECONNREFUSED when no socket listens at it, EACCES.
   *
   * @throws {HostError} errors that are known immediately
   */
  abstract connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress>
  /** Removes a path, which must be that of a socket. @throws {HostError} ENOENT, EACCES */
  abstract unlink(path: string): void
  /** Sets the permissions of a path, which must be that of a socket. @throws {HostError} ENOENT, EACCES */
  abstract chmod(path: string, mode: number): void
  /** The permissions of a path, which must be that of a socket. @throws {HostError} ENOENT, EACCES */
  abstract mode(path: string): number
}
