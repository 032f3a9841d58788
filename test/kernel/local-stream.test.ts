import { describe, expect, test } from '@jest/globals'
import { loopback } from '../support/wishes.js'
import { type Answer, c, fakeMachine, type Machine, two } from './support/machine.js'

/** The bytes that may wait in one direction. */
const CAPACITY = 65_536

describe('a pipe', () => {
  test('carries bytes in one direction', () => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    expect(machine.write(writer, 'ab', 'c')).toBe(3)
    expect([machine.read(reader, 2), machine.read(reader), machine.read(reader)]).toEqual(['ab', 'c', 'EAGAIN'])
    expect([
      machine.write(reader, 'x'),
      machine.read(writer),
      machine.read(writer, 0),
      machine.write(reader, ''),
    ]).toEqual(['EBADF', 'EBADF', 'EBADF', 'EBADF'])
    expect([machine.os.fcntl(reader, c.F_GETFL, 0), machine.os.fcntl(writer, c.F_GETFL, 0)]).toEqual([
      c.O_RDONLY | c.O_NONBLOCK,
      c.O_WRONLY | c.O_NONBLOCK,
    ])
  })

  test('ends after the bytes once the writer is closed', () => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    expect(machine.poll(reader)).toBe('')
    machine.write(writer, 'ab')
    expect(machine.poll(reader)).toBe('I')
    machine.os.close(writer)
    expect([machine.poll(reader), machine.read(reader), machine.poll(reader), machine.read(reader)]).toEqual([
      'IH',
      'ab',
      'H',
      '',
    ])
  })

  test('returns EPIPE for a write without a reader', () => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    machine.write(writer, 'unread')
    machine.os.close(reader)
    expect([machine.poll(writer), machine.write(writer, 'x')]).toEqual(['OE', 'EPIPE'])
  })

  test('holds 64 KiB and takes small writes whole or not at all', () => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    expect(machine.write(writer, new Uint8Array(70_000))).toBe(CAPACITY)
    expect([machine.poll(writer), machine.write(writer, 'x')]).toEqual(['', 'EAGAIN'])
    machine.read(reader, 100)
    expect([
      machine.poll(writer),
      machine.write(writer, 'x'.repeat(200)),
      machine.write(writer, 'x'.repeat(60)),
    ]).toEqual(['', 'EAGAIN', 60])
    machine.read(reader, 4096)
    expect([machine.poll(writer), machine.write(writer, 'x'.repeat(5000))]).toEqual(['O', 4136])
  })

  test('takes 65,536 single bytes and returns them as one stream', () => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    const bufs = machine.iovecs([machine.put('x'), 1])
    for (let sent = 0; sent < CAPACITY; sent++)
      if (machine.os.writev(writer, bufs, 1, 0) !== 1) throw new Error(`${sent} were taken`)
    expect(machine.os.writev(writer, bufs, 1, 0)).toBe('EAGAIN')
    expect([machine.read(reader, 5000).length, machine.readPayload(reader).length]).toEqual([5000, 3192])
  })

  test('wakes the reader for bytes and the writer for room', () => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    machine.os.poll_ctl(reader, c.POLLIN)
    machine.os.poll_ctl(writer, c.POLLOUT)
    expect(machine.wait()).toEqual([`${writer}:O`])
    machine.write(writer, new Uint8Array(CAPACITY))
    expect(machine.wait()).toEqual([`${reader}:I`])
    const { wakes } = machine
    machine.read(reader, 8192)
    expect([machine.wakes, machine.wait()]).toEqual([wakes + 1, [`${reader}:I`, `${writer}:O`]])
  })

  test('refuses the calls of sockets with ENOTSOCK', () => {
    const machine = fakeMachine()
    const [reader] = two(machine, 'pipe')
    const [at, length] = [machine.alloc(128), machine.int(128)]
    expect([
      machine.bind(reader, loopback(1)),
      machine.os.listen(reader, 1),
      machine.os.accept(reader, 0, 0, 0),
      machine.connect(reader, loopback(1)),
      machine.os.getsockname(reader, at, length),
      machine.os.getpeername(reader, at, length),
      machine.getOption(reader, c.SOL_SOCKET, c.SO_ERROR),
      machine.setOption(reader, c.SOL_SOCKET, c.SO_KEEPALIVE, 1),
      machine.os.shutdown(reader, c.SHUT_RDWR),
    ]).toEqual(Array.from({ length: 9 }, () => 'ENOTSOCK'))
  })

  test.each([
    [1, 'EINVAL'],
    [-1, 'EINVAL'],
    [0, 0],
    [c.O_CLOEXEC, 0],
  ])('with flags %d returns %s', (flags, answer) => {
    const machine = fakeMachine()
    expect(machine.os.pipe(machine.alloc(8), flags)).toBe(answer)
    expect(machine.kernel.openDescriptors).toBe(answer === 0 ? 2 : 0)
  })
})

