/**
 * The file system of a guest: the part of WASI preview 1 that is about files, in memory. `@wasmer/wasi` has one too, but where
 * a guest overwrites bytes it inserts them, it forgets to truncate and to keep times, and it cannot be asked about a file that
 * was removed while open.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import { isCall } from '../abi/call.js'
import type { Memory } from '../abi/memory.js'
import type { WasmImports } from '../abi/platform-types.js'
import {
  APPEND,
  Descriptors,
  type Listed,
  type Opened,
  RIGHT_TO_READ,
  RIGHT_TO_WRITE,
  readFrom,
  writeTo,
} from './descriptors.js'
import type { Folder } from './folder.js'
import * as names from './names.js'
import { type Entry, FileNode, FolderNode, find, LinkNode, type Nanoseconds, type Place, plant } from './tree.js'
import { Errno, FileError } from './wasi-errno.js'

/** `filetype` of preview 1. */
const CHARACTER_DEVICE = 2
const DIRECTORY = 3
const REGULAR_FILE = 4
const SYMBOLIC_LINK = 7

/** `lookupflags`, `fstflags` and `whence` of preview 1. */
const FOLLOW = 1
const SET_ACCESSED = 1
const SET_ACCESSED_NOW = 2
const SET_MODIFIED = 4
const SET_MODIFIED_NOW = 8
/** Permissions, which preview 1 has none of. The C library of our guests finds them where it has padding. */
const SET_MODE = 0x8000
const MODE_AT = 18
const MODE_KNOWN = 0x8000
const MODE_BITS = 0o7777
const FROM_HERE = 1
const FROM_END = 2

/** Sizes of preview 1: `iovec`, `filestat`, `fdstat`, `prestat` and the head of a `dirent`. */
const IOVEC = 8
const FILESTAT = 64
const FDSTAT = 24
const PRESTAT = 8
const DIRENT = 24

/** The standard streams come first. */
const STREAMS = 3
const ALL_RIGHTS = 0x1fffffffn
const DEVICE = 1n
const FOLDER_SIZE = 4096

/** What a call does; what it throws becomes its answer. Numbers of 64 bits come as `bigint`, and are made what they must be. */
type Action = (...values: number[]) => void

/** Files in memory for one guest. */
export class Files {
  readonly #memory: () => Memory
  readonly #now: () => Nanoseconds
  readonly #opened = new Descriptors()
  readonly #root: FolderNode

  /**
   * @param given - what is in the root; `undefined` for no file system at all
   * @param memory - of the instance; asked at each call, since it does not exist yet
   * @param now - nanoseconds since 1970
   */
  constructor(given: Folder | undefined, memory: () => Memory, now: () => Nanoseconds) {
    this.#memory = memory
    this.#now = now
    this.#root = plant({ folder: given ?? new Map(), now: now() })
    if (given !== undefined) this.#opened.add({ node: this.#root, rights: ALL_RIGHTS, flags: 0, offset: 0 })
  }

