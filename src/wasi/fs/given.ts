/** What a guest is given as files. */

/**
 * A directory in memory, by name: the bytes of a file, another directory, or `{ link }`, a symbolic link to a path. In
 * names and links, U+DC80 to U+DCFF stand for bytes that are not UTF-8, as in Python's `surrogateescape`.
 */
export type Directory = ReadonlyMap<string, Uint8Array | Directory | { readonly link: string }>

/** A directory on the host's disk. */
export interface HostDirectory {
  /** Where it is, relative to the current directory of the process. */
  readonly path: string
  /**
   * `ro`, the default: files are read when the guest first needs them, and what it changes stays in memory. `rw`: what
   * the guest changes is changed on the disk before its call returns.
   */
  readonly access?: 'ro' | 'rw'
}

/**
 * The initial contents of a guest's file system: by absolute path, a directory in memory, or one on the host's disk or
 * its path alone. Symbolic links lead to the guest's own files: they give no access to those of the host, but their
 * text may reveal one of the host's paths to the guest.
 */
export type Dirs = Readonly<Record<string, Directory | HostDirectory | string>>

/** A directory that is given to a guest, and where. */
export interface Mount {
  /** The names of its path. */
  readonly names: readonly string[]
  /** A host's directory has an absolute path without links. */
  readonly contents: Directory | Required<HostDirectory>
}

/** Whether it is a directory in memory. It may come from another realm, so it is known by what it can do. */
export function isDirectory(given: unknown): given is Directory {
  return typeof given === 'object' && given !== null && 'get' in given && Symbol.iterator in given
}
