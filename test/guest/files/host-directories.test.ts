/** Directories of the host that guests get: to read, and to change. */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Dirs } from '../../../src/guest/guest.js'
import { nativeOutput } from '../support/native.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

const run = promisify(execFile)

beforeAll(() => Promise.all(['steps', 'places'].map((program) => guestModule(program))), COMPILING)
endAll()

let folder = ''
let twin = ''
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'given-'))
  twin = await fs.mkdtemp(join(tmpdir(), 'twin-'))
})
afterEach(async () => {
  for (const each of [folder, twin]) await fs.rm(each, { recursive: true, force: true })
})

/** The arguments of the program `steps`. */
const steps = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')

/** Runs steps in a guest. @returns what they print */
const said = async (text: string, dirs: Dirs): Promise<string[]> => {
  const guest = await play(steps(text), { program: 'steps', dirs }, 'none')
  expect(await guest.code).toBe(0)
  return guest.output.trimEnd().split('\n')
}

/** All names below a directory, with their kinds, permissions and contents. */
const contentsOf = async (path: string): Promise<string> => {
  const { stdout } = await run(
    'bash',
    ['-c', 'find . -printf "%p %y %m %n %l\\n" | sort; cat $(find . -type f | sort)'],
    {
      cwd: path,
    },
  )
  return stdout
}

const CHANGES = `write a hello -- append a X -- read a -- umask 0 -- mkdir d -- stat d -- create d/f -- create d/f --
  chmod d/f 640 -- utime d/f 1000000 -- stat d/f -- rename a d/a -- link d/a b -- utime b 2000000 -- stat b --
  symlink d l -- readlink l -- list l -- list . -- utime l 5 -- stat l -- truncate b 2 -- read d/a -- truncate b 9 --
  sync b -- sync d -- hold b -- unlink b -- unlink d/a -- put-held zzz -- stat-held -- rmdir d -- rename d e --
  rename e e/g -- list e -- chdir e -- write g in -- rename ../e ../h -- write i too -- list . -- read ../h/g --
  rmdir ../h -- mkdir ../j -- rename ../h ../j -- chdir ../j -- list . -- symlink gone k -- rename k k2 -- readlink k2 --
  unlink k2 -- chmod f 400 -- stat f -- write -- mkdir m -- chmod m 2755 -- access f 4 -- access f 1 -- access no 0`

