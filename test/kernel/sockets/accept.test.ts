import { describe, expect, test } from '@jest/globals'
import { AcceptQueue } from '../../../src/kernel/sockets/accept-queue.js'
import { FakeConnection, type FakeListener } from '../../support/fake-host.js'
import { loopback } from '../../support/wishes.js'
import { c, fakeMachine, type Machine } from '../support/machine.js'

function listening(backlog = 5): { machine: Machine; fd: number; listener: FakeListener } {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.bind(fd, loopback(80))
  machine.os.listen(fd, backlog)
  const [listener] = machine.host.listeners
  if (listener === undefined) throw new Error('there is no listener')
  return { machine, fd, listener }
}

/** Runs turns of libuv that do not check the listener. */
function turns(machine: Machine, count: number): void {
  for (let i = 0; i < count; i++) machine.wait()
}

describe('accept()', () => {
  test('returns the oldest connection first, and EAGAIN when none waits', () => {
    const { machine, fd, listener } = listening()
    expect([machine.poll(fd), machine.accept(fd)]).toEqual(['', 'EAGAIN'])
    const [one, other] = [listener.arrive(), listener.arrive()]
    expect(machine.poll(fd)).toBe('I')
    const peers = [machine.accept(fd), machine.accept(fd)]
    expect(machine.accept(fd)).toBe('EAGAIN')
    expect(peers.map((peer) => machine.name('getpeername', Number(peer)))).toEqual([one.remote, other.remote])
    expect(machine.name('getsockname', Number(peers[0]))).toEqual(loopback(80))
    expect(machine.poll(fd)).toBe('')
  })

  test("stores the peer's address, truncated to the room for it", () => {
    const { machine, fd, listener } = listening()
    const { remote } = listener.arrive()
    listener.arrive()
    const [at, length] = [machine.alloc(16), machine.int(16)]
    expect(machine.os.accept(fd, at, length, 0)).toBeGreaterThan(0)
    expect([machine.memory.u16(at), machine.memory.u16be(at + 2), machine.memory.i32(length)]).toEqual([
      c.AF_INET,
      remote.port,
      16,
    ])
    const short = machine.int(3)
    machine.memory.heap.fill(0xff, at, at + 16)
    expect(machine.os.accept(fd, at, short, 0)).toBeGreaterThan(0)
    expect([machine.memory.u16(at), machine.memory.u8(at + 3), machine.memory.i32(short)]).toEqual([
      c.AF_INET,
      0xff,
      16,
    ])
  })

  test('sets SOCK_NONBLOCK on the new descriptor and refuses other flags with EINVAL', () => {
    const { machine, fd, listener } = listening()
    listener.arrive()
    listener.arrive()
    expect([machine.os.accept(fd, 0, 0, 1), machine.os.accept(fd, 0, 0, -1)]).toEqual(['EINVAL', 'EINVAL'])
    const flags = [c.SOCK_NONBLOCK | c.SOCK_CLOEXEC, 0].map((flag) => {
      const peer = Number(machine.os.accept(fd, 0, 0, flag))
      return machine.os.fcntl(peer, c.F_GETFL, 0)
    })
    expect(flags).toEqual([c.O_RDWR | c.O_NONBLOCK, c.O_RDWR])
  })

  test('starts the reading of the connection', () => {
    const { machine, fd, listener } = listening()
    const connection = listener.arrive()
    expect(connection.log).toEqual([])
    const peer = Number(machine.accept(fd))
    expect(connection.log).toEqual(['readStart'])
    connection.receive('abc')
    expect(machine.read(peer)).toBe('abc')
  })

  test('returns a connection that failed while it waited, with its address and error', () => {
    const { machine, fd, listener } = listening()
    const connection = listener.arrive()
    connection.fail('ECONNRESET')
    const [at, length] = [machine.alloc(16), machine.int(16)]
    const peer = Number(machine.os.accept(fd, at, length, 0))
    expect(machine.memory.u16be(at + 2)).toBe(connection.remote.port)
    expect([machine.read(peer), machine.read(peer), machine.name('getpeername', peer)]).toEqual([
      'ECONNRESET',
      '',
      'ENOTCONN',
    ])
    machine.os.close(peer)
    expect(connection.log).toEqual([])
  })

  test('returns connections with the options of the listener', () => {
    const { machine, fd, listener } = listening()
    machine.setOption(fd, c.IPPROTO_TCP, c.TCP_NODELAY, 1)
    machine.setOption(fd, c.SOL_SOCKET, c.SO_KEEPALIVE, 1)
    machine.setOption(fd, c.IPPROTO_TCP, c.TCP_KEEPIDLE, 60)
    machine.setOption(fd, c.SOL_SOCKET, c.SO_RCVBUF, 5000)
    machine.setLinger(fd, 1, 0)
    const connection = listener.arrive()
    expect(connection.log).toEqual(['setNoDelay true', 'setKeepAlive true 60'])
    const peer = Number(machine.accept(fd))
    expect(machine.getOption(peer, c.SOL_SOCKET, c.SO_RCVBUF)).toBe(10_000)
    machine.os.close(peer)
    expect(connection.ended).toBe('reset')
  })
})