describe('a pair of sockets', () => {
  test('carries bytes in both directions', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    expect([machine.write(one, 'ab'), machine.write(other, 'cd')]).toEqual([2, 2])
    expect([machine.read(other), machine.read(one), machine.read(one)]).toEqual(['ab', 'cd', 'EAGAIN'])
    machine.write(one, 'xyz')
    expect([machine.read(other, 2, c.MSG_PEEK), machine.read(other)]).toEqual(['xy', 'xyz'])
  })

  test('holds 64 KiB in each direction and takes more as bytes are read', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    expect([machine.write(one, new Uint8Array(70_000)), machine.write(one, 'x'), machine.poll(one)]).toEqual([
      CAPACITY,
      'EAGAIN',
      '',
    ])
    machine.read(other, 3)
    expect([machine.poll(one), machine.write(one, 'abcde'), machine.write(other, 'y')]).toEqual(['O', 3, 1])
  })

  test('ends once the other socket is closed', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    machine.write(other, 'ab')
    machine.os.close(other)
    expect([machine.poll(one), machine.read(one), machine.read(one), machine.write(one, 'x')]).toEqual([
      'IOHR',
      'ab',
      '',
      'EPIPE',
    ])
  })

  test('closed with unread bytes resets the other, which reports it once', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    machine.write(one, 'unread')
    machine.write(other, 'ab')
    machine.os.close(other)
    expect([machine.poll(one), machine.write(one, 'x')]).toEqual(['IOEHR', 'EPIPE'])
    expect([machine.read(one), machine.read(one), machine.read(one), machine.poll(one)]).toEqual([
      'ab',
      'ECONNRESET',
      '',
      'IOHR',
    ])
  })

  test('returns a reset by SO_ERROR, too', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    machine.write(one, 'unread')
    machine.os.close(other)
    expect([machine.error(one), machine.error(one), machine.read(one)]).toEqual(['ECONNRESET', 0, ''])
  })

  test('ends one direction with SHUT_WR', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    expect([machine.os.shutdown(one, c.SHUT_WR), machine.poll(one), machine.poll(other)]).toEqual([0, 'O', 'IOR'])
    expect([machine.write(one, 'x'), machine.read(other), machine.write(other, 'y'), machine.read(one)]).toEqual([
      'EPIPE',
      '',
      1,
      'y',
    ])
  })

  test('ends the writing of the other with SHUT_RD', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    machine.write(other, 'abc')
    expect([machine.os.shutdown(one, c.SHUT_RD), machine.poll(other), machine.write(other, 'x')]).toEqual([
      0,
      'O',
      'EPIPE',
    ])
    expect([machine.read(one, 2), machine.read(one), machine.read(one), machine.write(one, 'y')]).toEqual([
      'ab',
      'c',
      '',
      1,
    ])
  })

  test('ends both directions of both sockets with SHUT_RDWR', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    expect([machine.os.shutdown(one, c.SHUT_RDWR), machine.poll(one), machine.poll(other)]).toEqual([0, 'IOHR', 'IOHR'])
    machine.os.close(other)
    expect(machine.os.shutdown(one, c.SHUT_RDWR)).toBe(0)
  })

  test('has no name and can neither be bound nor listen nor connect', () => {
    const machine = fakeMachine()
    const [one] = two(machine, 'sockets')
    for (const call of ['getsockname', 'getpeername'] as const) {
      const [at, length] = [machine.alloc(128), machine.int(128)]
      expect([machine.os[call](one, at, length), machine.memory.u16(at), machine.memory.i32(length)]).toEqual([
        0,
        c.AF_UNIX,
        2,
      ])
    }
    expect([
      machine.bind(one, loopback(1)),
      machine.os.listen(one, 1),
      machine.os.accept(one, 0, 0, 0),
      machine.connect(one, loopback(1)),
    ]).toEqual(Array.from({ length: 4 }, () => 'EINVAL'))
  })

  test('has options of sockets, but not of TCP', () => {
    const machine = fakeMachine()
    const [one] = two(machine, 'sockets')
    const values = [c.SO_TYPE, c.SO_DOMAIN, c.SO_PROTOCOL, c.SO_SNDBUF, c.SO_RCVBUF, c.SO_ERROR, c.SO_ACCEPTCONN]
    expect(values.map((name) => machine.getOption(one, c.SOL_SOCKET, name))).toEqual([
      c.SOCK_STREAM,
      c.AF_UNIX,
      0,
      CAPACITY,
      CAPACITY,
      0,
      0,
    ])
    expect([
      machine.setOption(one, c.SOL_SOCKET, c.SO_SNDBUF, 9),
      machine.setOption(one, c.IPPROTO_TCP, c.TCP_NODELAY, 1),
      machine.getOption(one, c.IPPROTO_TCP, c.TCP_NODELAY),
      machine.setLinger(one, 1, 0),
    ]).toEqual([0, 'EOPNOTSUPP', 'EOPNOTSUPP', 0])
    expect(machine.getOption(one, c.SOL_SOCKET, c.SO_SNDBUF)).toBe(CAPACITY)
  })

  test.each([
    [c.AF_INET, c.SOCK_STREAM, 0, 'EOPNOTSUPP'],
    [c.AF_INET, c.SOCK_RAW, 1, 'EPERM'],
    [c.AF_UNSPEC, c.SOCK_STREAM, 0, 'EAFNOSUPPORT'],
    [c.AF_UNIX, c.SOCK_DGRAM, 0, 0],
    [c.AF_UNIX, c.SOCK_SEQPACKET, 0, 0],
    [c.AF_UNIX, c.SOCK_STREAM, 6, 'EPROTONOSUPPORT'],
    [c.AF_UNIX, c.SOCK_STREAM, c.AF_UNIX, 0],
    [c.AF_UNIX, c.SOCK_STREAM | 0x10_0000, 0, 'EINVAL'],
    [c.AF_UNIX, -1, 0, 'EINVAL'],
    [c.AF_UNIX, c.SOCK_STREAM | c.SOCK_CLOEXEC, 0, 0],
  ])('of socketpair(%d, %d, %d) gives %s', (domain, type, protocol, answer) => {
    const machine = fakeMachine()
    expect(machine.os.socketpair(domain, type, protocol, machine.alloc(8))).toBe(answer)
    expect(machine.kernel.openDescriptors).toBe(answer === 0 ? 2 : 0)
  })
})