describe('a directory that the guest may change', () => {
  test('is changed like a native program changes one', async () => {
    const changes = CHANGES.replace(' -- write -- mkdir m -- chmod m 2755', '')
    const native = await nativeOutput('steps', ...steps(`chdir ${twin} -- ${changes}`))
    const guest = await said(`chdir / -- ${changes}`, { '/': { path: folder, access: 'rw' } })
    expect(guest).toEqual(native.trimEnd().split('\n'))
    expect(await contentsOf(folder)).toBe(await contentsOf(twin))
  })

  test('has names of bytes, and a working directory, like for a native program', async () => {
    const guest = await play(['/t'], { program: 'places', dirs: { '/t': { path: folder, access: 'rw' } } })
    expect(await guest.code).toBe(0)
    expect(guest.output.split('\n')).toEqual((await nativeOutput('places', twin)).split('\n'))
    expect(await contentsOf(folder)).toBe(await contentsOf(twin))
  })

  test('is not left by links, nor by what a guest makes of them', async () => {
    await fs.writeFile(join(twin, 'secret'), 'secret')
    await fs.symlink(twin, join(folder, 'way'))
    await fs.symlink(join(twin, 'secret'), join(folder, 'link'))
    const before = await contentsOf(twin)
    const guest = await said(
      `read way/secret -- list way -- read link -- write link x -- append link x -- truncate link 0 -- chmod link 777 --
       create way/new -- mkdir way/new -- unlink way/secret -- rename way/secret got -- link link hard -- read hard --
       symlink ${twin} own -- read own/secret -- symlink ../../../../../../../..${twin} up -- list up --
       rename way d -- write d/secret x -- list .. -- list ../../../.. -- read ../..${twin}/secret`,
      { '/': { path: folder, access: 'rw' } },
    )
    expect(guest.filter((line) => /secret/.test(line))).toEqual([])
    const allowed = new Set(['link', 'symlink', 'rename', 'list'])
    for (const line of guest)
      expect([line, allowed.has(line.split(':')[0] ?? '') || / E\w+$/.test(line)]).toEqual([line, true])
    expect(await contentsOf(twin)).toBe(before)
  })

  test('is the same one after others have put a link in its place', async () => {
    await fs.mkdir(join(folder, 'given/d'), { recursive: true })
    await fs.writeFile(join(folder, 'given/d/f'), 'inside')
    await fs.writeFile(join(twin, 'f'), 'outside')
    let ready = (): void => {}
    const waiting = new Promise<void>((resolve) => {
      ready = resolve
    })
    async function* input(): AsyncGenerator<Uint8Array> {
      await waiting
      yield new Uint8Array(1)
    }
    const dirs = { '/': { path: join(folder, 'given'), access: 'rw' } } as const
    const program = steps('chdir d -- read f -- wait -- read f -- write g new -- read /d/f -- list /')
    const guest = await play(program, { program: 'steps', dirs, input: input() }, 'none')
    await guest.says(/waiting/)
    await fs.rename(join(folder, 'given/d'), join(folder, 'elsewhere'))
    await fs.symlink(twin, join(folder, 'given/d'))
    await fs.rename(join(folder, 'given'), join(folder, 'moved'))
    await fs.symlink(twin, join(folder, 'given'))
    ready()
    expect(await guest.code).toBe(0)
    expect(guest.output.split('\n').slice(4)).toEqual([
      'read: [inside] ok',
      'write: ok',
      'read: ENOENT',
      'list: d ok',
      '',
    ])
    expect(await fs.readdir(twin)).toEqual(['f'])
    expect(await fs.readFile(join(folder, 'elsewhere/g'), 'utf8')).toBe('new')
  })

  test('shows what others change, and leaves out sockets, pipes and devices', async () => {
    await run('mkfifo', [join(folder, 'pipe')])
    const guest = await said('list . -- stat pipe -- read pipe -- create pipe -- unlink pipe', {
      '/': { path: folder, access: 'rw' },
    })
    expect(guest).toEqual(['list: ok', 'stat: ENOENT', 'read: ENOENT', 'create: EEXIST', 'unlink: ENOENT'])
  })

  test('gives no file the rights of another user', async () => {
    const guest = await said(
      'create f -- chmod f 4755 -- chmod f 2755 -- stat f -- mkdir d -- chmod d 6755 -- chmod d 1755',
      {
        '/': { path: folder, access: 'rw' },
      },
    )
    expect(guest.map((line) => line.split(' ').at(-1))).toEqual(['ok', 'EPERM', 'EPERM', 'ok', 'ok', 'EPERM', 'ok'])
  })

  test('is a mount point: moved, replaced and linked by nothing', async () => {
    await fs.writeFile(join(folder, 'f'), 'x')
    const dirs = {
      '/': new Map([['m', new Uint8Array(1)]]),
      '/d': { path: folder, access: 'rw' },
      '/d/in': new Map(),
    } as const
    const guest = await said(
      'rmdir d -- rename d e -- mkdir x -- rename x d -- rename m d/m -- rename d/f f -- link m d/m -- link d/f f -- list / -- list d -- write d/in/f y -- rmdir d/in -- chdir d/in -- read f',
      dirs,
    )
    expect(guest).toEqual([
      ...['rmdir: EBUSY', 'rename: EBUSY', 'mkdir: ok', 'rename: EBUSY', 'rename: EXDEV', 'rename: EXDEV'],
      ...['link: EXDEV', 'link: EXDEV', 'list: d m x ok', 'list: f in ok', 'write: ok', 'rmdir: EBUSY'],
      ...['chdir: ok', 'read: [y] ok'],
    ])
    expect(await fs.readdir(folder)).toEqual(['f'])
  })
})

