/** docs/porting.md: its console sessions run as printed, and its other builds are those of `make foreign`. */
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { snippetsOf } from '../../scripts/lib/snippets.mjs'

const paper = readFileSync('docs/porting.md', 'utf8')
const snippets = snippetsOf(paper)
const folder = mkdtempSync(join(tmpdir(), 'porting-'))
const commands = join(folder, '.bin')

beforeAll(() => {
  mkdirSync(commands)
  writeFileSync(
    join(commands, 'libuv-wasm'),
    `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/cli.js')}' "$@"\n`,
  )
  chmodSync(join(commands, 'libuv-wasm'), 0o755)
  for (const { before, code } of snippets) {
    const [, name] = before.match(/Save as `([\w.]+)`:\s*$/) ?? []
    if (name !== undefined) writeFileSync(join(folder, name), code)
  }
})

afterAll(() => rmSync(folder, { recursive: true }))

/** What a shell prints in the folder of the programs. */
const printed = async (command: string): Promise<string> => {
  const path = [commands, resolve('build/sdk/bin'), process.env.PATH].join(delimiter)
  const options = { cwd: folder, env: { ...process.env, PATH: path, LC_ALL: 'C', MAKEFLAGS: '', MAKELEVEL: '' } }
  const { stdout } = await promisify(execFile)('sh', ['-c', `exec 2>&1; ${command}\ntrue`], options)
  return stdout
}

const sessions = snippets.filter(({ language }) => language === 'console').map(({ code }) => code)
const steps = sessions.flatMap((code) =>
  code.split(/^\$ /m).flatMap((step) => {
    const [command = '', ...output] = step.split('\n')
    return command === '' ? [] : [{ command, output: output.join('\n') }]
  }),
)

describe('the commands of docs/porting.md print what is printed there', () => {
  test.each(steps)('$command', async ({ command, output }) => {
    expect(await printed(command)).toBe(output)
  })
})

test('the programs of others in docs/porting.md are built by the lines that make foreign uses', () => {
  const recipes = ['socat', 'curl'].map((name) => readFileSync(`test/foreign/programs/${name}.sh`, 'utf8')).join('')
  // FOREIGN_CC replaces the compiler for one build.
  const build = readFileSync('scripts/build-foreign.sh', 'utf8').replace(/\$\{FOREIGN_CC:-(\w+)\}/, '$1')
  const lines = snippets
    .filter(({ language, code }) => language === 'sh' && /configure|cmake/.test(code))
    .flatMap(({ code }) => code.trimEnd().split('\n'))
  expect(lines.length).toBeGreaterThan(3)
  for (const line of lines) expect(`${recipes}${build}`).toContain(line)
})
