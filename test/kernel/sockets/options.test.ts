import { describe, expect, test } from '@jest/globals'
import { DEFAULT_BUFFER_SIZE } from '../../../src/kernel/sockets/stream-options.js'
import { loopback } from '../../support/wishes.js'
import { abi, c, fakeMachine } from '../support/machine.js'
import { connected, outgoing } from '../support/states.js'

const { SOL_SOCKET, IPPROTO_TCP, IPPROTO_IPV6 } = c
const MIB = 1024 * 1024

/** Options that are on or off. */
const SWITCHES = [
  ['SO_REUSEADDR', SOL_SOCKET, c.SO_REUSEADDR],
  ['SO_REUSEPORT', SOL_SOCKET, c.SO_REUSEPORT],
  ['SO_KEEPALIVE', SOL_SOCKET, c.SO_KEEPALIVE],
  ['TCP_NODELAY', IPPROTO_TCP, c.TCP_NODELAY],
  ['IPV6_V6ONLY', IPPROTO_IPV6, c.IPV6_V6ONLY],
] as const

test.each(SWITCHES)('%s is off by default, on for any other number than 0, and off for 0', (_name, level, name) => {
  const machine = fakeMachine()
  const fd = machine.socket('ipv6')
  const seen = [machine.getOption(fd, level, name)]
  for (const value of [1, 0, -5]) {
    expect(machine.setOption(fd, level, name, value)).toBe(0)
    seen.push(machine.getOption(fd, level, name))
  }
  expect(seen).toEqual([0, 1, 0, 1])
})

test('the type, family, protocol and error of a socket can be read but not set', () => {
  const machine = fakeMachine()
  const [v4, v6, server] = [machine.socket(), machine.socket('ipv6'), machine.socket()]
  machine.os.listen(server, 1)
  const read = (fd: number, ...names: number[]) => names.map((name) => machine.getOption(fd, SOL_SOCKET, name))
  expect(read(v4, c.SO_TYPE, c.SO_DOMAIN, c.SO_PROTOCOL, c.SO_ACCEPTCONN)).toEqual([
    c.SOCK_STREAM,
    c.AF_INET,
    c.IPPROTO_TCP,
    0,
  ])
  expect(read(v6, c.SO_DOMAIN)).toEqual([c.AF_INET6])
  expect(read(server, c.SO_ACCEPTCONN)).toEqual([1])
  for (const name of [c.SO_TYPE, c.SO_DOMAIN, c.SO_PROTOCOL, c.SO_ACCEPTCONN, c.SO_ERROR]) {
    expect(machine.setOption(v4, SOL_SOCKET, name, 1)).toBe('ENOPROTOOPT')
  }
})

test.each([
  ['an unknown level', 999, 1, 'EOPNOTSUPP'],
  ['an unknown name', SOL_SOCKET, 999],
  ['the name of another level', IPPROTO_TCP, c.SO_KEEPALIVE + 100],
  ['a level and a name whose sum is a valid option', 0, SOL_SOCKET * 65_536 + c.SO_KEEPALIVE],
  ['negative numbers', -1, -1, 'EOPNOTSUPP'],
  ['IPV6_V6ONLY of an IPv4 socket', IPPROTO_IPV6, c.IPV6_V6ONLY, 'EOPNOTSUPP'],
])('%s is refused as on Linux', (_name, level, name, reading = 'ENOPROTOOPT') => {
  const machine = fakeMachine()
  const fd = machine.socket()
  expect([machine.getOption(fd, level, name), machine.setOption(fd, level, name, 1)]).toEqual([reading, 'ENOPROTOOPT'])
})

describe('IPV6_V6ONLY and SO_REUSEPORT', () => {
  test('are passed to the host in bind', () => {
    const machine = fakeMachine()
    const fd = machine.socket('ipv6')
    machine.setOption(fd, IPPROTO_IPV6, c.IPV6_V6ONLY, 1)
    machine.setOption(fd, SOL_SOCKET, c.SO_REUSEPORT, 1)
    machine.bind(fd, loopback(0, 'ipv6'))
    machine.os.listen(machine.socket('ipv6'), 1)
    expect(machine.host.ports.map(({ options }) => options)).toEqual([
      { ipv6Only: true, reusePort: true },
      { ipv6Only: false, reusePort: false },
    ])
  })

  test('are fixed for IPV6_V6ONLY, with EINVAL, once the socket is bound', () => {
    const machine = fakeMachine()
    const fd = machine.socket('ipv6')
    machine.bind(fd, loopback(0, 'ipv6'))
    expect(machine.setOption(fd, IPPROTO_IPV6, c.IPV6_V6ONLY, 1)).toBe('EINVAL')
    expect(machine.getOption(fd, IPPROTO_IPV6, c.IPV6_V6ONLY)).toBe(0)
  })
})

