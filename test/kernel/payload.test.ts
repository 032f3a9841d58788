/** Bytes that never enter the guest's memory: `UVH_PAYLOAD`. */
import { describe, expect, test } from '@jest/globals'
import { concat, type Outbox, Payload, totalLength } from '../../src/kernel/outbox.js'
import type { FakeConnection } from '../support/fake-host.js'
import { c, fakeMachine, type Machine, text, two } from './machine.js'
import { connected } from './states.js'

const sent = (peer: FakeConnection): string => new TextDecoder().decode(concat(peer.sent))

/** A connection with an outbox. */
function sender(): { machine: Machine; fd: number; peer: FakeConnection; outbox: Outbox } {
  const machine = fakeMachine()
  const { fd, peer } = connected(machine)
  const outbox = machine.descriptor(fd).outbox()
  if (outbox === undefined) throw new Error('a connection has an outbox')
  return { machine, fd, peer, outbox }
}

describe('reading', () => {
  test('gives the very chunk that came', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    const chunk = text('abc')
    peer.receive(chunk)
    expect(machine.os.readv(fd, machine.iovecs([c.UVH_PAYLOAD, 65_536]), 1, 0)).toBe(3)
    expect(machine.kernel.payload).toBe(chunk)
  })

  test('gives one chunk at a time, and no more of it than asked for', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    peer.receive('de')
    expect([2, 9, 9, 9].map((max) => machine.readPayload(fd, max))).toEqual(['ab', 'c', 'de', 'EAGAIN'])
    peer.end()
    expect(machine.readPayload(fd)).toBe('')
  })

  test('mixes with reading to memory', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abcdef')
    expect([machine.read(fd, 2), machine.readPayload(fd, 2), machine.read(fd, 9)]).toEqual(['ab', 'cd', 'ef'])
  })
})

describe('writing', () => {
  test('hands the very buffers over, one write for one request', () => {
    const { machine, fd, peer, outbox } = sender()
    const one = text('abc')
    outbox.push([one])
    outbox.push([text('de'), text('f')])
    expect(machine.writePayload(fd, 3)).toBe(3)
    expect(peer.written[0]).toBe(one)
    expect(machine.writePayload(fd, 3)).toBe(3)
    expect([sent(peer), outbox.left]).toEqual(['abcdef', 0])
  })

  test('counts bytes only when the outside has taken them', () => {
    const { machine, fd, peer, outbox } = sender()
    machine.os.poll_ctl(fd, c.POLLOUT)
    peer.takesAtOnce = false
    outbox.push([text('abc')])
    expect([machine.writePayload(fd, 3), machine.poll(fd), machine.wait()]).toEqual(['EAGAIN', '', []])
    expect(machine.writePayload(fd, 3)).toBe('EAGAIN')
    peer.drain()
    expect(machine.wait()).toEqual([`${fd}:O`])
    expect(machine.writePayload(fd, 3)).toBe(3)
    // It was handed over once.
    expect([sent(peer), outbox.left]).toEqual(['abc', 0])
  })

  test('is not bounded by the send buffer: nothing is copied', () => {
    const { machine, fd, peer, outbox } = sender()
    const large = new Uint8Array(8 * 1024 * 1024)
    outbox.push([large])
    expect(machine.writePayload(fd, large.length)).toBe(large.length)
    expect(peer.written[0]).toBe(large)
  })

  test('takes a part where a part is asked for', () => {
    const { machine, fd, peer, outbox } = sender()
    outbox.push([text('abc'), text('def')])
    expect([machine.writePayload(fd, 4), outbox.left, machine.writePayload(fd, 2)]).toEqual([4, 2, 2])
    expect(sent(peer)).toBe('abcdef')
  })

  test('what is left of a buffer may be named by an address above', () => {
    const { machine, fd, peer, outbox } = sender()
    outbox.push([text('abc')])
    machine.writePayload(fd, 1)
    expect(machine.os.writev(fd, machine.iovecs([c.UVH_PAYLOAD + 1, 2]), 1, 0)).toBe(2)
    expect(sent(peer)).toBe('abc')
  })

  test('of nothing ends a request of nothing, whatever waits at the host', () => {
    const { machine, fd, peer, outbox } = sender()
    peer.room = 0
    machine.write(fd, 'memory')
    outbox.push([text('')])
    outbox.push([text('a')])
    expect(machine.writePayload(fd, 0)).toBe(0)
    expect(outbox.left).toBe(1)
    expect(machine.writePayload(fd, 0)).toBe(0)
    expect([outbox.left, peer.log]).toEqual([1, ['tryWrite 6']])
  })

  test('bytes of memory wait for those in flight', () => {
    const { machine, fd, peer, outbox } = sender()
    peer.takesAtOnce = false
    outbox.push([text('abc')])
    machine.writePayload(fd, 3)
    expect(machine.write(fd, 'd')).toBe('EAGAIN')
    peer.drain()
    expect([machine.writePayload(fd, 3), machine.write(fd, 'd'), sent(peer)]).toEqual([3, 1, 'abcd'])
  })

  test('a failure of the connection is told instead of the count, once', () => {
    const { machine, fd, peer, outbox } = sender()
    peer.takesAtOnce = false
    outbox.push([text('abc')])
    machine.writePayload(fd, 3)
    peer.fail('ECONNRESET')
    expect([machine.writePayload(fd, 3), machine.writePayload(fd, 3)]).toEqual(['ECONNRESET', 'EPIPE'])
  })
})