describe('the limits', () => {
  /** Makes pipes or pairs until that fails. @returns how many hold 64 KiB, how many 4 KiB, and the last result */
  function fill(machine: Machine, kind: 'pipe' | 'sockets'): [full: number, small: number, last: Answer] {
    const counts = new Map<number, number>()
    const fds = machine.alloc(8)
    const bytes = machine.iovecs([1024, 100_000])
    for (;;) {
      const answer = kind === 'pipe' ? machine.os.pipe(fds, 0) : machine.os.socketpair(c.AF_UNIX, c.SOCK_STREAM, 0, fds)
      if (answer !== 0) return [counts.get(CAPACITY) ?? 0, counts.get(4096) ?? 0, answer]
      const held = Number(machine.os.writev(machine.memory.i32(fds + 4), bytes, 1, 0))
      counts.set(held, (counts.get(held) ?? 0) + 1)
    }
  }

  test('of pipes reduce their capacity and then their number', () => {
    const machine = fakeMachine()
    expect(fill(machine, 'pipe')).toEqual([1024, 16_384, 'ENFILE'])
    const before = machine.kernel.openDescriptors
    expect(machine.os.socketpair(c.AF_UNIX, c.SOCK_STREAM, 0, machine.alloc(8))).toBe('ENFILE')
    expect(machine.kernel.openDescriptors).toBe(before)
  })

  test('of socket pairs count both directions, and a refused connection leaves no trace', () => {
    const machine = fakeMachine()
    expect(fill(machine, 'sockets')).toEqual([512, 8192, 'ENFILE'])
    const listener = machine.socket('unix')
    machine.bind(listener, { family: 'unix', path: '/listener' })
    machine.os.listen(listener, 5)
    const client = machine.socket('unix')
    expect(machine.connect(client, { family: 'unix', path: '/listener' })).toBe('ENOBUFS')
    expect([machine.accept(listener), machine.name('getpeername', client), machine.write(client, 'x')]).toEqual([
      'EAGAIN',
      'ENOTCONN',
      'ENOTCONN',
    ])
  })

  test('do not count pipes and pairs that were closed', () => {
    const machine = fakeMachine()
    for (let round = 0; round < 5000; round++) {
      for (const fd of two(machine, round % 2 === 0 ? 'pipe' : 'sockets')) machine.os.close(fd)
    }
    const [, writer] = two(machine, 'pipe')
    expect(machine.write(writer, new Uint8Array(CAPACITY))).toBe(CAPACITY)
  })

  test('count connections closed before accept() until their listener is closed', () => {
    const machine = fakeMachine()
    const connectMany = (path: string): Answer => {
      const listener = machine.socket('unix')
      machine.bind(listener, { family: 'unix', path })
      machine.os.listen(listener, 4096)
      for (;;) {
        const client = machine.socket('unix')
        const answer = machine.connect(client, { family: 'unix', path })
        machine.os.close(client)
        if (answer !== 0) {
          machine.os.close(listener)
          return answer
        }
      }
    }
    // If anything were kept, the second would fail sooner, or with another error.
    expect(['/a', '/b', '/c', '/d'].map(connectMany)).toEqual(['EAGAIN', 'EAGAIN', 'EAGAIN', 'EAGAIN'])
  })
})
