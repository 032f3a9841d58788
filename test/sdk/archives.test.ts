/**
 * The C library's objects and ours. A linker takes an object for one name, and everything else in it too: a call of
 * ours under only one of the names of an object that it replaces would be defined twice in a program that uses
 * another one.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { COMPILING } from './support/workshop.js'

const run = promisify(execFile)
const ours = fileURLToPath(new URL('../../build/sdk/lib/libuv.a', import.meta.url))

/** The names that a program can use, in each object of an archive. */
async function namesIn(archive: string): Promise<Map<string, Set<string>>> {
  const { stdout } = await run('emnm', ['--defined-only', '-A', archive], { maxBuffer: 64 * 2 ** 20 })
  const objects = new Map<string, Set<string>>()
  for (const line of stdout.split('\n')) {
    const [, object, name] = /:([^:]+\.o): \S* [TDBWV] ([a-z]\w*)$/.exec(line) ?? []
    if (object === undefined || name === undefined) continue
    objects.set(object, (objects.get(object) ?? new Set()).add(name))
  }
  return objects
}

/** What emscripten's own code calls, and no program. */
const INTERNAL = /^emscripten_|_unlocked$/

test(
  'an object of the C library is replaced with all its names',
  async () => {
    const { stdout } = await run('em-config', ['CACHE'])
    const library = await namesIn(join(stdout.trim(), 'sysroot/lib/wasm32-emscripten/libc.a'))
    const known = new Set([...(await namesIn(ours)).values()].flatMap((names) => [...names]))
    expect(known).toContain('stat64')
    expect([...library.values()].filter((names) => names.has('stat'))).toHaveLength(1)
    const halves = [...library].filter(([, names]) => [...names].some((name) => known.has(name)))
    const missing = halves.flatMap(([, names]) => [...names].filter((name) => !known.has(name) && !INTERNAL.test(name)))
    expect(missing).toEqual([])
  },
  COMPILING,
)
