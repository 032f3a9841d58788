/** Tests of guests that pass invalid arguments: they get an error, and nothing else is affected. */
import { describe, expect, test } from '@jest/globals'
import type { KernelCalls } from '../../src/abi/uv-host.js'
import { loopback } from '../support/wishes.js'
import { type Answer, c, fakeMachine, type Machine, two } from './support/machine.js'
import { connected } from './support/states.js'

type Name = keyof KernelCalls

/** One descriptor of each kind that a call may take. */
interface Stage {
  readonly machine: Machine
  readonly fresh: number
  readonly bound: number
  readonly listener: number
  readonly connection: number
  readonly reader: number
}

function stage(): Stage {
  const machine = fakeMachine()
  const { fd: connection, peer } = connected(machine)
  peer.receive('unread')
  const listener = machine.socket()
  machine.bind(listener, loopback(80))
  machine.os.listen(listener, 5)
  machine.host.listeners[0]?.arrive()
  const bound = machine.socket()
  machine.bind(bound, loopback(0))
  const [reader, writer] = two(machine, 'pipe')
  machine.write(writer, 'x')
  machine.os.poll_ctl(reader, c.POLLIN)
  return { machine, fresh: machine.socket(), bound, listener, connection, reader }
}

/**
 * Each pointer that a call takes: the call with that pointer wrong and all else right, and how many bytes it needs
 * there.
 */
const POINTERS: readonly [what: string, bytes: number, call: (stage: Stage, at: number) => Answer][] = [
  ['socketpair, fds', 8, ({ machine }, at) => machine.os.socketpair(c.AF_UNIX, c.SOCK_STREAM, 0, at)],
  ['pipe, fds', 8, ({ machine }, at) => machine.os.pipe(at, 0)],
  ['bind, addr', 16, ({ machine, fresh }, at) => machine.os.bind(fresh, at, 16)],
  ['connect, addr', 16, ({ machine, fresh }, at) => machine.os.connect(fresh, at, 16)],
  ['accept, addr', 16, ({ machine, listener }, at) => machine.os.accept(listener, at, machine.int(16), 0)],
  ['accept, len', 4, ({ machine, listener }, at) => machine.os.accept(listener, machine.alloc(16), at, 0)],
  ['getsockname, addr', 16, ({ machine, bound }, at) => machine.os.getsockname(bound, at, machine.int(16))],
  ['getsockname, len', 4, ({ machine, bound }, at) => machine.os.getsockname(bound, machine.alloc(16), at)],
  ['getpeername, addr', 16, ({ machine, connection }, at) => machine.os.getpeername(connection, at, machine.int(16))],
  ['getpeername, len', 4, ({ machine, connection }, at) => machine.os.getpeername(connection, machine.alloc(16), at)],
  [
    'getsockopt, value',
    4,
    ({ machine, fresh }, at) => machine.os.getsockopt(fresh, c.SOL_SOCKET, c.SO_KEEPALIVE, at, machine.int(4)),
  ],
  [
    'getsockopt, len',
    4,
    ({ machine, fresh }, at) => machine.os.getsockopt(fresh, c.SOL_SOCKET, c.SO_KEEPALIVE, machine.alloc(4), at),
  ],
  [
    'getsockopt, linger',
    8,
    ({ machine, fresh }, at) => machine.os.getsockopt(fresh, c.SOL_SOCKET, c.SO_LINGER, at, machine.int(8)),
  ],
  [
    'setsockopt, value',
    4,
    ({ machine, fresh }, at) => machine.os.setsockopt(fresh, c.SOL_SOCKET, c.SO_KEEPALIVE, at, 4),
  ],
  ['setsockopt, linger', 8, ({ machine, fresh }, at) => machine.os.setsockopt(fresh, c.SOL_SOCKET, c.SO_LINGER, at, 8)],
  ['readv, bufs', 8, ({ machine, connection }, at) => machine.os.readv(connection, at, 1, 0)],
  ['readv, base', 4, ({ machine, connection }, at) => machine.os.readv(connection, machine.iovecs([at, 4]), 1, 0)],
  [
    'readv, second base',
    4,
    ({ machine, connection }, at) => machine.os.readv(connection, machine.iovecs([machine.alloc(4), 2], [at, 4]), 2, 0),
  ],
  ['writev, bufs', 8, ({ machine, connection }, at) => machine.os.writev(connection, at, 1, 0)],
  ['writev, base', 4, ({ machine, connection }, at) => machine.os.writev(connection, machine.iovecs([at, 4]), 1, 0)],
  [
    'writev, second base',
    4,
    ({ machine, connection }, at) =>
      machine.os.writev(connection, machine.iovecs([machine.alloc(4), 2], [at, 4]), 2, 0),
  ],
  ['unlink, path', 8, ({ machine }, at) => machine.os.unlink(at, 8)],
  ['chmod, path', 8, ({ machine }, at) => machine.os.chmod(at, 8, 0)],
  ['stat, path', 8, ({ machine }, at) => machine.os.stat(at, 8)],
  ['poll_wait, events', 8, ({ machine }, at) => machine.os.poll_wait(at, 1, 0)],
  ['poll, fds', 8, ({ machine }, at) => machine.os.poll(at, 1, 0)],
]

