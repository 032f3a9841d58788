import type { FileCalls } from '../../abi/uv-host.js'
import type { Arguments } from '../arguments.js'
import { type Action, errnoOf, FileError } from '../errno.js'
import { toBytes } from './byte-names.js'
import { DirectoryNode, type Entry, SEARCH } from './inodes.js'

/** The descriptor that stands for the working directory in calls with a path: `AT_FDCWD` of C. */
export const WORKING_DIRECTORY = -100

/** The working directory of a program: an open directory, which may be moved or removed meanwhile. */
export class WorkingDirectory {
  #node: DirectoryNode

  constructor(root: DirectoryNode) {
    root.acquire()
    this.#node = root
  }

  /** The directory. */
  get node(): DirectoryNode {
    return this.#node
  }

  /** Changes it. @throws {FileError} NOENT, NOTDIR, ACCES */
  enter(entry: Entry | undefined): void {
    if (entry === undefined) throw new FileError('NOENT')
    if (!(entry instanceof DirectoryNode)) throw new FileError('NOTDIR')
    entry.require(SEARCH)
    entry.acquire()
    this.#node.release()
    this.#node = entry
  }

  /** Its path, a byte string. @throws {FileError} NOENT once it was removed */
  path(): string {
    let path = ''
    for (let at = this.#node; ; at = at.parent) {
      if (at.isGone) throw new FileError('NOENT')
      if (at === at.parent) return path === '' ? '/' : path
      path = `/${at.name}${path}`
    }
  }
}

/** Finds what the calls of a guest name. */
export interface Finder {
  /** The entry that a path in memory leads to. */
  path(at: number, length: number): Entry | undefined
  /** The directory with that descriptor. */
  descriptor(fd: number): DirectoryNode
}

/**
 * The functions of `uv_host_1` about the working directory.
 */
export function workingDirectoryCalls(
  working: WorkingDirectory,
  given: Arguments,
  find: Finder,
): Pick<FileCalls, 'chdir' | 'fchdir' | 'getcwd'> {
  return {
    chdir: hostCall((path = 0, length = 0) => working.enter(find.path(path, length))),
    fchdir: hostCall((fd = 0) => working.enter(find.descriptor(fd))),
    getcwd: hostResult((at = 0, size = 0) => {
      const path = toBytes(`${working.path()}\0`)
      if (path.length > size >>> 0) throw new FileError('RANGE')
      given.bytes(at, path.length).set(path)
      return path.length
    }),
  }
}

/** Makes a function of `uv_host_1` from an action; its errors have the numbers of preview 1, as in the C library. */
export function hostCall(action: Action): (...values: number[]) => number {
  return hostResult((...values) => {
    action(...values)
    return 0
  })
}

/** The same for a function that returns a number. */
export function hostResult(action: (...values: number[]) => number): (...values: number[]) => number {
  return (...values) => {
    try {
      return action(...values)
    } catch (error) {
      return -errnoOf(error)
    }
  }
}
