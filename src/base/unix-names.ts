/** The name table of `AF_UNIX` sockets where no file system keeps it: in a kernel, or in a virtual network. */
import type { ErrnoName } from './errno.js'

/** An entry of the name table. */
export interface UnixName<Socket> {
  /** The socket bound to the name; `undefined` after the socket has been closed. */
  socket: Socket | undefined
  /** The permissions, like those of a file. */
  mode: number
}

/** The maximum number of names. Without a limit, names that are never removed would accumulate. */
const NAMES_MAX = 65_536

/** The permissions of a new name, with the usual `umask()`. */
const MODE = 0o755

/** The permission required to connect. */
const MAY_WRITE = 0o200

/** The mode bits that `chmod` can change. */
const MODE_MASK = 0o7777

/** Automatically chosen numbers wrap around at this value, as on Linux. */
const NUMBERS = 0x10_0000

/**
 * The names of `AF_UNIX` sockets. A name without a leading NUL is a path, but not a file: its directory need not
 * exist. Like a file, it outlives its socket until it is removed.
 */
export class UnixNames<Socket extends object> {
  readonly #names = new Map<string, UnixName<Socket>>()
  #number = 0

  /** Whether the name is in the abstract namespace, where a name is removed together with its socket. */
  static isAbstract(path: string): boolean {
    return path.startsWith('\0')
  }

  /** The entry of a name. */
  find(path: string): UnixName<Socket> | undefined {
    return this.#names.get(path)
  }

  /** The socket that accepts connections at the name, or the error of an attempt to connect. */
  connectable(path: string): Socket | ErrnoName {
    const name = this.#names.get(path)
    if (name === undefined) return UnixNames.isAbstract(path) ? 'ECONNREFUSED' : 'ENOENT'
    if ((name.mode & MAY_WRITE) === 0) return 'EACCES'
    return name.socket ?? 'ECONNREFUSED'
  }

  /** The paths of all open sockets, for error messages. */
  *open(): Iterable<string> {
    for (const [path, { socket }] of this.#names) if (socket !== undefined) yield path
  }

  /** Binds a socket to a name. @returns EADDRINUSE, or ENOSPC when there are too many names */
  add(path: string, socket: Socket): ErrnoName | undefined {
    if (this.#names.has(path)) return 'EADDRINUSE'
    if (this.#names.size >= NAMES_MAX) return 'ENOSPC'
    this.#names.set(path, { socket, mode: MODE })
    return undefined
  }

  /** Chooses a free name in the abstract namespace: five hexadecimal digits, as on Linux. */
  choose(): string {
    for (;;) {
      const path = `\0${this.#number.toString(16).padStart(5, '0')}`
      this.#number = (this.#number + 1) % NUMBERS
      if (!this.#names.has(path)) return path
    }
  }

  /** Must be called when a socket with a name is closed. */
  close(path: string, socket: Socket): void {
    const name = this.#names.get(path)
    // The name may have been removed, and bound again by another socket.
    if (name?.socket !== socket) return
    if (UnixNames.isAbstract(path)) this.#names.delete(path)
    else name.socket = undefined
  }

  /** Removes a path, regardless of its socket. @returns whether it existed */
  remove(path: string): boolean {
    return this.#names.delete(path)
  }

  /** Sets the permissions of a path. @returns whether it exists */
  chmod(path: string, mode: number): boolean {
    const name = this.#names.get(path)
    if (name !== undefined) name.mode = mode & MODE_MASK
    return name !== undefined
  }
}
