/** Tests of the checks of `make check`, each run on a small project with one fault. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

/** The files of a project without faults, by path. */
const order = {
  'package.json': JSON.stringify({
    type: 'module',
    engines: { node: '>=20.16' },
    devEngines: { runtime: { name: 'node', version: '>=20.19' } },
    scripts: { demo: 'true' },
    devDependencies: { jest: '*' },
    exports: { '.': { types: './dist/types/index.d.ts', default: './dist/index.js' } },
  }),
  Makefile: 'demo: ## plays\n',
  // The scripts are those of the real project, with the paths that they name.
  '.gitignore': '/dist/\n/node_modules\n/scripts/\n',
  '.nvmrc': '20.19\n',
  'README.md': 'Node 20.16, Node 20.19. Run `make demo`, read [this](ARCHITECTURE.md) and `src/index.ts`.\n',
  'ARCHITECTURE.md': '',
  'CONTRIBUTING.md': 'Node 20.19\n',
  'CHANGELOG.md': '',
  'SECURITY.md': '',
  'RELEASING.md': '',
  'docs/guide.md': '',
  'src/index.ts': "export { Loop } from './uv/loop.js'\n",
  'src/uv/loop.ts':
    "import { turn } from '../kernel/kernel.js'\n\n/** A loop. */\nexport class Loop {\n  /** Turns. */\n  run = turn\n}\n",
  'src/kernel/kernel.ts': '/** Turns. */\nexport const turn = (): number => 1\n',
}

let project = ''

const write = async (files: Record<string, string>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true })
    await writeFile(join(project, path), text)
  }
}

/** Runs one of the checks in the small project. */
const run = (...command: readonly string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolved) => {
    execFile(process.execPath, command, { cwd: project }, (error, stdout, stderr) => {
      resolved({ code: error === null ? 0 : 1, output: stdout + stderr })
    })
  })

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'checks-'))
  for (const path of ['tsconfig.json', 'tsconfig.build.json', '.dependency-cruiser.mjs', 'scripts']) {
    await cp(path, join(project, path), { recursive: true })
  }
  await symlink(resolve('node_modules'), join(project, 'node_modules'))
  await run('-e', "require('node:child_process').execFileSync('git', ['init', '--quiet'])")
  await write(order)
})

afterEach(async () => {
  await rm(project, { recursive: true })
})

describe('the check of doc comments', () => {
  const check = () => run('scripts/checks/tsdoc.mjs')

  test('passes if everything has a comment', async () => {
    expect(await check()).toEqual({ code: 0, output: '3 exported symbols and members are told\n' })
  })

  test('reports exports without a comment and broken links', async () => {
    await write({
      'src/kernel/kernel.ts': 'export const turn = (): number => 1\n',
      'src/uv/loop.ts': '/** A {@link Lop}. */\nexport class Loop {\n  x = 1\n  readonly #y = 2\n}\n',
    })
    const { code, output } = await check()
    expect(code).toBe(1)
    expect(output.trim().split('\n').sort()).toEqual([
      'src/kernel/kernel.ts:1: turn is exported and has no doc comment',
      'src/uv/loop.ts:1: {@link Lop} names nothing',
      'src/uv/loop.ts:3: Loop.x has no doc comment',
    ])
  })
})

describe('the check of layers', () => {
  const check = () =>
    run('node_modules/.bin/depcruise', '--config', '.dependency-cruiser.mjs', '--output-type', 'err', 'src')

  test('passes if imports point down', async () => {
    expect(await check()).toMatchObject({ code: 0 })
  })

  test('reports every kind of forbidden import', async () => {
    await write({
      'src/kernel/kernel.ts':
        "import type {} from '../uv/loop.js'\nimport '../zoo/x.js'\nimport 'node:net'\nimport './none.js'\n",
      'src/kernel/dead.ts': 'export const dead = 1\n',
      'src/uv/loop.ts': "import './a.js'\nimport '../../test/x.js'\nimport 'jest'\n",
      'src/uv/a.ts': "import './loop.js'\nimport '../index.js'\n",
      'src/zoo/x.ts': 'export {}\n',
      'test/x.ts': 'export {}\n',
    })
    const { code, output } = await check()
    expect(code).toBe(1)
    const broken = new Set([...output.matchAll(/error ([\w-]+):/g)].map(([, rule]) => rule))
    expect([...broken].sort()).toEqual([
      'index-is-an-entry-point',
      'kernel-looks-up',
      'no-cycle',
      'no-orphan',
      'portable',
      'resolves',
      'src-needs-no-dev-dependency',
      'src-stands-alone',
      'unknown-layer',
    ])
  })
})

