/** The files of guests: which they get, and what their calls do. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Dirs, GuestOptions } from '../../../src/guest/guest.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('files'), COMPILING)
endAll()

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Runs the program `files` with some arguments. @returns the lines that it prints */
const said = async (args: readonly string[], dirs?: Dirs, options: Partial<GuestOptions> = {}): Promise<string[]> => {
  const files = await play(args, { program: 'files', ...(dirs && { dirs }), ...options }, 'none')
  expect(await files.code).toBe(0)
  return files.output.trimEnd().split('\n')
}

describe('the file system of a guest', () => {
  let folder = ''

  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('is empty by default', async () => {
    expect(await said(['list', '/'])).toEqual(['./', '../'])
    expect(await said(['read', 'file'])).toEqual(['open: ENOENT'])
  })

  test('may be a folder in memory', async () => {
    const dirs = { '/a/b': new Map([['file', bytes('hello\n')]]), '/a': new Map([['c', new Map()]]) }
    expect(await said(['list', '/a'], dirs)).toEqual(['./', '../', 'c/', 'b/'])
    expect(await said(['read', 'a/b/file'], dirs)).toEqual(['open: ok', 'hello'])
  })

  test('is its own: its changes do not show outside or in other guests', async () => {
    const given = Buffer.from('hello\n')
    const dirs = { '/data': new Map([['file', given]]) }
    await said(['change', '/data/file'], dirs)
    expect(String(given)).toBe('hello\n')
    expect(await said(['read', '/data/file'], dirs)).toEqual(['open: ok', 'hello'])
  })

  test('may be a copy of a folder of the host, which the guest does not change', async () => {
    folder = await mkdtemp(join(tmpdir(), 'files-'))
    await writeFile(join(folder, 'file'), 'hello\n')
    await mkdir(join(folder, 'inner'))
    await symlink('../file', join(folder, 'inner', 'link'))
    expect((await said(['list', '/data'], { '/data': folder })).sort()).toEqual(['../', './', 'file', 'inner/'])
    expect(await said(['read', '/data/inner/link'], { '/data': folder })).toEqual(['open: ok', 'hello'])
    await said(['change', '/data/file'], { '/data': folder })
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('hello\n')
  })

  test('ends at its root, wherever a link points', async () => {
    folder = await mkdtemp(join(tmpdir(), 'files-'))
    await symlink('/etc/hostname', join(folder, 'link'))
    await symlink('../../../../../etc/hostname', join(folder, 'other'))
    expect(await said(['read', '/link'], { '/': folder })).toEqual(['open: ENOENT'])
    expect(await said(['read', '/other'], { '/': folder })).toEqual(['open: ENOENT'])
  })

  test('is refused with an error that names a missing folder or a relative path', async () => {
    await expect(said(['list', '/'], { '/': '/no/such/folder' })).rejects.toThrow('"/no/such/folder"')
    await expect(said(['list', '/'], { data: new Map() })).rejects.toThrow('"data": its path must be absolute')
  })
})

describe('a guest with a folder', () => {
  const dirs = { '/tmp': new Map() }

  test('overwrites, appends, writes beyond the end, and keeps an open file that is removed', async () => {
    expect(await said(['change', '/tmp/file'], dirs)).toEqual([
      '19:01AB4CD789end 0 0 0',
      '0 links, 4 bytes, 4 read',
      'gone: ENOENT',
    ])
  })

  test('makes, moves and removes names like on Linux', async () => {
    expect(await said(['names'], dirs)).toEqual([
      'mkdir: ok',
      'mkdir: EEXIST',
      'mkdir: ENOENT',
      'chdir: ok',
      '/tmp/a',
      'rename: ok',
      'access: ok',
      'rmdir: ENOTEMPTY',
      'into itself: EINVAL',
      'rmdir: ok',
      'creat: ENOENT',
      'open: EISDIR',
      'open: ENOTDIR',
    ])
  })

  test('is subject to permissions like a user on Linux that is not root', async () => {
    expect(await said(['permissions'], dirs)).toEqual([
      '0022',
      '/tmp/p: ok',
      '0755, mine',
      '/tmp/p/f: ok',
      '0444, mine',
      'write: ok',
      'rdwr: EACCES',
      'w_ok: EACCES',
      'r_ok: ok',
      'fchmod: ok',
      '/tmp/p/f: ok',
      '4200, mine',
      'rdonly: EACCES',
      'creat: ok',
      '/tmp/p/f: ok',
      '0200, mine',
      'chmod: ok',
      'list: EACCES',
      'chmod: ok',
      'through: EACCES',
      'chmod: ok',
      'make: EACCES',
      'make: EACCES',
      'remove: EACCES',
      'move: EACCES',
      'chmod: ok',
      'remove: ok',
      '/tmp/p/q: ok',
      '0700, mine',
      'chmod: ENOENT',
      'chown: EPERM',
    ])
  })

  test('follows links, and cannot leave the root', async () => {
    expect(await said(['links'], dirs)).toEqual([
      'link: ok',
      'symlink: ok',
      'symlink: ok',
      'stat: ok',
      'loop: ELOOP',
      '/tmp/file',
      'above: ok',
    ])
  })

  test('sets times, even before 1970', async () => {
    expect(await said(['times'], dirs)).toEqual(['utime: ok', '-2 500000000 12 250000000'])
  })

  test('gets EMFILE when all descriptors are open', async () => {
    expect(await said(['many'], dirs, { maxDescriptors: 20 })).toEqual(['open: EMFILE', '19', '19'])
  })
})