describe('writing a request, however large', () => {
  test('it weighs 1, and is over when all of it is gone', () => {
    const { machine, fd, peer, outbox } = sender()
    outbox.push([text('abc'), text('de')])
    outbox.push([text('f')])
    expect([machine.writeRequest(fd), sent(peer), outbox.size]).toEqual([1, 'abcde', 1])
    expect([machine.writeRequest(fd), sent(peer), outbox.size]).toEqual([1, 'abcdef', 0])
  })

  test('it waits for the outside, in its order', () => {
    const { machine, fd, peer, outbox } = sender()
    peer.takesAtOnce = false
    outbox.push([text('abc')])
    outbox.push([text('de')])
    expect([machine.writeRequest(fd), machine.writeRequest(fd), outbox.size]).toEqual(['EAGAIN', 'EAGAIN', 5])
    peer.drain()
    expect([machine.writeRequest(fd), outbox.size, machine.writeRequest(fd)]).toEqual([1, 2, 'EAGAIN'])
    peer.drain()
    expect([machine.writeRequest(fd), sent(peer)]).toEqual([1, 'abcde'])
  })

  test('while some of it is left the answer is 0, and the next call goes on there', () => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    const outbox = machine.descriptor(one).outbox()
    outbox?.push([new Uint8Array(65_535), text('abc')])
    expect([machine.writeRequest(one), outbox?.size, machine.writeRequest(one)]).toEqual([0, 2, 'EAGAIN'])
    // A piece at a time.
    expect([machine.readPayload(other, 65_536).length, machine.readPayload(other)]).toEqual([65_535, 'a'])
    expect([machine.writeRequest(one), outbox?.size, machine.readPayload(other)]).toEqual([1, 0, 'bc'])
  })

  test('the host is given no more at once than an int counts', () => {
    const { machine, fd, peer, outbox } = sender()
    const large = new Uint8Array(2 ** 26)
    outbox.push(new Array<Uint8Array>(80).fill(large))
    const given: number[] = []
    peer.writev = (list) => given.push(totalLength(list)) > 0
    expect([1, 2, 3].map(() => machine.writeRequest(fd))).toEqual([0, 0, 1])
    const most = 2 ** 31 - 1
    expect(given).toEqual([most, most, 80 * 2 ** 26 - 2 * most])
    expect(outbox.size).toBe(0)
  })

  test('one without bytes weighs nothing', () => {
    const { machine, fd, peer, outbox } = sender()
    outbox.push([text('')])
    outbox.push([text('a')])
    expect([machine.writeRequest(fd, 0), outbox.left, machine.writeRequest(fd)]).toEqual([0, 1, 1])
    expect(sent(peer)).toBe('a')
  })

  test('its failure is told as that of any write', () => {
    const { machine, fd, peer, outbox } = sender()
    peer.takesAtOnce = false
    outbox.push([text('abc')])
    machine.writeRequest(fd)
    peer.fail('ECONNRESET')
    expect([machine.writeRequest(fd), machine.writeRequest(fd)]).toEqual(['ECONNRESET', 'EPIPE'])
  })

  test.each([0, 1, 2, 2 ** 31 - 1])('where there is none, or another, a weight of %p counts nothing', (weight) => {
    const { machine, fd, peer, outbox } = sender()
    expect(machine.writeRequest(fd, weight)).toBe(weight === 0 ? 0 : 'EFAULT')
    outbox.push([text('abc')])
    expect([machine.writeRequest(fd, 0), outbox.size]).toEqual([0, 3])
    expect([sent(peer), machine.writeRequest(fd), sent(peer)]).toEqual(['', 1, 'abc'])
  })
})