/** The state of a stage that is visible from outside. */
function look({ machine, listener, connection, reader, bound }: Stage): unknown[] {
  return [
    machine.kernel.openDescriptors,
    machine.host.open(),
    machine.host.connections.map(({ log }) => log),
    [listener, connection, reader, bound].map((fd) => machine.poll(fd)),
    machine.read(connection, 100, c.MSG_PEEK),
    machine.defects,
  ]
}

/** Wrong pointers, as WebAssembly passes them: signed. */
const PLACES: readonly [name: string, at: (size: number, bytes: number) => number][] = [
  ['NULL', () => 0],
  ['an address below 0', () => -4],
  ['the highest address', () => -1],
  ['the lowest signed address', () => -(2 ** 31)],
  ['the end of the memory', (size) => size],
  ['a range across the end of the memory', (size, bytes) => size - bytes + 1],
  ['an address far beyond the memory', () => 2 ** 31 - 4],
]

/** Whether an address is wrong for that pointer. */
function isWrong(what: string, place: string): boolean {
  // NULL is allowed: the caller does not want the address.
  if (what === 'accept, addr') return place !== 'NULL'
  // From 2 GiB on a base is not an address, but a payload: payload.test.ts.
  return !(
    what.includes('base') && ['an address below 0', 'the highest address', 'the lowest signed address'].includes(place)
  )
}

describe.each(POINTERS)('the pointer of %s', (what, bytes, call) => {
  test.each(PLACES.filter(([place]) => isWrong(what, place)))(
    'at %s returns EFAULT and changes nothing',
    (_place, where) => {
      const set = stage()
      const before = look(set)
      expect(call(set, where(set.machine.memory.size, bytes))).toBe('EFAULT')
      expect(look(set)).toEqual(before)
    },
  )

  test('may be at the last place in the memory', () => {
    const set = stage()
    expect(call(set, set.machine.memory.size - bytes)).not.toBe('EFAULT')
    expect(set.machine.defects).toEqual([])
  })
})

