import { describe, expect, test } from '@jest/globals'
import { concat } from '../../../src/base/bytes.js'
import type { ErrnoName } from '../../../src/base/errno.js'
import { DEFAULT_BUFFER_SIZE } from '../../../src/kernel/sockets/stream-options.js'
import { loopback } from '../../support/wishes.js'
import { c, fakeMachine, text } from '../support/machine.js'
import { connected, outgoing } from '../support/states.js'

const BUFFER = DEFAULT_BUFFER_SIZE

const sent = (peer: { sent: Uint8Array[] }): string => new TextDecoder().decode(concat(peer.sent))

describe('connecting', () => {
  test('sets POLLOUT when it ends, and SO_ERROR is 0 when the connection is established', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.connect(fd, loopback(80))
    expect(machine.poll(fd)).toBe('')
    outgoing(machine).connect()
    expect([machine.poll(fd), machine.error(fd)]).toEqual(['O', 0])
  })

  test.each<ErrnoName>(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNRESET'])(
    'reports %s by SO_ERROR once',
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

  test('starts the reading when the connection is established', () => {
    const machine = fakeMachine()
    machine.connect(machine.socket(), loopback(80))
    const connection = outgoing(machine)
    expect(connection.log).toEqual([])
    connection.connect()
    expect(connection.log).toEqual(['readStart'])
  })
})

