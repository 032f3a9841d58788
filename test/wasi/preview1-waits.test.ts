/** Random numbers and waits of preview 1: the cost of one call is limited. */
import { describe, expect, test } from '@jest/globals'
import { ByHand, stage } from '../guest/support/by-hand.js'

describe('random numbers', () => {
  test('fill exactly the given buffer, in pieces', () => {
    const guest = new ByHand()
    const length = 200_001
    const at = guest.alloc(length + 8)
    expect(guest.call('random_get', at, length)).toBe('SUCCESS')
    for (let piece = 0; piece < length; piece += 1000)
      expect(guest.memory.view(at + piece, Math.min(1000, length - piece)).some((byte) => byte !== 0)).toBe(true)
    expect(guest.memory.view(at + length, 7).every((byte) => byte === 0)).toBe(true)
    expect(guest.call('random_get', 0, 0)).toBe('SUCCESS')
  })

  test.each([2 ** 25, 0x5fff_ffff, 2 ** 31 - 1, -1])('of %d bytes are EINVAL, and use no memory', (length) => {
    const guest = new ByHand()
    const before = process.memoryUsage()
    expect(guest.call('random_get', 1024, length)).toBe('INVAL')
    const after = process.memoryUsage()
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2 ** 20)
  })
})

describe('poll_oneoff', () => {
  interface Wish {
    readonly userdata?: bigint
    readonly type?: number
    /** A clock, or a descriptor. */
    readonly of?: number
    readonly timeout?: bigint
    readonly flags?: number
  }

  /** Makes the call. @returns each event with its data, error and type */
  function poll(guest: ByHand, ...wishes: Wish[]): unknown {
    const { memory } = guest
    const from = guest.alloc(48 * wishes.length)
    for (const [index, { userdata = 0n, type = 0, of = 1, timeout = 0n, flags = 0 }] of wishes.entries()) {
      const at = from + 48 * index
      memory.setU64(at, userdata)
      memory.setU8(at + 8, type)
      memory.setU32(at + 16, of)
      memory.setU64(at + 24, timeout)
      memory.setU16(at + 40, flags)
    }
    const [to, out] = [guest.alloc(32 * wishes.length), guest.alloc(4)]
    const answer = guest.call('poll_oneoff', from, to, wishes.length, out)
    if (answer !== 'SUCCESS') return answer
    return Array.from({ length: memory.u32(out) }, (_, index) => {
      const at = to + 32 * index
      return [memory.u64(at), memory.u16(at + 8), memory.u8(at + 10)]
    })
  }

  test.each([0, 1])('sleeps by clock %d, for a time or until a time', (clock) => {
    const guest = new ByHand()
    guest.host.now = 5_000_000
    expect(poll(guest, { userdata: 7n, of: clock, timeout: 300_000_000n })).toEqual([[7n, 0, 0]])
    expect(guest.hand.waits).toEqual([300])
    const now = BigInt(Math.round(clock === 0 ? guest.host.wallClock() * 1e6 : guest.host.clock()))
    poll(guest, { of: clock, timeout: now + 20_000_000n, flags: 1 })
    // A time in the past is due at once.
    poll(guest, { of: clock, timeout: 1n, flags: 1 })
    poll(guest, { of: clock, timeout: 0n })
    expect(guest.hand.waits).toEqual([300, 20])
  })

  test.each([2, 3, 4])('does not wait for clock %d: processor time does not pass meanwhile', (clock) => {
    const guest = new ByHand()
    expect([poll(guest, { of: clock, timeout: 1n }), guest.hand.waits]).toEqual([[[0n, 28, 0]], []])
  })

  test('sleeps until the first of several clocks is due, and reports all that are due', () => {
    const guest = new ByHand()
    const wishes = [30n, 10n, 20n, 10n].map((ms, index) => ({ userdata: BigInt(index), timeout: ms * 1_000_000n }))
    expect(poll(guest, ...wishes)).toEqual([
      [1n, 0, 0],
      [3n, 0, 0],
    ])
    expect(guest.hand.waits).toEqual([10])
  })

  test('sleeps for months in pieces that a timer supports', () => {
    const guest = new ByHand()
    expect(poll(guest, { timeout: 2n ** 53n })).toHaveLength(1)
    expect(Math.max(...guest.hand.waits)).toBe(2 ** 31 - 1)
    expect(guest.hand.waits).toHaveLength(5)
  })

  test('reports files and streams as ready, and an error for each other descriptor', () => {
    const guest = stage()
    const asked = [0, 1, 4, 5, 9, 256].map((of) => ({ userdata: BigInt(of), type: of === 0 ? 1 : 2, of }))
    expect(poll(guest, { timeout: 10n ** 12n }, ...asked)).toEqual([
      [0n, 0, 1],
      [1n, 0, 2],
      [4n, 0, 2],
      [5n, 0, 2],
      [9n, 8, 2],
      [256n, 8, 2],
    ])
    expect([poll(guest, { of: 4, timeout: 1n }), guest.hand.waits]).toEqual([[[0n, 28, 0]], []])
  })

  test('accepts at most 1024 subscriptions, of known types', () => {
    const guest = new ByHand()
    expect(poll(guest, ...Array.from({ length: 1024 }, () => ({})))).toHaveLength(1024)
    expect(poll(guest, ...Array.from({ length: 1025 }, () => ({})))).toBe('INVAL')
    expect([poll(guest), poll(guest, { type: 3 })]).toEqual(['INVAL', 'INVAL'])
    for (const count of [-1, 2 ** 31 - 1, -(2 ** 31)])
      expect(guest.call('poll_oneoff', 1024, 2048, count, 4096)).toBe('INVAL')
  })

  test('is EIO if the clock of the host throws', () => {
    const guest = new ByHand()
    guest.host.fails.clock = new Error('no clock')
    expect(poll(guest, { timeout: 5n })).toBe('IO')
  })
})
