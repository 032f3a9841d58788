/** Tests of the connection that all hosts share, over a simulated platform. */
import { describe, expect, test } from '@jest/globals'
import type { ErrnoName } from '../../src/base/errno.js'
import { FakePlatform } from '../support/fake-platform.js'
import { refusal } from './contract/lab.js'

/** A write that fails at once. @returns the code that it threw */
const failWrite = (platform: FakePlatform, code: ErrnoName): string => refusal(() => platform.failWrite(code))

/** The names of the states that are true. */
const trueOf = (states: Record<string, boolean>): string[] => Object.keys(states).filter((name) => states[name])

/** Reports every event that a platform may report of an established connection. */
const reportAll = (platform: FakePlatform): void => {
  platform.come('x')
  platform.comeEnd()
  platform.comeFailure('ECONNRESET')
  platform.failNow('EIO')
}

describe('a connection that connects', () => {
  test('starts reading once it is established, and before it reports onConnect', () => {
    const platform = new FakePlatform(false)
    platform.readStart()
    platform.readStop()
    platform.readStart()
    expect(platform.asked).toEqual([])
    platform.onTold = () => platform.asked.push('told')
    platform.stand()
    expect(platform.asked).toEqual(['resume', 'told'])
    expect(platform.told).toEqual(['connect'])
  })

  test('does not start reading once it is established without readStart()', () => {
    const platform = new FakePlatform(false)
    platform.stand()
    expect(platform.asked).toEqual([])
  })

  test('refuses writes and shutdown() with ENOTCONN', () => {
    const platform = new FakePlatform(false)
    expect(refusal(() => platform.write(Uint8Array.of(1)))).toBe('ENOTCONN')
    expect(refusal(() => platform.shutdown())).toBe('ENOTCONN')
    expect(trueOf(platform.states)).toEqual(['open'])
  })

  test('reports a refusal even if it does not read', () => {
    const platform = new FakePlatform(false)
    platform.comeFailure('ECONNREFUSED')
    expect([platform.told, platform.asked]).toEqual([['ECONNREFUSED'], ['release']])
  })

  test.each(['close', 'reset'] as const)('cannot be established after %s()', (how) => {
    const platform = new FakePlatform(false)
    platform[how]()
    expect(platform.asked).toEqual([how === 'close' ? 'release' : 'abort'])
    expect(() => platform.stand()).toThrow('Cannot establish a connection: it is closed; this is a defect of its host')
  })

  test('cannot be established twice', () => {
    expect(() => new FakePlatform(true).stand()).toThrow('Cannot establish a connection: it is open')
  })
})