describe('the check of documents', () => {
  const check = () => run('scripts/checks/papers.mjs')

  test('passes if everything exists', async () => {
    expect(await check()).toMatchObject({ code: 0 })
  })

  test('reports a missing command, link target and path', async () => {
    await write({
      'README.md':
        'Node 20.16, Node 20.19 `make -s dmo`, `npm run --silent dmo`, [x](X.md), `src/none.ts`, `dist/index.js`\n',
    })
    expect(await check()).toEqual({
      code: 1,
      output: [
        'README.md: `make dmo`: the Makefile has no such target',
        'README.md: `npm run dmo`: package.json has no such script',
        'README.md: src/none.ts: there is no such file',
        'README.md: (X.md): the link leads nowhere',
        '',
      ].join('\n'),
    })
  })

  test('reports a missing document', async () => {
    await rm(join(project, 'SECURITY.md'))
    expect(await check()).toMatchObject({ code: 1, output: 'SECURITY.md is missing: a newcomer looks for it\n' })
  })

  test('reports a missing path in a guide and in a comment', async () => {
    await write({ 'docs/guide.md': 'See `src/none.ts`.\n', 'src/index.ts': '// As src/gone.ts does.\nexport {}\n' })
    expect((await check()).output.split('\n')).toEqual([
      'docs/guide.md: src/none.ts: there is no such file',
      'src/index.ts: src/gone.ts: there is no such file',
      '',
    ])
  })

  test('reports a document that names another version of Node', async () => {
    await write({ 'CONTRIBUTING.md': 'Node 20.12 or later\n' })
    expect((await check()).output.split('\n')).toEqual([
      'CONTRIBUTING.md: does not say Node 20.19, as package.json does',
      'CONTRIBUTING.md: Node 20.12 is neither 20.16 nor 20.19',
      '',
    ])
  })
})

describe('the check of language', () => {
  const check = () => run('scripts/checks/prose.mjs')

  test('passes if the language is plain', async () => {
    expect(await check()).toMatchObject({ code: 0 })
  })

  test('reports words for people, idioms and comments that are too wide', async () => {
    await write({
      'src/index.ts': `// ${'wide '.repeat(24)}\nexport {}\n`,
      'docs/guide.md': 'Whoever reads is told anew.\n',
    })
    expect((await check()).output.split('\n')).toEqual([
      'docs/guide.md: "anew": say it in plain English',
      expect.stringMatching(/^docs: \d+\.\d of 1,000 words are "who", "nobody", \.\.\.; at most 0\.5: name the thing$/),
      'src/index.ts:1: a comment of 123 columns; at most 120',
      '',
    ])
  })
})

describe('the check of lock files', () => {
  const check = () => run('scripts/checks/locks.mjs')
  const integrity = `sha512-${'a'.repeat(86)}==`
  const lock = (entry: object): Promise<void> =>
    write({ 'package-lock.json': JSON.stringify({ packages: { '': {}, 'node_modules/jest': entry } }) })

  test('passes if each package has a hash', async () => {
    await lock({ version: '1.0.0', integrity })
    expect(await check()).toEqual({ code: 0, output: '1 locked packages have a hash\n' })
  })

  test.each([
    [{ version: '1.0.0' }, 'no hash'],
    [{ version: '1.0.0', integrity: 'sha1-YWJj' }, 'no hash'],
    [{ version: '1.0.0', integrity, resolved: 'https://example.com/jest.tgz' }, 'names a registry'],
  ])('reports %j', async (entry, why) => {
    await lock(entry)
    expect(await check()).toMatchObject({ code: 1, output: expect.stringContaining(why) })
  })
})

describe('the check of the threat model', () => {
  const check = () => run('scripts/checks/threats.mjs')
  const model = (...lines: readonly string[]): Promise<void> =>
    write({
      'docs/threat-model.md': ['| what | test |', '| ---- | ---- |', ...lines, ''].join('\n'),
      'test/a.test.ts': "test('a', () => {})\n",
    })

  test('passes if each line names a test', async () => {
    await model('| a | `a.test.ts` |')
    expect(await check()).toEqual({ code: 0, output: '1 defences name their tests\n' })
  })

  test.each([
    ['| a | by review |', 'names no test'],
    ['| a | `b.test.ts` |', 'test/b.test.ts is no test'],
  ])('reports %s', async (line, why) => {
    await model(line)
    expect(await check()).toMatchObject({ code: 1, output: expect.stringContaining(why) })
  })
})
