/**
 * Modules that are not made by a compiler: which imports they may have, that they cannot catch their end, and that
 * nothing is left open after it.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import type { GuestOptions, Guest as GuestType } from '../../src/guest/guest.js'
import type { VirtualHost } from '../../src/host/virtual.js'
import { build, EXTERNREF, type FunctionPart, I32, I64, type ImportPart, op } from '../runtime/support/wasm-builder.js'
import { soon } from '../support/deadline.js'
import { driver, Guest, GuestTrap, virtualHost } from './support/built.js'
import { endAll, turn, until } from './support/stage.js'

endAll()

const UV = 'uv_host_1'
const WASI = 'wasi_snapshot_preview1'
/** The indices of the functions that all of them import: `leave` is the first, which lets the pump driver run them. */
const [LEAVE, EXIT, WRITE, POLL, SOCKET, BIND, LISTEN, CLOSE, SET_FLAGS, SIGNALS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
const call = (module: string, name: string, count: number, results: number[] = [I32]): ImportPart => ({
  module,
  name,
  params: Array<number>(count).fill(I32),
  results,
})
const IMPORTS: readonly ImportPart[] = [
  call('uv_pump_1', 'leave', 1, []),
  call(WASI, 'proc_exit', 1, []),
  call(WASI, 'fd_write', 4),
  call(UV, 'poll', 3),
  call(UV, 'socket', 3),
  call(UV, 'bind', 3),
  call(UV, 'listen', 2),
  call(UV, 'close', 1),
  call(WASI, 'fd_fdstat_set_flags', 2),
  call(UV, 'signals', 3),
]
const OWN = IMPORTS.length

/** Writes the five bytes of text at 64. */
const SAY = [
  ...[op.i32(16), op.i32(64), op.store, op.i32(20), op.i32(5), op.store],
  ...[op.i32(1), op.i32(16), op.i32(1), op.i32(24), op.call(WRITE), op.drop],
]
/** Runs the code, and continues after it whatever it throws. */
const caught = (...code: readonly number[][]): number[][] => [op.try, ...code, op.catchAll, op.end]
const loop = (...code: readonly number[][]): number[][] => [op.loop, ...code, op.br(0), op.end]
const wait = [op.i32(0), op.i32(0), op.i32(10_000), op.call(POLL), op.drop]
const exit = (code: number): number[][] => [op.i32(code), op.call(EXIT)]

/** A program that runs this code in its `main()`, or in each turn if it is pumped. */
const program = (
  code: readonly (readonly number[])[],
  { pumped = false, functions = [] as FunctionPart[], data = {} as Record<number, string> } = {},
): Uint8Array<ArrayBuffer> => {
  const turn = { params: [I32], results: [I32] }
  const main: FunctionPart[] = pumped
    ? [
        { code: [op.i32(0), op.call(LEAVE)], export: '_start' },
        { ...turn, locals: 2, code: [...code, op.i32(3)], export: 'uvp_turn' },
        { ...turn, code: [op.i32(0)], export: 'uvp_turn_timeout' },
        { ...turn, code: [op.i32(1)], export: 'uvp_turn_alive' },
        { params: [I32], code: [], export: 'uvp_end' },
      ]
    : [{ locals: 3, code, export: '_start' }]
  return build({ imports: IMPORTS, functions: [...functions, ...main], data: { 64: 'here\n', ...data } })
}

const start = async (module: Uint8Array<ArrayBuffer>, options: GuestOptions = {}) => {
  const said = { 1: '', 2: '' }
  const { onOutput } = options
  const guest = await Guest.start(module, {
    driver,
    ...options,
    onOutput: (stream, bytes) => {
      said[stream] += Buffer.from(bytes).toString()
      return onOutput?.(stream, bytes)
    },
  })
  const end: Promise<unknown> = soon(guest.exit, 'the guest to end').catch((error: unknown) => error)
  return { guest, said, end }
}

const DRIVERS = ['pump', driver] as const

describe.each(DRIVERS)('under %s, a module is refused', (driver) => {
  const endless = { code: [op.loop, op.br(0), op.end] }

  test.each<[string, ImportPart, RegExp]>([
    ['an inherited property of objects', call('toString', 'constructor', 1), /"toString"/],
    ['an inherited property of import modules', call(UV, 'constructor', 1), /libuv-wasm's own interface/],
    ['the prototype of import modules', call(UV, '__proto__', 0), /libuv-wasm's own interface/],
    ['a prototype as a global', { module: 'constructor', name: 'prototype', other: [3, 0x6f, 0] }, /the global/],
    ['a memory', { module: 'env', name: 'memory', other: [2, 0, 1] }, /threads/],
    ['a table', { module: WASI, name: 'fd_write', other: [1, 0x70, 0, 0] }, /the table/],
    ['preview 2', call('wasi:sockets/tcp@0.2.3', 'connect', 2), /component model/],
    ['emscripten’s JavaScript', call('env', 'emscripten_run_script', 1, []), /emscripten/],
    ['another version of uv_host', call('uv_host_7', 'socket', 3), /uvcc of this version/],
    ['a callback that is only for loops', call('uv_face_1', 'on_read', 2, []), /libuv-wasm's own interface/],
    [
      'a function with an object instead of a number',
      { module: UV, name: 'close', params: [0x6f], results: [I32] },
      /another type/,
    ],
    ['proc_exit with a result', { module: WASI, name: 'proc_exit', params: [I32], results: [I32] }, /another type/],
  ])('that imports %s, before any of its code runs', async (_what, wanted, says) => {
    const imports = [call('uv_pump_1', 'leave', 1, []), wanted]
    const first = imports.filter(({ other }) => other === undefined).length
    const main = { code: [], export: '_start' }
    await expect(start(build({ imports, functions: [endless, main], start: first }), { driver })).rejects.toMatchObject(
      {
        name: 'LinkError',
        message: expect.stringMatching(says),
      },
    )
  })

  test('whose main() has parameters', async () => {
    const functions = [{ params: [I64], code: [], export: '_start' }]
    await expect(start(build({ functions }), { driver })).rejects.toThrow(
      'Cannot run the module: its _start has parameters; link a main() with uvcc',
    )
  })

  test('that calls an import before its main()', async () => {
    const functions = [{ code: [...caught(...exit(0))] }, { code: [], export: '_start' }]
    const module = build({ imports: IMPORTS, functions, start: OWN })
    await expect(start(module, { driver })).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/^Cannot run the module: .*during instantiation/),
    })
  })
})

describe.each(DRIVERS)('under %s, a guest that exports `then`', (driver) => {
  const then: FunctionPart = { params: [EXTERNREF, EXTERNREF], code: SAY, export: 'then' }

  test('runs like any other, and the export is not called', async () => {
    const { said, end } = await soon(start(program(exit(7), { functions: [then] }), { driver }), 'the start')
    expect(await end).toBe(7)
    expect(said[1]).toBe('')
  })
})

test('a loader cannot pass on a module that exports `then`', async () => {
  const module = program(exit(7), { functions: [{ code: [], export: 'then' }] })
  const instantiate = (): never => {
    throw new Error('it was instantiated')
  }
  await expect(Guest.start(module, { driver: 'pump', instantiate })).rejects.toThrow(
    "Cannot run the module: it exports 'then', like a promise; give the export another name",
  )
})

describe.each(DRIVERS)('under %s, a guest that catches everything', (driver) => {
  const pumped = driver === 'pump'

  test('ends when it exits', async () => {
    const { said, end } = await start(program([...caught(...exit(7)), ...SAY], { pumped }), { driver })
    expect([await end, said]).toEqual([7, { 1: '', 2: '' }])
  })

  test('ends when it is terminated while it prints', async () => {
    let guest: GuestType | undefined
    const onOutput = (): void => guest?.terminate()
    const module = program(pumped ? caught(...SAY) : loop(...caught(...SAY), ...caught(...wait)), { pumped })
    const started = await start(module, { driver, onOutput })
    guest = started.guest
    await until(() => started.said[1] !== '', 'the guest to print')
    guest.terminate()
    expect(await started.end).toBe(143)
  })

  test('ends with the exception of the receiver of its output', async () => {
    const onOutput = (): void => {
      throw new Error('no more paper')
    }
    const module = program(pumped ? caught(...SAY) : loop(...caught(...SAY)), { pumped })
    const { said, end } = await start(module, { driver, onOutput })
    expect(await end).toMatchObject({ message: 'no more paper' })
    expect(said[1].startsWith('here\n')).toBe(true)
    if (driver !== 'worker') expect(said[1]).toBe('here\n')
  })

  test('ends in a trap with a shortened stack', async () => {
    const long = 'x'.repeat(20_000)
    const text = new TextEncoder().encode(long)
    const uleb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...uleb(value >> 7)])
    const depth = 16
    const names = Array.from({ length: depth }, (_, index) => [...uleb(OWN + index), ...uleb(text.length), ...text])
    const body = [...uleb(depth), ...names.flat()]
    const custom = [4, ...Buffer.from('name'), 1, ...uleb(body.length), ...body]
    const functions = Array.from({ length: depth }, (_, index) => ({
      code: index === 0 ? [op.unreachable] : [op.call(OWN + index - 1)],
      ...(index === depth - 1 && { export: '_start' }),
    }))
    const { end } = await start(build({ imports: IMPORTS, functions, custom }), { driver })
    const trap = await end
    expect(trap).toBeInstanceOf(GuestTrap)
    expect(String(Reflect.get(Object(trap), 'stack')).length).toBeLessThanOrEqual(8192)
    expect(trap).toMatchObject({
      message: expect.stringMatching(/unreachable/i),
      stack: expect.stringContaining('xxx'),
    })
  })

  test('gets at most 16 reports of defects, however many it causes', async () => {
    const host = virtualHost()
    host.bind = () => {
      throw new Error('out of order')
    }
    const bindAll = [
      ...[op.i32(200), op.set(1)],
      ...[op.loop, op.i32(2), op.i32(1), op.i32(0), op.call(SOCKET), op.i32(96), op.i32(16), op.call(BIND), op.drop],
      ...[op.get(1), op.i32(1), op.sub, op.tee(1), op.brIf(0), op.end],
    ]
    const { said, end } = await start(program([...bindAll, ...exit(0)], { pumped, data: LOOPBACK }), { driver, host })
    expect(await end).toBe(0)
    expect(said[2].match(/libuv-wasm: Error: out of order\n/g)?.length).toBe(16)
    expect(said[2].split('\n').length).toBe(18)
  })
})

