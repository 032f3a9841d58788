/** Tests of UDP sockets over a simulated host. */
import { describe, expect, test } from '@jest/globals'
import type { Address } from '../../../src/base/address.js'
import type { FakeDatagram } from '../../support/fake-datagram.js'
import { loopback } from '../../support/wishes.js'
import { abi, c, fakeMachine, type Machine, text } from '../support/machine.js'

const { IPPROTO_IP, IPPROTO_IPV6, SOL_SOCKET } = c

/** A machine with a UDP socket. */
const start = (family: 'ipv4' | 'ipv6' = 'ipv4'): { machine: Machine; fd: number } => {
  const machine = fakeMachine()
  return { machine, fd: machine.socket(family, c.SOCK_DGRAM) }
}

/** The same with a bound socket, and the host's side of it. */
const bound = (port = 9): { machine: Machine; fd: number; host: FakeDatagram } => {
  const { machine, fd } = start()
  expect(machine.bind(fd, loopback(port))).toBe(0)
  return { machine, fd, host: datagram(machine) }
}

const datagram = (machine: Machine, index = 0): FakeDatagram => {
  const socket = machine.host.datagrams[index]
  if (socket === undefined) throw new Error('the kernel has bound no address')
  return socket
}

const broadcast: Address = { family: 'ipv4', host: '255.255.255.255', port: 9 }

describe('a UDP socket', () => {
  test('reports its type, protocol and family', () => {
    const { machine, fd } = start()
    const read = (name: number) => machine.getOption(fd, SOL_SOCKET, name)
    expect([read(c.SO_TYPE), read(c.SO_PROTOCOL), read(c.SO_DOMAIN)]).toEqual([c.SOCK_DGRAM, c.IPPROTO_UDP, c.AF_INET])
    expect(machine.os.socket(c.AF_INET, c.SOCK_DGRAM, c.IPPROTO_UDP)).toBeGreaterThan(0)
    expect(machine.os.socket(c.AF_INET, c.SOCK_DGRAM, c.IPPROTO_TCP)).toBe('EPROTONOSUPPORT')
  })

  test('is writable from the start and refuses the calls of streams', () => {
    const { machine, fd } = start()
    expect(machine.poll(fd)).toBe('O')
    expect([machine.os.listen(fd, 1), machine.accept(fd), machine.os.shutdown(fd, c.SHUT_WR)]).toEqual([
      'EOPNOTSUPP',
      'EOPNOTSUPP',
      'ENOTCONN',
    ])
    expect([machine.read(fd), machine.receiveFrom(fd)]).toEqual(['EAGAIN', 'EAGAIN'])
    expect(machine.getOption(fd, c.IPPROTO_TCP, c.TCP_NODELAY)).toBe('EOPNOTSUPP')
  })

  test('can be bound once, to an address of its family', () => {
    const { machine, fd } = start()
    expect(machine.bind(fd, loopback(9, 'ipv6'))).toBe('EAFNOSUPPORT')
    machine.host.fails.bind = 'EADDRINUSE'
    expect(machine.bind(fd, loopback(9))).toBe('EADDRINUSE')
    machine.host.fails.bind = undefined
    expect([machine.bind(fd, loopback(9)), machine.bind(fd, loopback(10))]).toEqual([0, 'EINVAL'])
    expect(machine.name('getsockname', fd)).toEqual(loopback(9))
  })

  test('is closed at the host with its descriptor', () => {
    const { machine, fd, host } = bound()
    host.receive('unread')
    machine.os.close(fd)
    expect([host.closed, machine.host.open()]).toEqual([true, []])
  })
})

