/** The package as it is published: packed by npm, and read back. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Where the tarball is put, and nothing else. */
export const PACKED = 'build/pack'

/**
 * @typedef {object} Packed
 * @property {string} tarball - where it is
 * @property {number} size - its bytes
 * @property {string[]} files - what is in it, by path
 * @property {number} unpacked - the bytes of them all
 * @property {{ name: string, version: string, size: number }[]} dependencies - what is installed with it, and its bytes
 */

/**
 * Packs the package.
 *
 * @returns {Packed}
 */
export const pack = () => {
  if (!existsSync('dist/index.js')) throw new Error('dist is missing: `make build` compiles it')
  rmSync(PACKED, { recursive: true, force: true })
  mkdirSync(PACKED, { recursive: true })
  const answer = JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', PACKED))
  /** @type {{ filename: string, files: { path: string, size: number }[] }} */
  const { filename, files } = Object.values(answer)[0]
  const tarball = join(PACKED, filename)
  return {
    tarball,
    size: statSync(tarball).size,
    files: files.map(({ path }) => path),
    unpacked: files.reduce((sum, { size }) => sum + size, 0),
    dependencies: dependencies(),
  }
}

/** Unpacks a tarball as npm would install it. @param {string} tarball @param {string} folder - emptied first */
export const unpack = (tarball, folder) => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
}

/**
 * Packs what the package depends on, out of this project's own node_modules, so that it can be installed without a
 * network.
 *
 * @param {string} folder
 * @returns {string[]} the tarballs
 */
export const packDependencies = (folder) =>
  dependencies().map(({ name }) => {
    const answer = JSON.parse(
      npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder, `./node_modules/${name}`),
    )
    return join(folder, Object.values(answer)[0].filename)
  })

/** @param {string[]} args */
const npm = (...args) => execFileSync('npm', args, { encoding: 'utf8', stdio: 'pipe' })

/** Everything that is installed with the package, also what its dependencies need, by package-lock.json. */
const dependencies = () => {
  /** @type {{ packages: Record<string, { version: string, dev?: boolean, optional?: boolean }> }} */
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version }]) => ({ name: path.replace(/^node_modules\//, ''), version, size: sizeOf(path) }))
}

/** @param {string} folder @returns {number} the bytes of all files in it */
const sizeOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)

/** @param {number} bytes - as kilobytes, as npm says them */
export const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`
