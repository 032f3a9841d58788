/**
 * Completes package-lock.json after npm has written it. With a registry that mirrors only some platforms, npm omits the
 * optional binaries of all others, and `npm ci` then rejects the file everywhere. The packages that depend on these
 * binaries list their exact versions and their names, which contain the platform. With these entries, npm can skip the
 * binaries, or install them on other platforms.
 *
 *   complete-lock.mjs [LOCK_FILE]
 */
import { readFileSync, writeFileSync } from 'node:fs'

const LOCK = process.argv[2] ?? 'package-lock.json'
const PLATFORM = /(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z]\w+)(?:-(\w+))?$/

/** @param {string} name - a package with the binary for one platform, such as `@swc/core-linux-x64-musl` */
const platformOf = (name) => {
  if (/wasm32/.test(name)) return { cpu: ['wasm32'] }
  const [, os, cpu, abi = ''] = name.match(PLATFORM) ?? []
  if (os === undefined)
    throw new Error(
      `Cannot complete ${LOCK}: ${name} is optional and missing, and its name does not contain the platform`,
    )
  const libc = os === 'linux' ? { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] } : {}
  return { cpu: [cpu], ...libc, os: [os] }
}

/**
 * @typedef {{ version: string, dev?: boolean, optionalDependencies?: Record<string, string> }} Entry
 * @type {{ packages: Record<string, Entry> }}
 */
const lock = JSON.parse(readFileSync(LOCK, 'utf8'))
const wanted = Object.values(lock.packages).flatMap(({ dev, optionalDependencies = {} }) =>
  Object.entries(optionalDependencies).map(([name, version]) => ({ name, version, dev })),
)
const missing = wanted.filter(
  ({ name }) => !Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`)),
)
for (const { name, version, dev } of missing) {
  const entry = { version, ...(dev ? { dev } : {}), optional: true, ...platformOf(name) }
  lock.packages[`node_modules/${name}`] = entry
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${missing.length} binaries of other platforms added to ${LOCK}`)