describe('what a guest has written without waiting arrives', () => {
  /** `O_NONBLOCK` for the standard output. */
  const never = [op.i32(1), op.i32(4), op.call(SET_FLAGS), op.drop]
  const spin = loop()

  test.each(DRIVERS)('under %s, when it traps', async (driver) => {
    const { said, end } = await start(program([...never, ...SAY, ...SAY, op.unreachable]), { driver })
    expect(await end).toBeInstanceOf(GuestTrap)
    expect(said[1]).toBe('here\nhere\n')
  })

  test('when a limit ends it', async () => {
    const limits = { iterationTime: 20 }
    const { said, end } = await start(program([...never, ...SAY, ...SAY, ...spin]), { driver: 'worker', limits })
    expect(await end).toBe(152)
    expect(said[1]).toBe('here\nhere\n')
  })
})

/** What is open on a host, except events that wait for their turn. */
const listeners = (host: VirtualHost): string[] => host.open().filter((what) => !what.endsWith(' events'))

/** 127.0.0.1, any port, as a `sockaddr_in`. */
const LOOPBACK = { 96: '\x02\0\0\0\x7f\0\0\x01\0\0\0\0\0\0\0\0' }

test('a pumped guest with short turns leaves turns to the host, and can be terminated', async () => {
  const { guest, end } = await start(program([], { pumped: true }), { driver: 'pump' })
  for (let turns = 0; turns < 10; turns++) await turn()
  guest.terminate()
  expect(await end).toBe(143)
})