describe('a directory that the guest may read', () => {
  test('is changed in memory like a native program changes one, and not on the disk', async () => {
    for (const each of [folder, twin]) {
      await fs.writeFile(join(each, 'b0'), 'before')
      await fs.mkdir(join(each, 'd0'))
      await fs.utimes(join(each, 'b0'), 1000, 2000)
      await fs.link(join(each, 'b0'), join(each, 'd0', 'b1'))
    }
    const before = await contentsOf(folder)
    const changes = `stat b0 -- append b0 X -- read d0/b1 -- unlink b0 -- truncate d0/b1 3 -- read d0/b1 --
      rename d0 d1 -- list d1 -- list . -- ${CHANGES.replace(' -- write -- mkdir m -- chmod m 2755', '')}`
    const native = await nativeOutput('steps', ...steps(`chdir ${twin} -- ${changes}`))
    expect(await said(`chdir / -- ${changes}`, { '/': folder })).toEqual(native.trimEnd().split('\n'))
    expect(await contentsOf(folder)).toBe(before)
  })

  test('opens with files that are too large or have odd names, kinds and links', async () => {
    await fs.writeFile(join(folder, 'ok'), 'ok')
    await fs.truncate(join(folder, 'ok'), 2)
    await run(
      'bash',
      ['-c', 'truncate -s 3G huge; touch $(printf "caf\\351"); mkfifo pipe; ln -s /etc/hostname out; mkdir deep'],
      {
        cwd: folder,
      },
    )
    const guest = await said(
      'list . -- read ok -- stat huge -- append huge x -- truncate huge 2 -- stat huge -- stat pipe -- read out',
      {
        '/': folder,
      },
    )
    expect(guest.map((line) => line.replace(/ \d+\.\d+ ok/, ' ok'))).toEqual([
      'list: caf\ufffd deep huge ok out ok',
      'read: [ok] ok',
      'stat: 100644 3221225472 bytes 1 links ok',
      'append: EFBIG',
      'truncate: ok',
      'stat: 100644 2 bytes 1 links ok',
      'stat: ENOENT',
      'read: ENOENT',
    ])
  })

  test('shows files as they are when they are opened, and refuses what has become a link', async () => {
    await fs.writeFile(join(folder, 'f'), 'f')
    await fs.writeFile(join(folder, 'g'), 'g')
    await fs.mkdir(join(folder, 'd'))
    await fs.writeFile(join(twin, 'secret'), 'secret')
    let ready = (): void => {}
    const waiting = new Promise<void>((resolve) => {
      ready = resolve
    })
    async function* input(): AsyncGenerator<Uint8Array> {
      await waiting
      yield new Uint8Array(1)
    }
    const program = steps('list . -- wait -- read f -- read g -- list d')
    const guest = await play(program, { program: 'steps', dirs: { '/': folder }, input: input() }, 'none')
    await guest.says(/waiting/)
    await fs.writeFile(join(folder, 'g'), 'longer')
    await fs.rm(join(folder, 'f'))
    await fs.symlink(join(twin, 'secret'), join(folder, 'f'))
    await fs.rmdir(join(folder, 'd'))
    await fs.symlink(twin, join(folder, 'd'))
    ready()
    expect(await guest.code).toBe(0)
    expect(guest.output.split('\n').slice(3)).toEqual(['read: ELOOP', 'read: [longer] ok', 'list: ENOTDIR', ''])
  })
})

test('a directory is refused that has no good path, name or access', async () => {
  const bad = (dirs: Record<string, unknown>): Promise<unknown> => said('list /', dirs as Dirs)
  await fs.writeFile(join(folder, 'f'), '')
  await expect(bad({ '/': { path: join(folder, 'f') } })).rejects.toThrow('it is not a directory')
  await expect(bad({ '/': { path: folder, access: 'wr' } })).rejects.toThrow("access: 'ro' or 'rw'")
  await expect(bad({ '/': 5 })).rejects.toThrow('give a Map')
  for (const name of ['a/b', '..', '', 'x'.repeat(256)])
    await expect(bad({ '/d': new Map([[name, new Uint8Array(0)]]) })).rejects.toThrow('it is not a name')
})