describe('reading', () => {
  test('starts and stops once when it is asked twice', () => {
    const platform = new FakePlatform()
    platform.readStop()
    platform.readStart()
    platform.readStart()
    platform.readStop()
    platform.readStop()
    expect(platform.asked).toEqual(['resume', 'pause'])
  })

  test('delivers bytes and the end at once', () => {
    const platform = new FakePlatform()
    platform.readStart()
    platform.come('ab')
    platform.comeEnd()
    expect(platform.told).toEqual(['data ab', 'end'])
    expect(platform.asked).toEqual(['resume', 'delivered 2', 'end delivered'])
  })

  test('delivers the bytes that came before it in order in a later turn', () => {
    const platform = new FakePlatform()
    for (const text of ['a', 'b', 'c']) platform.come(text)
    platform.comeEnd()
    expect([platform.told, platform.asked]).toEqual([[], []])
    platform.readStart()
    expect(platform.told).toEqual([])
    platform.turn()
    expect(platform.told).toEqual(['data a', 'data b', 'data c', 'end'])
  })

  test('delivers new bytes after those that are held', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.readStart()
    platform.come('b')
    platform.comeEnd()
    expect(platform.told).toEqual([])
    platform.turn()
    platform.turn()
    expect(platform.told).toEqual(['data a', 'data b', 'end'])
  })

  test('delivers neither bytes nor the end after a stop within a delivery', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.come('b')
    platform.comeEnd()
    platform.onTold = (event) => {
      if (event === 'data a') platform.readStop()
    }
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['data a'])
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['data a', 'data b', 'end'])
  })

  test('delivers held bytes once after repeated starts and stops', () => {
    const platform = new FakePlatform()
    platform.come('a')
    for (let round = 0; round < 3; round++) {
      platform.readStart()
      platform.readStop()
    }
    platform.turn()
    expect(platform.told).toEqual([])
    platform.readStart()
    platform.turn()
    platform.turn()
    expect(platform.told).toEqual(['data a'])
  })

  test.each(['close', 'reset'] as const)('delivers nothing after %s() within a delivery', (how) => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.come('b')
    platform.comeEnd()
    platform.onTold = () => platform[how]()
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['data a'])
  })

  test('reports the end once and is over then', () => {
    const platform = new FakePlatform()
    platform.readStart()
    platform.comeEnd()
    platform.comeEnd()
    platform.readStop()
    platform.readStart()
    expect(platform.turn()).toBe(0)
    expect(platform.told).toEqual(['end'])
    expect(trueOf(platform.states)).toEqual(['open', 'connected', 'ended'])
    expect(platform.asked).toEqual(['resume', 'end delivered'])
  })

  test('is over when the end waits to be delivered', () => {
    const platform = new FakePlatform()
    platform.comeEnd()
    expect(trueOf(platform.states)).toEqual(['open', 'connected', 'ended'])
  })
})

describe('a failure', () => {
  test('is reported at once when nothing is held, even without a reader', () => {
    const platform = new FakePlatform()
    platform.comeFailure('ECONNRESET')
    expect([platform.told, platform.asked]).toEqual([['ECONNRESET'], ['release']])
    reportAll(platform)
    expect(platform.turn()).toBe(0)
    expect(platform.told).toEqual(['ECONNRESET'])
    expect(trueOf(platform.states)).toEqual(['connected', 'ended'])
  })

  test('is reported after the bytes that are held', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.comeFailure('ECONNRESET')
    expect(platform.told).toEqual([])
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['data a', 'ECONNRESET'])
  })

  test('is not reported when an end waits', () => {
    const platform = new FakePlatform()
    platform.comeEnd()
    platform.comeFailure('ECONNRESET')
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['end'])
  })

  test('is reported after an end that was delivered', () => {
    const platform = new FakePlatform()
    platform.readStart()
    platform.comeEnd()
    platform.comeFailure('ETIMEDOUT')
    expect(platform.told).toEqual(['end', 'ETIMEDOUT'])
  })

  test('of the platform itself is reported before the bytes that are held', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.failNow('EPIPE')
    platform.readStart()
    expect([platform.turn(), platform.told]).toEqual([0, ['EPIPE']])
  })

  test('allows close() within its report, which does nothing', () => {
    const platform = new FakePlatform()
    platform.onTold = () => platform.close()
    platform.comeFailure('ECONNRESET')
    platform.reset()
    expect(platform.asked).toEqual(['release'])
  })
})

describe('a failed write', () => {
  test('throws its reason once, then EPIPE, and ENOTCONN for a shutdown', () => {
    const platform = new FakePlatform()
    expect(failWrite(platform, 'ECONNRESET')).toBe('ECONNRESET')
    expect(failWrite(platform, 'ECONNRESET')).toBe('EPIPE')
    expect(refusal(() => platform.shutdown())).toBe('ENOTCONN')
    expect(trueOf(platform.states)).toEqual(['open', 'connected', 'broken'])
    expect(platform.asked).toEqual([])
  })

  test("leaves the peer's bytes to be delivered, then the end instead of the failure", () => {
    const platform = new FakePlatform()
    platform.come('a')
    failWrite(platform, 'ECONNRESET')
    platform.come('b')
    platform.comeFailure('ECONNRESET')
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['data a', 'data b', 'end'])
    platform.comeFailure('ECONNRESET')
    expect(platform.told).toEqual(['data a', 'data b', 'end'])
    platform.close()
    expect(platform.asked.at(-1)).toBe('release')
  })

  test('turns a failure that waits into the end', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.comeFailure('ECONNRESET')
    failWrite(platform, 'ECONNRESET')
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['data a', 'end'])
  })
})

