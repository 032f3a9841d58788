/** The files that a guest leaves in memory, and those of a guest that still runs. */
import fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import type { Directory, Dirs } from '../../../src/guest/guest.js'
import { isDirectory } from '../../../src/wasi/fs/given.js'
import { driver } from '../support/built.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('steps'), COMPILING)
endAll()

const start = (text: string, dirs: Dirs | undefined, input?: AsyncIterable<Uint8Array>) =>
  play(text.split(' '), { program: 'steps', ...(dirs && { dirs }), ...(input && { input }) }, 'none')

/** A directory with texts instead of bytes. */
const shown = (folder: Directory): Record<string, unknown> =>
  Object.fromEntries(
    [...folder].map(([name, entry]) => [
      name,
      isDirectory(entry) ? shown(entry) : ArrayBuffer.isView(entry) ? Buffer.from(entry).toString() : entry,
    ]),
  )

test('the files that a guest left can be read, and given to another guest', async () => {
  const given = new Map<string, Uint8Array | Directory>([
    ['given', Buffer.from('x')],
    ['empty', new Map()],
  ])
  const guest = await start(
    'write /out/a one -- mkdir /out/d -- write /out/d/b two -- symlink ../a /out/d/l -- write /out/gone x -- unlink /out/gone -- write /out/none x -- truncate /out/none 0',
    { '/out': given },
  )
  expect(await guest.code).toBe(0)
  const left = { given: 'x', empty: {}, a: 'one', d: { b: 'two', l: { link: '../a' } }, none: '' }
  const files = await guest.guest.files()
  expect(shown(files)).toEqual({ out: left })
  expect(await guest.guest.files()).toBe(files)
  expect(shown(await guest.guest.files('/out/d/'))).toEqual(left.d)
  await expect(guest.guest.files('/out/a')).rejects.toThrow('no directory "/out/a"')
  const other = await start('read a -- read d/l -- list d', { '/': await guest.guest.files('/out') })
  expect(await other.code).toBe(0)
  expect(other.output).toBe('read: [one] ok\nread: [one] ok\nlist: b l ok\n')
})

test('what is on the disk is left out, unless it was changed in memory', async () => {
  const folder = await fs.mkdtemp(join(tmpdir(), 'left-'))
  try {
    await fs.mkdir(join(folder, 'd/e'), { recursive: true })
    for (const name of ['same', 'changed', 'd/moved']) await fs.writeFile(join(folder, name), name)
    await fs.symlink('same', join(folder, 'link'))
    const guest = await start(
      'list / -- list /d -- append /changed ! -- rename /d/moved /d/e/moved -- chmod /same 600 -- write /rw/x y -- write /rw/m/x y',
      { '/': folder, '/rw': { path: join(folder, 'd'), access: 'rw' }, '/rw/m': new Map() },
    )
    expect(await guest.code).toBe(0)
    expect(shown(await guest.guest.files())).toEqual({ changed: 'changed!', rw: { m: { x: 'y' } } })
    expect(await fs.readFile(join(folder, 'd/x'), 'utf8')).toBe('y')
  } finally {
    await fs.rm(folder, { recursive: true })
  }
})

test('a guest that waits tells its files as they are', async () => {
  let go = (): void => {}
  const waiting = new Promise<void>((resolve) => {
    go = resolve
  })
  async function* input(): AsyncGenerator<Uint8Array> {
    await waiting
    yield new Uint8Array(1)
  }
  const guest = await start('write /a one -- wait -- append /a two', { '/': new Map() }, input())
  await guest.says(/waiting/)
  const [first, second] = await Promise.all([guest.guest.files(), guest.guest.files()])
  expect([shown(first), shown(second)]).toEqual([{ a: 'one' }, { a: 'one' }])
  go()
  expect(await guest.code).toBe(0)
  expect([shown(first), shown(await guest.guest.files())]).toEqual([{ a: 'one' }, { a: 'onetwo' }])
})

test('a guest without files has none, and one that was terminated may not tell', async () => {
  const none = await start('list /', undefined)
  expect(await none.code).toBe(0)
  expect(shown(await none.guest.files())).toEqual({})
  async function* input(): AsyncGenerator<Uint8Array> {
    await new Promise(() => {})
  }
  const guest = await start('write /a one -- wait', { '/': new Map() }, input())
  await guest.says(/waiting/)
  guest.guest.terminate()
  expect(await guest.code).toBe(143)
  if (driver === 'jspi') expect(shown(await guest.guest.files())).toEqual({ a: 'one' })
  else await expect(guest.guest.files()).rejects.toThrow('its thread was ended')
})