test('SO_REUSEPORT is refused on a host whose sockets cannot share a port, and can be switched off', () => {
  const machine = fakeMachine()
  machine.host.shares = false
  const stream = machine.socket()
  const datagrams = machine.os.socket(c.AF_INET, c.SOCK_DGRAM, 0)
  for (const fd of [stream, Number(datagrams)]) {
    expect(machine.setOption(fd, SOL_SOCKET, c.SO_REUSEPORT, 1)).toBe('ENOPROTOOPT')
    expect(machine.setOption(fd, SOL_SOCKET, c.SO_REUSEPORT, 0)).toBe(0)
    expect(machine.getOption(fd, SOL_SOCKET, c.SO_REUSEPORT)).toBe(0)
  }
})

describe('options on which a program would rely in vain', () => {
  test.each([
    ['SO_OOBINLINE', SOL_SOCKET, c.SO_OOBINLINE, 1, 0],
    ['SO_TIMESTAMP', SOL_SOCKET, c.SO_TIMESTAMP, 1, 0],
    ['SO_PASSCRED', SOL_SOCKET, c.SO_PASSCRED, 1, 0],
    ['SO_DONTROUTE', SOL_SOCKET, c.SO_DONTROUTE, 1, 0],
    ['TCP_USER_TIMEOUT', IPPROTO_TCP, c.TCP_USER_TIMEOUT, 3000, 0],
    ['TCP_FASTOPEN_CONNECT', IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT, 1, 0],
    ['IP_PKTINFO', c.IPPROTO_IP, c.IP_PKTINFO, 1, 0],
    ['IP_RECVERR', c.IPPROTO_IP, c.IP_RECVERR, 1, 0],
    ['IP_MTU_DISCOVER', c.IPPROTO_IP, c.IP_MTU_DISCOVER, 2, 1],
    ['IP_TTL', c.IPPROTO_IP, c.IP_TTL, 1, 64],
  ])('refuse a value of %s that no host applies, and accept the one that describes every host', (...option) => {
    const [, level, name, value, always] = option
    const machine = fakeMachine()
    const fd = machine.socket()
    expect(machine.setOption(fd, level, name, value)).toBe('ENOPROTOOPT')
    expect(machine.getOption(fd, level, name)).toBe(always)
    expect(machine.setOption(fd, level, name, always)).toBe(0)
  })
})

test('SO_RCVLOWAT holds back the report of bytes until there are enough of them, or no more can come', () => {
  const machine = fakeMachine()
  const { fd, peer } = connected(machine)
  machine.setOption(fd, SOL_SOCKET, c.SO_RCVLOWAT, 10)
  peer.receive('123456789')
  expect(machine.poll(fd)).not.toContain('I')
  peer.receive('0')
  expect(machine.poll(fd)).toContain('I')
  machine.setOption(fd, SOL_SOCKET, c.SO_RCVLOWAT, 100)
  expect(machine.poll(fd)).not.toContain('I')
  peer.end()
  expect(machine.poll(fd)).toContain('I')
})

describe('buffer sizes', () => {
  test.each([
    [c.SO_SNDBUF, 4608],
    [c.SO_RCVBUF, 2304],
  ])('of option %d are doubled, and limited to a range', (name, least) => {
    const machine = fakeMachine()
    const fd = machine.socket()
    const seen = [machine.getOption(fd, SOL_SOCKET, name)]
    for (const value of [10_000, 0, -1, 1, 2 * MIB, 2 ** 31 - 1]) {
      expect(machine.setOption(fd, SOL_SOCKET, name, value)).toBe(0)
      seen.push(machine.getOption(fd, SOL_SOCKET, name))
    }
    expect(seen).toEqual([DEFAULT_BUFFER_SIZE, 20_000, least, 4 * MIB, least, 4 * MIB, 4 * MIB])
  })
})

