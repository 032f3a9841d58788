import type { FileCalls } from '../../abi/uv-host.js'
import type { Descriptor } from '../../kernel/descriptor.js'
import type { Kernel } from '../../kernel/kernel.js'
import { FileError } from '../errno.js'
import { type Entry, keyOf } from './inodes.js'
import { hostCall } from './working-directory.js'

/** `operation` of `flock()`, as on Linux. */
const Operation = { SHARED: 1, EXCLUSIVE: 2, NON_BLOCKING: 4, UNLOCK: 8 } as const

/** The locks of `flock()`, which open descriptions have against each other. */
export class FileLocks {
  /** Those that have one, by file; an exclusive lock has one holder. */
  readonly #locks = new Map<string, { readonly exclusive: boolean; readonly holders: Set<Descriptor> }>()

  /** Locks a file, or changes the lock; a lock that cannot be changed is lost. @throws {FileError} AGAIN */
  lock(holder: Descriptor, entry: Entry, exclusive: boolean): void {
    const key = keyOf(entry)
    const there = this.#locks.get(key)
    if (there?.holders.has(holder) && there.exclusive === exclusive) return
    this.unlock(holder, entry)
    const others = this.#locks.get(key)
    if (others === undefined) this.#locks.set(key, { exclusive, holders: new Set([holder]) })
    else if (exclusive || others.exclusive) throw new FileError('AGAIN')
    else others.holders.add(holder)
  }

  /** Gives a lock back, if there is one. */
  unlock(holder: Descriptor, entry: Entry): void {
    if (this.#locks.size === 0) return
    const key = keyOf(entry)
    const there = this.#locks.get(key)
    if (there?.holders.delete(holder) && there.holders.size === 0) this.#locks.delete(key)
  }
}

/**
 * The function of `uv_host_1` that locks files.
 *
 * @param find - the entry that a descriptor refers to; `undefined` for one that is no file
 */
export function lockCalls(
  kernel: Kernel,
  locks: FileLocks,
  find: (descriptor: Descriptor) => Entry | undefined,
): Pick<FileCalls, 'flock'> {
  return {
    flock: hostCall((fd = 0, operation = 0) => {
      const descriptor = kernel.get(fd)
      if (descriptor === undefined) throw new FileError('BADF')
      const kind = operation & ~Operation.NON_BLOCKING
      if (kind !== Operation.SHARED && kind !== Operation.EXCLUSIVE && kind !== Operation.UNLOCK)
        throw new FileError('INVAL')
      const entry = find(descriptor)
      if (entry === undefined) return
      if (kind === Operation.UNLOCK) locks.unlock(descriptor, entry)
      else locks.lock(descriptor, entry, kind === Operation.EXCLUSIVE)
    }),
  }
}
