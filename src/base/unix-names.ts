/**
 * The names of sockets of `AF_UNIX` where there is no file system to keep them: a kernel's own, or a virtual network's. A name without a leading NUL is a path, but no file: no folder has to be there
 * for it. Like a file it outlives its socket, until somebody removes it.
 */
import type { ErrnoName } from './errno.js'

/** What a name stands for. */
export interface UnixName<Socket> {
  /** Who has it; `undefined` once that is closed. */
  socket: Socket | undefined
  /** Permissions, as of a file. */
  mode: number
}

/** How many names there may be: those that nobody removes would become ever more. */
const NAMES_MAX = 65_536

/** The permissions of a new name, with the usual `umask()`. */
const MODE = 0o755

/** The permission that a connection takes. */
const MAY_WRITE = 0o200

/** The bits of a mode that can be changed. */
const MODE_MASK = 0o7777

/** Where the numbers of names that the kernel chooses itself begin again, as on Linux. */
const NUMBERS = 0x10_0000

/** See the top of the file. */
export class UnixNames<Socket extends object> {
  readonly #names = new Map<string, UnixName<Socket>>()
  #number = 0

  /** Whether it is a name of the abstract namespace, which goes with its socket. */
  static isAbstract(path: string): boolean {
    return path.startsWith('\0')
  }

  /** What the name stands for. */
  find(path: string): UnixName<Socket> | undefined {
    return this.#names.get(path)
  }

  /** Who can be connected to at the name; why not, where there is nobody. */
  connectable(path: string): Socket | ErrnoName {
    const name = this.#names.get(path)
    if (name === undefined) return UnixNames.isAbstract(path) ? 'ECONNREFUSED' : 'ENOENT'
    if ((name.mode & MAY_WRITE) === 0) return 'EACCES'
    return name.socket ?? 'ECONNREFUSED'
  }

  /** The paths whose sockets are open, for messages. */
  *open(): Iterable<string> {
    for (const [path, { socket }] of this.#names) if (socket !== undefined) yield path
  }

  /** Gives a socket a name. @returns EADDRINUSE, or ENOSPC where there are too many */
  add(path: string, socket: Socket): ErrnoName | undefined {
    if (this.#names.has(path)) return 'EADDRINUSE'
    if (this.#names.size >= NAMES_MAX) return 'ENOSPC'
    this.#names.set(path, { socket, mode: MODE })
    return undefined
  }

  /** A free name of the abstract namespace: five digits, as on Linux. */
  choose(): string {
    for (;;) {
      const path = `\0${this.#number.toString(16).padStart(5, '0')}`
      this.#number = (this.#number + 1) % NUMBERS
      if (!this.#names.has(path)) return path
    }
  }

  /** To be called when a socket is closed that got the name. */
  close(path: string, socket: Socket): void {
    const name = this.#names.get(path)
    // The name may have been removed, and be another's now.
    if (name?.socket !== socket) return
    if (UnixNames.isAbstract(path)) this.#names.delete(path)
    else name.socket = undefined
  }

  /** Removes a path, whoever has it. @returns whether there was one */
  remove(path: string): boolean {
    return this.#names.delete(path)
  }

  /** Sets the permissions of a path. @returns whether there is one */
  chmod(path: string, mode: number): boolean {
    const name = this.#names.get(path)
    if (name !== undefined) name.mode = mode & MODE_MASK
    return name !== undefined
  }
}
