import type { FileCalls } from '../../abi/uv-host.js'
import type { Arguments } from '../arguments.js'
import { FileError } from '../errno.js'
import { ThroughDirectory } from './disk/through.js'
import { ThroughFile } from './disk/through-file.js'
import type { Entry } from './inodes.js'
import type { Space } from './space.js'
import { hostCall } from './working-directory.js'

/** The size of the result: four numbers of 64 bits. */
const SIZE = 32

/**
 * The function of `uv_host_1` about the file system of an entry.
 *
 * @param space - the room for files in memory
 * @param find - the entry of a path, or of a descriptor if the length is 0
 */
export function volumeCalls(
  space: Space,
  given: Arguments,
  find: (fd: number, path: number, length: number) => Entry,
): Pick<FileCalls, 'statfs'> {
  return {
    statfs: hostCall((fd = 0, path = 0, length = 0, out = 0) => {
      const entry = find(fd, path, length)
      given.bytes(out, SIZE)
      // What the host's disk has is not for guests to know.
      if (entry instanceof ThroughDirectory || entry instanceof ThroughFile) throw new FileError('NOSYS')
      const { allBytes, bytes, allNodes, nodes } = space.room
      for (const [index, value] of [allBytes, bytes, allNodes, nodes].entries())
        given.memory.setU64(out + 8 * index, BigInt(value))
    }),
  }
}
