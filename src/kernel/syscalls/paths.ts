import type { Result } from '../descriptor.js'
import type { Kernel } from '../kernel.js'
import type { SockaddrCodec } from './sockaddr.js'

/**
 * The system calls on paths that name sockets: the host's names, or the kernel's if the host has none. An abstract
 * name is not a path; here it never matches a socket.
 */
export class PathCalls {
  readonly #kernel: Kernel
  readonly #addresses: SockaddrCodec

  /** @param addresses - reads the guest's paths */
  constructor(kernel: Kernel, addresses: SockaddrCodec) {
    this.#kernel = kernel
    this.#addresses = addresses
  }

  /** Removes a path. */
  unlink(at: number, length: number): Result {
    const path = this.#addresses.readPath(at, length)
    if (!path) return path === undefined ? 'EFAULT' : 'ENOENT'
    const { host, unixNames: names, datagramNames } = this.#kernel
    if (datagramNames.remove(path)) return 0
    if (host.unix === undefined) return names.remove(path) ? 0 : 'ENOENT'
    host.unix.unlink(path)
    return 0
  }

  /** Sets a path's permissions. */
  chmod(at: number, length: number, mode: number): Result {
    const path = this.#addresses.readPath(at, length)
    if (!path) return path === undefined ? 'EFAULT' : 'ENOENT'
    const { host, unixNames: names, datagramNames } = this.#kernel
    if (datagramNames.chmod(path, mode)) return 0
    if (host.unix === undefined) return names.chmod(path, mode) ? 0 : 'ENOENT'
    host.unix.chmod(path, mode)
    return 0
  }

  /** Reads a path's permissions. */
  stat(at: number, length: number): Result {
    const path = this.#addresses.readPath(at, length)
    if (!path) return path === undefined ? 'EFAULT' : 'ENOENT'
    const { host, unixNames: names, datagramNames } = this.#kernel
    const named = datagramNames.find(path)
    if (named !== undefined) return named.mode
    return host.unix === undefined ? (names.find(path)?.mode ?? 'ENOENT') : host.unix.mode(path)
  }
}
