/** The files that a recorded program was given, which a replay compares. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, messageOf, UsageError } from './command.js'

/** The SHA-256 of bytes, in hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * The SHA-256 of each file that a program is given, by its path here, and that of its policy. Special files count by
 * their names.
 *
 * @throws {UsageError} when one cannot be read
 */
export function contentsOf({ dirs = {}, policyFile }: Pick<Command, 'dirs' | 'policyFile'>): Record<string, string> {
  const found: Record<string, string> = {}
  try {
    if (policyFile !== undefined) found[policyFile] = sha256(readFileSync(policyFile))
    for (const given of Object.values(dirs)) {
      if (typeof given === 'object' && 'path' in given && typeof given.path === 'string') addFolder(found, given.path)
    }
  } catch (error) {
    throw new UsageError(`Cannot read the program's files: ${messageOf(error)}; check --dir and --policy`)
  }
  return found
}

function addFolder(found: Record<string, string>, folder: string): void {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) addFolder(found, path)
    else if (entry.isSymbolicLink()) found[path] = sha256(readlinkSync(path))
    else found[path] = entry.isFile() ? sha256(readFileSync(path)) : ''
  }
}
