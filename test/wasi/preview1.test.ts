/** Each call of preview 1, like a guest that follows no rules makes it: the cost of one call is limited. */
import { describe, expect, test } from '@jest/globals'
import { ByHand, names, stage } from '../guest/support/by-hand.js'

/**
 * Every function of preview 1, with its parameters: `i` has 32 bits, `I` has 64. Proc_exit is not here: it ends the
 * guest.
 */
const ALL: Readonly<Record<string, string>> = {
  args_get: 'ii',
  args_sizes_get: 'ii',
  clock_res_get: 'ii',
  clock_time_get: 'iIi',
  environ_get: 'ii',
  environ_sizes_get: 'ii',
  fd_advise: 'iIIi',
  fd_allocate: 'iII',
  fd_close: 'i',
  fd_datasync: 'i',
  fd_fdstat_get: 'ii',
  fd_fdstat_set_flags: 'ii',
  fd_fdstat_set_rights: 'iII',
  fd_filestat_get: 'ii',
  fd_filestat_set_size: 'iI',
  fd_filestat_set_times: 'iIIi',
  fd_pread: 'iiiIi',
  fd_prestat_dir_name: 'iii',
  fd_prestat_get: 'ii',
  fd_pwrite: 'iiiIi',
  fd_read: 'iiii',
  fd_readdir: 'iiiIi',
  fd_renumber: 'ii',
  fd_seek: 'iIii',
  fd_sync: 'i',
  fd_tell: 'ii',
  fd_write: 'iiii',
  path_create_directory: 'iii',
  path_filestat_get: 'iiiii',
  path_filestat_set_times: 'iiiiIIi',
  path_link: 'iiiiiii',
  path_open: 'iiiiiIIii',
  path_readlink: 'iiiiii',
  path_remove_directory: 'iii',
  path_rename: 'iiiiii',
  path_symlink: 'iiiii',
  path_unlink_file: 'iii',
  poll_oneoff: 'iiii',
  proc_raise: 'i',
  random_get: 'ii',
  sched_yield: '',
  sock_accept: 'iii',
  sock_recv: 'iiiiii',
  sock_send: 'iiiii',
  sock_shutdown: 'ii',
}

/** The files and streams of a guest that a wrong call could have changed. */
function look(guest: ByHand): unknown {
  const { printed, asked, given } = guest.hand
  return [guest.contents('f'), names(guest, 3), printed.length, asked, given?.length]
}

describe('functions', () => {
  test('are all those of preview 1', () => {
    expect(new ByHand().names.sort()).toEqual(Object.keys(ALL).sort())
  })

  test.each(Object.entries(ALL))(
    'include %s, which returns an error for extreme arguments and never throws',
    (name, shape) => {
      const guest = stage()
      guest.hand.outputRoom = 4096
      const values = [0, 1, -1, 3, 4, 5, 1024, 65_536, 2 ** 31 - 1, -(2 ** 31)]
      const walk = (given: (number | bigint)[]): void => {
        const next = shape[given.length]
        if (next === undefined) {
          guest.call(name, ...given)
          return
        }
        // All combinations of the first three arguments; the others depend on the first.
        for (const value of given.length < 3 ? values : [Number(given[0] ?? 0), 2048])
          walk([...given, next === 'I' ? BigInt(value) << (value < 0 ? 32n : 0n) : value])
      }
      walk([])
    },
  )

  test('answer EBADF for descriptors below 0', () => {
    const guest = stage()
    for (const [name, shape] of Object.entries(ALL)) {
      if (!name.startsWith('fd_')) continue
      const rest: (number | bigint)[] = [...shape.slice(1)].map((kind) => (kind === 'I' ? 0n : 2048))
      if (/read$|write$/.test(name)) rest[1] = 0
      for (const fd of [-1, -(2 ** 31), 9])
        expect([name, fd, guest.call(name, fd, ...rest)]).toEqual([name, fd, 'BADF'])
    }
  })

  test('answer ENOSYS for signals, and ENOTSOCK for sockets', () => {
    const guest = stage()
    expect([guest.call('proc_raise', 15), guest.call('sched_yield')]).toEqual(['NOSYS', 'SUCCESS'])
    for (const name of ['sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown'])
      expect([0, 4, 5, 9, -1, 256].map((fd) => guest.call(name, fd, 0, 0, 0, 0, 0))).toEqual([
        'NOTSOCK',
        'NOTSOCK',
        'NOTSOCK',
        'BADF',
        'BADF',
        'BADF',
      ])
  })
})

