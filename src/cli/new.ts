/** `libuv-wasm new`: makes a folder with a first plugin. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { VERSION } from '../abi/revision.js'
import { messageOf, UsageError } from './command.js'

/** The kinds of plugins, and the command that builds and runs one. */
export const KINDS: Readonly<Record<string, string>> = {
  'c-plugin': 'make run',
  'assembly-plugin': 'npm install && npm run build && npm start',
}

/**
 * Makes a folder with a first plugin.
 *
 * @param kind - one of {@link KINDS}
 * @param folder - a path where nothing is, or an empty folder
 * @returns what to do next
 * @throws {UsageError} when the kind does not exist, the folder is in use, or it cannot be written
 */
export function makePlugin(kind: string, folder: string): string {
  const next = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (next === undefined) {
    const kinds = Object.keys(KINDS).join(' or ')
    throw new UsageError(`Cannot make a plugin of the kind ${JSON.stringify(kind)}: there is none; use ${kinds}`)
  }
  try {
    if (existsSync(folder) && readdirSync(folder).length > 0)
      throw new Error('the folder is not empty; name one that does not exist yet')
    cpSync(fileURLToPath(new URL(`../sdk/templates/${kind}`, import.meta.url)), folder, { recursive: true })
    const manifest = join(folder, 'package.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll('VERSION', VERSION))
  } catch (error) {
    throw new UsageError(`Cannot make the plugin ${JSON.stringify(folder)}: ${messageOf(error)}`)
  }
  return `Made ${folder}. Next: cd ${folder} && ${next}`
}
