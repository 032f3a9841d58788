/**
 * Loads the files of the command as scripts, together with the code that the engine compiled for them in an earlier
 * run. Node's own cache has only what is compiled when a file is loaded, and most functions are compiled when they are
 * first called. A start with the cache takes a third less time.
 *
 * The cache is `libuv-wasm` in the user's cache directory; `NODE_COMPILE_CACHE` sets another directory, and
 * `NODE_DISABLE_COMPILE_CACHE=1` disables it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, Script } from 'node:vm'

/** A script, and where its code is kept. */
interface Loaded {
  readonly script: Script
  readonly entry: Entry
}

/** A file of the cache. */
interface Entry {
  readonly path: string
  /** Which file the code belongs to; it ends the entry. */
  readonly stamp: string
}

/** The files of the command. */
export class Scripts {
  /** Whether the engine gives its code away: V8, embedded by Node. */
  static readonly haveCode = process.versions.bun === undefined && process.versions.deno === undefined

  readonly #require = createRequire(import.meta.url)
  readonly #modules = new Map<string, { exports: object }>()
  /** Those whose code is not in the cache yet. */
  readonly #fresh = new Set<Loaded>()
  readonly #cache = Scripts.haveCode ? openCache() : undefined

  /**
   * Loads a file that is beside this one, unless it was loaded before.
   *
   * @returns what it exports
   */
  readonly load = (file: string): object => {
    if (!Scripts.haveCode) return this.#require(file)
    const known = this.#modules.get(file)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    this.#modules.set(file, module)
    const path = fileURLToPath(new URL(file, import.meta.url))
    const run: unknown = this.#compile(path, file).runInThisContext()
    if (typeof run === 'function') run(module.exports, this.#resolve, path)
    return module.exports
  }

  /** Writes what is not in the cache yet: the code of all functions that were called so far. */
  readonly keep = (): void => {
    for (const { script, entry } of this.#fresh) keepCode(script.createCachedData(), entry)
    this.#fresh.clear()
  }

  readonly #resolve = (name: string): object => (name.startsWith('./') ? this.load(name) : this.#require(name))

  #compile(path: string, file: string): Script {
    const source = `(function (exports, require, __filename) {${readFileSync(path, 'utf8')}\n})`
    const entry = this.#cache === undefined ? undefined : entryOf(path, file, this.#cache)
    const cachedData = entry && readCode(entry)
    const script = new Script(source, {
      filename: path,
      ...(cachedData && { cachedData }),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
    if (entry !== undefined && script.cachedDataRejected !== false) this.#fresh.add({ script, entry })
    return script
  }
}

/** The directory of the cache; `undefined` if there shall be none, or none can be made. */
function openCache(): string | undefined {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE, XDG_CACHE_HOME: caches = '' } = process.env
  if (NODE_DISABLE_COMPILE_CACHE === '1') return undefined
  if (NODE_COMPILE_CACHE) return NODE_COMPILE_CACHE
  try {
    const all = isAbsolute(caches) ? caches : join(homedir(), '.cache')
    const folder = join(all, 'libuv-wasm')
    for (const one of [all, folder]) {
      // Private, since the code in it is executed. One by one: Node tries to make both at once forever in /proc.
      if (!existsSync(one)) mkdirSync(one, { mode: 0o700 })
    }
    return folder
  } catch {
    // The user has no home directory, or cannot write to it.
    return undefined
  }
}

/** The entry of a file, which only this version of the engine can use: it has another one for each installation. */
function entryOf(path: string, file: string, cache: string): Entry {
  const { size, mtimeMs, ctimeMs, ino } = statSync(path)
  const name = [file.slice(2), process.versions.v8, process.arch, hashOf(path)].join('-')
  return { path: join(cache, name), stamp: [size, mtimeMs, ctimeMs, ino].join().padEnd(STAMP) }
}

/** How many characters a stamp has. */
const STAMP = 128

function hashOf(text: string): string {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return (hash >>> 0).toString(36)
}

/** @returns `undefined` if there is none, or if it belongs to another file */
function readCode({ path, stamp }: Entry): Buffer | undefined {
  try {
    const bytes = readFileSync(path)
    return bytes.subarray(-STAMP).toString('latin1') === stamp ? bytes.subarray(0, -STAMP) : undefined
  } catch {
    return undefined
  }
}

function keepCode(code: Buffer, { path, stamp }: Entry): void {
  // Another process may read it at the same time.
  const draft = `${path}.${process.pid}`
  try {
    writeFileSync(draft, Buffer.concat([code, Buffer.from(stamp)]), { mode: 0o600 })
    renameSync(draft, path)
  } catch {
    // It cannot be written; the next start will take as long as this one.
  }
}
