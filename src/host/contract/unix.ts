/**
 * The part of the host's contract that is about sockets with paths for names (`AF_UNIX`). A path is one of the host's file
 * system, or of whatever the host has instead; one that begins with a NUL is an abstract name, which is no file and goes with
 * its socket.
 */
import type { UnixAddress } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from './connection.js'

/** See the top of the file. Its rules are those of {@link Host}, its errors those of Linux. */
export abstract class HostUnix {
  /**
   * Takes a name, now. A path stays when its socket is closed, until {@link HostUnix.unlink}; but a host may remove it then.
   *
   * @throws {HostError} EADDRINUSE when there is something of that name, ENOENT when its folder does not exist, EACCES,
   *   EINVAL for a name that the host cannot have, ENOTSUP
   */
  abstract bind(local: UnixAddress): HostBoundSocket<UnixAddress>
  /**
   * Starts to connect. The outcome is `onConnect` or `onError`, later: ENOENT when there is no such name, ECONNREFUSED when
   * nobody listens there, EACCES.
   *
   * @throws {HostError} what is known at once
   */
  abstract connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress>
  /** Removes a path, which must be a socket's. @throws {HostError} ENOENT, EACCES */
  abstract unlink(path: string): void
  /** Sets the permissions of a path, which must be a socket's. @throws {HostError} ENOENT, EACCES */
  abstract chmod(path: string, mode: number): void
  /** The permissions of a path, which must be a socket's. @throws {HostError} ENOENT, EACCES */
  abstract mode(path: string): number
}
