import { describe, expect, test } from '@jest/globals'
import { UnixNames } from '../../src/base/unix-names.js'
import { loopback } from '../support/wishes.js'
import { c, fakeMachine, type Machine } from './support/machine.js'
import { unixAddress, unixBound, unixClient, unixListener } from './support/unix.js'

const PATH = '/tmp/server'

/** A listener with a client that was accepted. */
function stage(): { machine: Machine; listener: number; client: number; server: number } {
  const machine = fakeMachine()
  const listener = unixListener(machine, PATH)
  const client = unixClient(machine, PATH)
  return { machine, listener, client, server: Number(machine.accept(listener)) }
}

function unlink(machine: Machine, path: string): unknown {
  return machine.os.unlink(machine.put(path), path.length)
}

describe('a connection', () => {
  test('carries bytes in both directions and ends', () => {
    const { machine, client, server } = stage()
    expect([machine.write(client, 'to ', 'you'), machine.write(server, 'back')]).toEqual([6, 4])
    expect([machine.read(server), machine.read(client)]).toEqual(['to you', 'back'])
    machine.os.shutdown(client, c.SHUT_WR)
    expect([machine.poll(server), machine.read(server), machine.write(server, 'more')]).toEqual(['IOR', '', 4])
    machine.os.close(server)
    expect([machine.poll(client), machine.read(client), machine.read(client)]).toEqual(['IOHR', 'more', ''])
  })

  test('is established before it is accepted, and bytes wait in it', () => {
    const machine = fakeMachine()
    const listener = unixListener(machine, PATH)
    expect(machine.poll(listener)).toBe('')
    const client = unixClient(machine, PATH)
    expect([machine.poll(listener), machine.poll(client), machine.write(client, 'early')]).toEqual(['I', 'O', 5])
    machine.os.close(client)
    const server = Number(machine.accept(listener))
    expect([machine.read(server), machine.read(server), machine.poll(listener)]).toEqual(['early', '', ''])
  })

  test('is accepted in the order of connecting', () => {
    const machine = fakeMachine()
    const listener = unixListener(machine, PATH)
    for (const name of ['first', 'second', 'third']) machine.write(unixClient(machine, PATH), name)
    const heard = Array.from({ length: 3 }, () => machine.read(Number(machine.accept(listener))))
    expect([heard, machine.accept(listener)]).toEqual([['first', 'second', 'third'], 'EAGAIN'])
  })

  test('that was not accepted is reset when its listener is closed', () => {
    const machine = fakeMachine()
    const listener = unixListener(machine, PATH)
    const client = unixClient(machine, PATH)
    machine.os.close(listener)
    expect([machine.poll(client), machine.error(client), machine.read(client)]).toEqual(['IOEHR', 'ECONNRESET', ''])
    expect(machine.kernel.openDescriptors).toBe(1)
  })

  test('stays open when its listener is closed after it was accepted', () => {
    const { machine, listener, client, server } = stage()
    machine.os.close(listener)
    expect([machine.write(client, 'on'), machine.read(server)]).toEqual([2, 'on'])
  })

  test('wakes its listener when it arrives and its writer when there is room', () => {
    const machine = fakeMachine()
    const listener = unixListener(machine, PATH)
    machine.os.poll_ctl(listener, c.POLLIN)
    expect(machine.wait()).toEqual([])
    const client = unixClient(machine, PATH)
    expect(machine.wait()).toEqual([`${listener}:I`])
    const server = Number(machine.accept(listener))
    expect([machine.wait(), machine.write(client, new Uint8Array(70_000))]).toEqual([[], 65_536])
    machine.os.poll_ctl(client, c.POLLOUT)
    expect(machine.wait()).toEqual([])
    machine.read(server)
    expect(machine.wait()).toEqual([`${client}:O`])
  })

  test('keeps waiting when there is no free descriptor for it', () => {
    const machine = fakeMachine({ maxDescriptors: 2 })
    const listener = unixListener(machine, PATH)
    const client = unixClient(machine, PATH)
    expect([machine.accept(listener), machine.poll(listener)]).toEqual(['EMFILE', 'I'])
    machine.os.close(client)
    expect(machine.read(Number(machine.accept(listener)))).toBe('')
  })

  test('has room in the backlog again once another was accepted', () => {
    const machine = fakeMachine()
    const listener = unixListener(machine, PATH, 0)
    unixClient(machine, PATH)
    const late = machine.socket('unix')
    expect(machine.connect(late, unixAddress(PATH))).toBe('EAGAIN')
    machine.accept(listener)
    expect(machine.connect(late, unixAddress(PATH))).toBe(0)
  })
})