describe('SO_LINGER', () => {
  function linger(
    machine: ReturnType<typeof fakeMachine>,
    fd: number,
  ): [answer: unknown, on: number, seconds: number, length: number] {
    const [at, length] = [machine.alloc(8), machine.int(8)]
    const answer = machine.os.getsockopt(fd, SOL_SOCKET, c.SO_LINGER, at, length)
    return [answer, machine.memory.i32(at), machine.memory.i32(at + 4), machine.memory.i32(length)]
  }

  test('is off, or on with a time', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    expect(linger(machine, fd)).toEqual([0, 0, 0, 8])
    expect([machine.setLinger(fd, 1, 0), linger(machine, fd)]).toEqual([0, [0, 1, 0, 8]])
    expect([machine.setLinger(fd, 0, 0), linger(machine, fd)]).toEqual([0, [0, 0, 0, 8]])
  })

  test('is off with a time', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.setLinger(fd, 1, 0)
    expect([machine.setLinger(fd, 0, 30), linger(machine, fd)]).toEqual([0, [0, 0, 0, 8]])
  })

  test.each([1, 30, -1, 2 ** 31 - 1])('keeps %d seconds, and closes as if there were none', (seconds) => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.setLinger(fd, 1, 0)
    expect([machine.setLinger(fd, 1, seconds), linger(machine, fd)]).toEqual([0, [0, 1, seconds, 8]])
    machine.os.close(fd)
    expect(peer.ended).toBe('closed')
  })
})

describe('setsockopt() of keep-alive', () => {
  test.each([
    [c.TCP_KEEPIDLE, 1, 0],
    [c.TCP_KEEPIDLE, 32_767, 0],
    [c.TCP_KEEPIDLE, 0, 'EINVAL'],
    [c.TCP_KEEPIDLE, -1, 'EINVAL'],
    [c.TCP_KEEPIDLE, 32_768, 'EINVAL'],
    [c.TCP_KEEPINTVL, 1, 0],
    [c.TCP_KEEPINTVL, 0, 'EINVAL'],
    [c.TCP_KEEPINTVL, 75, 0],
    [c.TCP_KEEPINTVL, 32_768, 'EINVAL'],
    [c.TCP_KEEPCNT, 10, 0],
    [c.TCP_KEEPCNT, -1, 'EINVAL'],
    [c.TCP_KEEPCNT, 127, 0],
    [c.TCP_KEEPCNT, 128, 'EINVAL'],
  ])('of option %d to %d returns %s', (name, value, answer) => {
    const machine = fakeMachine()
    const fd = machine.socket()
    const before = machine.getOption(fd, IPPROTO_TCP, name)
    expect(machine.setOption(fd, IPPROTO_TCP, name, value)).toBe(answer)
    expect(machine.getOption(fd, IPPROTO_TCP, name)).toBe(answer === 0 ? value : before)
  })
})