describe('receiving', () => {
  test('returns one message at a time with its sender', () => {
    const { machine, fd, host } = bound()
    machine.os.poll_ctl(fd, c.POLLIN)
    host.receive('one', loopback(1001))
    host.receive('', loopback(1002))
    expect(machine.wait()).toEqual([`${fd}:I`])
    expect(machine.receiveFrom(fd)).toEqual({ text: 'one', length: 3, from: loopback(1001) })
    expect(machine.receiveFrom(fd)).toEqual({ text: '', length: 0, from: loopback(1002) })
    expect([machine.receiveFrom(fd), machine.wait()]).toEqual(['EAGAIN', []])
  })

  test('truncates a message without room and returns its whole length', () => {
    const { machine, fd, host } = bound()
    for (const message of ['0123456789', '0123456789', 'next']) host.receive(message)
    expect(machine.receiveFrom(fd, 4)).toEqual({ text: '0123', length: 10, from: loopback(9) })
    expect([machine.read(fd, 4), machine.read(fd, 10)]).toEqual(['0123', 'next'])
  })

  test('with MSG_PEEK keeps the message', () => {
    const { machine, fd, host } = bound()
    host.receive('look')
    expect(machine.receiveFrom(fd, 2, c.MSG_PEEK)).toMatchObject({ text: 'lo', length: 4 })
    expect(machine.read(fd, 10, c.MSG_PEEK)).toBe('look')
    expect([machine.read(fd), machine.read(fd)]).toEqual(['look', 'EAGAIN'])
  })

  test('fills several buffers or a payload', () => {
    const { machine, fd, host } = bound()
    for (const message of ['abcdef', 'payload']) host.receive(message, loopback(77))
    const [one, other] = [machine.alloc(4), machine.alloc(4)]
    expect(machine.os.recvfrom(fd, machine.iovecs([one, 4], [other, 4]), 2, 0, 0, 0)).toBe(6)
    expect([machine.memory.heap.slice(one, one + 4), machine.memory.heap.slice(other, other + 2)]).toEqual([
      text('abcd'),
      text('ef'),
    ])
    expect(machine.os.recvfrom(fd, machine.iovecs([c.UVH_PAYLOAD, 3]), 1, 0, 0, 0)).toBe(7)
    expect([machine.payloads.takeReceived(), machine.payloads.sender]).toEqual([text('pay'), loopback(77)])
  })

  test('with a wrong pointer loses no message', () => {
    const { machine, fd, host } = bound()
    host.receive('kept')
    const bufs = machine.iovecs([machine.alloc(8), 8])
    expect(machine.os.recvfrom(fd, bufs, 1, 0, -8, machine.int(16))).toBe('EFAULT')
    expect(machine.os.recvfrom(fd, machine.iovecs([machine.memory.size - 4, 8]), 1, 0, 0, 0)).toBe('EFAULT')
    expect(machine.os.recvfrom(fd, bufs, 1, c.MSG_ERRQUEUE, 0, 0)).toBe('EAGAIN')
    expect(machine.read(fd)).toBe('kept')
  })

  test('stops the reading of the host while the guest does not read', () => {
    const { machine, fd, host } = bound()
    expect(machine.setOption(fd, SOL_SOCKET, c.SO_RCVBUF, 5000)).toBe(0)
    let count = 0
    for (; host.reading && count < 100; count++) host.receive(new Uint8Array(1000))
    expect(count).toBe(7)
    machine.read(fd)
    expect(host.reading).toBe(true)
    while (machine.read(fd) !== 'EAGAIN') count--
    expect(count).toBe(1)
  })
})

