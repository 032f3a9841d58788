/** The initial files of a guest: directories in memory, or copies of directories on the host's disk. */
/** A directory in memory, by name: the bytes of a file, another directory, or `{ link }`, a symbolic link to a path. */
export type Directory = ReadonlyMap<string, Uint8Array | Directory | { readonly link: string }>

/**
 * The initial contents of a guest's file system: by absolute path, a directory in memory or the path of a directory
 * on the host's disk, which is copied. A symbolic link is copied unchanged: it gives no access to the host's files,
 * but its text may reveal one of the host's paths to the guest.
 */
export type Dirs = Readonly<Record<string, Directory | string>>

/**
 * Combines all the directories of a guest into one, the root.
 *
 * @throws {TypeError} when a guest's path is not absolute, or the directory to copy does not exist
 */
export async function rootOf(dirs: Dirs): Promise<Directory> {
  const root: MutableDirectory = new Map()
  // Sorted, so that an outer directory comes before those placed inside it.
  for (const path of Object.keys(dirs).sort()) {
    const names = path.split('/').filter((name) => name !== '')
    if (!path.startsWith('/') || names.some((name) => name === '.' || name === '..'))
      throw new TypeError(`Cannot give the guest ${JSON.stringify(path)}: its path must be absolute, like /data`)
    const given = dirs[path] ?? new Map()
    const contents = typeof given === 'string' ? await copyOf(given) : given
    const place = names.reduce(within, root)
    for (const [name, entry] of contents) place.set(name, entry)
  }
  return root
}

type MutableDirectory = Map<string, Uint8Array | Directory | { readonly link: string }>

/** The directory of that name; it is replaced by a copy, since the original may belong to the caller. */
function within(folder: MutableDirectory, name: string): MutableDirectory {
  const there = folder.get(name)
  const made: MutableDirectory = new Map(there instanceof Map ? there : [])
  folder.set(name, made)
  return made
}

async function copyOf(path: string): Promise<Directory> {
  // Imported only when something is copied, since not every platform has a file system.
  const fs = await import('node:fs/promises')
  try {
    return await copyFolder(fs, path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new TypeError(`Cannot give the guest the directory ${JSON.stringify(path)}: ${reason}`)
  }
}

/** Copies what a guest can have: sockets, pipes and devices are left out. */
async function copyFolder(fs: typeof import('node:fs/promises'), path: string): Promise<Directory> {
  const folder: MutableDirectory = new Map()
  for (const entry of await fs.readdir(path, { withFileTypes: true })) {
    const from = `${path}/${entry.name}`
    if (entry.isFile()) folder.set(entry.name, new Uint8Array(await fs.readFile(from)))
    else if (entry.isDirectory()) folder.set(entry.name, await copyFolder(fs, from))
    else if (entry.isSymbolicLink()) folder.set(entry.name, { link: await fs.readlink(from) })
  }
  return folder
}