/** Each address that a call reads or writes: the call with that address, and all else correct. */
const RESULTS: readonly [what: string, bytes: number, call: (guest: ByHand, at: number) => unknown][] = [
  ['fd_read, input', 4, (guest, at) => guest.call('fd_read', 0, guest.iovecs([2048, 4]), 1, at)],
  ['fd_write, output', 4, (guest, at) => guest.call('fd_write', 1, guest.iovecs([2048, 4]), 1, at)],
  ['fd_read', 4, (guest, at) => guest.call('fd_read', 4, guest.iovecs([2048, 4]), 1, at)],
  ['fd_pread', 4, (guest, at) => guest.call('fd_pread', 4, guest.iovecs([2048, 4]), 1, 0n, at)],
  ['fd_write', 4, (guest, at) => guest.call('fd_write', 4, guest.iovecs([2048, 4]), 1, at)],
  ['fd_pwrite', 4, (guest, at) => guest.call('fd_pwrite', 4, guest.iovecs([2048, 4]), 1, 0n, at)],
  ['fd_seek', 8, (guest, at) => guest.call('fd_seek', 4, 1n, 1, at)],
  ['fd_tell', 8, (guest, at) => guest.call('fd_tell', 4, at)],
  ['fd_readdir, buffer', 64, (guest, at) => guest.call('fd_readdir', 3, at, 64, 0n, guest.alloc(4))],
  ['fd_readdir, used', 4, (guest, at) => guest.call('fd_readdir', 3, guest.alloc(64), 64, 0n, at)],
  ['fd_fdstat_get', 24, (guest, at) => guest.call('fd_fdstat_get', 4, at)],
  ['fd_fdstat_get, stream', 24, (guest, at) => guest.call('fd_fdstat_get', 1, at)],
  ['fd_filestat_get', 64, (guest, at) => guest.call('fd_filestat_get', 4, at)],
  ['fd_filestat_get, stream', 64, (guest, at) => guest.call('fd_filestat_get', 1, at)],
  ['fd_prestat_get', 8, (guest, at) => guest.call('fd_prestat_get', 3, at)],
  ['fd_prestat_dir_name', 1, (guest, at) => guest.call('fd_prestat_dir_name', 3, at, 1)],
  ['path_open', 4, (guest, at) => guest.call('path_open', 3, 0, ...guest.path('made'), 1, -1n, 0n, 0, at)],
  ['path_open, truncating', 4, (guest, at) => guest.call('path_open', 3, 0, ...guest.path('f'), 8, -1n, 0n, 0, at)],
  ['path_filestat_get', 64, (guest, at) => guest.call('path_filestat_get', 3, 0, ...guest.path('f'), at)],
  [
    'path_readlink, buffer',
    16,
    (guest, at) => guest.call('path_readlink', 3, ...guest.path('l'), at, 16, guest.alloc(4)),
  ],
  [
    'path_readlink, used',
    4,
    (guest, at) => guest.call('path_readlink', 3, ...guest.path('l'), guest.alloc(16), 16, at),
  ],
  ['random_get', 16, (guest, at) => guest.call('random_get', at, 16)],
  ['clock_time_get', 8, (guest, at) => guest.call('clock_time_get', 1, 0n, at)],
  ['clock_res_get', 8, (guest, at) => guest.call('clock_res_get', 1, at)],
  ['args_sizes_get', 4, (guest, at) => guest.call('args_sizes_get', at, guest.alloc(4))],
  ['environ_sizes_get', 4, (guest, at) => guest.call('environ_sizes_get', guest.alloc(4), at)],
  ['poll_oneoff, subscriptions', 48, (guest, at) => guest.call('poll_oneoff', at, guest.alloc(32), 1, guest.alloc(4))],
  ['poll_oneoff, events', 32, (guest, at) => guest.call('poll_oneoff', guest.alloc(48), at, 1, guest.alloc(4))],
  ['poll_oneoff, count', 4, (guest, at) => guest.call('poll_oneoff', guest.alloc(48), guest.alloc(32), 1, at)],
  ['fd_read, list', 8, (guest, at) => guest.call('fd_read', 4, at, 1, guest.alloc(4))],
  ['fd_write, list', 8, (guest, at) => guest.call('fd_write', 1, at, 1, guest.alloc(4))],
  [
    'fd_write, second buffer',
    8,
    (guest, at) => guest.call('fd_write', 1, guest.iovecs([2048, 4], [at, 8]), 2, guest.alloc(4)),
  ],
]

describe.each(RESULTS)('the address of %s', (_what, bytes, call) => {
  test.each<[string, (size: number) => number]>([
    ['as NULL', () => 0],
    ['as -1', () => -1],
    ['as -2^31', () => -(2 ** 31)],
    ['directly after the memory', (size) => size],
    ['across the end of the memory', (size) => size - bytes + 1],
  ])('%s is EFAULT, and changes nothing', (_place, where) => {
    const guest = stage()
    guest.hand.given = new TextEncoder().encode('input')
    const before = look(guest)
    expect(call(guest, where(guest.memory.size))).toBe('FAULT')
    expect(look(guest)).toEqual(before)
    // Nothing was read, and the position of the file is unchanged.
    const at = guest.alloc(8)
    expect([guest.call('fd_tell', 4, at), guest.memory.u64(at)]).toEqual(['SUCCESS', 0n])
  })

  test('at the end of the memory is valid', () => {
    const guest = stage()
    expect(call(guest, guest.memory.size - bytes)).toBe('SUCCESS')
  })
})