test('a waiting guest that catches its end does not continue', async () => {
  const { guest, said, end } = await start(program(loop(...caught(...wait), ...SAY)))
  await turn()
  guest.terminate()
  expect(await end).toBe(143)
  await turn()
  expect(said[1]).toBe('')
})

test('a guest that asks without a wait is asked for nothing after its end', async () => {
  // An answer looks for signals in its memory. A failure is reported where it is not closed with its descriptors.
  const before = [op.i32(0), op.i32(0), op.i32(256), op.call(SIGNALS), op.drop, op.i32(2), op.call(CLOSE), op.drop]
  const ask = [op.i32(128), op.i32(1), op.i32(0), op.call(POLL), op.drop]
  const { guest, said, end } = await start(program([...before, ...loop(...ask)]))
  await turn()
  guest.terminate()
  expect(await end).toBe(143)
  await turn()
  expect(said).toEqual({ 1: '', 2: '' })
})

test.each(DRIVERS)('under %s, terminate() closes open sockets, at once if there is only one thread', async (driver) => {
  const host = virtualHost()
  const open = [
    ...[op.i32(2), op.i32(1), op.i32(0), op.call(SOCKET), op.set(1)],
    ...[op.get(1), op.i32(96), op.i32(16), op.call(BIND), op.drop, op.get(1), op.i32(8), op.call(LISTEN), op.drop],
  ]
  const pumped = driver === 'pump'
  const module = program(pumped ? open : [...open, ...loop(...caught(...wait))], { pumped, data: LOOPBACK })
  const { guest, end } = await start(module, { driver, host })
  await until(() => listeners(host).length > 0, 'the guest to listen')
  guest.terminate()
  if (driver !== 'worker') expect(listeners(host)).toEqual([])
  expect(await end).toBe(143)
  expect(listeners(host)).toEqual([])
})

