/** The initial files of a guest: directories in memory, or on the host's disk. */
import { NAME_MAX } from '../../abi/limits.js'
import { byteString } from './byte-names.js'

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

/**
 * Checks the directories of a guest.
 *
 * @returns them, the outer ones before those inside them
 * @throws {TypeError} when a guest's path is not absolute, a name is not possible, or a host's directory does not exist
 */
export function mountsOf(dirs: Dirs): Promise<readonly Mount[]> {
  return Promise.all(
    Object.entries(dirs)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(async ([path, given]) => {
        const names = path.split('/').filter((name) => name !== '')
        if (!path.startsWith('/') || !names.every(isName))
          throw new TypeError(`Cannot give the guest ${JSON.stringify(path)}: its path must be absolute, like /data`)
        return { names, contents: isInMemory(given) ? checked(path, given) : await onDisk(path, given) }
      }),
  )
}

function isInMemory(given: Directory | HostDirectory | string): given is Directory {
  return given instanceof Map
}

function checked(path: string, folder: Directory): Directory {
  for (const [name, entry] of folder) {
    if (!isName(name))
      throw new TypeError(
        `Cannot give the guest ${JSON.stringify(`${path}/${name}`)}: it is not a name; give one of 1 to 255 bytes without "/"`,
      )
    if (entry instanceof Map) checked(`${path}/${name}`, entry)
  }
  return folder
}

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name) && byteString(name).length <= NAME_MAX
}

async function onDisk(at: string, given: HostDirectory | string): Promise<Required<HostDirectory>> {
  const { path, access = 'ro' } = typeof given === 'string' ? { path: given } : given
  if (typeof path !== 'string' || (access !== 'ro' && access !== 'rw'))
    throw new TypeError(
      `Cannot give the guest ${JSON.stringify(at)}: it is no directory; give a Map, or { path, access: 'ro' or 'rw' }`,
    )
  // Imported only when it is needed, since not every platform has a file system.
  const { realpath, stat } = await import('node:fs/promises')
  try {
    const real = await realpath(path)
    if ((await stat(real)).isDirectory()) return { path: real, access }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new TypeError(`Cannot give the guest the directory ${JSON.stringify(path)}: ${reason}`)
  }
  throw new TypeError(`Cannot give the guest the directory ${JSON.stringify(path)}: it is not a directory`)
}