describe('a connection', () => {
  test('has the options that were set before it was established', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.setOption(fd, IPPROTO_TCP, c.TCP_NODELAY, 1)
    machine.setOption(fd, IPPROTO_TCP, c.TCP_KEEPIDLE, 30)
    machine.setOption(fd, SOL_SOCKET, c.SO_KEEPALIVE, 1)
    machine.connect(fd, loopback(80))
    machine.setOption(fd, IPPROTO_TCP, c.TCP_KEEPIDLE, 40)
    expect(outgoing(machine).log).toEqual([])
    outgoing(machine).connect()
    expect(outgoing(machine).log).toEqual(['setNoDelay true', 'setKeepAlive true 40', 'readStart'])
  })

  test('passes later changes of options to the host, and only those', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.setOption(fd, IPPROTO_TCP, c.TCP_KEEPIDLE, 30)
    machine.setOption(fd, SOL_SOCKET, c.SO_SNDBUF, 5000)
    expect(peer.log).toEqual([])
    machine.setOption(fd, SOL_SOCKET, c.SO_KEEPALIVE, 1)
    machine.setOption(fd, IPPROTO_TCP, c.TCP_KEEPIDLE, 60)
    machine.setOption(fd, SOL_SOCKET, c.SO_KEEPALIVE, 0)
    machine.setOption(fd, IPPROTO_TCP, c.TCP_NODELAY, 1)
    machine.setOption(fd, IPPROTO_TCP, c.TCP_NODELAY, 0)
    expect(peer.log).toEqual([
      'setKeepAlive true 30',
      'setKeepAlive true 60',
      'setKeepAlive false 60',
      'setNoDelay true',
      'setNoDelay false',
    ])
  })

  test('passes the number of probes and the time between them, unless they are those of every host', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.setOption(fd, SOL_SOCKET, c.SO_KEEPALIVE, 1)
    machine.setOption(fd, IPPROTO_TCP, c.TCP_KEEPINTVL, 5)
    machine.setOption(fd, IPPROTO_TCP, c.TCP_KEEPCNT, 3)
    machine.setOption(fd, IPPROTO_TCP, c.TCP_KEEPINTVL, 1)
    machine.setOption(fd, IPPROTO_TCP, c.TCP_KEEPCNT, 10)
    expect(peer.log).toEqual([
      'setKeepAlive true 7200',
      'setKeepAlive true 7200 5 10',
      'setKeepAlive true 7200 5 3',
      'setKeepAlive true 7200 1 3',
      'setKeepAlive true 7200',
    ])
  })

  test('does not store an option that the host refuses', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.fails.setNoDelay = 'ENOPROTOOPT'
    expect(machine.setOption(fd, IPPROTO_TCP, c.TCP_NODELAY, 1)).toBe('ENOPROTOOPT')
    expect(machine.getOption(fd, IPPROTO_TCP, c.TCP_NODELAY)).toBe(0)
    machine.setOption(fd, SOL_SOCKET, c.SO_KEEPALIVE, 1)
    peer.fails.setKeepAlive = 'EOPNOTSUPP'
    expect(machine.setOption(fd, IPPROTO_TCP, c.TCP_KEEPIDLE, 5)).toBe('EOPNOTSUPP')
    expect(machine.getOption(fd, IPPROTO_TCP, c.TCP_KEEPIDLE)).toBe(7200)
  })

  test('fails when the host refuses an option that was set before', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.setOption(fd, IPPROTO_TCP, c.TCP_NODELAY, 1)
    machine.connect(fd, loopback(80))
    outgoing(machine).fails.setNoDelay = 'ENOPROTOOPT'
    outgoing(machine).connect()
    expect([machine.poll(fd), machine.error(fd), machine.poll(fd)]).toEqual(['OE', 'ENOPROTOOPT', 'O'])
  })
})

describe('the length of a value', () => {
  test('limits the bytes that getsockopt() stores, like on Linux', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.setOption(fd, SOL_SOCKET, c.SO_RCVBUF, 0x01_02_03)
    const read = (room: number): [answer: unknown, bytes: number[], length: number] => {
      const [at, length] = [machine.put(new Uint8Array(8).fill(0xee)), machine.int(room)]
      const answer = machine.os.getsockopt(fd, SOL_SOCKET, c.SO_RCVBUF, at, length)
      return [answer, [...machine.memory.heap.subarray(at, at + 5)], machine.memory.i32(length)]
    }
    expect(read(100)).toEqual([0, [6, 4, 2, 0, 0xee], 4])
    expect(read(2)).toEqual([0, [6, 4, 0xee, 0xee, 0xee], 2])
    expect(read(0)).toEqual([0, [0xee, 0xee, 0xee, 0xee, 0xee], 0])
    expect(read(-1)[0]).toBe('EINVAL')
    expect(machine.os.getsockopt(fd, SOL_SOCKET, c.SO_RCVBUF, machine.memory.size + 9, machine.int(0))).toBe(0)
    const [at, length] = [machine.alloc(8), machine.int(4)]
    expect([machine.os.getsockopt(fd, SOL_SOCKET, c.SO_LINGER, at, length), machine.memory.i32(length)]).toEqual([0, 4])
  })

  test.each([
    [c.SO_KEEPALIVE, 3, 'EINVAL'],
    [c.SO_KEEPALIVE, 0, 'EINVAL'],
    [c.SO_KEEPALIVE, -1, 'EINVAL'],
    [c.SO_KEEPALIVE, 4, 0],
    [c.SO_KEEPALIVE, 100, 0],
    [c.SO_LINGER, 7, 'EINVAL'],
    [c.SO_LINGER, 8, 0],
  ])('of setsockopt(%d) with %d bytes gives %s', (name, length, answer) => {
    const machine = fakeMachine()
    const fd = machine.socket()
    expect(machine.os.setsockopt(fd, SOL_SOCKET, name, machine.alloc(128), length)).toBe(answer)
  })
})