describe('counts and lengths', () => {
  test.each([-1, 1025, 2 ** 31 - 1, -(2 ** 31)])('%d buffers are refused with EINVAL', (count) => {
    const { machine, connection } = stage()
    const bufs = machine.iovecs([machine.put('a'), 1])
    expect([machine.os.readv(connection, bufs, count, 0), machine.os.writev(connection, bufs, count, 0)]).toEqual([
      'EINVAL',
      'EINVAL',
    ])
  })

  test('1024 buffers are accepted', () => {
    const { machine, connection } = stage()
    const at = machine.put('ab')
    const bufs = machine.iovecs(...Array.from({ length: 1024 }, () => [at, 2] as const))
    expect([machine.os.writev(connection, bufs, 1024, 0), machine.os.readv(connection, bufs, 1024, 0)]).toEqual([
      2048, 6,
    ])
  })

  test('buffers beyond the memory are refused before a byte is copied', () => {
    const { machine, connection } = stage()
    const at = machine.put('.....')
    const wrong = machine.iovecs([at, 2], [machine.memory.size - 1, 2])
    expect([machine.os.readv(connection, wrong, 2, 0), machine.os.writev(connection, wrong, 2, 0)]).toEqual([
      'EFAULT',
      'EFAULT',
    ])
    expect(machine.memory.u8(at)).toBe(46)
    expect([machine.read(connection), machine.host.connections[0]?.log]).toEqual(['unread', []])
  })

  test.each([2 ** 31, 2 ** 32 - 1])('a buffer of %d bytes is refused with EINVAL', (length) => {
    const { machine, connection } = stage()
    const bufs = machine.iovecs([1024, length])
    expect([machine.os.readv(connection, bufs, 1, 0), machine.os.writev(connection, bufs, 1, 0)]).toEqual([
      'EINVAL',
      'EINVAL',
    ])
  })

  test('two payloads in one call are refused with EINVAL', () => {
    const { machine, connection } = stage()
    const bufs = machine.iovecs([c.UVH_PAYLOAD, 2 ** 31 - 1], [c.UVH_PAYLOAD, 2 ** 31 - 1])
    expect(machine.os.writev(connection, bufs, 2, 0)).toBe('EINVAL')
    expect(machine.os.writev(connection, machine.iovecs([c.UVH_PAYLOAD, 2 ** 32 - 1]), 1, 0)).toBe('EINVAL')
  })

  test('a message that is too long in many buffers is refused with EMSGSIZE', () => {
    const { machine } = stage()
    const fd = machine.socket('ipv4', c.SOCK_DGRAM)
    const [addr, length] = machine.sockaddr(loopback(9))
    const { size } = machine.memory
    const bufs = machine.iovecs(...Array.from({ length: 1024 }, () => [4096, size - 4096] as const))
    const memory = process.memoryUsage().arrayBuffers
    expect(machine.os.sendto(fd, bufs, 1024, 0, addr, length)).toBe('EMSGSIZE')
    expect(process.memoryUsage().arrayBuffers - memory).toBeLessThan(size)
    // An error of the address comes first, like on Linux.
    expect(machine.os.sendto(fd, bufs, 1024, 0, addr, 1)).toBe('EINVAL')
  })

  test('the same bytes listed many times are sent one MiB at a time', () => {
    const { machine, connection } = stage()
    const { size } = machine.memory
    const bufs = machine.iovecs(...Array.from({ length: 1024 }, () => [4096, size - 4096] as const))
    expect(machine.os.writev(connection, bufs, 1024, 0)).toBe(1024 * 1024)
  })
})

const KINDS = ['connection', 'pipe', 'message'] as const

/** A descriptor to which bytes have come. */
function receiving(machine: Machine, kind: (typeof KINDS)[number], bytes: Uint8Array): number {
  if (kind === 'connection') {
    const { fd, peer } = connected(machine)
    peer.receive(bytes)
    return fd
  }
  if (kind === 'pipe') {
    const [reader, writer] = two(machine, 'pipe')
    expect(machine.write(writer, bytes)).toBe(bytes.length)
    return reader
  }
  const fd = machine.socket('ipv4', c.SOCK_DGRAM)
  machine.bind(fd, loopback(9))
  machine.host.datagrams[0]?.receive(bytes)
  return fd
}

describe('buffers that overlap their own list', () => {
  /** A list of two buffers; the first buffer is the list itself. */
  function overlapping(machine: Machine, size: number): { bufs: number; second: number } {
    const second = machine.alloc(64)
    const bufs = machine.iovecs([0, 0], [0, 0])
    for (const [index, value] of [bufs, size, second, 64].entries()) machine.memory.setU32(bufs + 4 * index, value)
    return { bufs, second }
  }

  test.each(KINDS)('receive the bytes of a %s where the list pointed before the call', (kind) => {
    const machine = fakeMachine()
    // The first bytes would change the pointer of the second buffer.
    const bytes = new Uint8Array(40).fill(7)
    const reader = receiving(machine, kind, bytes)
    const { bufs, second } = overlapping(machine, 16)
    expect(machine.os.readv(reader, bufs, 2, 0)).toBe(40)
    expect([...machine.memory.view(second, 24)]).toEqual([...bytes.subarray(16)])
    expect(machine.memory.view(second + 24, 40).every((byte) => byte === 0)).toBe(true)
    expect(machine.defects).toEqual([])
  })

  test('receive a message by the lengths before the call', () => {
    const machine = fakeMachine()
    const reader = receiving(machine, 'message', new Uint8Array(40))
    // The message sets the length of its buffer to 0.
    const bufs = machine.iovecs([0, 30])
    machine.memory.setU32(bufs, bufs)
    expect(machine.os.readv(reader, bufs, 1, 0)).toBe(30)
  })

  test('receive the sender by the length before the call', () => {
    const machine = fakeMachine()
    const reader = receiving(machine, 'message', new Uint8Array(8).fill(0xff))
    const [addr, len] = [machine.alloc(128), machine.int(128)]
    // The message sets the length to -1.
    expect(machine.os.recvfrom(reader, machine.iovecs([len, 8]), 1, 0, addr, len)).toBe(8)
    expect([machine.memory.u16(addr), machine.memory.i32(len)]).toEqual([c.AF_INET, 16])
  })
})