test('a guest may use memory above 2 GiB', () => {
  const guest = new ByHand(undefined, { pages: 32_769 })
  const at = 2 ** 31 - 65_536 + 65_528 + 8
  // WebAssembly passes it as a negative number.
  expect(guest.call('random_get', at | 0, 65_536)).toBe('SUCCESS')
  expect(guest.memory.view(at, 65_536).some((byte) => byte !== 0)).toBe(true)
  guest.memory.setBytes(at, new TextEncoder().encode('high'))
  expect(guest.call('fd_write', 1, guest.iovecs([at, 4]), 1, (at + 8) | 0)).toBe('SUCCESS')
  expect([guest.memory.u32(at + 8), String(guest.hand.printed[0])]).toEqual([4, '104,105,103,104'])
})

describe('buffers', () => {
  const calls = ['fd_read 0', 'fd_write 1', 'fd_write 2', 'fd_read 4', 'fd_write 4', 'fd_pread 4', 'fd_pwrite 4']

  /** Makes the call on a list of buffers. */
  function on(guest: ByHand, call: string, iovs: number, count: number): [answer: unknown, bytes: number] {
    const [name = '', fd] = call.split(' ')
    const out = guest.alloc(4)
    const offset = name.startsWith('fd_p') ? [0n] : []
    return [guest.call(name, Number(fd), iovs, count, ...offset, out), guest.memory.u32(out)]
  }

  test.each(calls)('of %s are at most 1024', (call) => {
    const guest = stage()
    const iovs = guest.iovecs(...Array.from({ length: 1024 }, () => [2048, 0] as const))
    expect(on(guest, call, iovs, 1024)).toEqual(['SUCCESS', 0])
    // 2 ** 29 times eight is 0 in 32 bits.
    for (const count of [1025, 2 ** 27, 2 ** 29, 2 ** 31 - 1, -1, -(2 ** 31)])
      expect([count, on(guest, call, iovs, count)]).toEqual([count, ['INVAL', 0]])
    expect(guest.contents('f')).toBe('0123456789')
  })

  test.each(calls)('of %s with 2 GiB or more are EINVAL', (call) => {
    const guest = stage()
    for (const length of [-1, -(2 ** 31)])
      expect(on(guest, call, guest.iovecs([1024, length]), 1)).toEqual(['INVAL', 0])
    // Not too long, but outside of the memory.
    expect(on(guest, call, guest.iovecs([1024, 2 ** 31 - 1]), 1)).toEqual(['FAULT', 0])
  })

  test('that contain their own list are read before any byte is copied', () => {
    for (const call of ['fd_read 0', 'fd_read 4', 'fd_pread 4']) {
      const guest = stage()
      guest.hand.given = new Uint8Array(24).fill(7)
      guest.call('fd_pwrite', 4, guest.iovecs([guest.put(new Uint8Array(24).fill(7)), 24]), 1, 0n, guest.alloc(4))
      const second = guest.alloc(8)
      const iovs = guest.iovecs([0, 0], [second, 8])
      guest.memory.setU32(iovs, iovs)
      guest.memory.setU32(iovs + 4, 16)
      expect([call, ...on(guest, call, iovs, 2)]).toEqual([call, 'SUCCESS', 24])
      expect(guest.memory.u64(second)).toBe(0x0707_0707_0707_0707n)
    }
  })

  test('that overlap are printed up to 1 MiB, and up to the room of the output', () => {
    const guest = stage()
    const size = guest.memory.size - 65_536
    const iovs = guest.iovecs(...Array.from({ length: 1024 }, () => [1024, size] as const))
    const MOST = 1024 * 1024
    expect(on(guest, 'fd_write 1', iovs, 1024)).toEqual(['SUCCESS', MOST])
    guest.hand.outputRoom = 5000
    expect(on(guest, 'fd_write 1', iovs, 1024)).toEqual(['SUCCESS', 5000])
    guest.hand.outputRoom = 0
    expect(on(guest, 'fd_write 1', iovs, 1024)).toEqual(['AGAIN', 0])
    expect(on(guest, 'fd_write 1', iovs, 0)).toEqual(['SUCCESS', 0])
    expect(guest.hand.printed.map(({ length }) => length)).toEqual([size, MOST - size, 5000])
  })

  test('are written up to the largest size of a file, and refused beyond it', () => {
    const guest = stage()
    const out = guest.alloc(4)
    const iovs = guest.iovecs([2048, 6], [2048, 6])
    const end = 2n ** 30n
    expect([guest.call('fd_pwrite', 4, iovs, 2, end - 8n, out), guest.memory.u32(out)]).toEqual(['SUCCESS', 8])
    for (const offset of [end, end + 1n, 2n ** 52n])
      expect(guest.call('fd_pwrite', 4, iovs, 2, offset, out)).toBe('FBIG')
    expect(guest.call('fd_pwrite', 4, iovs, 2, -1n, out)).toBe('INVAL')
    expect(guest.call('fd_pwrite', 4, iovs, 0, end, out)).toBe('SUCCESS')
  })
})