describe('sending', () => {
  test('binds a free port and sends the buffers as one message', () => {
    const { machine, fd } = start()
    const bufs = machine.iovecs([machine.put('ab'), 2], [machine.put('cde'), 3])
    expect(machine.os.sendto(fd, bufs, 2, 0, ...machine.sockaddr(loopback(7)))).toBe(5)
    const host = datagram(machine)
    expect(host.local.host).toBe('0.0.0.0')
    expect(host.sent).toEqual([{ bytes: text('abcde'), to: loopback(7) }])
    expect(machine.sendTo(fd, '', loopback(7))).toBe(0)
    expect(host.sent[1]?.bytes).toEqual(new Uint8Array(0))
  })

  test('sends the payload of a request by its number', () => {
    const { machine, fd } = start()
    const number = machine.request('pay', 'load')
    const send = (request: number, length: number) =>
      machine.os.sendto(fd, machine.iovecs([c.UVH_PAYLOAD + request, length]), 1, 0, ...machine.sockaddr(loopback(7)))
    expect([send(number, 7), send(number, 8), send(number + 1, 7)]).toEqual([7, 'EFAULT', 'EFAULT'])
    expect(datagram(machine).sent[0]?.bytes).toEqual(text('payload'))
  })

  test('returns EAGAIN until there is room', () => {
    const { machine, fd, host } = bound()
    machine.os.poll_ctl(fd, c.POLLOUT)
    host.hasRoom = false
    expect([machine.sendTo(fd, 'x', loopback(7)), machine.wait()]).toEqual(['EAGAIN', []])
    host.hasRoom = true
    host.events.onDrain()
    expect([machine.wait(), machine.sendTo(fd, 'x', loopback(7))]).toEqual([[`${fd}:O`], 1])
  })

  test('needs an address unless the socket is connected; then it may be that of the peer', () => {
    const { machine, fd } = start()
    expect([machine.sendTo(fd, 'x'), machine.write(fd, 'x')]).toEqual(['EDESTADDRREQ', 'EDESTADDRREQ'])
    machine.connect(fd, loopback(7))
    // Linux would send there. POSIX lets a socket refuse, and so does the libuv of hosts.
    expect(machine.sendTo(fd, 'x', loopback(8))).toBe('EISCONN')
    expect([machine.sendTo(fd, 'x'), machine.write(fd, 'y', 'z')]).toEqual([1, 2])
    expect(machine.sendTo(fd, 'v', loopback(7))).toBe(1)
    expect(datagram(machine).sent).toEqual([
      { bytes: text('x'), to: undefined },
      { bytes: text('yz'), to: undefined },
      { bytes: text('v'), to: undefined },
    ])
  })

  test("returns the host's error", () => {
    const { machine, fd, host } = bound()
    for (const code of ['EMSGSIZE', 'ENETUNREACH', 'EACCES'] as const) {
      host.fails.send = code
      expect(machine.sendTo(fd, 'x', broadcast)).toBe(code)
    }
    expect(machine.sendTo(fd, 'x', { family: 'unix', path: '/x' })).toBe('EAFNOSUPPORT')
  })

  test('reaches IPv4 from an IPv6 socket unless it is IPv6-only', () => {
    const { machine, fd } = start('ipv6')
    expect(machine.sendTo(fd, 'x', loopback(7))).toBe(1)
    expect(datagram(machine).sent[0]?.to).toEqual({ ...loopback(7, 'ipv6'), host: '::ffff:127.0.0.1' })
    const only = machine.socket('ipv6', c.SOCK_DGRAM)
    machine.setOption(only, IPPROTO_IPV6, c.IPV6_V6ONLY, 1)
    expect([machine.sendTo(only, 'x', loopback(7)), machine.connect(only, loopback(7))]).toEqual([
      'ENETUNREACH',
      'EAFNOSUPPORT',
    ])
  })
})

describe('an asynchronous error', () => {
  test('is returned once, by the next call', () => {
    const { machine, fd, host } = bound()
    machine.os.poll_ctl(fd, c.POLLIN)
    host.receive('before')
    const results: unknown[] = []
    for (const next of [() => machine.read(fd), () => machine.sendTo(fd, 'x', loopback(7)), () => machine.error(fd)]) {
      host.events.onError('ECONNREFUSED')
      results.push(machine.poll(fd), next())
    }
    expect(results).toEqual(['IOE', 'ECONNREFUSED', 'IOE', 'ECONNREFUSED', 'IOE', 'ECONNREFUSED'])
    expect([machine.error(fd), machine.read(fd)]).toEqual([0, 'before'])
  })
})

