import type { Memory } from '../../abi/memory.js'
import type { FileCalls } from '../../abi/uv-host.js'
import { isCall } from '../../base/call.js'
import type { WasmImports } from '../../base/platform-types.js'
import { Arguments } from '../arguments.js'
import { type Action, answer, FileError } from '../errno.js'
import { FdFlag, LAST_ADVICE, LookupFlag, Mode, Right, Size, STREAMS, TimesFlag, Whence } from '../layouts.js'
import { toBytes } from './byte-names.js'
import { Descriptors, readFrom, writeTo } from './descriptors.js'
import * as names from './dirents.js'
import { putStat } from './filestat.js'
import type { Directory } from './host-directories.js'
import { type DirectoryNode, type Entry, LinkNode, type Nanoseconds } from './inodes.js'
import { list } from './readdir.js'
import { type End, find, type Place } from './resolve.js'
import { Space } from './space.js'
import { fromTree } from './tree.js'
import { WORKING_DIRECTORY, WorkingDirectory, workingDirectoryCalls } from './working-directory.js'

/**
 * The file system of one guest, in memory: the functions of WASI preview 1 that concern files.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
export class Files {
  readonly #given: Arguments
  readonly #now: () => Nanoseconds
  readonly #opened = new Descriptors()
  readonly #root: DirectoryNode
  /** The working directory of the program; `undefined` without a file system. */
  readonly #working: WorkingDirectory | undefined

  /**
   * @param given - the contents of the root; `undefined` for no file system at all
   * @param memory - returns the instance's memory; called for each system call, since the memory does not exist yet
   * @param now - nanoseconds since 1970
   */
  constructor(given: Directory | undefined, memory: () => Memory, now: () => Nanoseconds) {
    this.#given = new Arguments(memory)
    this.#now = now
    this.#root = fromTree(given ?? new Map(), new Space(), now())
    if (given === undefined) return
    this.#working = new WorkingDirectory(this.#root)
    this.#opened.add({ node: this.#root, rights: Right.ALL, flags: 0, offset: 0 })
  }

  /**
   * The functions of preview 1 that concern files.
   *
   * @param devices - the functions for the standard streams
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
      imports[name] = (fd: number, ...rest: number[]): number => (isStream(fd) ? other : ours)(fd, ...rest)
    }
    return imports
  }

  /** The functions of `uv_host_1` that concern files. */
  hostCalls(): FileCalls {
    return workingDirectoryCalls(this.#working, this.#given, {
      path: (at, length) => this.#find(WORKING_DIRECTORY, at, length, 'object').entry,
      descriptor: (fd) => this.#opened.folder(fd),
    })
  }

  /** Whether a descriptor is an open file or a standard stream. */
  has(fd: number): boolean {
    return isStream(fd) || this.#opened.has(fd)
  }

  /** Calls about a descriptor. */
  #descriptorCalls(): Record<string, Action> {
    const given = this.#given
    const opened = this.#opened
    return {
      fd_close: (fd = 0) => opened.close(fd),
      fd_renumber: (from = 0, to = 0) => opened.move(from, to),
      fd_sync: (fd = 0) => opened.get(fd).node.sync(),
      fd_datasync: (fd = 0) => opened.get(fd).node.sync(),
      fd_prestat_get: (fd = 0, out = 0) => {
        this.#requireRoot(fd)
        given.bytes(out, Size.PRESTAT).fill(0)
        given.memory.setU32(out + 4, 1)
      },
      fd_prestat_dir_name: (fd = 0, out = 0, length = 0) => {
        this.#requireRoot(fd)
        if (length === 0) throw new FileError('NAMETOOLONG')
        given.bytes(out, 1).set(toBytes('/'))
      },
      fd_fdstat_get: (fd = 0, out = 0) => {
        const { node, flags, rights } = opened.get(fd)
        given.bytes(out, Size.FDSTAT).fill(0)
        given.memory.setU8(out, node.type)
        given.memory.setU16(out + 2, flags)
        given.memory.setU64(out + 8, rights)
        given.memory.setU64(out + 16, Right.ALL)
      },
      fd_fdstat_set_flags: (fd = 0, flags = 0) => {
        opened.get(fd).flags = flags
      },
      fd_fdstat_set_rights: (fd = 0, rights = 0) => {
        const file = opened.get(fd)
        const left = BigInt.asUintN(64, BigInt(rights))
        if ((left & ~file.rights) !== 0n) throw new FileError('NOTCAPABLE')
        file.rights = left
      },
      fd_advise: (fd = 0, _offset = 0, _length = 0, advice = 0) => {
        opened.get(fd)
        if (advice < 0 || advice > LAST_ADVICE) throw new FileError('INVAL')
      },
      fd_allocate: (fd = 0, offset = 0, length = 0) => {
        const { node } = opened.file(fd, Right.WRITE)
        const end = numberOf(offset) + numberOf(length)
        if (end === numberOf(offset)) throw new FileError('INVAL')
        if (end <= node.size) return
        node.resize(end, this.#now())
      },
      fd_filestat_get: (fd = 0, out = 0) => {
        const node = isStream(fd) ? undefined : opened.get(fd).node
        given.bytes(out, Size.FILESTAT)
        putStat(given.memory, out, node)
      },
      fd_filestat_set_size: (fd = 0, size = 0) => {
        const { node, rights } = opened.file(fd)
        if ((rights & Right.WRITE) === 0n) throw new FileError('INVAL')
        node.resize(numberOf(size), this.#now())
      },
      fd_filestat_set_times: (fd = 0, accessed = 0, modified = 0, flags = 0) =>
        this.#setTimes(opened.get(fd).node, accessed, modified, flags),
    }
  }

  /** Calls that read and write bytes or, for a directory, its entries. */
  #byteCalls(): Record<string, Action> {
    const given = this.#given
    const opened = this.#opened
    return {
      fd_read: (fd = 0, iovs = 0, count = 0, out = 0) => {
        const file = opened.file(fd, Right.READ)
        const buffers = given.buffers(iovs, count)
        given.bytes(out, 4)
        const done = readFrom(file.node, file.offset, buffers)
        file.offset += done
        given.memory.setU32(out, done)
      },
      fd_pread: (fd = 0, iovs = 0, count = 0, offset = 0, out = 0) => {
        const { node } = opened.file(fd, Right.READ)
        const buffers = given.buffers(iovs, count)
        given.bytes(out, 4)
        given.memory.setU32(out, readFrom(node, numberOf(offset), buffers))
      },
      fd_write: (fd = 0, iovs = 0, count = 0, out = 0) => {
        const file = opened.file(fd, Right.WRITE)
        const buffers = given.buffers(iovs, count)
        given.bytes(out, 4)
        const at = file.flags & FdFlag.APPEND ? file.node.size : file.offset
        const done = writeTo(file.node, at, buffers, this.#now())
        file.offset = at + done
        given.memory.setU32(out, done)
      },
      fd_pwrite: (fd = 0, iovs = 0, count = 0, offset = 0, out = 0) => {
        const { node, flags } = opened.file(fd, Right.WRITE)
        const buffers = given.buffers(iovs, count)
        given.bytes(out, 4)
        // With APPEND the offset is ignored, as on Linux.
        const at = flags & FdFlag.APPEND ? node.size : numberOf(offset)
        given.memory.setU32(out, writeTo(node, at, buffers, this.#now()))
      },
      fd_seek: (fd = 0, offset = 0, whence = 0, out = 0) => {
        const file = opened.file(fd)
        given.bytes(out, 8)
        const base = whence === Whence.CURRENT ? file.offset : whence === Whence.END ? file.node.size : 0
        const to = base + Number(offset)
        if (to < 0 || !Number.isSafeInteger(to)) throw new FileError('INVAL')
        file.offset = to
        given.memory.setU64(out, BigInt(to))
      },
      fd_tell: (fd = 0, out = 0) => {
        const { offset } = opened.file(fd)
        given.bytes(out, 8)
        given.memory.setU64(out, BigInt(offset))
      },
      fd_readdir: (fd = 0, buffer = 0, length = 0, cookie = 0, out = 0) => {
        const folder = opened.folder(fd)
        const file = opened.get(fd)
        const bytes = given.bytes(buffer, length)
        given.bytes(out, 4)
        const after = numberOf(cookie)
        if (after === 0 || file.listed === undefined) file.listed = folder.beginListing()
        given.memory.setU32(out, list(folder, after, file.listed, bytes))
      },
    }
  }

  /** Calls that resolve a path or open it. */
  #pathCalls(): Record<string, Action> {
    const given = this.#given
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
        const end = names.endOfOpen(flags, (lookup & LookupFlag.FOLLOW) !== 0)
        const place = this.#find(dir, path, length, end)
        given.bytes(out, 4)
        // Fails early when no descriptor is free, before a file is created or truncated.
        this.#opened.lowest()
        const opening = {
          flags,
          reads: (rights & Right.READ) !== 0n,
          writes: (rights & Right.WRITE) !== 0n,
          mode: modeIn(BigInt(inherited)),
        }
        const node = names.openAt(place, opening, this.#now())
        given.memory.setU32(out, this.#opened.add({ node, rights, flags: status, offset: 0 }))
      },
      path_filestat_get: (dir = 0, flags = 0, path = 0, length = 0, out = 0) => {
        const entry = this.#existing(dir, path, length, endOf(flags))
        given.bytes(out, Size.FILESTAT)
        putStat(given.memory, out, entry)
      },
      path_filestat_set_times: (dir = 0, flags = 0, path = 0, length = 0, accessed = 0, modified = 0, what = 0) =>
        this.#setTimes(this.#existing(dir, path, length, endOf(flags)), accessed, modified, what),
      path_readlink: (dir = 0, path = 0, length = 0, buffer = 0, size = 0, out = 0) => {
        const entry = this.#existing(dir, path, length, 'link')
        if (!(entry instanceof LinkNode)) throw new FileError('INVAL')
        const bytes = given.bytes(buffer, size)
        given.bytes(out, 4)
        const text = toBytes(entry.target).subarray(0, bytes.length)
        bytes.set(text)
        given.memory.setU32(out, text.length)
      },
    }
  }

  /** Calls that change names. */
  #nameCalls(): Record<string, Action> {
    return {
      path_create_directory: (dir = 0, path = 0, length = 0) =>
        names.makeDirectory(this.#find(dir, path, length, 'name'), this.#now()),
      path_remove_directory: (dir = 0, path = 0, length = 0) =>
        names.removeDirectory(this.#find(dir, path, length, 'name'), this.#now()),
      path_unlink_file: (dir = 0, path = 0, length = 0) =>
        names.removeName(this.#find(dir, path, length, 'name'), this.#now()),
      path_rename: (dir = 0, path = 0, length = 0, toDir = 0, to = 0, toLength = 0) =>
        names.rename(this.#find(dir, path, length, 'name'), this.#find(toDir, to, toLength, 'name'), this.#now()),
      path_link: (dir = 0, flags = 0, path = 0, length = 0, toDir = 0, to = 0, toLength = 0) => {
        const from = this.#find(dir, path, length, endOf(flags))
        names.addName(from, this.#find(toDir, to, toLength, 'name'), this.#now())
      },
      path_symlink: (target = 0, targetLength = 0, dir = 0, path = 0, length = 0) => {
        const text = this.#given.path(target, targetLength)
        if (text === '') throw new FileError('NOENT')
        names.makeLink(this.#find(dir, path, length, 'name'), text, this.#now())
      },
    }
  }

  #find(dir: number, path: number, length: number, end: End): Place {
    const text = this.#given.path(path, length)
    const working = this.#working
    if (working === undefined) throw new FileError('NOENT')
    // An absolute path needs no directory, as on Linux.
    const start = text.startsWith('/') || dir === WORKING_DIRECTORY ? working.node : this.#opened.folder(dir)
    return find(this.#root, start, text, end)
  }

  #existing(dir: number, path: number, length: number, end: End): Entry {
    const { entry } = this.#find(dir, path, length, end)
    if (entry === undefined) throw new FileError('NOENT')
    return entry
  }

  /** @throws {FileError} BADF unless it is the preopened root */
  #requireRoot(fd: number): void {
    if (fd !== STREAMS || this.#opened.get(fd).node !== this.#root) throw new FileError('BADF')
  }

  #setTimes(node: Entry, accessed: number, modified: number, flags: number): void {
    const now = this.#now()
    if (flags & TimesFlag.MODE) {
      node.setMode(Number(accessed), now)
      return
    }
    const time = (given: number, set: number, setNow: number): Nanoseconds | undefined =>
      flags & setNow ? now : flags & set ? BigInt(given) : undefined
    node.setTimes(
      time(accessed, TimesFlag.ACCESSED, TimesFlag.ACCESSED_NOW),
      time(modified, TimesFlag.MODIFIED, TimesFlag.MODIFIED_NOW),
      now,
    )
  }
}

function isStream(fd: number): boolean {
  return fd >= 0 && fd < STREAMS
}

/** A 64-bit number that must be neither negative nor above the safe integers. */
function numberOf(value: number | bigint): number {
  const number = Number(value)
  if (number < 0 || !Number.isSafeInteger(number)) throw new FileError('INVAL')
  return number
}

/** What the end of a path means that may lead to any entry. */
function endOf(lookup: number): End {
  return lookup & LookupFlag.FOLLOW ? 'object' : 'link'
}

/** The permissions for a new file, passed in the upper half of the inherited rights of preview 1. */
function modeIn(inherited: bigint): number {
  const mode = Number(BigInt.asUintN(32, inherited >> 32n))
  return mode & Mode.KNOWN ? mode & Mode.BITS : DEFAULT_MODE
}

/** The permissions of a new file where preview 1 does not have them. */
const DEFAULT_MODE = 0o644
