/** The programs in README.md: each is the file it is said to be, and prints what README says it prints. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from '@jest/globals'
import { run } from '../support/programs.js'

const PROGRAMS = [
  ...readFileSync('README.md', 'utf8').matchAll(/`(examples\/[\w-]+\.ts)`[^`]*```js\n(.*?)```\n\n```text\n(.*?)```/gs),
]

test('README has programs', () => {
  expect(PROGRAMS.map(([, path]) => path)).toEqual([
    'examples/first.ts',
    'examples/for-await.ts',
    'examples/timers.ts',
    'examples/virtual-network.ts',
  ])
  expect(PROGRAMS).toHaveLength(readFileSync('README.md', 'utf8').split('```js\n').length - 1)
})

test.each(PROGRAMS.map(([, path = '', code = '', output = '']) => ({ path, code, output })))(
  '$path runs as printed',
  async ({ path, code, output }) => {
    expect(code).toBe(readFileSync(path, 'utf8'))
    // Inside the package, so that it imports itself by name, as its users do.
    mkdirSync('build/readme', { recursive: true })
    const file = `build/readme/${basename(path, '.ts')}.mjs`
    writeFileSync(file, code)
    expect(await run(process.execPath, [file])).toEqual({ code: 0, signal: null, stdout: output, stderr: '' })
  },
)