  /**
   * The functions of preview 1 that are about files.
   *
   * @param devices - those for the standard streams
   */
  imports(devices: WasmImports): WasmImports {
    const own: Record<string, Action> = { ...this.#descriptorCalls(), ...this.#byteCalls() }
    const calls: Record<string, Action> = { ...this.#pathCalls(), ...this.#nameCalls() }
    const imports: WasmImports = {}
    for (const [name, action] of Object.entries(calls)) imports[name] = answer(action)
    for (const [name, action] of Object.entries(own)) {
      const ours = answer(action)
      const theirs = devices[name]
      const other = isCall(theirs) ? theirs : ours
      imports[name] = (fd: number, ...rest: number[]): number => (fd < STREAMS ? other : ours)(fd, ...rest)
    }
    return imports
  }

  /** Calls about a descriptor. */
  #descriptorCalls(): Record<string, Action> {
    const opened = this.#opened
    return {
      fd_close: (fd = 0) => opened.close(fd),
      fd_renumber: (from = 0, to = 0) => opened.move(from, to),
      fd_sync: (fd = 0) => void opened.get(fd),
      fd_datasync: (fd = 0) => void opened.get(fd),
      fd_prestat_get: (fd = 0, out = 0) => {
        this.#given(fd)
        this.#clear(out, PRESTAT)
        this.#memory().setU32(out + 4, 1)
      },
      fd_prestat_dir_name: (fd = 0, out = 0, length = 0) => {
        this.#given(fd)
        if (length < 1) throw new FileError('NAMETOOLONG')
        this.#bytes(out, 1).set(encoder.encode('/'))
      },
      fd_fdstat_get: (fd = 0, out = 0) => {
        const { node, flags, rights } = opened.get(fd)
        this.#clear(out, FDSTAT)
        this.#memory().setU8(out, typeOf(node))
        this.#memory().setU16(out + 2, flags)
        this.#memory().setU64(out + 8, rights)
        this.#memory().setU64(out + 16, ALL_RIGHTS)
      },
      fd_fdstat_set_flags: (fd = 0, flags = 0) => {
        opened.get(fd).flags = flags
      },
      fd_filestat_get: (fd = 0, out = 0) => this.#putStat(out, fd < STREAMS ? undefined : opened.get(fd).node),
      fd_filestat_set_size: (fd = 0, size = 0) => {
        const { node, rights } = opened.file(fd)
        if ((rights & RIGHT_TO_WRITE) === 0n) throw new FileError('INVAL')
        node.resize(numberOf(size))
        node.modified = node.changed = this.#now()
      },
      fd_filestat_set_times: (fd = 0, accessed = 0, modified = 0, flags = 0) =>
        this.#setTimes(opened.get(fd).node, accessed, modified, flags),
    }
  }

  /** Calls that move bytes, and what a folder has instead. */
  #byteCalls(): Record<string, Action> {
    const opened = this.#opened
    return {
      fd_read: (fd = 0, iovs = 0, count = 0, out = 0) => {
        const file = opened.file(fd, RIGHT_TO_READ)
        const done = readFrom(file.node, file.offset, this.#buffers(iovs, count))
        file.offset += done
        this.#memory().setU32(out, done)
      },
      fd_pread: (fd = 0, iovs = 0, count = 0, offset = 0, out = 0) => {
        const { node } = opened.file(fd, RIGHT_TO_READ)
        this.#memory().setU32(out, readFrom(node, numberOf(offset), this.#buffers(iovs, count)))
      },
      fd_write: (fd = 0, iovs = 0, count = 0, out = 0) => {
        const file = opened.file(fd, RIGHT_TO_WRITE)
        if (file.flags & APPEND) file.offset = file.node.size
        const done = writeTo(file.node, file.offset, this.#buffers(iovs, count), this.#now())
        file.offset += done
        this.#memory().setU32(out, done)
      },
      fd_pwrite: (fd = 0, iovs = 0, count = 0, offset = 0, out = 0) => {
        const { node, flags } = opened.file(fd, RIGHT_TO_WRITE)
        // As on Linux: who appends does so wherever he means to write.
        const at = flags & APPEND ? node.size : numberOf(offset)
        this.#memory().setU32(out, writeTo(node, at, this.#buffers(iovs, count), this.#now()))
      },
      fd_seek: (fd = 0, offset = 0, whence = 0, out = 0) => {
        const file = opened.file(fd)
        const base = whence === FROM_HERE ? file.offset : whence === FROM_END ? file.node.size : 0
        const to = base + Number(offset)
        if (to < 0 || !Number.isSafeInteger(to)) throw new FileError('INVAL')
        file.offset = to
        this.#memory().setU64(out, BigInt(to))
      },
      fd_tell: (fd = 0, out = 0) => this.#memory().setU64(out, BigInt(opened.file(fd).offset)),
      fd_readdir: (fd = 0, buffer = 0, length = 0, cookie = 0, out = 0) => {
        const folder = opened.folder(fd)
        const start = numberOf(cookie)
        const file: Opened = opened.get(fd)
        if (start === 0 || file.listing === undefined) file.listing = listingOf(folder)
        const used = list(file.listing.slice(start), start, this.#bytes(buffer, length))
        this.#memory().setU32(out, used)
      },
    }
  }

  /** Calls that look where a path leads, and open it. */
  #pathCalls(): Record<string, Action> {
    return {
      path_open: (
        dir = 0,
        lookup = 0,
        path = 0,
        length = 0,
        flags = 0,
        asked = 0,
        inherited = 0,
        status = 0,
        out = 0,
      ) => {
        const rights = BigInt(asked)
        const follow = (lookup & FOLLOW) !== 0 && names.followsLinks(flags)
        const place = this.#find(dir, path, length, follow)
        this.#bytes(out, 4)
        const opening = {
          flags,
          reads: (rights & RIGHT_TO_READ) !== 0n,
          writes: (rights & RIGHT_TO_WRITE) !== 0n,
          mode: modeIn(BigInt(inherited)),
        }
        const node = names.openAt(place, opening, this.#now())
        this.#memory().setU32(out, this.#opened.add({ node, rights, flags: status, offset: 0 }))
      },
      path_filestat_get: (dir = 0, flags = 0, path = 0, length = 0, out = 0) =>
        this.#putStat(out, this.#existing(dir, path, length, (flags & FOLLOW) !== 0)),
      path_filestat_set_times: (dir = 0, flags = 0, path = 0, length = 0, accessed = 0, modified = 0, what = 0) =>
        this.#setTimes(this.#existing(dir, path, length, (flags & FOLLOW) !== 0), accessed, modified, what),
      path_readlink: (dir = 0, path = 0, length = 0, buffer = 0, size = 0, out = 0) => {
        const entry = this.#existing(dir, path, length, false)
        if (!(entry instanceof LinkNode)) throw new FileError('INVAL')
        const text = encoder.encode(entry.target).subarray(0, size)
        this.#bytes(buffer, size).set(text)
        this.#memory().setU32(out, text.length)
      },
    }
  }

  /** Calls that change names. */
  #nameCalls(): Record<string, Action> {
    return {
      path_create_directory: (dir = 0, path = 0, length = 0) =>
        names.makeFolder(this.#find(dir, path, length, false), this.#now()),
      path_remove_directory: (dir = 0, path = 0, length = 0) =>
        names.removeFolder(this.#find(dir, path, length, false), this.#now()),
      path_unlink_file: (dir = 0, path = 0, length = 0) =>
        names.removeName(this.#find(dir, path, length, false), this.#now()),
      path_rename: (dir = 0, path = 0, length = 0, toDir = 0, to = 0, toLength = 0) =>
        names.rename(this.#find(dir, path, length, false), this.#find(toDir, to, toLength, false), this.#now()),
      path_link: (dir = 0, flags = 0, path = 0, length = 0, toDir = 0, to = 0, toLength = 0) => {
        const from = this.#find(dir, path, length, (flags & FOLLOW) !== 0)
        names.addName(from, this.#find(toDir, to, toLength, false), this.#now())
      },
      path_symlink: (target = 0, targetLength = 0, dir = 0, path = 0, length = 0) => {
        const text = this.#text(target, targetLength)
        names.makeLink(this.#find(dir, path, length, false), text, this.#now())
      },
    }
  }

  #find(dir: number, path: number, length: number, follow: boolean): Place {
    return find(this.#root, this.#opened.folder(dir), this.#text(path, length), follow)
  }

  #existing(dir: number, path: number, length: number, follow: boolean): Entry {
    const { entry, mustBeFolder } = this.#find(dir, path, length, follow)
    if (entry === undefined) throw new FileError('NOENT')
    if (mustBeFolder && !(entry instanceof FolderNode)) throw new FileError('NOTDIR')
    return entry
  }

  /** @throws {FileError} BADF unless it is the root as it was given */
  #given(fd: number): void {
    if (fd !== STREAMS || this.#opened.get(fd).node !== this.#root) throw new FileError('BADF')
  }

  #setTimes(node: Entry, accessed: number, modified: number, flags: number): void {
    const now = this.#now()
    node.changed = now
    if (flags & SET_MODE) {
      node.mode = Number(accessed) & MODE_BITS
      return
    }
    if (flags & SET_ACCESSED) node.accessed = BigInt(accessed)
    if (flags & SET_ACCESSED_NOW) node.accessed = now
    if (flags & SET_MODIFIED) node.modified = BigInt(modified)
    if (flags & SET_MODIFIED_NOW) node.modified = now
  }

  /** Of the standard streams, which have no node, nothing is told but that they are devices. */
  #putStat(out: number, node: Entry | undefined): void {
    this.#clear(out, FILESTAT)
    const memory = this.#memory()
    memory.setU64(out, DEVICE)
    memory.setU8(out + 16, node === undefined ? CHARACTER_DEVICE : typeOf(node))
    memory.setU64(out + 24, BigInt(node?.links ?? 1))
    if (node === undefined) return
    memory.setU16(out + MODE_AT, MODE_KNOWN | node.mode)
    memory.setU64(out + 8, node.inode)
    memory.setU64(out + 32, BigInt(sizeOf(node)))
    memory.setU64(out + 40, BigInt.asUintN(64, node.accessed))
    memory.setU64(out + 48, BigInt.asUintN(64, node.modified))
    memory.setU64(out + 56, BigInt.asUintN(64, node.changed))
  }

  #buffers(iovs: number, count: number): Uint8Array[] {
    const memory = this.#memory()
    this.#bytes(iovs, count * IOVEC)
    return Array.from({ length: count }, (_, index) => {
      const at = iovs + index * IOVEC
      return this.#bytes(memory.u32(at), memory.u32(at + 4))
    })
  }

  #text(at: number, length: number): string {
    const text = decoder.decode(this.#bytes(at, length))
    if (text.includes('\0')) throw new FileError('INVAL')
    return text
  }

  #clear(at: number, length: number): void {
    this.#bytes(at, length).fill(0)
  }

  /** @throws {FileError} FAULT when they are not all in memory */
  #bytes(at: number, length: number): Uint8Array {
    const memory = this.#memory()
    // An address comes as a signed number.
    const start = at >>> 0
    if (!memory.contains(start, length >>> 0)) throw new FileError('FAULT')
    return memory.heap.subarray(start, start + (length >>> 0))
  }
}

/** Makes an import of an action: 0, or the error it threw. */
function answer(action: Action): (...values: number[]) => number {
  return (...values) => {
    try {
      action(...values)
      return Errno.SUCCESS
    } catch (error) {
      if (error instanceof FileError) return error.errno
      return error instanceof RangeError ? Errno.FAULT : Errno.IO
    }
  }
}

/** A 64-bit number that must not be negative, nor too large to count with. */
function numberOf(value: number | bigint): number {
  const number = Number(value)
  if (number < 0 || !Number.isSafeInteger(number)) throw new FileError('INVAL')
  return number
}

/** The permissions that come with an open, in the upper half of what preview 1 calls inherited rights. */
function modeIn(inherited: bigint): number | undefined {
  const mode = Number(BigInt.asUintN(32, inherited >> 32n))
  return mode & MODE_KNOWN ? mode & MODE_BITS : undefined
}

function typeOf(node: Entry): number {
  if (node instanceof FolderNode) return DIRECTORY
  return node instanceof LinkNode ? SYMBOLIC_LINK : REGULAR_FILE
}

function sizeOf(node: Entry): number {
  if (node instanceof FileNode) return node.size
  return node instanceof LinkNode ? encoder.encode(node.target).length : FOLDER_SIZE
}

function listingOf(folder: FolderNode): Listed[] {
  const all: [string, Entry][] = [['.', folder], ['..', folder.parent], ...folder.entries]
  return all.map(([name, entry]) => ({ name: encoder.encode(name), inode: entry.inode, type: typeOf(entry) }))
}

/** Fills a buffer with `dirent`s; the last one may be cut. @returns how many bytes were used: less than all is the end */
function list(entries: readonly Listed[], start: number, out: Uint8Array): number {
  let at = 0
  for (const [index, { name, inode, type }] of entries.entries()) {
    if (at >= out.length) break
    const record = new Uint8Array(DIRENT + name.length)
    const view = new DataView(record.buffer)
    view.setBigUint64(0, BigInt(start + index + 1), true)
    view.setBigUint64(8, inode, true)
    view.setUint32(16, name.length, true)
    view.setUint8(20, type)
    record.set(name, DIRENT)
    const part = record.subarray(0, out.length - at)
    out.set(part, at)
    at += part.length
  }
  return at
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
