/** Every limit of a guest is reached on purpose: the guest gets its error, and the embedder is told its name. */

import { describe, expect, test } from '@jest/globals'
import type { Address } from '../../src/base/address.js'
import { LIMIT_NAMES } from '../../src/guard/limits/limits.js'
import type { GuestLimitOptions, LimitName, Usage } from '../../src/guest/guest.js'
import type { VirtualHost } from '../../src/host/virtual.js'
import { build, type FunctionPart, I32, type ImportPart, op } from '../runtime/support/wasm-builder.js'
import { soon } from '../support/deadline.js'
import { describeModule, driver, Guest, virtualHost } from './support/built.js'

const { SOL_SOCKET = 0, SO_ERROR = 0 } = (await describeModule()).constants
const UV = 'uv_host_1'
const WASI = 'wasi_snapshot_preview1'
const imported: ImportPart[] = []
/** Adds an import. @returns a function that calls it with numbers, or with code for numbers */
const importing = (module: string, name: string, count: number, results: readonly number[] = [I32]) => {
  const index = imported.push({ module, name, params: Array<number>(count).fill(I32), results }) - 1
  return (...values: readonly (number | readonly number[])[]): number[] => [
    ...values.flatMap((value) => (typeof value === 'number' ? op.i32(value) : value)),
    ...op.call(index),
  ]
}
/** The indices of the functions that end a turn for good, and the program. */
const [LEAVE, EXIT] = [0, 1]
importing('uv_pump_1', 'leave', 1, [])
importing(WASI, 'proc_exit', 1, [])
const poll = importing(UV, 'poll', 3)
const socket = importing(UV, 'socket', 3)
const pair = importing(UV, 'socketpair', 4)
const pipe = importing(UV, 'pipe', 2)
const bind = importing(UV, 'bind', 3)
const listen = importing(UV, 'listen', 2)
const getsockopt = importing(UV, 'getsockopt', 5)
const connect = importing(UV, 'connect', 3)
const writev = importing(UV, 'writev', 4)
const send = importing(UV, 'sendto', 6)
const lookup = importing(UV, 'lookup', 3)
const print = importing(WASI, 'fd_write', 4)
const mkdir = importing(WASI, 'path_create_directory', 3)

/**
 * Where data is: an address of loopback with port 7, one with port 8, a name, buffers of 16 and 8,000 bytes,
 * descriptors, and the number of the step.
 */
const [PORT_7, PORT_8, NAME, SHORT, LONG, FDS, COUNT] = [64, 80, 96, 112, 120, 128, 256]
const loopback = (port: number): Uint8Array =>
  Uint8Array.of(2, 0, port >> 8, port & 255, 127, 0, 0, 1, ...new Uint8Array(8))
const data = {
  [PORT_7]: loopback(7),
  [PORT_8]: loopback(8),
  [NAME]: 'a.test',
  [SHORT]: '\0\x02\0\0\x10\0\0\0',
  [LONG]: '\0\x02\0\0\x40\x1f\0\0',
}
/** The first descriptors that it opens. */
const [A, B, C] = [256, 257, 258]
/** The descriptor of its root. */
const ROOT = 3
const [INET, STREAM, DATAGRAM, LOCAL] = [2, 1, 2, 1]

const drop = (code: readonly number[]): number[] => [...code, ...op.drop]
const tcp = socket(INET, STREAM, 0)
const udp = socket(INET, DATAGRAM, 0)
/** Opens a socket that listens on port 7, as descriptor A. */
const server = [...drop(tcp), ...drop(bind(A, PORT_7, 16)), ...drop(listen(A, 100))]
/** Waits for 20 ms. */
const pause = drop(poll(0, 0, 20))

/** The error comes later, and no further call is made for it. */
const UNSEEN = op.i32(0)
/** The numbers of errors of the C library. */
const ERRORS = { EAGAIN: 6, EINVAL: 28, EMFILE: 33, ENFILE: 41, ENOBUFS: 42, ENOSPC: 51 }
/** The error of a socket, as the answer of a call. */
const errorOf = (fd: number): number[] => [
  ...[...op.i32(FDS + 8), ...op.i32(4), ...op.store],
  ...drop(getsockopt(fd, SOL_SOCKET, SO_ERROR, FDS, FDS + 8)),
  ...[...op.i32(0), ...op.i32(FDS), ...op.load, ...op.sub],
]
const rate = { rate: 1, burst: 1 }