describe('a connected socket', () => {
  const unspecified = (machine: Machine): [number, number] => [machine.alloc(16), 16]

  test('can connect again and disconnect', () => {
    const { machine, fd, host } = bound()
    expect([machine.name('getpeername', fd), machine.os.connect(fd, ...unspecified(machine))]).toEqual(['ENOTCONN', 0])
    expect([machine.connect(fd, loopback(7)), machine.name('getpeername', fd)]).toEqual([0, loopback(7)])
    expect([machine.connect(fd, loopback(8)), machine.name('getpeername', fd)]).toEqual([0, loopback(8)])
    expect([machine.os.connect(fd, ...unspecified(machine)), machine.name('getpeername', fd)]).toEqual([0, 'ENOTCONN'])
    expect(host.log).toEqual(['connect 127.0.0.1 7', 'connect 127.0.0.1 8', 'disconnect'])
  })

  test('reaches this machine by the wildcard', () => {
    const { machine, fd } = start()
    machine.connect(fd, { family: 'ipv4', host: '0.0.0.0', port: 7 })
    expect(machine.name('getpeername', fd)).toEqual(loopback(7))
  })

  test('loses an automatically chosen port when it disconnects, and keeps its options', () => {
    const { machine, fd } = start()
    machine.setOption(fd, IPPROTO_IP, c.IP_TTL, 5)
    machine.connect(fd, loopback(7))
    machine.os.connect(fd, ...unspecified(machine))
    expect([datagram(machine).closed, machine.name('getsockname', fd)]).toEqual([
      true,
      { family: 'ipv4', host: '0.0.0.0', port: 0 },
    ])
    machine.sendTo(fd, 'x', loopback(8))
    expect(datagram(machine, 1).log).toEqual(['ttl 5'])
  })

  test('refuses sends and delivers what came before shutdown()', () => {
    const { machine, fd, host } = bound()
    machine.connect(fd, loopback(7))
    host.receive('last')
    expect(machine.os.shutdown(fd, c.SHUT_WR)).toBe(0)
    expect([machine.sendTo(fd, 'x'), machine.poll(fd)]).toEqual(['EPIPE', 'IO'])
    expect([machine.os.shutdown(fd, c.SHUT_RD), machine.poll(fd)]).toEqual([0, 'IOHR'])
    expect([machine.read(fd), machine.read(fd)]).toEqual(['last', ''])
  })
})