describe('the backlog', () => {
  test.each([
    [5, 5],
    [1, 1],
    [0, 1],
    [-1, 4096],
    [4096, 4096],
    [4097, 4096],
    [2 ** 31 - 1, 4096],
  ])('%d is passed to the host as %d', (backlog, passed) => {
    expect(listening(backlog).listener.backlog).toBe(passed)
  })

  test('does not limit a burst that comes before the program has a turn', () => {
    const { machine, fd, listener } = listening(2)
    const burst = Array.from({ length: 100 }, () => listener.arrive())
    expect(burst.filter(({ ended }) => ended !== undefined)).toEqual([])
    for (const _ of burst) expect(machine.accept(fd)).toBeGreaterThan(0)
    expect(machine.accept(fd)).toBe('EAGAIN')
  })

  test('limits the connections that keep waiting, and others are reset', () => {
    const { machine, fd, listener } = listening(2)
    const waiting = [listener.arrive(), listener.arrive()]
    turns(machine, 2)
    expect(listener.arrive().ended).toBe('reset')
    expect(waiting.map(({ ended }) => ended)).toEqual([undefined, undefined])
    machine.accept(fd)
    expect(listener.arrive().ended).toBeUndefined()
    expect(
      [machine.accept(fd), machine.accept(fd), machine.accept(fd)].filter((answer) => answer === 'EAGAIN'),
    ).toHaveLength(1)
  })

  test('does not apply after a single turn without an accept()', () => {
    const { machine, listener } = listening(1)
    listener.arrive()
    turns(machine, 1)
    expect(listener.arrive().ended).toBeUndefined()
  })

  test('does not limit a burst while the program is accepting', () => {
    const { machine, fd, listener } = listening(1)
    for (let i = 0; i < 3; i++) listener.arrive()
    turns(machine, 2)
    machine.accept(fd)
    expect(listener.arrive().ended).toBeUndefined()
    turns(machine, 2)
    expect(listener.arrive().ended).toBe('reset')
  })

  test('closes connections beyond it if the host cannot reset', () => {
    const { machine, listener } = listening(1)
    listener.arrive()
    turns(machine, 2)
    const connection = new FakeConnection(loopback(80), loopback(1))
    connection.fails.reset = 'ENOTSUP'
    const queue = new AcceptQueue<FakeConnection>(1)
    queue.offer(connection, 0, () => connection)
    expect([queue.offer(connection, 2, () => connection), connection.ended]).toEqual([false, 'closed'])
  })

  test('limits a burst to 16,384 connections', () => {
    const queue = new AcceptQueue<number>(1)
    const extra = new FakeConnection(loopback(80), loopback(1))
    let count = 0
    while (queue.offer(extra, 0, () => count)) count++
    expect([count, extra.ended]).toEqual([16_384, 'reset'])
  })

  test('changes when listen() is called again', () => {
    const { machine, fd, listener } = listening(1)
    expect(machine.os.listen(fd, 3)).toBe(0)
    expect(machine.host.listeners).toHaveLength(1)
    for (let i = 0; i < 2; i++) listener.arrive()
    turns(machine, 2)
    expect([listener.arrive().ended, listener.arrive().ended]).toEqual([undefined, 'reset'])
  })
})

test('a failure to accept is returned once and the listener continues', () => {
  const { machine, fd, listener } = listening()
  machine.os.poll_ctl(fd, c.POLLIN)
  listener.fail('EMFILE')
  listener.fail('ENFILE')
  listener.arrive()
  expect(machine.wait()).toEqual([`${fd}:I`])
  expect([machine.accept(fd), machine.accept(fd), machine.accept(fd)]).toEqual(['ENFILE', fd + 1, 'EAGAIN'])
})

test('close() of a listener resets the waiting connections and keeps the accepted ones', () => {
  const { machine, fd, listener } = listening()
  const [accepted, waiting] = [listener.arrive(), listener.arrive()]
  machine.accept(fd)
  machine.os.close(fd)
  expect([accepted.ended, waiting.ended, listener.closed]).toEqual([undefined, 'reset', true])
})
