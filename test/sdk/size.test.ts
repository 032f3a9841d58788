/**
 * The size of linked programs, in bytes, by Debian's emcc. What a program does not use is not in it: the limits are
 * about what it had before guests had files, signals and terminals, or less.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { COMPILING, EXAMPLES, Workshop } from './support/workshop.js'

/** The compiler that the limits are for. */
const EMCC = '3.1.6'

const programs = fileURLToPath(new URL('./programs', import.meta.url))
const PRINT = join(programs, 'print.c')
const ASK = join(programs, 'ask.c')
const HELLO = join(EXAMPLES, 'hello.c')

let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
}, COMPILING)
afterAll(() => workshop.close())

const link = async (source: string, ...options: readonly string[]): Promise<Uint8Array<ArrayBuffer>> => {
  const made = await workshop.uvcc(...options, source, '-o', 'made.wasm')
  expect(made).toEqual({ code: 0, stdout: '', stderr: '' })
  return new Uint8Array(await readFile(join(workshop.folder, 'made.wasm')))
}

test.each([
  ['a program that prints', '-O0', 12_273, PRINT],
  ['a program that prints', '-O1', 2_568, PRINT],
  ['a program that prints', '-O2', 2_150, PRINT],
  ['a program that prints', '-Os', 2_123, PRINT],
  ['a program with sockets', '-O0', 17_000, ASK],
  ['a program with sockets', '-O2', 10_500, ASK],
  ['a program with a loop', '-O0', 53_039, HELLO],
  ['a program with a loop', '-O2', 40_500, HELLO],
  ['a program with a loop', '-O2', 41_000, join(EXAMPLES, 'timers.c')],
  ['a program with connections', '-O2', 55_000, join(EXAMPLES, 'echo.c')],
])(
  '%s, with %s, has at most %d bytes',
  async (_what, optimization, limit, source) => {
    const version = (await workshop.run('emcc', ['--version'])).stdout.match(/\d+\.\d+\.\d+/)?.[0]
    if (version !== EMCC) return
    expect((await link(source, optimization)).length).toBeLessThanOrEqual(limit)
  },
  COMPILING,
)

/** The functions that a program imports, but not of which module. */
const imports = async (source: string): Promise<string[]> => {
  const module = await WebAssembly.compile(await link(source, '-O2'))
  return WebAssembly.Module.imports(module).map(({ name }) => name)
}

test(
  'a program that prints imports what writing and the end need, and no socket call',
  async () => {
    expect((await imports(PRINT)).sort()).toEqual(['fd_close', 'fd_fdstat_get', 'fd_seek', 'fd_write', 'proc_exit'])
  },
  COMPILING,
)

test(
  'a program with sockets imports nothing that opens files',
  async () => {
    expect((await imports(ASK)).filter((name) => /^path_|^fd_(pread|readdir|filestat|prestat)/.test(name))).toEqual([])
  },
  COMPILING,
)

test(
  'a program without handles for signals says nothing of them to its host',
  async () => {
    expect(await imports(HELLO)).not.toContain('signals')
  },
  COMPILING,
)