describe('shutdown()', () => {
  test('sends one FIN at once when nothing is pending', () => {
    const platform = new FakePlatform()
    platform.shutdown()
    platform.shutdown()
    expect(platform.asked).toEqual(['fin'])
    expect(refusal(() => platform.write(Uint8Array.of(1)))).toBe('EPIPE')
    expect(trueOf(platform.states)).toEqual(['open', 'connected', 'finishing'])
  })

  test('sends FIN after the pending bytes and before onDrain', () => {
    const platform = new FakePlatform()
    platform.write(Uint8Array.of(1))
    platform.shutdown()
    expect(platform.asked).toEqual([])
    platform.onTold = (event) => platform.asked.push(event)
    platform.taken()
    expect(platform.asked).toEqual(['fin', 'drain'])
    platform.taken()
    expect(platform.asked).toEqual(['fin', 'drain', 'drain'])
  })

  test('leaves the other direction open', () => {
    const platform = new FakePlatform()
    platform.readStart()
    platform.shutdown()
    platform.come('a')
    platform.comeEnd()
    expect(platform.told).toEqual(['data a', 'end'])
  })

  test('does nothing after close()', () => {
    const platform = new FakePlatform()
    platform.close()
    platform.shutdown()
    expect(platform.asked).toEqual(['release'])
  })
})

describe('close() and reset()', () => {
  /** Brings a connection into a state. */
  const states: Record<string, (platform: FakePlatform) => void> = {
    open: () => {},
    flowing: (platform) => platform.readStart(),
    'with bytes pending': (platform) => void platform.write(Uint8Array.of(1)),
    finishing: (platform) => {
      platform.write(Uint8Array.of(1))
      platform.shutdown()
    },
    finished: (platform) => platform.shutdown(),
    broken: (platform) => void failWrite(platform, 'EPIPE'),
    ended: (platform) => {
      platform.readStart()
      platform.comeEnd()
    },
    'with an end that waits': (platform) => platform.comeEnd(),
    'finished and ended': (platform) => {
      platform.readStart()
      platform.shutdown()
      platform.comeEnd()
    },
  }

  for (const [state, reach] of Object.entries(states)) {
    test.each([
      ['close', 'release'],
      ['reset', 'abort'],
    ] as const)(`%s() in the state "${state}" calls %s once and reports nothing`, (how, asked) => {
      const platform = new FakePlatform()
      reach(platform)
      platform.told.length = 0
      platform.asked.length = 0
      platform[how]()
      platform.close()
      platform.reset()
      reportAll(platform)
      platform.taken()
      platform.readStart()
      platform.readStop()
      platform.turn()
      expect(platform.asked).toEqual([asked])
      expect([platform.told, platform.events]).toEqual([[], undefined])
      expect(trueOf(platform.states)).toEqual(['connected', 'ended'])
      expect(refusal(() => platform.write(Uint8Array.of(1)))).toBe('EPIPE')
    })
  }

  test('close() with undelivered bytes resets', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.close()
    expect(platform.asked).toEqual(['abort'])
  })

  test('close() after all bytes were delivered does not reset', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.readStart()
    platform.turn()
    platform.close()
    expect(platform.asked.at(-1)).toBe('release')
  })

  test('reset() throws ENOTSUP and keeps the connection when the platform cannot reset', () => {
    const platform = new FakePlatform()
    platform.canReset = false
    expect(refusal(() => platform.reset())).toBe('ENOTSUP')
    platform.readStart()
    platform.come('a')
    expect(platform.told).toEqual(['data a'])
  })
})
