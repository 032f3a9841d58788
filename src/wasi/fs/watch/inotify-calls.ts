import type { Description } from '../../../abi/description.js'
import { FileEvent, WatchFlag, WatchReport } from '../../../abi/events.js'
import type { FileCalls } from '../../../abi/uv-host.js'
import type { Kernel } from '../../../kernel/kernel.js'
import { FileError } from '../../errno.js'
import { DirectoryNode, type Entry, READ } from '../inodes.js'
import type { End } from '../resolve.js'
import { hostResult } from '../working-directory.js'
import { Inotify } from './inotify.js'
import type { Notices } from './notices.js'

/** The constants of the guest's C library that these calls need. */
export type InotifyFlags = Pick<Description['constants'], 'O_CLOEXEC' | 'O_NONBLOCK'>

/** All bits that a mask may have. */
const BITS = [FileEvent, WatchReport, WatchFlag]
  .flatMap((bits) => Object.values(bits))
  .reduce((all, bit) => (all | bit) >>> 0, 0)

/**
 * The functions of `uv_host_1` that watch files.
 *
 * @param find - the entry of a path in memory
 */
export function inotifyCalls(
  kernel: Kernel,
  { O_CLOEXEC, O_NONBLOCK }: InotifyFlags,
  notices: Notices,
  find: (path: number, length: number, end: End) => Entry,
): Pick<FileCalls, 'inotify_init' | 'inotify_add_watch' | 'inotify_rm_watch'> {
  const get = (fd: number): Inotify => {
    const descriptor = kernel.get(fd)
    if (descriptor instanceof Inotify) return descriptor
    throw new FileError(descriptor === undefined ? 'BADF' : 'INVAL')
  }
  return {
    inotify_init: hostResult((flags = 0) => {
      if (flags & ~(O_CLOEXEC | O_NONBLOCK)) throw new FileError('INVAL')
      const instance = new Inotify(
        (descriptor) => kernel.changed(descriptor),
        (closed) => notices.forget(closed),
      )
      instance.nonBlocking = (flags & O_NONBLOCK) !== 0
      const fd = kernel.add(instance)
      if (typeof fd === 'string') throw new FileError('MFILE')
      kernel.setClosedOnExec(fd, (flags & O_CLOEXEC) !== 0)
      return fd
    }),
    inotify_add_watch: hostResult((fd = 0, path = 0, length = 0, mask = 0) => {
      const both = WatchFlag.ADD | WatchFlag.CREATE
      if ((mask & BITS) === 0 || (mask & ~BITS) !== 0 || (mask & both) === both) throw new FileError('INVAL')
      const instance = get(fd)
      const entry = find(path, length, mask & WatchFlag.DO_NOT_FOLLOW ? 'link' : 'object')
      if (mask & WatchFlag.ONLY_DIRECTORY && !(entry instanceof DirectoryNode)) throw new FileError('NOTDIR')
      entry.require(READ)
      return notices.watch(instance, entry, mask)
    }),
    inotify_rm_watch: hostResult((fd = 0, number = 0) => {
      if (!notices.unwatch(get(fd), number)) throw new FileError('INVAL')
      return 0
    }),
  }
}
