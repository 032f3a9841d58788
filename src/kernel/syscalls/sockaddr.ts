/** Converts C's `struct sockaddr` to and from socket addresses, by the module's own layouts. */

import type { Description } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import type { SocketAddress } from '../../base/address.js'
import { NO_BYTES } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import { bytesOfIp, printIp } from '../../base/ip.js'
import { UnixNames } from '../../base/unix-names.js'
import type { Domain, Result } from '../descriptor.js'

/** The size of a `socklen_t`. */
const INT = 4

/** The size of `struct sockaddr_storage`, which no address exceeds. */
const STORAGE = 128

/** Reads and writes socket addresses in one module's memory. */
export class SockaddrCodec {
  readonly #abi: Description
  readonly #memory: Memory

  /**
   * @param abi - the module's layouts and family numbers
   * @param memory - the module's memory
   */
  constructor(abi: Description, memory: Memory) {
    this.#abi = abi
    this.#memory = memory
  }

  /**
   * Reads an address.
   *
   * @param length - the length that the caller gave
   * @param domain - of the socket that it is for, which decides how long it has to be
   * @returns the address; EINVAL when it is too short or too long, EAFNOSUPPORT for another family, EFAULT
   */
  read(at: number, length: number, domain?: Domain): SocketAddress | ErrnoName {
    const { sockaddr_in: v4, sockaddr_in6: v6, sockaddr_un: un } = this.#abi.layout
    const memory = this.#memory
    if (length < 0 || length > STORAGE) return 'EINVAL'
    if (!memory.contains(at, length)) return 'EFAULT'
    if (length < 2) return 'EINVAL'
    const family = memory.u16(at + v4.sin_family)
    if (family === this.#abi.constants.AF_INET) {
      if (length < v4.size) return 'EINVAL'
      return { family: 'ipv4', host: this.host4(at + v4.sin_addr), port: memory.u16be(at + v4.sin_port) }
    }
    if (family === this.#abi.constants.AF_INET6) {
      if (length < v6.size) return domain === 'ipv4' && length >= v4.size ? 'EAFNOSUPPORT' : 'EINVAL'
      return {
        family: 'ipv6',
        host: this.host6(at + v6.sin6_addr),
        port: memory.u16be(at + v6.sin6_port),
        flowInfo: memory.u32(at + v6.sin6_flowinfo),
        scopeId: memory.u32(at + v6.sin6_scope_id),
      }
    }
    if (family === this.#abi.constants.AF_UNIX) {
      if (length > un.size) return 'EINVAL'
      return { family: 'unix', path: toPath(memory.view(at + un.sun_path, length - un.sun_path)) }
    }
    return 'EAFNOSUPPORT'
  }

  /** The text of the `struct in_addr` at `at`. */
  host4(at: number): string {
    return printIp(this.#memory.view(at, 4))
  }

  /** The text of the `struct in6_addr` at `at`. */
  host6(at: number): string {
    return printIp(this.#memory.view(at, 16))
  }

  /** Whether the address is of no family, which `connect()` takes as a request to disconnect. */
  isUnspecified(at: number, length: number): boolean {
    return length >= 2 && this.#memory.contains(at, 2) && this.#memory.u16(at) === this.#abi.constants.AF_UNSPEC
  }

  /**
   * Reads a path.
   *
   * @returns the path; `undefined` for EFAULT. It is empty, and thus not the name of any socket, for an abstract name
   *   or for a path that is too long for a socket
   */
  readPath(at: number, length: number): string | undefined {
    const memory = this.#memory
    if (!memory.contains(at, length)) return undefined
    if (length > STORAGE) return ''
    const path = toPath(memory.view(at, length))
    return UnixNames.isAbstract(path) ? '' : path
  }

  /**
   * How many bytes of an address fit at `at`, according to `*length`.
   *
   * @returns the size; EFAULT, or EINVAL when `*length` is negative
   */
  space(at: number, length: number): number | 'EFAULT' | 'EINVAL' {
    if (!this.#memory.contains(length, INT)) return 'EFAULT'
    const room = this.#memory.i32(length)
    if (room < 0) return 'EINVAL'
    return this.#memory.contains(at, Math.min(room, STORAGE)) ? room : 'EFAULT'
  }

  /**
   * Writes an address like `getsockname()`: cut at `*length`, which is set to the full size.
   *
   * @returns 0, or the error of {@link SockaddrCodec.space}
   */
  write(address: SocketAddress, at: number, length: number): Result {
    const space = this.space(at, length)
    if (typeof space === 'string') return space
    this.put(address, at, length, space)
    return 0
  }

  /** Writes an address into a space that {@link SockaddrCodec.space} has returned. */
  put(address: SocketAddress, at: number, length: number, space: number): void {
    const image = this.#encode(address)
    this.#memory.setBytes(at, image.subarray(0, space))
    this.#memory.setI32(length, image.length)
  }

  #encode(address: SocketAddress): Uint8Array {
    const { sockaddr_in: v4, sockaddr_in6: v6, sockaddr_un: un } = this.#abi.layout
    const { AF_INET, AF_INET6, AF_UNIX } = this.#abi.constants
    const bytes = address.family === 'unix' ? fromPath(address.path) : NO_BYTES
    const size = { ipv4: v4.size, ipv6: v6.size, unix: un.sun_path + bytes.length }[address.family]
    const image = new Uint8Array(size)
    const fields = new DataView(image.buffer)
    if (address.family === 'unix') {
      fields.setUint16(un.sun_family, AF_UNIX, true)
      image.set(bytes, un.sun_path)
    } else if (address.family === 'ipv4') {
      fields.setUint16(v4.sin_family, AF_INET, true)
      fields.setUint16(v4.sin_port, address.port, false)
      image.set(bytesOfIp(address.host), v4.sin_addr)
    } else {
      fields.setUint16(v6.sin6_family, AF_INET6, true)
      fields.setUint16(v6.sin6_port, address.port, false)
      fields.setUint32(v6.sin6_flowinfo, address.flowInfo, true)
      image.set(bytesOfIp(address.host), v6.sin6_addr)
      fields.setUint32(v6.sin6_scope_id, address.scopeId, true)
    }
    return image
  }
}

/** The path from C's bytes: all of them in the abstract namespace, otherwise those before the first NUL. */
function toPath(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return String.fromCharCode(...(end > 0 ? bytes.subarray(0, end) : bytes))
}

/** The path as C's bytes: with a terminating NUL if it is a path in the file system. */
function fromPath(path: string): Uint8Array {
  return Uint8Array.from(path === '' || path.startsWith('\0') ? path : `${path}\0`, (byte) => byte.charCodeAt(0))
}
