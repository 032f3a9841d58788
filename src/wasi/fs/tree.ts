import { copyOf } from '../../base/bytes.js'
import { byteString } from './byte-names.js'
import type { Directory } from './host-directories.js'
import type { Nanoseconds } from './inodes.js'
import { MemoryDirectory, MemoryFile, MemoryLink } from './memory.js'
import type { Space } from './space.js'

/** Makes nodes from a given directory tree. */
export function fromTree(folder: Directory, space: Space, now: Nanoseconds): MemoryDirectory {
  const node = new MemoryDirectory(space, now)
  for (const [text, given] of folder) {
    const name = byteString(text)
    if (given instanceof Uint8Array) {
      const file = new MemoryFile(space, now)
      file.write(0, [copyOf(given)], now)
      node.put(name, file)
    } else if (given instanceof Map) {
      node.put(name, fromTree(given, space, now))
    } else if ('link' in given) {
      node.put(name, new MemoryLink(space, now, byteString(given.link)))
    }
  }
  return node
}
