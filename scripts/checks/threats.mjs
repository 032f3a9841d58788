/**
 * Checks the tables of docs/threat-model.md: each line of a table with a column of tests names at least one, and each
 * of them exists and has tests.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { conclude } from '../lib/report.mjs'

const FILE = 'docs/threat-model.md'

/** @param {string} line */
const cells = (line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim())

/** Whether a path is a folder, or a file with tests or rows of a table of tests. @param {string} path */
const isTest = (path) =>
  existsSync(path) &&
  (statSync(path).isDirectory() || /\b(test|describe|rows?|tryImports)\b/.test(readFileSync(path, 'utf8')))

/** @type {string[]} */
const problems = []
let column = -1
let count = 0
for (const [index, line] of readFileSync(FILE, 'utf8').split('\n').entries()) {
  if (!line.startsWith('|')) column = -1
  else if (column < 0) column = cells(line).indexOf('test')
  else if (column > 0 && !/^\|[\s|-]+$/.test(line)) {
    count++
    const tests = [...(cells(line)[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, path = '']) =>
      path.startsWith('test/') ? path : `test/${path}`,
    )
    if (tests.length === 0) problems.push(`${FILE}:${index + 1}: names no test; add the one that proves the line`)
    for (const path of tests)
      if (!isTest(path)) problems.push(`${FILE}:${index + 1}: ${path} is no test; correct the path`)
  }
}
if (count === 0) problems.push(`${FILE}: has no table with a column of tests; keep one`)
conclude(problems, `${count} defences name their tests`)
