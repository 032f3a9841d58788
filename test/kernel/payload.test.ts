/** Tests of bytes that never enter the guest's memory: `UVH_PAYLOAD`. */

import { describe, expect, test } from '@jest/globals'
import { concat, totalLength } from '../../src/base/bytes.js'
import type { FakeConnection } from '../support/fake-host.js'
import { c, fakeMachine, type Machine, text, two } from './support/machine.js'
import { connected } from './support/states.js'

const sent = (peer: FakeConnection): string => new TextDecoder().decode(concat(peer.sent))

/** A connection to send by. */
function sender(): { machine: Machine; fd: number; peer: FakeConnection } {
  const machine = fakeMachine()
  return { machine, ...connected(machine) }
}

describe('reading', () => {
  test('returns the chunk that came, without a copy', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const chunk = text('abc')
    peer.receive(chunk)
    expect(machine.os.readv(fd, machine.iovecs([c.UVH_PAYLOAD, 65_536]), 1, 0)).toBe(3)
    expect(machine.payloads.takeReceived()).toBe(chunk)
  })

  test('returns one chunk at a time, at most the requested length', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    peer.receive('de')
    expect([2, 9, 9, 9].map((max) => machine.readPayload(fd, max))).toEqual(['ab', 'c', 'de', 'EAGAIN'])
    peer.end()
    expect(machine.readPayload(fd)).toBe('')
  })

  test('can be mixed with reading into memory', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abcdef')
    expect([machine.read(fd, 2), machine.readPayload(fd, 2), machine.read(fd, 9)]).toEqual(['ab', 'cd', 'ef'])
  })
})