/** One limit: what the guest does, and how its last call ends. */
interface Row {
  readonly limits: GuestLimitOptions
  /** What it does before, with events of the host in between. */
  readonly steps?: readonly (readonly number[])[]
  readonly last: readonly number[]
  /** The error of the last call; without, it succeeds or has no error of its own. */
  readonly error?: keyof typeof ERRORS
  /** What tells the error under `worker`, where the answer to the last call comes later. */
  readonly later?: readonly number[]
  /** What is used when the limit is told. */
  readonly used: number
}

const ROWS: { readonly [Name in LimitName]?: Row } = {
  // It is told at the next call that needs the memory.
  memory: {
    limits: { memory: 262_144 },
    last: [...drop([...op.i32(3), ...op.grow]), ...drop([...op.i32(1), ...op.grow]), ...poll(FDS, 1, 0)],
    used: 262_144,
  },
  tableElements: { limits: { tableElements: 12 }, steps: [drop(op.growTable(2))], last: poll(FDS, 1, 0), used: 12 },
  descriptors: { limits: { descriptors: 4 }, steps: [drop(tcp)], last: tcp, error: 'EMFILE', used: 4 },
  sockets: { limits: { sockets: 1 }, steps: [server, drop(tcp)], last: bind(B, PORT_8, 16), error: 'EMFILE', used: 1 },
  listeners: {
    limits: { listeners: 1 },
    steps: [server, [...drop(tcp), ...drop(bind(B, PORT_8, 16))]],
    last: listen(B, 1),
    error: 'ENOBUFS',
    used: 1,
  },
  pendingAccepts: {
    limits: { pendingAccepts: 1 },
    steps: [server, [...drop(tcp), ...drop(connect(B, PORT_7, 16)), ...drop(tcp), ...drop(connect(C, PORT_7, 16))], []],
    last: poll(FDS, 0, 0),
    used: 1,
  },
  connecting: {
    limits: { connecting: 1 },
    last: [...drop(tcp), ...drop(connect(A, PORT_7, 16)), ...drop(tcp), ...connect(B, PORT_7, 16)],
    error: 'EAGAIN',
    later: errorOf(B),
    used: 1,
  },
  lookups: {
    limits: { lookups: 1 },
    last: [...drop(lookup(NAME, 6, 0)), ...lookup(NAME, 6, 0)],
    error: 'EAGAIN',
    later: UNSEEN,
    used: 1,
  },
  connectionsPerSecond: {
    limits: { connectionsPerSecond: rate },
    steps: [server, [...drop(tcp), ...drop(connect(B, PORT_7, 16))]],
    last: [...drop(tcp), ...connect(C, PORT_7, 16)],
    error: 'EAGAIN',
    later: errorOf(C),
    used: 1,
  },
  lookupsPerSecond: {
    limits: { lookupsPerSecond: rate },
    steps: [drop(lookup(NAME, 6, 0))],
    last: lookup(NAME, 6, 0),
    error: 'EAGAIN',
    later: UNSEEN,
    used: 1,
  },
  messagesPerSecond: {
    limits: { messagesPerSecond: rate },
    steps: [[...drop(udp), ...drop(send(A, SHORT, 1, 0, PORT_7, 16))]],
    last: [...drop(send(A, SHORT, 1, 0, PORT_7, 16)), ...send(A, SHORT, 1, 0, PORT_7, 16)],
    error: 'EAGAIN',
    later: UNSEEN,
    used: 1,
  },
  bytesPerSecond: {
    limits: { bytesPerSecond: { rate: 1, burst: 100 } },
    steps: [[...server, ...drop(tcp), ...drop(connect(B, PORT_7, 16))], [], drop(writev(B, LONG, 1, 0)), []],
    last: poll(FDS, 0, 0),
    used: 100,
  },
  queuedBytes: {
    limits: { queuedBytes: 16_384 },
    steps: [1, 2, 3, 4].map(() => drop(pipe(FDS, 0))),
    last: pipe(FDS, 0),
    error: 'ENFILE',
    used: 16_384,
  },
  queuedChunks: {
    limits: { queuedChunks: 1 },
    steps: [drop(pair(LOCAL, DATAGRAM, 0, FDS)), drop(writev(A, SHORT, 1, 0))],
    last: writev(A, SHORT, 1, 0),
    error: 'ENOBUFS',
    used: 1,
  },
  pipeBytes: {
    limits: { pipeBytes: 4096 },
    steps: [drop(pipe(FDS, 0)), drop(writev(B, LONG, 1, 0))],
    last: writev(B, SHORT, 1, 0),
    error: 'EAGAIN',
    used: 4096,
  },
  pollDescriptors: { limits: { pollDescriptors: 2 }, last: poll(FDS, 3, 0), error: 'EINVAL', used: 0 },
  fileEntries: {
    limits: { fileEntries: 4 },
    steps: [1, 2, 3, 4, 5].map((length) => drop(mkdir(ROOT, NAME, length))),
    // Preview 1 answers with the number of the error, not with its opposite.
    last: [...op.i32(0), ...mkdir(ROOT, NAME, 6), ...op.sub],
    error: 'ENOSPC',
    used: 4,
  },
  outputBytes: { limits: { outputBytes: 8000 }, last: print(1, LONG, 1, FDS), used: 8000 },
  outputPerSecond: {
    limits: { outputPerSecond: { rate: 1e6, burst: 100 } },
    steps: [drop(print(2, LONG, 1, FDS))],
    last: print(2, SHORT, 1, FDS),
    used: 100,
  },
}

