import { copyOf } from '../../base/bytes.js'
import { textOf } from './byte-names.js'
import { ThroughDirectory } from './disk/through.js'
import type { Directory } from './given.js'
import { DirectoryNode, type Entry, LinkNode } from './inodes.js'
import { MemoryDirectory, MemoryFile, MemoryLink } from './memory.js'

/**
 * What a directory contains in memory. What is on the host's disk is left out, unless the guest has changed it in
 * memory.
 *
 * @param copies - whether the bytes of files are copied, because the guest may still change them
 */
export function contentsOf(folder: DirectoryNode, copies: boolean): Directory {
  const contents: Map<string, Uint8Array | Directory | { readonly link: string }> = new Map()
  for (const [name, entry] of entriesOf(folder)) {
    const text = textOf(name)
    if (entry instanceof DirectoryNode) {
      const inner = contentsOf(entry, copies)
      if (inner.size > 0 || !isOnDisk(entry)) contents.set(text, inner)
    } else if (entry instanceof MemoryFile) {
      const bytes = entry.contents
      if (bytes !== undefined) contents.set(text, copies ? copyOf(bytes) : bytes)
    } else if (entry instanceof LinkNode && !isOnDisk(entry)) {
      contents.set(text, { link: textOf(entry.target) })
    }
  }
  return contents
}

/** The names that are known in memory. */
function entriesOf(folder: DirectoryNode): Iterable<[string, Entry]> {
  if (folder instanceof MemoryDirectory) return folder.known.entries()
  return folder instanceof ThroughDirectory ? folder.mounted() : []
}

function isOnDisk(entry: Entry): boolean {
  return !(entry instanceof MemoryDirectory || entry instanceof MemoryLink) || entry.isOnDisk
}