describe('a write request', () => {
  test('passes its own buffers to the host in one write', () => {
    const { machine, fd, peer } = sender()
    const bytes = text('abc')
    const [one, two] = [machine.request(bytes), machine.request('de', 'f')]
    expect([machine.writeRequest(fd, one), machine.writeRequest(fd, two)]).toEqual([1, 1])
    expect(peer.written[0]).toBe(bytes)
    expect([sent(peer), machine.queue.size]).toEqual(['abcdef', 0])
  })

  test('has a weight of 1 and is done when all its bytes are sent', () => {
    const { machine, fd, peer } = sender()
    const [one, two] = [machine.request('abc', 'de'), machine.request('f')]
    expect([machine.queue.size, machine.writeRequest(fd, one), sent(peer), machine.queue.size]).toEqual([
      6,
      1,
      'abcde',
      1,
    ])
    expect([machine.writeRequest(fd, two), sent(peer), machine.queue.size]).toEqual([1, 'abcdef', 0])
  })

  test('counts its bytes as sent only when the host has taken them', () => {
    const { machine, fd, peer } = sender()
    machine.os.poll_ctl(fd, c.POLLOUT)
    peer.takesAtOnce = false
    const number = machine.request('abc')
    expect([machine.writeRequest(fd, number), machine.poll(fd), machine.wait()]).toEqual(['EAGAIN', '', []])
    expect(machine.writeRequest(fd, number)).toBe('EAGAIN')
    peer.drain()
    expect([machine.wait(), machine.queue.size]).toEqual([[`${fd}:O`], 3])
    expect([machine.writeRequest(fd, number), machine.queue.size]).toEqual([1, 0])
    // The host received it once.
    expect(sent(peer)).toBe('abc')
  })

  test('waits for another with bytes in flight', () => {
    const { machine, fd, peer } = sender()
    peer.takesAtOnce = false
    const [one, two] = [machine.request('abc'), machine.request('de')]
    expect([machine.writeRequest(fd, one), machine.writeRequest(fd, two)]).toEqual(['EAGAIN', 'EAGAIN'])
    peer.drain()
    expect([machine.writeRequest(fd, two), machine.writeRequest(fd, one), machine.writeRequest(fd, two)]).toEqual([
      'EAGAIN',
      1,
      'EAGAIN',
    ])
    peer.drain()
    expect([machine.writeRequest(fd, two), sent(peer)]).toEqual([1, 'abcde'])
  })

  test('is not limited by the send buffer since nothing is copied', () => {
    const { machine, fd, peer } = sender()
    const large = new Uint8Array(8 * 1024 * 1024)
    expect(machine.writeRequest(fd, machine.request(large))).toBe(1)
    expect(peer.written[0]).toBe(large)
  })

  test('returns 0 while bytes are left and continues with them in the next call', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    const number = machine.request(new Uint8Array(65_535), 'abc')
    expect([machine.writeRequest(one, number), machine.queue.size, machine.writeRequest(one, number)]).toEqual([
      0,
      2,
      'EAGAIN',
    ])
    // One piece at a time.
    expect([machine.readPayload(other, 65_536).length, machine.readPayload(other)]).toEqual([65_535, 'a'])
    expect([machine.writeRequest(one, number), machine.queue.size, machine.readPayload(other)]).toEqual([1, 0, 'bc'])
  })

  test('the host is given no more at once than an int counts', () => {
    const { machine, fd, peer } = sender()
    const number = machine.request(...new Array<Uint8Array>(80).fill(new Uint8Array(2 ** 26)))
    const given: number[] = []
    peer.writev = (list) => given.push(totalLength(list)) > 0
    expect([1, 2, 3].map(() => machine.writeRequest(fd, number))).toEqual([0, 0, 1])
    const most = 2 ** 31 - 1
    expect(given).toEqual([most, most, 80 * 2 ** 26 - 2 * most])
    expect(machine.queue.size).toBe(0)
  })

  test('without bytes has a weight of 0 and is done even if other bytes wait', () => {
    const { machine, fd, peer } = sender()
    peer.room = 0
    machine.write(fd, 'memory')
    expect(machine.writeRequest(fd, machine.request(''), 0)).toBe(0)
    expect(peer.log).toEqual(['tryWrite 6'])
  })

  test('with bytes in flight delays writes from memory', () => {
    const { machine, fd, peer } = sender()
    peer.takesAtOnce = false
    const number = machine.request('abc')
    machine.writeRequest(fd, number)
    expect(machine.write(fd, 'd')).toBe('EAGAIN')
    peer.drain()
    expect([machine.writeRequest(fd, number), machine.write(fd, 'd'), sent(peer)]).toEqual([1, 1, 'abcd'])
  })

  test('returns its failure once, then EPIPE', () => {
    const { machine, fd, peer } = sender()
    peer.takesAtOnce = false
    const number = machine.request('abc')
    machine.writeRequest(fd, number)
    peer.fail('ECONNRESET')
    expect([machine.writeRequest(fd, number), machine.writeRequest(fd, number)]).toEqual(['ECONNRESET', 'EPIPE'])
  })

  test('sends no byte after it was dropped', () => {
    const { machine, fd, peer } = sender()
    const [one, two, three] = [machine.request('abc'), machine.request('de'), machine.request('f')]
    machine.dropRequest(one)
    expect([machine.writeRequest(fd, three), machine.writeRequest(fd, two), sent(peer)]).toEqual([1, 1, 'fde'])
    expect([machine.writeRequest(fd, one), sent(peer), machine.queue.size]).toEqual(['EFAULT', 'fde', 0])
  })
})

