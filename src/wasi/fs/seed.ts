/** What a guest is given for files: folders in memory, or copies of the host's. */
/** A folder in memory, by name: a file's bytes, another folder, or `{ link }`, a symbolic link to a path. */
export type Directory = ReadonlyMap<string, Uint8Array | Directory | { readonly link: string }>

/**
 * What a guest is to find in its file system: by absolute path, a folder in memory or the path of a folder of the host's. A
 * symbolic link is copied as it stands: it leads nowhere outside, but its text may tell the guest a path of the host's.
 */
export type Dirs = Readonly<Record<string, Directory | string>>

/**
 * Makes one folder, the root, of all that a guest is given.
 *
 * @throws {TypeError} when a guest's path is not absolute, or no folder is where one is to be copied from
 */
export async function rootOf(dirs: Dirs): Promise<Directory> {
  const root: MutableDirectory = new Map()
  // An outer folder comes before what is put into it.
  for (const path of Object.keys(dirs).sort()) {
    const names = path.split('/').filter((name) => name !== '')
    if (!path.startsWith('/') || names.some((name) => name === '.' || name === '..'))
      throw new TypeError(`Cannot give the guest ${JSON.stringify(path)}: its path must be absolute, as /data is`)
    const given = dirs[path] ?? new Map()
    const contents = typeof given === 'string' ? await copyOf(given) : given
    const place = names.reduce(within, root)
    for (const [name, entry] of contents) place.set(name, entry)
  }
  return root
}

type MutableDirectory = Map<string, Uint8Array | Directory | { readonly link: string }>

/** The folder of that name; it is replaced by a copy, since it may be the caller's. */
function within(folder: MutableDirectory, name: string): MutableDirectory {
  const there = folder.get(name)
  const made: MutableDirectory = new Map(there instanceof Map ? there : [])
  folder.set(name, made)
  return made
}

async function copyOf(path: string): Promise<Directory> {
  // Not every platform has a file system: only who copies from it needs one.
  const fs = await import('node:fs/promises')
  try {
    return await copyFolder(fs, path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new TypeError(`Cannot give the guest the folder ${JSON.stringify(path)}: ${reason}`)
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
