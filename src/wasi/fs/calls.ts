import type { Description } from '../../abi/description.js'
import { FileEvent } from '../../abi/events.js'
import type { FileCalls } from '../../abi/uv-host.js'
import type { WasmImports } from '../../base/platform-types.js'
import type { Descriptor } from '../../kernel/descriptor.js'
import type { Kernel } from '../../kernel/kernel.js'
import type { Arguments } from '../arguments.js'
import { setStatus } from '../descriptor-calls.js'
import { type Action, answer, FileError } from '../errno.js'
import { putStat } from '../filestat.js'
import { FdFlag, LAST_ADVICE, LookupFlag, Mode, Right, Size } from '../layouts.js'
import { StandardStream } from '../standard-streams.js'
import { toBytes } from './byte-names.js'
import { DescriptorNode, DeviceDirectory, DeviceNode } from './devices.js'
import { endOfOpen } from './dirents.js'
import type { Directory, Mount } from './given.js'
import { DirectoryNode, type Entry, type FileNode, LinkNode, type Nanoseconds } from './inodes.js'
import { FileLocks, lockCalls } from './locks.js'
import { Mappings, mappingCalls } from './mappings.js'
import {
  entryOf,
  isOpen,
  type OpenContext,
  OpenDevice,
  OpenDirectory,
  OpenFile,
  openedBy,
  openStream,
} from './open-file.js'
import { list } from './readdir.js'
import { type End, find, type Hidden, type Place } from './resolve.js'
import type { FileGauges } from './space.js'
import { setTimes } from './times.js'
import { Tree } from './tree.js'
import { volumeCalls } from './volume.js'
import { type InotifyFlags, inotifyCalls } from './watch/inotify-calls.js'
import { homeOf, Notices } from './watch/notices.js'
import { WatchedNames } from './watch/watched-names.js'
import { numberOf } from './wide-numbers.js'
import { WORKING_DIRECTORY, WorkingDirectory, workingDirectoryCalls } from './working-directory.js'

/** The number of the root, which is a descriptor for those guests that expect the given directories from there on. */
export const PREOPENED = 3

/** What the calls of one guest work with. */
export interface FileCallParts {
  readonly kernel: Kernel
  /** The constants of its C library. */
  readonly abi: Description
  /** Reads the guest's arguments. */
  readonly given: Arguments
  /** Nanoseconds since 1970. */
  readonly now: () => Nanoseconds
  /** Whether the guest finds its root as a descriptor; one of `uvcc` needs none. */
  readonly preopens: boolean
  /** What counts its files in memory. */
  readonly gauges?: FileGauges | undefined
}