describe('an option', () => {
  const V4 = [
    ['SO_BROADCAST', SOL_SOCKET, c.SO_BROADCAST, 0, 1, 'broadcast true'],
    ['IP_TTL', IPPROTO_IP, c.IP_TTL, 64, 3, 'ttl 3'],
    ['IP_MULTICAST_TTL', IPPROTO_IP, c.IP_MULTICAST_TTL, 1, 9, 'multicastTtl 9'],
    ['IP_MULTICAST_LOOP', IPPROTO_IP, c.IP_MULTICAST_LOOP, 1, 0, 'multicastLoop false'],
    ['IP_MULTICAST_IF', IPPROTO_IP, c.IP_MULTICAST_IF, 0, 0x0100007f, 'multicastInterface 127.0.0.1'],
  ] as const

  test.each(V4)('%s is stored and passed to the host with bind or at once', (_name, level, name, at, to, line) => {
    const { machine, fd } = start()
    expect(machine.getOption(fd, level, name)).toBe(at)
    expect(machine.setOption(fd, level, name, to)).toBe(0)
    expect(machine.getOption(fd, level, name)).toBe(to)
    machine.bind(fd, loopback(9))
    expect(datagram(machine).log).toEqual([line])
    expect(machine.setOption(fd, level, name, to)).toBe(0)
    expect(datagram(machine).log).toEqual([line, line])
  })

  test.each([
    ['SO_SNDBUF', c.SO_SNDBUF, 'send buffer 5000'],
    ['SO_RCVBUF', c.SO_RCVBUF, 'receive buffer 5000'],
  ])('%s is doubled, as the platform of the host does it', (_name, name, line) => {
    const { machine, fd } = start()
    expect(machine.getOption(fd, SOL_SOCKET, name)).toBe(212_992)
    expect(machine.setOption(fd, SOL_SOCKET, name, 5000)).toBe(0)
    expect(machine.getOption(fd, SOL_SOCKET, name)).toBe(10_000)
    machine.bind(fd, loopback(9))
    expect(datagram(machine).log).toEqual([line])
  })

  test.each(V4.map(([name, level, option, at, to]) => [name, level, option, at, to] as const))(
    '%s is not stored when the host refuses it',
    (_name, level, name, at, to) => {
      const { machine, fd, host } = bound()
      host.fails.set = 'ENOPROTOOPT'
      expect([machine.setOption(fd, level, name, to), machine.getOption(fd, level, name)]).toEqual(['ENOPROTOOPT', at])
    },
  )

  test('of IPv6 has its own number, and that of IPv4 is refused', () => {
    const { machine, fd } = start('ipv6')
    machine.bind(fd, loopback(9, 'ipv6'))
    for (const name of [c.IPV6_UNICAST_HOPS, c.IPV6_MULTICAST_HOPS, c.IPV6_MULTICAST_LOOP, c.IPV6_MULTICAST_IF]) {
      expect(machine.setOption(fd, IPPROTO_IPV6, name, 1)).toBe(0)
    }
    expect(datagram(machine).log).toEqual(['ttl 1', 'multicastTtl 1', 'multicastLoop true', 'multicastInterface 1'])
    expect(machine.setOption(fd, IPPROTO_IP, c.IP_TTL, 1)).toBe('ENOPROTOOPT')
  })

  test('for a TTL takes 0 to 255 or -1 for the default, as an int or a byte', () => {
    const { machine, fd } = start()
    const set = (name: number, value: number) => machine.setOption(fd, IPPROTO_IP, name, value)
    expect([set(c.IP_TTL, 0), set(c.IP_TTL, 256), set(c.IP_MULTICAST_TTL, 256)]).toEqual(Array(3).fill('EINVAL'))
    expect([set(c.IP_TTL, 255), set(c.IP_TTL, -1), machine.getOption(fd, IPPROTO_IP, c.IP_TTL)]).toEqual([0, 0, 64])
    expect(machine.os.setsockopt(fd, IPPROTO_IP, c.IP_MULTICAST_TTL, machine.put(Uint8Array.of(200, 9, 9, 9)), 1)).toBe(
      0,
    )
    expect(machine.getOption(fd, IPPROTO_IP, c.IP_MULTICAST_TTL)).toBe(200)
    expect(machine.os.setsockopt(fd, IPPROTO_IP, c.IP_MULTICAST_IF, machine.alloc(8), 8)).toBe('EINVAL')
  })

  test('for binding is passed to the host with bind and then fixed', () => {
    const { machine, fd } = start('ipv6')
    machine.setOption(fd, SOL_SOCKET, c.SO_REUSEADDR, 1)
    machine.setOption(fd, IPPROTO_IPV6, c.IPV6_V6ONLY, 1)
    machine.bind(fd, loopback(9, 'ipv6'))
    expect(datagram(machine).options).toEqual({ ipv6Only: true, reusePort: false, reuseAddress: true })
    expect(machine.setOption(fd, IPPROTO_IPV6, c.IPV6_V6ONLY, 0)).toBe('EINVAL')
  })
})