describe('lent bytes', () => {
  test('belong to their owner again when the call returns', () => {
    const { machine, fd, peer } = sender()
    const bytes = text('abc')
    expect(machine.writeLent(fd, [bytes])).toBe(3)
    bytes.fill(0)
    expect(sent(peer)).toBe('abc')
  })

  test('are counted as far as the host takes them, and no more are kept', () => {
    const { machine, fd, peer } = sender()
    peer.room = 2000
    expect(machine.writeLent(fd, [new Uint8Array(1500), new Uint8Array(1500)])).toBe(2000)
    expect(machine.writeLent(fd, [new Uint8Array(1000)])).toBe('EAGAIN')
    expect([totalLength(peer.sent), peer.pending]).toEqual([2000, 0])
  })

  test('are refused with EAGAIN by a host that reports later what it took', () => {
    const { machine, fd, peer } = sender()
    peer.sendsAtOnce = false
    expect([machine.writeLent(fd, [text('abc')]), peer.log]).toEqual(['EAGAIN', []])
  })

  test('wait for a request with bytes in flight', () => {
    const { machine, fd, peer } = sender()
    peer.takesAtOnce = false
    const number = machine.request('abc')
    machine.writeRequest(fd, number)
    expect(machine.writeLent(fd, [text('d')])).toBe('EAGAIN')
    peer.drain()
    expect([machine.writeLent(fd, [text('d')]), machine.writeRequest(fd, number), sent(peer)]).toEqual([
      'EAGAIN',
      1,
      'abc',
    ])
  })
})

describe('a false payload', () => {
  test('with bytes that do not exist gives EFAULT', () => {
    const { machine, fd, peer } = sender()
    expect(machine.os.writev(fd, machine.iovecs([c.UVH_PAYLOAD, 1]), 1, 0)).toBe('EFAULT')
    expect([1, 2 ** 20, 2 ** 31 - 1].map((number) => machine.writeRequest(fd, number))).toEqual([
      'EFAULT',
      'EFAULT',
      'EFAULT',
    ])
    const lent = [text('abc')]
    expect([machine.writeLent(fd, lent, 4), machine.writeLent(fd, lent, 2 ** 31 - 1)]).toEqual(['EFAULT', 'EFAULT'])
    expect(peer.log).toEqual([])
  })

  test('among other buffers gives EINVAL at any position', () => {
    const { machine, fd, peer } = sender()
    machine.request('abc')
    peer.receive('xyz')
    const memory = [machine.put('ab'), 2] as const
    for (const base of [c.UVH_PAYLOAD, c.UVH_PAYLOAD + 1, 2 ** 32 - 1]) {
      const payload = [base, 1] as const
      for (const bufs of [
        [memory, payload],
        [payload, memory],
        [payload, payload],
      ]) {
        const at = machine.iovecs(...bufs)
        expect([machine.os.readv(fd, at, 2, 0), machine.os.writev(fd, at, 2, 0)]).toEqual(['EINVAL', 'EINVAL'])
      }
    }
    expect([machine.read(fd), machine.queue.size, peer.log]).toEqual(['xyz', 3, []])
  })

  test('without a connection gives EPIPE or ENOTCONN', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    expect([machine.writeRequest(fd, machine.request('a')), machine.readPayload(fd)]).toEqual(['EPIPE', 'ENOTCONN'])
    expect(machine.writeLent(fd, [text('a')])).toBe('EPIPE')
  })
})

test('a buffer that its owner has transferred gives EFAULT', () => {
  const { machine, fd, peer } = sender()
  const bytes = text('abc')
  const number = machine.request(bytes)
  structuredClone(bytes, { transfer: [bytes.buffer] })
  expect([machine.writeRequest(fd, number), peer.log]).toEqual(['EFAULT', []])
})

test('a socket pair sends and receives payloads, too', () => {
  const machine = fakeMachine()
  const [one, other] = two(machine, 'sockets')
  const bytes = text('abc')
  const number = machine.request(bytes)
  expect(machine.writeRequest(one, number)).toBe(1)
  bytes.fill(0)
  expect([machine.readPayload(other, 2), machine.read(other), machine.readPayload(other)]).toEqual([
    'ab',
    'c',
    'EAGAIN',
  ])
  const large = [new Uint8Array(100_000)]
  expect([machine.writeLent(one, large), machine.writeLent(one, large)]).toEqual([65_536, 'EAGAIN'])
})
