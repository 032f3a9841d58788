/**
 * Calls of preview 1 on files, like a guest that follows no rules makes them: paths, names, listings, descriptors.
 */
import { describe, expect, test } from '@jest/globals'
import { ByHand, names, stage } from '../guest/support/by-hand.js'

describe('paths', () => {
  /** Calls that take a path. */
  const CALLS: readonly [name: string, call: (guest: ByHand, path: readonly [number, number]) => unknown][] = [
    ['path_open', (guest, path) => guest.call('path_open', 3, 0, ...path, 0, -1n, 0n, 0, guest.alloc(4))],
    ['path_filestat_get', (guest, path) => guest.call('path_filestat_get', 3, 0, ...path, guest.alloc(64))],
    ['path_filestat_set_times', (guest, path) => guest.call('path_filestat_set_times', 3, 0, ...path, 0n, 0n, 0)],
    ['path_readlink', (guest, path) => guest.call('path_readlink', 3, ...path, guest.alloc(16), 16, guest.alloc(4))],
    ['path_remove_directory', (guest, path) => guest.call('path_remove_directory', 3, ...path)],
    ['path_unlink_file', (guest, path) => guest.call('path_unlink_file', 3, ...path)],
    ['path_create_directory', (guest, path) => guest.call('path_create_directory', 3, ...path)],
    ['path_rename, from', (guest, path) => guest.call('path_rename', 3, ...path, 3, ...guest.path('new'))],
    ['path_rename, to', (guest, path) => guest.call('path_rename', 3, ...guest.path('f'), 3, ...path)],
    ['path_link, from', (guest, path) => guest.call('path_link', 3, 0, ...path, 3, ...guest.path('new'))],
    ['path_link, to', (guest, path) => guest.call('path_link', 3, 0, ...guest.path('f'), 3, ...path)],
    ['path_symlink, from', (guest, path) => guest.call('path_symlink', ...guest.path('f'), 3, ...path)],
  ]

  test.each(CALLS)('for %s have at most 4095 bytes, and longer ones are not read', (_name, call) => {
    const guest = stage()
    const nowhere = 'no/'.repeat(1365)
    expect(call(guest, guest.path(nowhere))).toBe('NOENT')
    expect(call(guest, guest.path(`${nowhere}x`))).toBe('NAMETOOLONG')
    // Invalid UTF-8 would have three bytes for each when it is decoded.
    expect(call(guest, [guest.put(new Uint8Array(4096).fill(0xff)), 4096])).toBe('NAMETOOLONG')
    for (const length of [2 ** 31 - 1, -1, -(2 ** 31)]) expect(call(guest, [1024, length])).toBe('NAMETOOLONG')
    expect(call(guest, [guest.memory.size - 8, 9])).toBe('FAULT')
    expect(call(guest, [0, 0])).toBe('NOENT')
  })

  test('have names of at most 255 bytes, not letters', () => {
    const guest = stage()
    expect(guest.call('path_create_directory', 3, ...guest.path('a'.repeat(255)))).toBe('SUCCESS')
    expect(guest.call('path_create_directory', 3, ...guest.path('a'.repeat(256)))).toBe('NAMETOOLONG')
    expect(guest.call('path_create_directory', 3, ...guest.path('ä'.repeat(127)))).toBe('SUCCESS')
    expect(guest.call('path_create_directory', 3, ...guest.path('ä'.repeat(128)))).toBe('NAMETOOLONG')
  })

  test('in links may be as long as other paths', () => {
    const guest = stage()
    const link = (target: readonly [number, number], name: string): unknown =>
      guest.call('path_symlink', ...target, 3, ...guest.path(name))
    expect(link(guest.path('./'.repeat(2047)), 'long')).toBe('SUCCESS')
    expect(link(guest.path('a'.repeat(4095)), 'longest')).toBe('SUCCESS')
    expect(link(guest.path('a'.repeat(4096)), 'longer')).toBe('NAMETOOLONG')
    expect(link([1024, 300 * 2 ** 20], 'huge')).toBe('NAMETOOLONG')
    expect([link([0, 0], 'empty'), link([guest.memory.size - 1, 2], 'outside')]).toEqual(['NOENT', 'FAULT'])
    // It is followed, and leads to the folder that it is in.
    const out = guest.alloc(64)
    expect(guest.call('path_filestat_get', 3, 1, ...guest.path('long/d'), out)).toBe('SUCCESS')
    expect(guest.call('path_filestat_get', 3, 1, ...guest.path('longest'), out)).toBe('NAMETOOLONG')
  })
})

