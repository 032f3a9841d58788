/** Checks what a guest is given as files; loaded only if it is given any. */
import { NAME_MAX } from '../../abi/limits.js'
import { byteString } from './byte-names.js'
import { type Directory, type Dirs, type HostDirectory, isDirectory, type Mount } from './given.js'

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
        return { names, contents: isDirectory(given) ? checked(path, given) : await onDisk(path, given) }
      }),
  )
}

function checked(path: string, folder: Directory): Directory {
  for (const [name, entry] of folder) {
    if (!isName(name))
      throw new TypeError(
        `Cannot give the guest ${JSON.stringify(`${path}/${name}`)}: it is not a name; give one of 1 to 255 bytes without "/"`,
      )
    if (isDirectory(entry)) checked(`${path}/${name}`, entry)
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
  // Not imported: a script could not, and not every platform has a file system.
  const { realpath, stat } = process.getBuiltinModule('node:fs/promises')
  try {
    const real = await realpath(path)
    if ((await stat(real)).isDirectory()) return { path: real, access }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new TypeError(`Cannot give the guest the directory ${JSON.stringify(path)}: ${reason}`)
  }
  throw new TypeError(`Cannot give the guest the directory ${JSON.stringify(path)}: it is not a directory`)
}
