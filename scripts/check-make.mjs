/** Checks that no make variable is used before it has a value: a misspelt one expands to nothing, without a word. */
import { spawnSync } from 'node:child_process'
import { conclude } from './lib/report.mjs'

const targets = [
  'help',
  'setup',
  'wasm',
  'native',
  'sdk',
  'build',
  'demo',
  'test',
  'stress',
  'fuzz',
  'conformance',
  'bench',
  'docs',
  'pack',
  'smoke',
  'hosts',
  'clean',
]
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