const DRIVERS = driver === 'worker' ? (['worker', 'pump'] as const) : ([driver] as const)
type Driver = (typeof DRIVERS)[number]

/** A program that goes through the steps, and exits with the error of its last call. */
const program = ({ steps = [], last, later }: Row, driver: Driver): Uint8Array<ArrayBuffer> => {
  const end = (code: readonly number[]): number[] => [...op.i32(0), ...code, ...op.sub, ...op.call(EXIT)]
  const all = driver === 'worker' && later ? [...steps, drop(last), end(later)] : [...steps, end(last)]
  const turn = { params: [I32], results: [I32] }
  // Each turn makes one step: that of the number at COUNT.
  const step = (code: readonly number[], index: number): number[] => [
    ...[...op.i32(COUNT), ...op.load, ...op.i32(index), ...op.sub, ...op.eqz, ...op.if],
    ...[...op.i32(COUNT + 4), ...op.i32(index + 1), ...op.store, ...code, ...op.end],
  ]
  const next = [...op.i32(COUNT), ...op.i32(COUNT + 4), ...op.load, ...op.store]
  const main: FunctionPart[] =
    driver === 'pump'
      ? [
          { code: [op.i32(0), op.call(LEAVE)], export: '_start' },
          { ...turn, code: [...all.map(step), next, op.i32(3)], export: 'uvp_turn' },
          { ...turn, code: [op.i32(10)], export: 'uvp_turn_timeout' },
          { ...turn, code: [op.i32(1)], export: 'uvp_turn_alive' },
          { params: [I32], code: [], export: 'uvp_end' },
        ]
      : [{ code: all.flatMap((code) => [pause, code]), export: '_start' }]
  return build({ imports: imported, functions: main, data, table: 10 })
}

/** A network that answers neither lookups nor connections. */
const slowHost = (): VirtualHost => {
  const host = virtualHost()
  const silent = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }
  const connect = host.connect.bind(host)
  return Object.assign(host, {
    lookup: () => () => {},
    connect: (remote: Address) => {
      const connection = connect(remote, silent)
      // Its events can no longer be set.
      return Object.defineProperty(connection, 'events', { set() {}, get: () => silent })
    },
  })
}

const rows = DRIVERS.flatMap((each) =>
  LIMIT_NAMES.flatMap((name) => {
    const row = ROWS[name]
    return row === undefined ? [] : [[name, each, row] as const]
  }),
)

describe('a limit', () => {
  test.each(rows)('%s is told, and has its error, under %s', async (name, driver, row) => {
    const told: [LimitName, Usage][] = []
    const options = {
      driver,
      limits: row.limits,
      dirs: {},
      host: name === 'lookups' || name === 'connecting' ? slowHost() : virtualHost(),
      onLimit: (limit: LimitName, usage: Usage): void => void told.push([limit, usage]),
    }
    const guest = await Guest.start(program(row, driver), options)
    const code = await soon(guest.exit, 'the guest to end')
    const given = row.limits[name]
    const limit = typeof given === 'object' ? given.burst : given
    expect(told).toEqual([[name, { used: expect.any(Number), limit }]])
    expect(told[0]?.[1].used).toBeGreaterThanOrEqual(row.used)
    if (row.error && !(driver === 'worker' && row.later === UNSEEN)) expect(code).toBe(ERRORS[row.error])
  })

  // These have tests of their own: kernel/sockets/orphans.test.ts, and wasi/space.test.ts.
  const others: readonly LimitName[] = ['lingering', 'fileBytes']
  test.each(LIMIT_NAMES.filter((name) => !others.includes(name)))('%s is in the table', (name) => {
    expect(ROWS[name]).toBeDefined()
  })
})