test('SO_ERROR keeps its value when getsockopt() has no room for it', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.connect(fd, loopback(80))
  outgoing(machine).fail('ECONNREFUSED')
  const length = machine.int(4)
  expect(machine.os.getsockopt(fd, SOL_SOCKET, c.SO_ERROR, machine.memory.size, length)).toBe('EFAULT')
  expect(machine.os.getsockopt(fd, SOL_SOCKET, c.SO_ERROR, machine.alloc(4), 0)).toBe('EFAULT')
  expect(machine.getOption(fd, SOL_SOCKET, c.SO_ERROR)).toBe(abi.errno.ECONNREFUSED)
})

describe('socket()', () => {
  test.each([
    [c.AF_INET, c.SOCK_STREAM, 0, 'a number'],
    [c.AF_INET6, c.SOCK_STREAM, c.IPPROTO_TCP, 'a number'],
    [c.AF_INET, c.SOCK_STREAM | c.SOCK_NONBLOCK | c.SOCK_CLOEXEC, 0, 'a number'],
    [c.AF_UNIX, c.SOCK_STREAM, 0, 'a number'],
    [c.AF_UNIX, c.SOCK_STREAM, c.IPPROTO_TCP, 'EPROTONOSUPPORT'],
    [c.AF_UNIX, c.SOCK_DGRAM, 0, 'a number'],
    [c.AF_UNIX, c.SOCK_SEQPACKET, 0, 'a number'],
    [c.AF_UNSPEC, c.SOCK_STREAM, 0, 'EAFNOSUPPORT'],
    [-1, c.SOCK_STREAM, 0, 'EAFNOSUPPORT'],
    [c.AF_INET, c.SOCK_DGRAM, 0, 'a number'],
    [c.AF_INET6, c.SOCK_DGRAM, c.IPPROTO_UDP, 'a number'],
    [c.AF_INET, c.SOCK_DGRAM, c.IPPROTO_TCP, 'EPROTONOSUPPORT'],
    [c.AF_INET, c.SOCK_STREAM, 17, 'EPROTONOSUPPORT'],
    [c.AF_INET, c.SOCK_STREAM, -1, 'EINVAL'],
    [c.AF_INET, c.SOCK_STREAM, 262, 'EPROTONOSUPPORT'],
    [c.AF_INET, c.SOCK_STREAM, 263, 'EINVAL'],
    [c.AF_INET, c.SOCK_RAW, 0, 'EPROTONOSUPPORT'],
    [c.AF_INET, c.SOCK_RAW, 1, 'EPERM'],
    [c.AF_INET, 0, 0, 'ESOCKTNOSUPPORT'],
    [c.AF_INET, c.SOCK_SEQPACKET, 0, 'ESOCKTNOSUPPORT'],
    [c.AF_INET, 11, 0, 'EINVAL'],
    [c.AF_UNIX, c.SOCK_RAW, 0, 'a number'],
    [c.AF_INET, c.SOCK_STREAM | 0x10_0000, 0, 'EINVAL'],
    [c.AF_INET, -1, 0, 'EINVAL'],
  ])('of (%d, %d, %d) returns %s', (domain, type, protocol, answer) => {
    const machine = fakeMachine()
    const fd = machine.os.socket(domain, type, protocol)
    expect(typeof fd === 'number' ? 'a number' : fd).toBe(answer)
  })
})

describe('fcntl()', () => {
  test('reads and sets O_NONBLOCK', () => {
    const machine = fakeMachine()
    const fd = Number(machine.os.socket(c.AF_INET, c.SOCK_STREAM, 0))
    const { O_APPEND, O_NONBLOCK, O_RDWR, F_GETFL, F_SETFL } = c
    const seen = [machine.os.fcntl(fd, F_GETFL, 0)]
    for (const flags of [O_RDWR | O_NONBLOCK, 0, ~O_APPEND]) {
      expect(machine.os.fcntl(fd, F_SETFL, flags)).toBe(0)
      seen.push(machine.os.fcntl(fd, F_GETFL, 0))
    }
    expect(seen).toEqual([O_RDWR, O_RDWR | O_NONBLOCK, O_RDWR, O_RDWR | O_NONBLOCK])
  })

  test.each([-1, 5, 999])('returns EINVAL for command %d', (command) => {
    const machine = fakeMachine()
    expect([machine.os.fcntl(machine.socket(), command, 0), machine.os.fcntl(1, command, 0)]).toEqual([
      'EINVAL',
      'EBADF',
    ])
  })
})
