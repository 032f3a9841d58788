/** The files of this repository. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Every file that is committed, or is new and not ignored.
 *
 * @param {...string} paths - files and directories; all by default
 * @returns {string[]}
 */
export const ownFiles = (...paths) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...paths], { encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && existsSync(path))