describe('a listing', () => {
  /** A guest with a folder of `count` files, open as 4. */
  function folder(count: number): ByHand {
    const files = new Map(Array.from({ length: count }, (_, index) => [`file-${index}`, new Uint8Array(0)]))
    const guest = new ByHand(new Map([['many', files]]))
    expect(guest.openFolder('many')).toBe(4)
    return guest
  }
  const expected = (count: number): string[] => ['.', '..', ...Array.from({ length: count }, (_, i) => `file-${i}`)]

  test.each([60, 100, 1000, 65_536])('into buffers of %d bytes is complete', (size) => {
    expect(names(folder(200), 4, size)).toEqual(expected(200))
  })

  test('misses no name while listed files are removed', () => {
    const guest = folder(500)
    const found = names(guest, 4, 400, (name) => {
      if (name.startsWith('file')) guest.call('path_unlink_file', 4, ...guest.path(name))
    })
    expect(found).toEqual(expected(500))
    expect(names(guest, 4)).toEqual(['.', '..'])
  })

  test('ends while listed files are renamed', () => {
    const guest = folder(300)
    const found = names(guest, 4, 200, (name) => {
      if (name.startsWith('file')) guest.call('path_rename', 4, ...guest.path(name), 4, ...guest.path(`${name}~`))
    })
    expect(found).toEqual(expected(300))
    expect(names(guest, 4).sort()).toEqual(
      expected(300)
        .map((name) => (name.startsWith('f') ? `${name}~` : name))
        .sort(),
    )
  })

  test('continues from any listed name, also with another descriptor', () => {
    const guest = folder(50)
    const [buffer, out] = [guest.alloc(8192), guest.alloc(4)]
    guest.call('fd_readdir', 4, buffer, 8192, 0n, out)
    const cookies: bigint[] = []
    for (let at = 0; at < guest.memory.u32(out); at += 24 + guest.memory.u32(buffer + at + 16))
      cookies.push(guest.memory.u64(buffer + at))
    const other = guest.openFolder('many')
    for (const [index, cookie] of cookies.entries()) {
      for (const fd of [4, other]) {
        guest.call('fd_readdir', fd, buffer, 8192, cookie, out)
        const next = new TextDecoder().decode(guest.memory.view(buffer + 24, guest.memory.u32(buffer + 16)))
        if (index + 1 < cookies.length) expect(next).toBe(expected(50)[index + 1])
        else expect(guest.memory.u32(out)).toBe(0)
      }
    }
    expect(guest.call('fd_readdir', 4, buffer, 8192, 2n ** 60n, out)).toBe('INVAL')
  })
})

describe('descriptors', () => {
  test('that run out neither create nor truncate a file', () => {
    const guest = stage({ maxDescriptors: 256 })
    const path = guest.path('f')
    const out = guest.alloc(4)
    for (let fd = 6; fd < 256; fd++) guest.call('path_open', 3, 0, ...path, 0, -1n, 0n, 0, out)
    expect(guest.memory.u32(out)).toBe(255)
    expect(guest.call('path_open', 3, 0, ...path, 8, -1n, 0n, 0, out)).toBe('MFILE')
    expect(guest.call('path_open', 3, 0, ...guest.path('made'), 1, -1n, 0n, 0, out)).toBe('MFILE')
    guest.call('fd_close', 255)
    expect([guest.contents('f'), names(guest, 3)]).toEqual(['0123456789', ['.', '..', 'f', 'd', 'l']])
  })

  test('may lose rights, but not gain any', () => {
    const guest = stage()
    const iovs = guest.iovecs([2048, 1])
    const write = (): unknown => guest.call('fd_write', 4, iovs, 1, guest.alloc(4))
    expect([write(), guest.call('fd_fdstat_set_rights', 4, 2n, 0n), write()]).toEqual(['SUCCESS', 'SUCCESS', 'BADF'])
    expect(guest.call('fd_fdstat_set_rights', 4, 66n, 0n)).toBe('NOTCAPABLE')
    expect(guest.call('fd_fdstat_set_rights', 1, 0n, 0n)).toBe('NOTSUP')
  })
})

test('fd_allocate extends a file up to the limit, and fd_advise accepts known advice', () => {
  const guest = stage()
  const stat = guest.alloc(64)
  const size = (): bigint => {
    guest.call('fd_filestat_get', 4, stat)
    return guest.memory.u64(stat + 32)
  }
  const allocate = (fd: number, offset: bigint, length: bigint): unknown =>
    guest.call('fd_allocate', fd, offset, length)
  expect([allocate(4, 0n, 5n), size(), allocate(4, 5n, 95n), size()]).toEqual(['SUCCESS', 10n, 'SUCCESS', 100n])
  expect(guest.contents('f')).toBe(`0123456789${'\0'.repeat(54)}`)
  expect([allocate(4, 0n, 0n), allocate(4, -1n, 5n), allocate(4, 5n, -1n)]).toEqual(['INVAL', 'INVAL', 'INVAL'])
  expect([allocate(4, 2n ** 30n, 1n), allocate(4, 2n ** 62n, 2n ** 62n)]).toEqual(['FBIG', 'INVAL'])
  expect([allocate(5, 0n, 1n), allocate(1, 0n, 1n), size()]).toEqual(['BADF', 'SPIPE', 100n])
  const advise = (fd: number, advice: number): unknown => guest.call('fd_advise', fd, 0n, 0n, advice)
  expect([advise(4, 0), advise(4, 5), advise(4, 6), advise(0, 0)]).toEqual(['SUCCESS', 'SUCCESS', 'INVAL', 'SPIPE'])
})