describe('multicast groups', () => {
  const { ip_mreq, ip_mreq_source, ipv6_mreq, group_source_req } = abi.layout
  const [GROUP, ON, SOURCE] = [
    [239, 1, 2, 3],
    [127, 0, 0, 1],
    [127, 0, 0, 9],
  ] as const

  const membership = (machine: Machine): [number, number] => {
    const at = machine.alloc(ip_mreq.size)
    machine.memory.heap.set(GROUP, at + ip_mreq.imr_multiaddr)
    machine.memory.heap.set(ON, at + ip_mreq.imr_interface)
    return [at, ip_mreq.size]
  }

  const bySource = (machine: Machine): [number, number] => {
    const at = machine.alloc(ip_mreq_source.size)
    machine.memory.heap.set(GROUP, at + ip_mreq_source.imr_multiaddr)
    machine.memory.heap.set(ON, at + ip_mreq_source.imr_interface)
    machine.memory.heap.set(SOURCE, at + ip_mreq_source.imr_sourceaddr)
    return [at, ip_mreq_source.size]
  }

  test('are joined and left for all senders or for one', () => {
    const { machine, fd, host } = bound()
    const set = (name: number, value: [number, number]) => machine.os.setsockopt(fd, IPPROTO_IP, name, ...value)
    expect([
      set(c.IP_ADD_MEMBERSHIP, membership(machine)),
      set(c.IP_DROP_MEMBERSHIP, membership(machine)),
      set(c.IP_ADD_SOURCE_MEMBERSHIP, bySource(machine)),
      set(c.IP_DROP_SOURCE_MEMBERSHIP, bySource(machine)),
    ]).toEqual([0, 0, 0, 0])
    expect(host.log).toEqual([
      'join 239.1.2.3 on 127.0.0.1 from all',
      'leave 239.1.2.3 on 127.0.0.1 from all',
      'join 239.1.2.3 on 127.0.0.1 from 127.0.0.9',
      'leave 239.1.2.3 on 127.0.0.1 from 127.0.0.9',
    ])
    host.fails.setMembership = 'ENODEV'
    expect(set(c.IP_ADD_MEMBERSHIP, membership(machine))).toBe('ENODEV')
    expect(machine.os.setsockopt(fd, IPPROTO_IP, c.IP_ADD_MEMBERSHIP, membership(machine)[0], 4)).toBe('EINVAL')
    expect(machine.os.setsockopt(fd, IPPROTO_IP, c.IP_ADD_MEMBERSHIP, -8, 8)).toBe('EFAULT')
  })

  test('of IPv6 are joined by the number of an interface', () => {
    const { machine, fd } = start('ipv6')
    machine.bind(fd, loopback(9, 'ipv6'))
    const at = machine.alloc(ipv6_mreq.size)
    machine.memory.heap.set([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7], at + ipv6_mreq.ipv6mr_multiaddr)
    machine.memory.setI32(at + ipv6_mreq.ipv6mr_interface, 3)
    expect(machine.os.setsockopt(fd, IPPROTO_IPV6, c.IPV6_ADD_MEMBERSHIP, at, ipv6_mreq.size)).toBe(0)
    const request = machine.alloc(group_source_req.size)
    const put = (address: Address, offset: number): void => {
      const [from] = machine.sockaddr(address)
      machine.memory.heap.copyWithin(request + offset, from, from + abi.layout.sockaddr_in6.size)
    }
    put({ ...loopback(0, 'ipv6'), host: 'ff02::8' }, group_source_req.gsr_group)
    put(loopback(0, 'ipv6'), group_source_req.gsr_source)
    machine.memory.setI32(request + group_source_req.gsr_interface, 4)
    const set = (name: number) => machine.os.setsockopt(fd, IPPROTO_IPV6, name, request, group_source_req.size)
    expect([set(c.MCAST_JOIN_SOURCE_GROUP), set(c.MCAST_LEAVE_SOURCE_GROUP)]).toEqual([0, 0])
    expect(datagram(machine).log).toEqual([
      'join ff02::7 on 3 from all',
      'join ff02::8 on 4 from ::1',
      'leave ff02::8 on 4 from ::1',
    ])
  })

  test('that were joined before bind are joined with it', () => {
    const { machine, fd } = start()
    const set = (name: number) => machine.os.setsockopt(fd, IPPROTO_IP, name, ...membership(machine))
    expect([set(c.IP_DROP_MEMBERSHIP), set(c.IP_ADD_MEMBERSHIP), set(c.IP_ADD_MEMBERSHIP)]).toEqual([
      'EADDRNOTAVAIL',
      0,
      'EADDRINUSE',
    ])
    machine.bind(fd, loopback(9))
    expect(datagram(machine).log).toEqual(['join 239.1.2.3 on 127.0.0.1 from all'])
  })

  test('cannot be joined by streams', () => {
    const { machine } = start()
    const stream = machine.socket()
    expect(machine.os.setsockopt(stream, IPPROTO_IP, c.IP_ADD_MEMBERSHIP, ...membership(machine))).toBe('ENOPROTOOPT')
    expect(machine.setOption(stream, IPPROTO_IP, c.IP_TTL, 9)).toBe('ENOPROTOOPT')
  })
})
