import { describe, expect, test } from '@jest/globals'
import { concat } from '../../src/base/bytes.js'
import type { ErrnoName } from '../../src/base/errno.js'
import { DEFAULT_BUFFER_SIZE } from '../../src/kernel/stream-options.js'
import { loopback } from '../support/wishes.js'
import { c, fakeMachine, text } from './support/machine.js'
import { connected, outgoing } from './support/states.js'

const BUFFER = DEFAULT_BUFFER_SIZE

const sent = (peer: { sent: Uint8Array[] }): string => new TextDecoder().decode(concat(peer.sent))

describe('connecting', () => {
  test('POLLOUT tells the end of it, SO_ERROR that it stands', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.connect(fd, loopback(80))
    expect(machine.poll(fd)).toBe('')
    outgoing(machine).connect()
    expect([machine.poll(fd), machine.error(fd)]).toEqual(['O', 0])
  })

  test.each<ErrnoName>(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNRESET'])(
    '%s is told by SO_ERROR, once',
    (code) => {
      const machine = fakeMachine()
      const fd = machine.socket()
      machine.connect(fd, loopback(80))
      outgoing(machine).fail(code)
      expect(machine.poll(fd)).toBe('IOEHR')
      expect([machine.error(fd), machine.error(fd)]).toEqual([code, 0])
      expect(machine.poll(fd)).toBe('IOHR')
    },
  )

  test('reading starts with the connection, not before', () => {
    const machine = fakeMachine()
    machine.connect(machine.socket(), loopback(80))
    const connection = outgoing(machine)
    expect(connection.log).toEqual([])
    connection.connect()
    expect(connection.log).toEqual(['readStart'])
  })
})

describe('reading', () => {
  test('gives the bytes that came, EAGAIN while there are none, and the end once the peer ended', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect(machine.read(fd)).toBe('EAGAIN')
    peer.receive('abc')
    peer.receive('de')
    expect(machine.poll(fd)).toBe('IO')
    expect([machine.read(fd, 4), machine.read(fd, 4), machine.read(fd, 4)]).toEqual(['abcd', 'e', 'EAGAIN'])
    peer.receive('f')
    peer.end()
    expect(machine.poll(fd)).toBe('IOR')
    expect([machine.read(fd), machine.read(fd), machine.read(fd)]).toEqual(['f', '', ''])
  })

  test('fills several buffers in order', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const at = machine.put('.'.repeat(16))
    const bufs = machine.iovecs([at, 2], [at + 4, 0], [at + 8, 5], [at + 14, 2])
    peer.receive('abc')
    peer.receive('def')
    expect(machine.os.readv(fd, bufs, 4, 0)).toBe(6)
    expect(new TextDecoder().decode(machine.memory.heap.slice(at, at + 16))).toBe('ab......cdef....')
  })

  test('an error behind the bytes waits for the next read', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('ab')
    peer.fail('ECONNRESET')
    const at = machine.alloc(8)
    // The bytes fill the first buffer to its end: the look for more must not take the error.
    expect(machine.os.readv(fd, machine.iovecs([at, 2], [at + 2, 2]), 2, 0)).toBe(2)
    expect(machine.os.readv(fd, machine.iovecs([at, 2], [at + 2, 2]), 2, 0)).toBe('ECONNRESET')
    expect(machine.read(fd)).toBe('')
  })

  test('MSG_PEEK leaves bytes, but not errors', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    expect([machine.read(fd, 2, c.MSG_PEEK), machine.read(fd, 9, c.MSG_PEEK), machine.read(fd, 9)]).toEqual([
      'ab',
      'abc',
      'abc',
    ])
    expect(machine.read(fd, 9, c.MSG_PEEK)).toBe('EAGAIN')
    peer.fail('ECONNRESET')
    expect([machine.read(fd, 9, c.MSG_PEEK), machine.read(fd, 9, c.MSG_PEEK)]).toEqual(['ECONNRESET', ''])
  })

  test('MSG_PEEK takes one buffer, in memory', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    const at = machine.alloc(8)
    expect(machine.os.readv(fd, machine.iovecs([at, 2], [at + 2, 2]), 2, c.MSG_PEEK)).toBe('EINVAL')
    expect(machine.os.readv(fd, machine.iovecs([c.UVH_PAYLOAD, 2]), 1, c.MSG_PEEK)).toBe('EINVAL')
    expect(machine.read(fd)).toBe('abc')
  })

  test('who asks for nothing gets nothing, in any state', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect([machine.read(machine.socket(), 0), machine.read(fd, 0)]).toEqual(['', ''])
    peer.fail('ECONNRESET')
    expect([machine.read(fd, 0), machine.read(fd)]).toEqual(['', 'ECONNRESET'])
    expect(machine.os.readv(fd, 0, 0, 0)).toBe(0)
  })

  test('MSG_DONTWAIT changes nothing, other flags are EINVAL', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    expect(machine.read(fd, 1, c.MSG_DONTWAIT)).toBe('a')
    expect([machine.read(fd, 1, c.MSG_NOSIGNAL), machine.read(fd, 1, 1), machine.read(fd, 1, -1)]).toEqual([
      'EINVAL',
      'EINVAL',
      'EINVAL',
    ])
  })
})