// The memory of a thread is freed with the thread.
test.each(DRIVERS.filter((name) => name !== 'worker'))(
  'under %s, a guest that has ended holds no memory',
  async (driver) => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const { instantiate } = WebAssembly
    const memories: WeakRef<object>[] = []
    Object.assign(WebAssembly, {
      instantiate: async (module: WebAssembly.Module, imports: WebAssembly.Imports) => {
        const instance = await Reflect.apply(instantiate, WebAssembly, [module, imports])
        memories.push(new WeakRef(instance.exports.memory))
        return instance
      },
    })
    const pumped = driver === 'pump'
    try {
      const { guest, end } = await start(program(pumped ? [] : loop(...caught(...wait)), { pumped }), { driver })
      await turn()
      guest.terminate()
      expect(await end).toBe(143)
      await until(() => {
        collect()
        return memories.length > 0 && memories.every((memory) => memory.deref() === undefined)
      }, 'the memory to be freed')
      // The driver is known after the end, too.
      expect(guest.driver).toBe(driver)
    } finally {
      Object.assign(WebAssembly, { instantiate })
    }
  },
)

// The stack of a thread is too large to be tried in a short time; the code around its calls is the same.
describe.each(DRIVERS.filter((name) => name !== 'worker'))('under %s, a call with hardly any stack left', (driver) => {
  const pumped = driver === 'pump'

  /** Listens, and closes the socket in a call `depth` frames deep. @returns the guest's end, and its open sockets */
  const at = async (depth: number): Promise<[ended: string, open: number]> => {
    const host = virtualHost()
    const deep: FunctionPart = {
      params: [I32, I32],
      results: [I32],
      code: [
        [...op.get(0), 0x04, I32, ...op.get(0), ...op.i32(1), ...op.sub, ...op.get(1), ...op.call(OWN)],
        [...op.i32(1), ...op.add, ...op.else, ...op.get(1), ...op.call(CLOSE), ...op.end],
      ],
    }
    const code = [
      ...[op.i32(2), op.i32(1), op.i32(0), op.call(SOCKET), op.set(1)],
      ...[op.get(1), op.i32(96), op.i32(16), op.call(BIND), op.drop, op.get(1), op.i32(8), op.call(LISTEN), op.drop],
      ...[op.i32(depth), op.get(1), op.call(OWN), op.drop, ...exit(0)],
    ]
    const { end } = await start(program(code, { pumped, functions: [deep], data: LOOPBACK }), { driver, host })
    return [String(await end).split('\n')[0] ?? '', listeners(host).length]
  }

  test('succeeds, or ends the guest, and leaves nothing open', async () => {
    let [fine, over] = [1000, 200_000]
    while (over - fine > 1) {
      const middle = (fine + over) >> 1
      const [ended, open] = await at(middle)
      expect(open).toBe(0)
      if (ended === '0') fine = middle
      else over = middle
    }
    for (let depth = over - 8; depth < over + 8; depth++) {
      const [ended, open] = await at(depth)
      expect(ended).toMatch(/^0$|GuestTrap: RangeError: Maximum call stack size exceeded/)
      expect(open).toBe(0)
    }
  }, 60_000)
})