describe('reading', () => {
  test('returns the bytes, EAGAIN while there are none, and 0 after the end', () => {
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

  test('returns an error after the bytes only in the next call', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('ab')
    peer.fail('ECONNRESET')
    const at = machine.alloc(8)
    // The bytes fill the first buffer to its end: the check for more bytes must not take the error.
    expect(machine.os.readv(fd, machine.iovecs([at, 2], [at + 2, 2]), 2, 0)).toBe(2)
    expect(machine.os.readv(fd, machine.iovecs([at, 2], [at + 2, 2]), 2, 0)).toBe('ECONNRESET')
    expect(machine.read(fd)).toBe('')
  })

  test('with MSG_PEEK keeps bytes, but not errors', () => {
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

  test('with MSG_PEEK fills several buffers, in memory', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    const at = machine.alloc(8)
    expect(machine.os.readv(fd, machine.iovecs([at, 2], [at + 2, 2]), 2, c.MSG_PEEK)).toBe(3)
    expect([...machine.memory.heap.subarray(at, at + 3)]).toEqual([97, 98, 99])
    expect(machine.os.readv(fd, machine.iovecs([c.UVH_PAYLOAD, 2]), 1, c.MSG_PEEK)).toBe('EINVAL')
    expect(machine.read(fd)).toBe('abc')
  })

  test('of 0 bytes returns 0 in any state', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect([machine.read(machine.socket(), 0), machine.read(fd, 0)]).toEqual(['', ''])
    peer.fail('ECONNRESET')
    expect([machine.read(fd, 0), machine.read(fd)]).toEqual(['', 'ECONNRESET'])
    expect(machine.os.readv(fd, 0, 0, 0)).toBe(0)
  })

  test('accepts MSG_DONTWAIT and refuses other flags with EINVAL', () => {
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
  test('stops the reading until half was read', () => {
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

  test('starts the reading again after reads into memory, too', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive(new Uint8Array(BUFFER))
    expect(peer.log).toEqual(['readStop'])
    for (let i = 0; i < 6; i++) machine.read(fd, 32 * 1024)
    expect(peer.log).toEqual(['readStop', 'readStart'])
  })

  test('does not start the reading after a peek', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive(new Uint8Array(BUFFER))
    machine.read(fd, 64 * 1024, c.MSG_PEEK)
    expect(peer.log).toEqual(['readStop'])
  })

  test('is set by SO_RCVBUF', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect(machine.setOption(fd, c.SOL_SOCKET, c.SO_RCVBUF, 2048)).toBe(0)
    peer.receive(new Uint8Array(4095))
    expect(peer.log).toEqual(['readStop'])
    machine.read(fd, 4095)
    expect(peer.log).toEqual(['readStop', 'readStart'])
  })

  test('is reached earlier by single bytes', () => {
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

  test('does not start the reading of a connection that ended or failed', () => {
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

/** More bytes than are combined into one piece. */
const LARGE = 65_537

describe('writing', () => {
  test('returns a small buffer to the guest when the call returns', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const at = machine.put('abc')
    expect(machine.os.writev(fd, machine.iovecs([at, 3]), 1, c.MSG_NOSIGNAL)).toBe(3)
    machine.memory.heap.fill(0, at, at + 3)
    expect(sent(peer)).toBe('abc')
  })

  test('sends a large buffer from the memory of the guest without a copy', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const at = machine.alloc(LARGE)
    expect(machine.os.writev(fd, machine.iovecs([at, LARGE]), 1, 0)).toBe(LARGE)
    expect(peer.log).toEqual([`tryWrite ${LARGE}`])
    expect(peer.tried.map(({ buffer }) => buffer)).toEqual([machine.wasm.buffer])
  })

  test('combines small buffers into one piece', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect(machine.write(fd, 'head', '', 'body', '!')).toBe(9)
    const at = machine.alloc(LARGE)
    expect(machine.os.writev(fd, machine.iovecs([at, 1], [at, 2], [at, LARGE], [at, 3]), 4, 0)).toBe(LARGE + 6)
    expect(peer.log).toEqual(['tryWrite 9', 'tryWrite 3', `tryWrite ${LARGE}`, 'tryWrite 3'])
    expect(sent(peer).startsWith('headbody!')).toBe(true)
  })

  test('stops at the first piece that is not taken whole', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.room = LARGE + 1
    const at = machine.alloc(LARGE)
    expect(machine.os.writev(fd, machine.iovecs([at, LARGE], [at, LARGE], [at, LARGE]), 3, 0)).toBe(LARGE + 1)
    expect(peer.log).toEqual([`tryWrite ${LARGE}`, `tryWrite ${LARGE}`])
  })

  test('reports a failure after a partial write in the next call', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const at = machine.alloc(LARGE)
    peer.onTry = () => {
      peer.fails.tryWrite = 'ECONNRESET'
    }
    const write = () => machine.os.writev(fd, machine.iovecs([at, LARGE], [at, LARGE]), 2, 0)
    expect([write(), write()]).toEqual([LARGE, 'ECONNRESET'])
  })

  test('sends overlapping buffers as often as they are listed', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const at = machine.put('abcd')
    expect(machine.os.writev(fd, machine.iovecs([at, 4], [at + 1, 2], [at, 4]), 3, 0)).toBe(10)
    expect(sent(peer)).toBe('abcdbcabcd')
  })

  test('is partial, then EAGAIN, when room ends, until onDrain sets POLLOUT', () => {
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

  test('of 0 bytes returns 0 without room and the error of a failed connection', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.room = 0
    expect([machine.write(fd, ''), machine.write(fd), machine.write(fd, 'x')]).toEqual([0, 0, 'EAGAIN'])
    expect(sent(peer)).toBe('')
    peer.fail('ECONNRESET')
    expect([machine.write(fd, ''), machine.write(fd, ''), machine.write(fd)]).toEqual(['ECONNRESET', 'EPIPE', 0])
  })

  describe('to a host that reports later what it took', () => {
    const make = () => {
      const machine = fakeMachine()
      const { fd, peer } = connected(machine)
      peer.sendsAtOnce = false
      peer.takesAtOnce = false
      return { machine, fd, peer }
    }

    test('copies up to 64 KiB as the buffer of the socket', () => {
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

    test('copies up to SO_SNDBUF bytes', () => {
      const { machine, fd, peer } = make()
      machine.setOption(fd, c.SOL_SOCKET, c.SO_SNDBUF, 2500)
      expect([machine.write(fd, 'x'.repeat(6000)), machine.write(fd, 'x')]).toEqual([5000, 'EAGAIN'])
      // The host reports only when all is taken; that half is taken shows only in `pending`.
      peer.pending = 500
      expect(machine.write(fd, 'x'.repeat(6000))).toBe(4500)
    })

    test('sends the copies after close() and counts the connection as open until then', () => {
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

    test('sends the copies for two more seconds after the end of the program', () => {
      const { machine, fd, peer } = make()
      machine.write(fd, 'abc')
      machine.kernel.closeAll()
      machine.host.advance(1_999)
      expect(peer.ended).toBeUndefined()
      machine.host.advance(1)
      expect(peer.ended).toBe('closed')
    })
  })

  test('refuses unknown flags with EINVAL', () => {
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

test('all bytes arrive in order with reads and writes of any sizes', () => {
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