describe('the high-water mark', () => {
  test('holds the peer back, and lets it go on once half was read', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const chunk = new Uint8Array(64 * 1024)
    for (let i = 0; i < 3; i++) peer.receive(chunk)
    expect(peer.log).toEqual([])
    peer.receive(chunk)
    expect(peer.log).toEqual(['readStop'])
    machine.readPayload(fd)
    expect(peer.log).toEqual(['readStop'])
    machine.readPayload(fd)
    machine.readPayload(fd)
    expect(peer.log).toEqual(['readStop', 'readStart'])
  })

  test('reading from memory lets it go on, too', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive(new Uint8Array(BUFFER))
    expect(peer.log).toEqual(['readStop'])
    for (let i = 0; i < 6; i++) machine.read(fd, 32 * 1024)
    expect(peer.log).toEqual(['readStop', 'readStart'])
  })

  test('a peek does not', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive(new Uint8Array(BUFFER))
    machine.read(fd, 64 * 1024, c.MSG_PEEK)
    expect(peer.log).toEqual(['readStop'])
  })

  test('is what SO_RCVBUF says', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect(machine.setOption(fd, c.SOL_SOCKET, c.SO_RCVBUF, 2048)).toBe(0)
    peer.receive(new Uint8Array(2047))
    expect(peer.log).toEqual(['readStop'])
    machine.read(fd, 2047)
    expect(peer.log).toEqual(['readStop', 'readStart'])
  })

  test('single bytes reach it long before their count does', () => {
    const machine = fakeMachine()
    const { peer } = connected(machine)
    let count = 0
    while (peer.reading) {
      peer.receive('x')
      count++
    }
    expect(count).toBeLessThan(2048)
    expect(count).toBeGreaterThan(512)
  })

  test('who ended or failed is not started again', () => {
    const machine = fakeMachine()
    const one = connected(machine)
    one.peer.receive(new Uint8Array(1000))
    one.peer.end()
    machine.read(one.fd)
    const other = connected(machine)
    other.peer.receive(new Uint8Array(BUFFER))
    other.peer.fail('ECONNRESET')
    for (let i = 0; i < 8; i++) machine.read(other.fd, 32 * 1024)
    expect([one.peer.log, other.peer.log]).toEqual([[], ['readStop']])
  })
})

/** More than is put together. */
const LARGE = 65_537