describe('the name', () => {
  test("of the accepted end is the listener's, and of the client none until it is bound", () => {
    const { machine, listener, client, server } = stage()
    const [mine, none] = [unixAddress(PATH), unixAddress('')]
    const names = (fd: number): unknown[] => [machine.name('getsockname', fd), machine.name('getpeername', fd)]
    expect([names(listener), names(client), names(server)]).toEqual([
      [mine, 'ENOTCONN'],
      [none, mine],
      [mine, none],
    ])
    expect(machine.bind(client, unixAddress('\0client'))).toBe(0)
    expect(names(server)).toEqual([mine, unixAddress('\0client')])
    machine.os.close(server)
    expect(names(client)).toEqual([unixAddress('\0client'), mine])
  })

  test('of the client is returned by accept()', () => {
    const machine = fakeMachine()
    const listener = unixListener(machine, PATH)
    const client = unixBound(machine, 'client')
    machine.connect(client, unixAddress(PATH))
    const [at, length] = [machine.alloc(128), machine.int(128)]
    machine.os.accept(listener, at, length, 0)
    expect([machine.memory.u16(at), machine.memory.i32(length)]).toEqual([c.AF_UNIX, 2 + 'client'.length + 1])
    expect([...machine.memory.heap.subarray(at + 2, at + 9)]).toEqual([99, 108, 105, 101, 110, 116, 0])
  })

  test('that the kernel chooses is abstract and not in use', () => {
    const machine = fakeMachine()
    unixBound(machine, '\x0000001')
    const chosen = Array.from({ length: 3 }, () => machine.name('getsockname', unixBound(machine, '')))
    expect(chosen).toEqual(['\x0000000', '\x0000002', '\x0000003'].map(unixAddress))
    const fd = unixBound(machine, '')
    const name = machine.name('getsockname', fd)
    expect([machine.bind(fd, unixAddress('')), machine.name('getsockname', fd)]).toEqual([0, name])
  })

  test('of the listener is not freed when the accepted end is closed', () => {
    const { machine, listener, server } = stage()
    machine.os.close(server)
    unixClient(machine, PATH)
    expect(machine.poll(listener)).toBe('I')
  })

  test('is free for another socket after unlink(), which keeps it when the first is closed', () => {
    const machine = fakeMachine()
    const first = unixListener(machine, PATH)
    expect([unlink(machine, PATH), unlink(machine, PATH)]).toEqual([0, 'ENOENT'])
    const second = unixListener(machine, PATH)
    machine.os.close(first)
    unixClient(machine, PATH)
    expect(machine.poll(second)).toBe('I')
  })

  test('in the abstract namespace cannot be unlinked and is freed with its socket', () => {
    const machine = fakeMachine()
    const fd = unixBound(machine, '\0mine')
    expect(unlink(machine, '\0mine')).toBe('ENOENT')
    machine.os.close(fd)
    expect(machine.bind(machine.socket('unix'), unixAddress('\0mine'))).toBe(0)
  })

  test('that is too long for a socket cannot be unlinked', () => {
    const machine = fakeMachine()
    const [at, length] = machine.sockaddr(unixAddress('p'.repeat(108)))
    // Without the NUL, which C has no room for.
    expect(machine.os.bind(machine.socket('unix'), at, length - 1)).toBe(0)
    expect([unlink(machine, 'p'.repeat(109)), unlink(machine, ''), unlink(machine, 'p'.repeat(108))]).toEqual([
      'ENOENT',
      'ENOENT',
      0,
    ])
  })

  test('has permissions, and connect() needs the one to write', () => {
    const machine = fakeMachine()
    unixListener(machine, PATH)
    const at = machine.put(PATH)
    expect(machine.os.stat(at, PATH.length)).toBe(0o755)
    expect(machine.os.chmod(at, PATH.length, 0o100444)).toBe(0)
    expect(machine.os.stat(at, PATH.length)).toBe(0o444)
    expect(machine.connect(machine.socket('unix'), unixAddress(PATH))).toBe('EACCES')
    machine.os.chmod(at, PATH.length, 0o200)
    unixClient(machine, PATH)
    const missing = machine.put('nobody')
    expect([machine.os.stat(missing, 6), machine.os.chmod(missing, 6, 0)]).toEqual(['ENOENT', 'ENOENT'])
  })

  test('is refused with ENOSPC when 65,536 others are in use', () => {
    const names = new UnixNames<object>()
    const socket = {}
    let count = 0
    while (names.add(`name ${count}`, socket) === undefined) count++
    expect([count, names.add('one more', socket), names.add('name 0', socket)]).toEqual([
      65_536,
      'ENOSPC',
      'EADDRINUSE',
    ])
    names.remove('name 0')
    expect(names.add('one more', socket)).toBeUndefined()
  })

  test('is not known to other kernels', () => {
    const [one, other] = [fakeMachine(), fakeMachine()]
    unixListener(one, PATH)
    expect(other.connect(other.socket('unix'), unixAddress(PATH))).toBe('ENOENT')
  })

  test('of AF_UNIX is refused by TCP sockets, and the other way round', () => {
    const machine = fakeMachine()
    for (const family of ['ipv4', 'ipv6'] as const) {
      const fd = machine.socket(family)
      expect([machine.bind(fd, unixAddress(PATH)), machine.connect(fd, unixAddress(PATH))]).toEqual([
        'EAFNOSUPPORT',
        'EAFNOSUPPORT',
      ])
    }
    const fd = machine.socket('unix')
    expect([machine.bind(fd, loopback(1)), machine.connect(fd, loopback(1))]).toEqual(['EINVAL', 'EINVAL'])
  })
})

test('a listener reports SO_ACCEPTCONN', () => {
  const machine = fakeMachine()
  const [listener, bound] = [unixListener(machine, PATH), unixBound(machine, 'bound')]
  const accepts = (fd: number): unknown => machine.getOption(fd, c.SOL_SOCKET, c.SO_ACCEPTCONN)
  expect([accepts(listener), accepts(bound)]).toEqual([1, 0])
})

test('closeAll() closes all sockets, also connections that wait', () => {
  const machine = fakeMachine()
  const listener = unixListener(machine, PATH)
  for (let i = 0; i < 3; i++) machine.write(unixClient(machine, PATH), 'unread')
  machine.accept(listener)
  machine.kernel.closeAll()
  expect([machine.kernel.openDescriptors, machine.defects]).toEqual([0, []])
})
