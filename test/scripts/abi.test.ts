import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { headerPrototypes } from '../../scripts/lib/prototypes.mjs'
import { readSurface } from '../../scripts/lib/wasm-module.mjs'

const text = (name: string): number[] => [name.length, ...Buffer.from(name)]
const section = (id: number, ...bytes: readonly number[]): number[] => [id, bytes.length, ...bytes]

/**
 * (module (import "m" "memory" (memory 1)) (import "m" "f" (func (param i32 i64) (result f64))) (func (export "g")))
 */
const bytes = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 2, 0x60, 2, 0x7f, 0x7e, 1, 0x7c, 0x60, 0, 0),
  ...section(2, 2, ...text('m'), ...text('memory'), 2, 0, 1, ...text('m'), ...text('f'), 0, 0),
  ...section(3, 1, 1),
  ...section(7, 1, ...text('g'), 0, 1),
  ...section(10, 1, 2, 0, 0x0b),
)

test('readSurface() reads the names and signatures of a module', () => {
  const surface = readSurface(bytes)
  const module = new WebAssembly.Module(bytes)
  expect(WebAssembly.Module.imports(module).map(({ name }) => name)).toEqual([
    ...(surface.imports.get('m')?.keys() ?? []),
  ])
  expect(surface.imports.get('m')?.get('f')).toEqual({
    kind: 'func',
    signature: { params: ['i32', 'i64'], result: 'f64' },
  })
  expect(surface.imports.get('m')?.get('memory')).toEqual({ kind: 'memory' })
  expect([...surface.exports]).toEqual([['g', { kind: 'func', signature: { params: [], result: 'void' } }]])
})

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'abi-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

const header = async (code: string) => {
  const path = join(folder, 'x.h')
  await writeFile(path, code)
  return headerPrototypes(path, 'API')
}

test('headerPrototypes() reads prototypes with line breaks and comments', async () => {
  const code =
    '#define API(x) \\\n  x\n/* API(no) int no(void); */\nAPI(f)\nconst char* f(struct s* a,\n  int64_t b[2]);\nAPI(g) void g(void);\n'
  expect([...(await header(code))]).toEqual([
    [
      'f',
      {
        result: 'char*',
        params: [
          { name: 'a', type: 's*' },
          { name: 'b', type: 'int64_t*' },
        ],
      },
    ],
    ['g', { result: 'void', params: [] }],
  ])
})

test('headerPrototypes() throws for a prototype that it cannot read', async () => {
  await expect(header('API(f) int f(void (*callback)(int));')).rejects.toThrow(
    'API stands 1 times, 0 prototypes were read',
  )
})
