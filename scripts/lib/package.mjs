/** Packs the package with npm as for publishing, and reads the result. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The directory for the tarball, which has no other files. */
export const PACKED = 'build/pack'

/**
 * @typedef {object} Packed
 * @property {string} tarball - its path
 * @property {number} size - its size in bytes
 * @property {string[]} files - the paths in it
 * @property {number} unpacked - the total size of its files in bytes
 * @property {{ name: string, version: string, size: number }[]} dependencies - the installed packages, sizes in bytes
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
 * Packs the package's dependencies from this project's node_modules, so that the package can be installed without a
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

/** All packages that are installed with this one, including indirect dependencies, from package-lock.json. */
const dependencies = () => {
  /** @type {{ packages: Record<string, { version: string, dev?: boolean, optional?: boolean }> }} */
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version }]) => ({ name: path.replace(/^node_modules\//, ''), version, size: sizeOf(path) }))
}

/** @param {string} folder @returns {number} the total size of its files in bytes */
const sizeOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)

/** Formats a size in kilobytes, like npm. @param {number} bytes */
export const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`