/**
 * The file system of one guest, in memory: the functions of WASI preview 1 that concern files.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
export class Files {
  /** See `openedBy()` of `open-file.ts`. */
  static readonly openedBy = openedBy
  /** See `openStream()` of `open-file.ts`. */
  static readonly openStream = openStream

  readonly #kernel: Kernel
  readonly #given: Arguments
  readonly #now: () => Nanoseconds
  readonly #tree: Tree
  /** The working directory of the program. */
  readonly #working: WorkingDirectory
  /** The devices. */
  readonly #hidden: Hidden
  readonly #names: WatchedNames
  readonly #flags: InotifyFlags
  /** What open files need. */
  readonly #context: Required<OpenContext>

  /** @param given - what it has at first; `undefined` for no file system at all */
  constructor(given: readonly Mount[] | undefined, parts: FileCallParts) {
    const { kernel, abi, given: reader, now, preopens, gauges } = parts
    this.#kernel = kernel
    this.#flags = abi.constants
    this.#given = reader
    this.#now = now
    this.#tree = new Tree(given ?? [], now(), gauges)
    const { root } = this.#tree
    if (given === undefined) root.mode = BARE_ROOT
    this.#working = new WorkingDirectory(root)
    const devices = new DeviceDirectory(root, now(), kernel)
    // They are not among the names of the root, which are those of a given directory; nor replace what is given.
    this.#hidden = (folder, name) =>
      folder === root && name === 'dev'
        ? devices
        : folder.parent === root && folder.name === 'dev'
          ? devices.get(name)
          : undefined
    const notices = new Notices((entry) => isOpen(entry, kernel.descriptors()))
    this.#context = { now, notices, locks: new FileLocks(), mappings: new Mappings(reader) }
    this.#names = new WatchedNames(this.#context)
    if (given !== undefined && preopens) kernel.add(new OpenDirectory(root, Right.ALL, this.#context), PREOPENED)
  }

  /** The functions of `uv_host_1` that concern files. */
  hostCalls(): FileCalls {
    const volume = volumeCalls(this.#tree.space, this.#given, (fd, path, length) =>
      length === 0 ? this.#opened(fd, 'NOSYS').node : this.#existing(WORKING_DIRECTORY, path, length, 'object'),
    )
    const working = workingDirectoryCalls(this.#working, this.#given, {
      path: (at, length) => this.#find(WORKING_DIRECTORY, at, length, 'object').entry,
      descriptor: (fd) => this.#folder(fd).node,
    })
    const watching = inotifyCalls(this.#kernel, this.#flags, this.#context.notices, (path, length, end) =>
      this.#existing(WORKING_DIRECTORY, path, length, end),
    )
    const locking = lockCalls(this.#kernel, this.#context.locks, entryOf)
    const mapping = mappingCalls(this.#context.mappings, this.#given, (fd) => this.#file(fd, Right.READ).node)
    return { ...working, ...volume, ...watching, ...locking, ...mapping }
  }

  /** The functions of preview 1 that concern files, except those that descriptors of all kinds have. */
  imports(): WasmImports {
    const calls: Record<string, Action> = {
      ...this.#descriptorCalls(),
      ...this.#byteCalls(),
      ...this.#pathCalls(),
      ...this.#nameCalls(),
    }
    return Object.fromEntries(Object.entries(calls).map(([name, action]) => [name, answer(action)]))
  }

  /** What is in memory. */
  contents(): Directory {
    return this.#tree.contents()
  }

  /** Closes what is open on the host's disk, when the guest has ended. */
  close(): void {
    this.#tree.close()
    this.#given.forget()
  }

  /** Calls about an open file or directory. */
  #descriptorCalls(): Record<string, Action> {
    const given = this.#given
    return {
      // What is no file has nothing to write back.
      fd_sync: (fd = 0) => this.#opened(fd, 'INVAL').node.sync(false),
      fd_datasync: (fd = 0) => this.#opened(fd, 'INVAL').node.sync(true),
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
      fd_fdstat_set_rights: (fd = 0, rights = 0) => {
        const opened = this.#get(fd)
        if (!(opened instanceof OpenFile || opened instanceof OpenDirectory)) throw new FileError('NOTSUP')
        const left = BigInt.asUintN(64, BigInt(rights))
        if ((left & ~opened.rights) !== 0n) throw new FileError('NOTCAPABLE')
        opened.rights = left
      },
      fd_advise: (fd = 0, _offset = 0, _length = 0, advice = 0) => {
        this.#opened(fd)
        if (advice < 0 || advice > LAST_ADVICE) throw new FileError('INVAL')
      },
      fd_allocate: (fd = 0, offset = 0, length = 0) => {
        const file = this.#file(fd, Right.WRITE)
        const end = numberOf(offset) + numberOf(length)
        if (end === numberOf(offset)) throw new FileError('INVAL')
        if (end > file.node.size) file.resize(end)
      },
      fd_filestat_set_size: (fd = 0, size = 0) => {
        const file = this.#opened(fd, 'INVAL')
        if (!(file instanceof OpenFile) || (file.rights & Right.WRITE) === 0n) throw new FileError('INVAL')
        if (Number(size) > Number.MAX_SAFE_INTEGER) throw new FileError('FBIG')
        file.resize(numberOf(size))
      },
      fd_filestat_set_times: (fd = 0, accessed = 0, modified = 0, flags = 0) => {
        const opened = this.#opened(fd, 'INVAL')
        opened.happened(setTimes(opened.node, { accessed, modified, flags }, this.#now()))
      },
    }
  }

  /** Calls that read and write at an offset or, for a directory, its entries. */
  #byteCalls(): Record<string, Action> {
    const given = this.#given
    return {
      fd_pread: (fd = 0, iovs = 0, count = 0, offset = 0, out = 0) => {
        const file = this.#file(fd, Right.READ)
        const buffers = given.buffers(iovs, count)
        given.bytes(out, 4)
        given.memory.setU32(out, file.readInto(buffers, numberOf(offset)))
      },
      fd_pwrite: (fd = 0, iovs = 0, count = 0, offset = 0, out = 0) => {
        const file = this.#file(fd, Right.WRITE)
        const buffers = given.buffers(iovs, count)
        given.bytes(out, 4)
        const at = numberOf(offset)
        // With APPEND the offset is ignored, as on Linux.
        given.memory.setU32(out, file.writeAt(file.append ? file.node.size : at, buffers.views()))
      },
      fd_readdir: (fd = 0, buffer = 0, length = 0, cookie = 0, out = 0) => {
        const folder = this.#folder(fd)
        const bytes = given.bytes(buffer, length)
        given.bytes(out, 4)
        const after = numberOf(cookie)
        if (after === 0 || folder.listed === undefined) folder.listed = folder.node.beginListing()
        given.memory.setU32(out, list(folder.node, after, folder.listed, bytes))
        folder.happened(FileEvent.ACCESS)
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
        // First, as on Linux: no file is found, created or truncated when no descriptor is free.
        if (this.#kernel.lacks()) throw new FileError('MFILE')
        const rights = BigInt(asked)
        const end = endOfOpen(flags, (lookup & LookupFlag.FOLLOW) !== 0)
        const place = this.#find(dir, path, length, end)
        given.bytes(out, 4)
        const opening = {
          flags,
          reads: (rights & Right.READ) !== 0n,
          writes: (rights & Right.WRITE) !== 0n,
          mode: modeIn(BigInt(inherited)),
          appends: (status & FdFlag.APPEND) !== 0,
          syncs: (status & (FdFlag.DSYNC | FdFlag.SYNC)) !== 0,
        }
        const node = this.#names.openAt(place, opening)
        given.memory.setU32(out, this.#open(node, place, rights, status))
      },
      path_filestat_get: (dir = 0, flags = 0, path = 0, length = 0, out = 0) => {
        const entry = this.#existing(dir, path, length, endOf(flags))
        given.bytes(out, Size.FILESTAT)
        putStat(given.memory, out, entry)
      },
      path_filestat_set_times: (dir = 0, flags = 0, path = 0, length = 0, accessed = 0, modified = 0, what = 0) => {
        const place = this.#find(dir, path, length, endOf(flags))
        const entry = existing(place)
        const event = setTimes(entry, { accessed, modified, flags: what }, this.#now())
        this.#context.notices.happened(event, entry, homeOf(place))
      },
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
        this.#names.makeDirectory(this.#find(dir, path, length, 'name')),
      path_remove_directory: (dir = 0, path = 0, length = 0) =>
        this.#names.removeDirectory(this.#find(dir, path, length, 'name')),
      path_unlink_file: (dir = 0, path = 0, length = 0) =>
        this.#names.removeName(this.#find(dir, path, length, 'name')),
      path_rename: (dir = 0, path = 0, length = 0, toDir = 0, to = 0, toLength = 0) =>
        this.#names.rename(this.#find(dir, path, length, 'name'), this.#find(toDir, to, toLength, 'name')),
      path_link: (dir = 0, flags = 0, path = 0, length = 0, toDir = 0, to = 0, toLength = 0) => {
        const from = this.#find(dir, path, length, endOf(flags))
        this.#names.addName(from, this.#find(toDir, to, toLength, 'name'))
      },
      path_symlink: (target = 0, targetLength = 0, dir = 0, path = 0, length = 0) => {
        const text = this.#given.path(target, targetLength)
        if (text === '') throw new FileError('NOENT')
        this.#names.makeLink(this.#find(dir, path, length, 'name'), text)
      },
    }
  }

  /** Opens a node. @param status - `fdflags` */
  #open(node: FileNode | DirectoryNode, { folder, name }: Place, rights: bigint, status: number): number {
    if (node instanceof DescriptorNode) {
      const copy = this.#kernel.duplicate(node.number, 0)
      if (typeof copy === 'string') throw new FileError(copy === 'EMFILE' ? 'MFILE' : 'NXIO')
      return copy
    }
    const opened =
      node instanceof DirectoryNode
        ? new OpenDirectory(node, rights, this.#context)
        : new (node instanceof DeviceNode ? OpenDevice : OpenFile)(node, rights, this.#context, { folder, name })
    setStatus(opened, status)
    const fd = this.#kernel.add(opened, 0)
    if (typeof fd === 'string') throw new FileError('MFILE')
    opened.happened(FileEvent.OPEN)
    return fd
  }

  /** @throws {FileError} BADF */
  #get(fd: number): Descriptor {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) throw new FileError('BADF')
    return descriptor
  }

  /**
   * The open file or directory with that number, also if it is a standard stream.
   *
   * @param otherwise - the error for a descriptor of another kind
   */
  #opened(fd: number, otherwise: 'SPIPE' | 'INVAL' | 'NOSYS' = 'SPIPE'): OpenFile | OpenDirectory {
    const described = this.#get(fd)
    const opened = described instanceof StandardStream ? described.file : openedBy(described)
    if (opened !== undefined) return opened
    throw new FileError(otherwise)
  }

  /** The directory with that number. */
  #folder(fd: number): OpenDirectory {
    const descriptor = this.#get(fd)
    if (descriptor instanceof OpenDirectory) return descriptor
    throw new FileError('NOTDIR')
  }

  /** The file with that number, which must have been opened with the given rights. */
  #file(fd: number, right: bigint): OpenFile {
    const opened = this.#opened(fd)
    if ((opened.rights & right) !== right) throw new FileError('BADF')
    if (opened instanceof OpenDirectory) throw new FileError('ISDIR')
    return opened
  }

  #find(dir: number, path: number, length: number, end: End): Place {
    const text = this.#given.path(path, length)
    // An absolute path needs no directory, as on Linux.
    const start = text.startsWith('/') || dir === WORKING_DIRECTORY ? this.#working.node : this.#folder(dir).node
    return find(this.#tree.root, start, text, end, this.#hidden)
  }

  #existing(dir: number, path: number, length: number, end: End): Entry {
    return existing(this.#find(dir, path, length, end))
  }

  /** @throws {FileError} BADF unless it is the root as it was given */
  #requireRoot(fd: number): void {
    const root = this.#get(fd)
    if (fd !== PREOPENED || !(root instanceof OpenDirectory) || root.node !== this.#tree.root)
      throw new FileError('BADF')
  }
}

/** @throws {FileError} NOENT when there is nothing */
function existing({ entry }: Place): Entry {
  if (entry === undefined) throw new FileError('NOENT')
  return entry
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

/** The permissions of the root of a guest without a file system: it has devices, and nothing can be added. */
const BARE_ROOT = 0o555

/** The permissions of a new file where preview 1 does not have them. */
const DEFAULT_MODE = 0o644