describe('lent bytes', () => {
  test('are their owner’s again when the call returns', () => {
    const { machine, fd, peer, outbox } = sender()
    const bytes = text('abc')
    outbox.lent = new Payload(outbox, [bytes])
    expect(machine.writePayload(fd, 3)).toBe(3)
    bytes.fill(0)
    expect(sent(peer)).toBe('abc')
  })

  test('count as far as the outside takes them, and no byte more is kept', () => {
    const { machine, fd, peer, outbox } = sender()
    peer.room = 2000
    outbox.lent = new Payload(outbox, [new Uint8Array(1500), new Uint8Array(1500)])
    expect([machine.writePayload(fd, 3000), outbox.left, machine.writePayload(fd, 1000)]).toEqual([
      2000,
      1000,
      'EAGAIN',
    ])
    expect([totalLength(peer.sent), peer.pending]).toEqual([2000, 0])
  })

  test('are EAGAIN where the host says later what it took', () => {
    const { machine, fd, peer, outbox } = sender()
    peer.sendsAtOnce = false
    outbox.lent = new Payload(outbox, [text('abc')])
    expect([machine.writePayload(fd, 3), peer.log]).toEqual(['EAGAIN', []])
  })

  test('are what is sent, although a request that is over has not been taken back', () => {
    const { machine, fd, peer, outbox } = sender()
    outbox.push([text('of a request')])
    outbox.lent = new Payload(outbox, [text('abc')])
    expect([machine.writePayload(fd, 3), sent(peer), outbox.size]).toEqual([3, 'abc', 12])
    outbox.lent = new Payload(outbox, [text('more than that, by far')])
    expect([machine.writePayload(fd, 22), sent(peer)]).toEqual([22, 'abcmore than that, by far'])
  })
})

describe('a guest that lies', () => {
  test('bytes that are not there are EFAULT, and nothing is counted', () => {
    const { machine, fd, peer, outbox } = sender()
    expect(machine.writePayload(fd, 1)).toBe('EFAULT')
    outbox.push([text('abc')])
    expect([machine.writePayload(fd, 4), machine.writePayload(fd, 2 ** 31 - 1), outbox.left]).toEqual([
      'EFAULT',
      'EFAULT',
      3,
    ])
    expect(peer.log).toEqual([])
  })

  test('another length than the one in flight is EINVAL, and does not lose the count', () => {
    const { machine, fd, peer, outbox } = sender()
    peer.takesAtOnce = false
    outbox.push([text('abc')])
    machine.writePayload(fd, 3)
    peer.drain()
    expect([0, 2, 4].map((length) => machine.writePayload(fd, length))).toEqual(['EINVAL', 'EINVAL', 'EINVAL'])
    expect(machine.writePayload(fd, 3)).toBe(3)
  })

  test('a payload among other buffers is EINVAL, wherever it stands', () => {
    const { machine, fd, peer, outbox } = sender()
    outbox.push([text('abc')])
    peer.receive('xyz')
    const memory = [machine.put('ab'), 2] as const
    for (const base of [c.UVH_PAYLOAD, c.UVH_PAYLOAD + 7, 2 ** 32 - 1]) {
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
    expect([machine.read(fd), outbox.left, peer.log]).toEqual(['xyz', 3, []])
  })

  test('a descriptor that has no outbox yet has nothing to send', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    expect(machine.descriptor(fd).outbox()).toBeUndefined()
    expect([machine.writePayload(fd, 1), machine.readPayload(fd)]).toEqual(['EPIPE', 'ENOTCONN'])
  })
})

test('a buffer that its owner transferred away is EFAULT, not silence', () => {
  const { machine, fd, peer, outbox } = sender()
  const bytes = text('abc')
  outbox.push([bytes])
  structuredClone(bytes, { transfer: [bytes.buffer] })
  expect([machine.writePayload(fd, 3), peer.log]).toEqual(['EFAULT', []])
})

test('a request that was taken back does not disturb the next one', () => {
  const { machine, fd, peer, outbox } = sender()
  const first = outbox.push([text('abc')])
  outbox.push([text('de')])
  outbox.drop(first)
  expect([machine.writePayload(fd, 2), sent(peer)]).toEqual([2, 'de'])
})

test('a pair sends and receives payloads, too', () => {
  const machine = fakeMachine()
  const [one, other] = two(machine, 'sockets')
  const outbox = machine.descriptor(one).outbox()
  const bytes = text('abc')
  outbox?.push([bytes])
  expect([machine.writePayload(one, 4), machine.writePayload(one, 3)]).toEqual(['EFAULT', 3])
  bytes.fill(0)
  expect([machine.readPayload(other, 2), machine.read(other), machine.readPayload(other)]).toEqual([
    'ab',
    'c',
    'EAGAIN',
  ])
  const large = new Uint8Array(100_000)
  outbox?.push([large])
  expect([machine.writePayload(one, 100_000), machine.writePayload(one, 34_464)]).toEqual([65_536, 'EAGAIN'])
})