describe('writing', () => {
  test('copies: the buffer is free when the call returns', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const at = machine.put('abc')
    expect(machine.os.writev(fd, machine.iovecs([at, 3]), 1, c.MSG_NOSIGNAL)).toBe(3)
    machine.memory.heap.fill(0, at, at + 3)
    expect(sent(peer)).toBe('abc')
  })

  test('leaves from where it lies in memory, and is read no more after the call', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const at = machine.alloc(LARGE)
    expect(machine.os.writev(fd, machine.iovecs([at, LARGE]), 1, 0)).toBe(LARGE)
    expect(peer.log).toEqual([`tryWrite ${LARGE}`])
    expect(peer.tried.map(({ buffer }) => buffer)).toEqual([machine.wasm.buffer])
  })

  test('several buffers leave as one piece, where they are small', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect(machine.write(fd, 'head', '', 'body', '!')).toBe(9)
    const at = machine.alloc(LARGE)
    expect(machine.os.writev(fd, machine.iovecs([at, 1], [at, 2], [at, LARGE], [at, 3]), 4, 0)).toBe(LARGE + 6)
    expect(peer.log).toEqual(['tryWrite 9', 'tryWrite 3', `tryWrite ${LARGE}`, 'tryWrite 3'])
    expect(sent(peer).startsWith('headbody!')).toBe(true)
  })

  test('several buffers end where the outside took less than a piece', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.room = LARGE + 1
    const at = machine.alloc(LARGE)
    expect(machine.os.writev(fd, machine.iovecs([at, LARGE], [at, LARGE], [at, LARGE]), 3, 0)).toBe(LARGE + 1)
    expect(peer.log).toEqual([`tryWrite ${LARGE}`, `tryWrite ${LARGE}`])
  })

  test('a failure after a part was taken is told by the next call', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const at = machine.alloc(LARGE)
    peer.onTry = () => {
      peer.fails.tryWrite = 'ECONNRESET'
    }
    const write = () => machine.os.writev(fd, machine.iovecs([at, LARGE], [at, LARGE]), 2, 0)
    expect([write(), write()]).toEqual([LARGE, 'ECONNRESET'])
  })

  test('overlapping buffers are sent as often as they are named', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const at = machine.put('abcd')
    expect(machine.os.writev(fd, machine.iovecs([at, 4], [at + 1, 2], [at, 4]), 3, 0)).toBe(10)
    expect(sent(peer)).toBe('abcdbcabcd')
  })

  test('is short where room is, then EAGAIN, and POLLOUT comes with the drain', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.os.poll_ctl(fd, c.POLLOUT)
    peer.room = 4
    expect([machine.write(fd, 'abc'), machine.poll(fd)]).toEqual([3, 'O'])
    expect([machine.write(fd, 'def', 'g'), machine.write(fd, 'x')]).toEqual([1, 'EAGAIN'])
    expect([machine.poll(fd), machine.wait()]).toEqual(['', []])
    const wakes = machine.wakes
    peer.makeRoom()
    expect([machine.wakes, machine.wait()]).toEqual([wakes + 1, [`${fd}:O`]])
    expect([machine.write(fd, 'efg'), sent(peer)]).toEqual([3, 'abcdefg'])
  })

  test('a write of nothing is 0, also where there is no room, but not on a dead socket', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.room = 0
    expect([machine.write(fd, ''), machine.write(fd), machine.write(fd, 'x')]).toEqual([0, 0, 'EAGAIN'])
    expect(sent(peer)).toBe('')
    peer.fail('ECONNRESET')
    expect([machine.write(fd, ''), machine.write(fd, ''), machine.write(fd)]).toEqual(['ECONNRESET', 'EPIPE', 0])
  })

  describe('where the host says later what it took', () => {
    const make = () => {
      const machine = fakeMachine()
      const { fd, peer } = connected(machine)
      peer.sendsAtOnce = false
      peer.takesAtOnce = false
      return { machine, fd, peer }
    }

    test('64 KiB are kept, in copies, as the socket’s buffer', () => {
      const { machine, fd, peer } = make()
      machine.os.poll_ctl(fd, c.POLLOUT)
      const at = machine.alloc(LARGE)
      const write = () => machine.os.writev(fd, machine.iovecs([at, LARGE]), 1, 0)
      expect([write(), machine.poll(fd), write(), machine.write(fd, 'x')]).toEqual([65_536, '', 'EAGAIN', 'EAGAIN'])
      expect(peer.written.some(({ buffer }) => buffer === machine.wasm.buffer)).toBe(false)
      peer.drain()
      expect([machine.poll(fd), machine.write(fd, 'x'), machine.write(fd, 'y'), machine.poll(fd)]).toEqual([
        'O',
        1,
        1,
        'O',
      ])
    })

    test('or fewer, as SO_SNDBUF says', () => {
      const { machine, fd, peer } = make()
      machine.setOption(fd, c.SOL_SOCKET, c.SO_SNDBUF, 2000)
      expect([machine.write(fd, 'x'.repeat(3000)), machine.write(fd, 'x')]).toEqual([2000, 'EAGAIN'])
      // All is taken or nothing told: half of it is known by asking.
      peer.pending = 500
      expect(machine.write(fd, 'x'.repeat(3000))).toBe(1500)
    })

    test('and are sent after the socket is closed, before the connection is, which counts as open meanwhile', () => {
      const machine = fakeMachine({ maxDescriptors: 1 })
      const { fd, peer } = connected(machine)
      peer.sendsAtOnce = false
      peer.takesAtOnce = false
      machine.write(fd, 'abc')
      machine.os.close(fd)
      expect([peer.log.at(-1), peer.ended, machine.kernel.orphans.size]).toEqual(['readStop', undefined, 1])
      expect(machine.os.socket(c.AF_INET, c.SOCK_STREAM, 0)).toBe('EMFILE')
      peer.drain()
      expect([peer.ended, machine.kernel.orphans.size]).toEqual(['closed', 0])
      expect(machine.os.socket(c.AF_INET, c.SOCK_STREAM, 0)).toBe(fd)
    })

    test('for two seconds after the end of the program', () => {
      const { machine, fd, peer } = make()
      machine.write(fd, 'abc')
      machine.kernel.closeAll()
      machine.host.advance(1_999)
      expect(peer.ended).toBeUndefined()
      machine.host.advance(1)
      expect(peer.ended).toBe('closed')
    })
  })

  test('flags that a socket does not know are EINVAL', () => {
    const machine = fakeMachine()
    const { fd } = connected(machine)
    const bufs = machine.iovecs([machine.put('a'), 1])
    expect([machine.os.writev(fd, bufs, 1, 1), machine.os.writev(fd, bufs, 1, c.MSG_PEEK)]).toEqual([
      'EINVAL',
      'EINVAL',
    ])
    expect(machine.os.writev(fd, bufs, 1, c.MSG_NOSIGNAL | c.MSG_DONTWAIT)).toBe(1)
  })
})

test('bytes are what they were, whatever the sizes of reads and writes', () => {
  const machine = fakeMachine()
  const { fd, peer } = connected(machine)
  const all = text('0123456789abcdefghijklmnopqrstuvwxyz'.repeat(50))
  for (let at = 0; at < all.length; at += 37) peer.receive(all.slice(at, at + 37))
  let read = ''
  for (let size = 1; read.length < all.length; size = (size % 91) + 1) {
    const piece = size % 3 === 0 ? machine.readPayload(fd, size) : machine.read(fd, size)
    machine.write(fd, piece)
    read += piece
  }
  expect(read).toBe(new TextDecoder().decode(all))
  expect(sent(peer)).toBe(read)
})
