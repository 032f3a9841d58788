/** Checks that no make variable is undefined: a misspelt one silently expands to nothing. */
import { spawnSync } from 'node:child_process'
import { conclude } from '../lib/report.mjs'

// Every target that `make help` lists.
const help = spawnSync('make', ['--silent', 'help'], { encoding: 'utf8' }).stdout
const targets = [...help.matchAll(/^ {2}make (\S+)/gm)].map(([, target = '']) => target)
// All in one run, which goes on after a target that cannot be made.
const args = ['--dry-run', '--keep-going', '--warn-undefined-variables', ...targets]
const { status, stderr } = spawnSync('make', args, { encoding: 'utf8', maxBuffer: 2 ** 26 })
const problems = stderr.split('\n').filter((line) => line.includes('warning:'))
if (status !== 0) problems.push(stderr.trim())
conclude([...new Set(problems)], `${targets.length} targets, no undefined variable`)
