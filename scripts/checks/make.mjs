/** Checks that no make variable is undefined: a misspelt one silently expands to nothing. */
import { spawnSync } from 'node:child_process'
import { conclude } from '../lib/report.mjs'

// Every target that `make help` lists.
const help = spawnSync('make', ['--silent', 'help'], { encoding: 'utf8' }).stdout
const targets = [...help.matchAll(/^ {2}make (\S+)/gm)].map(([, target = '']) => target)
/** @type {string[]} */
const problems = []
for (const target of targets) {
  const { status, stderr } = spawnSync('make', ['--dry-run', '--warn-undefined-variables', target], {
    encoding: 'utf8',
  })
  const warnings = stderr.split('\n').filter((line) => line.includes('warning:'))
  problems.push(...warnings)
  if (status !== 0) problems.push(`make ${target}: ${stderr.trim()}`)
}
conclude([...new Set(problems)], `${targets.length} targets, no undefined variable`)
