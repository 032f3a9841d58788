/**
 * Checks the lock files: each entry has the hash of its contents, so that a package which has changed since is not
 * installed, and none names the registry that it came from.
 */
import { readFileSync } from 'node:fs'
import { ownFiles } from '../lib/files.mjs'
import { conclude } from '../lib/report.mjs'

/** @typedef {{ integrity?: string, resolved?: string, link?: boolean }} Entry */

/** @type {string[]} */
const problems = []
let count = 0
for (const file of ownFiles('.').filter((path) => /(^|\/)package-lock\.json$/.test(path))) {
  /** @type {{ packages: Record<string, Entry> }} */
  const { packages } = JSON.parse(readFileSync(file, 'utf8'))
  for (const [path, { integrity, resolved, link }] of Object.entries(packages)) {
    // The project itself, and packages that are folders of it.
    if (!path.includes('node_modules/') || link) continue
    count++
    if (!/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))
      problems.push(`${file}: ${path} has no hash of its contents; remove the entry, and run make lock`)
    if (resolved !== undefined)
      problems.push(`${file}: ${path} names a registry; run make lock with this project's .npmrc`)
  }
}
if (count === 0) problems.push('there is no lock file; run make lock')
conclude(problems, `${count} locked packages have a hash`)
