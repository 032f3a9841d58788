/** The programs in README.md, in docs and in the doc comments: each runs, and prints the output that is documented. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { transformSync } from '@swc/core'
import { examples, snippetsOf } from '../../scripts/lib/snippets.mjs'
import * as library from '../../src/index.js'
import { INSTANCE } from '../../src/uv/loop/loop-keys.js'
import { run } from '../support/programs.js'

const programs = examples().filter(({ runs }) => runs)

test('the programs of all documents and doc comments are found', () => {
  const places = programs.map(({ place }) => place.replace(/:.*/, ''))
  const papers = [
    'README.md',
    'docs/first-server.md',
    'docs/coming-from-libuv.md',
    'docs/coming-from-node-net.md',
    'docs/errors.md',
    'docs/faults.md',
    'docs/policy.md',
    'docs/limits.md',
  ]
  expect(places).toEqual(expect.arrayContaining(papers))
  expect(places.filter((path) => path.startsWith('src/')).length).toBeGreaterThan(5)
})

test.each(programs)('the program at $place prints the documented output', async ({ name, code, output }) => {
  // Inside the package, so that the program can import it by name.
  mkdirSync('build/programs', { recursive: true })
  const file = `build/programs/${name}.mjs`
  const { code: script } = transformSync(code, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } })
  writeFileSync(file, script)
  const ended = await run(process.execPath, [file])
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
  if (output !== undefined) expect(ended.stdout).toBe(output)
})

test('a program that is documented as an example equals its file', () => {
  const said = ['README.md', 'docs/first-server.md'].flatMap((paper) =>
    snippetsOf(readFileSync(paper, 'utf8')).flatMap(({ language, before, code }) => {
      const [, path] = before.match(/`(examples\/[\w-]+\.ts)`:\s*$/) ?? []
      return language === 'js' && path !== undefined ? [{ path, code }] : []
    }),
  )
  expect(said.map(({ path }) => path)).toEqual(
    ['first', 'for-await', 'virtual-network', 'timers'].map((name) => `examples/${name}.ts`),
  )
  for (const { path, code } of said) expect({ path, code }).toEqual({ path, code: readFileSync(path, 'utf8') })
})

describe('docs/coming-from-libuv.md', () => {
  const paper = readFileSync('docs/coming-from-libuv.md', 'utf8')

  test('has a C program that prints the same on native libuv', async () => {
    const [c, , text] = snippetsOf(paper)
    expect([c?.language, text?.language]).toEqual(['c', 'text'])
    mkdirSync('build/programs', { recursive: true })
    writeFileSync('build/programs/greet.c', c?.code ?? '')
    const options = [
      '-Ibuild/libuv/include',
      '-std=gnu11',
      '-D_GNU_SOURCE',
      '-Wall',
      '-Werror',
      '-o',
      'build/programs/greet',
    ]
    const libraries = ['build/native/libuv.a', '-lpthread', '-ldl', '-lrt']
    execFileSync(process.env.CC ?? 'cc', [...options, 'build/programs/greet.c', ...libraries])
    expect(await run('build/programs/greet', [])).toMatchObject({ code: 0, stdout: text?.code })
  })

  test('has only names that exist', () => {
    const header = readFileSync('build/libuv/include/uv.h', 'utf8')
    const [, table = ''] = paper.match(/^## Names\n(.*?)^## /ms) ?? []
    const inC = [...table.matchAll(/`(uv_\w+)\(\)`/g)].map(([, name]) => name ?? '')
    expect(inC.length).toBeGreaterThan(40)
    expect(inC.filter((name) => !header.includes(` ${name}(`))).toEqual([])

    const classes = new Map(Object.entries(library))
    const owners: Record<string, string> = {
      loop: 'Loop',
      handle: 'Handle',
      tcp: 'TCP',
      timer: 'Timer',
      async: 'Async',
      udp: 'UDP',
      pipe: 'Pipe',
    }
    const members = [...table.matchAll(/`(\w+)\.(\w+)(?:\(\))?`/g)].map(([, owner = '', name = '']) => ({
      owner,
      name,
    }))
    expect(members.length).toBeGreaterThan(40)
    const missing = members.filter(({ owner, name }) => {
      const found = classes.get(owners[owner] ?? owner)
      if (typeof found !== 'function') return true
      return !(name in (owner in owners ? Reflect.get(found, 'prototype') : found))
    })
    expect(missing).toEqual([])
    for (const [, name = ''] of table.matchAll(/`new (\w+)\(/g)) expect(classes.get(name)).toBeInstanceOf(Function)
  })
})

describe('docs/errors.md', () => {
  const rows = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(E\w+)` +\| ([a-z][^|]+?) +\|/gm)]
  const said = new Map(rows.map(([, code = '', text = '']) => [code, text]))

  test('has libuv’s text for each code', async () => {
    const loop = await library.Loop.open({ host: library.virtualHost() })
    const { abi } = loop[INSTANCE]
    for (const [code, text] of said) expect({ code, text }).toEqual({ code, text: libuvSays(loop, abi.status[code]) })
    loop.close()
  })

  test('has every code of a @throws tag of an exported symbol', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) =>
      /(uv|host)\/.*ts$/.test(path),
    )
    const comments = sources.flatMap((path) => [...readFileSync(`src/${path}`, 'utf8').matchAll(/\/\*\*.*?\*\//gs)])
    const thrown = comments
      .flatMap(([comment]) => [...comment.replaceAll(/\s+\* /g, ' ').matchAll(/@throws \{(?:UV|Host)Error\}([^@]*)/g)])
      .flatMap(([, text = '']) => text.match(/\bE[A-Z_]{3,}\b/g) ?? [])
    expect(thrown.length).toBeGreaterThan(20)
    expect([...new Set(thrown)].filter((code) => !said.has(code) && code !== 'EOPNOTSUPP')).toEqual([])
  })
})

function libuvSays(loop: library.Loop, status: number | undefined): string | undefined {
  return status === undefined ? undefined : loop[INSTANCE].describeStatus(status)
}