/** The number of arguments of each call. */
const ARITY: Readonly<Record<Name, number>> = {
  descriptor_limit: 1,
  socket: 3,
  socketpair: 4,
  pipe: 2,
  close: 1,
  bind: 3,
  listen: 2,
  accept: 4,
  connect: 3,
  getsockname: 3,
  getpeername: 3,
  getsockopt: 5,
  setsockopt: 5,
  fcntl: 3,
  dup: 3,
  epoll_create: 1,
  epoll_ctl: 4,
  epoll_wait: 3,
  eventfd: 2,
  timerfd_create: 2,
  timerfd_settime: 4,
  timerfd_gettime: 2,
  readv: 4,
  writev: 4,
  recvfrom: 6,
  sendto: 6,
  shutdown: 2,
  poll_ctl: 2,
  poll_wait: 3,
  poll: 3,
  unlink: 2,
  chmod: 3,
  stat: 2,
  lookup: 3,
  reverse: 2,
  interface_index: 2,
  terminal: 3,
  signals: 3,
  alarm: 2,
  timer: 4,
  sendmsg: 3,
  recvmsg: 3,
  clock: 0,
}
const ON_A_DESCRIPTOR: readonly Name[] = [
  'close',
  'bind',
  'listen',
  'accept',
  'connect',
  'getsockname',
  'getpeername',
  'getsockopt',
  'setsockopt',
  'fcntl',
  'dup',
  'epoll_ctl',
  'epoll_wait',
  'timerfd_settime',
  'timerfd_gettime',
  'terminal',
  'readv',
  'writev',
  'shutdown',
  'poll_ctl',
]

function callWith({ raw }: Machine, name: Name, values: readonly number[]): unknown {
  return Reflect.apply(raw[name], undefined, values)
}

describe('descriptors', () => {
  test.each(ON_A_DESCRIPTOR)('that are not open make %s return EBADF', (name) => {
    const { machine } = stage()
    const rest = name === 'dup' ? [1, 0] : [1024, 16, 0, 1024].slice(0, ARITY[name] - 1)
    for (const fd of [-1, 0, 2, c.UVH_FD_FIRST - 1, c.UVH_FD_FIRST + 99, 2 ** 31 - 1, -(2 ** 31)]) {
      expect([fd, callWith(machine, name, [fd, ...rest])]).toEqual([fd, callWith(machine, 'close', [-1])])
    }
    expect(machine.defects).toEqual([])
  })
})

test.each(Object.keys(ARITY).filter((name): name is Name => name in ARITY))(
  '%s returns a valid result for all extreme arguments',
  (name) => {
    const values = [0, 1, -1, 2, 255, c.UVH_FD_FIRST, c.UVH_FD_FIRST + 1, 1024, 65_536, 2 ** 31 - 1, -(2 ** 31)]
    const set = stage()
    const { machine } = set
    const walk = (given: number[]): void => {
      if (given.length < ARITY[name]) {
        // All combinations of the first three; the others depend on the first.
        for (const value of given.length < 3 ? values : [given[0] ?? 0, 1024]) walk([...given, value])
        return
      }
      const answer = callWith(machine, name, given)
      if (!(typeof answer === 'number' && Number.isFinite(answer) && answer >= -4095)) {
        throw new Error(`${name}(${given}) answered ${answer}`)
      }
    }
    walk([])
    expect(machine.defects).toEqual([])
    machine.kernel.closeAll()
    expect(machine.host.open()).toEqual([])
  },
)
