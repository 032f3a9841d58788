/** The life of a connection that all hosts share, over a platform that does what the test says. */
import { describe, expect, test } from '@jest/globals'
import type { ErrnoName } from '../../src/base/errno.js'
import { FakePlatform } from '../support/fake-platform.js'
import { refusal } from './contract/lab.js'

/** A write that fails at once. @returns the code that it threw */
const failWrite = (platform: FakePlatform, code: ErrnoName): string => refusal(() => platform.failWrite(code))

/** Those that are true. */
const trueOf = (states: Record<string, boolean>): string[] => Object.keys(states).filter((name) => states[name])

/** Everything that a platform may tell of a connection that stands. */
const tellAll = (platform: FakePlatform): void => {
  platform.come('x')
  platform.comeEnd()
  platform.comeFailure('ECONNRESET')
  platform.failNow('EIO')
}

describe('connecting', () => {
  test('reading that was asked for begins once it stands; the platform hears of it before the kernel', () => {
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

  test('without a wish to read nothing is resumed', () => {
    const platform = new FakePlatform(false)
    platform.stand()
    expect(platform.asked).toEqual([])
  })

  test('nothing can be written or finished', () => {
    const platform = new FakePlatform(false)
    expect(refusal(() => platform.write(Uint8Array.of(1)))).toBe('ENOTCONN')
    expect(refusal(() => platform.shutdown())).toBe('ENOTCONN')
    expect(trueOf(platform.states)).toEqual(['open'])
  })

  test('a refusal is told, reading or not', () => {
    const platform = new FakePlatform(false)
    platform.comeFailure('ECONNREFUSED')
    expect([platform.told, platform.asked]).toEqual([['ECONNREFUSED'], ['release']])
  })

  test.each(['close', 'reset'] as const)('%s() is final', (how) => {
    const platform = new FakePlatform(false)
    platform[how]()
    expect(platform.asked).toEqual([how === 'close' ? 'release' : 'abort'])
    expect(() => platform.stand()).toThrow('Cannot establish a connection: it is closed; this is a defect of its host')
  })

  test('it stands once', () => {
    expect(() => new FakePlatform(true).stand()).toThrow('Cannot establish a connection: it is open')
  })
})

describe('reading', () => {
  test('starts and stops, harmless twice', () => {
    const platform = new FakePlatform()
    platform.readStop()
    platform.readStart()
    platform.readStart()
    platform.readStop()
    platform.readStop()
    expect(platform.asked).toEqual(['resume', 'pause'])
  })

  test('bytes and the end are delivered at once while reading', () => {
    const platform = new FakePlatform()
    platform.readStart()
    platform.come('ab')
    platform.comeEnd()
    expect(platform.told).toEqual(['data ab', 'end'])
    expect(platform.asked).toEqual(['resume', 'delivered 2', 'end delivered'])
  })

  test('what came before is held, and delivered in a turn to come, in order', () => {
    const platform = new FakePlatform()
    for (const text of ['a', 'b', 'c']) platform.come(text)
    platform.comeEnd()
    expect([platform.told, platform.asked]).toEqual([[], []])
    platform.readStart()
    expect(platform.told).toEqual([])
    platform.turn()
    expect(platform.told).toEqual(['data a', 'data b', 'data c', 'end'])
  })

  test('what comes while some is held waits behind it', () => {
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

  test('a stop within a delivery holds the rest, the end among it', () => {
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

  test('starts and stops before the turn deliver once', () => {
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

  test.each(['close', 'reset'] as const)('%s() within a delivery is its last event', (how) => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.come('b')
    platform.comeEnd()
    platform.onTold = () => platform[how]()
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['data a'])
  })

  test('the end is told once, and reading is over then', () => {
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

  test('an end that waits is an end', () => {
    const platform = new FakePlatform()
    platform.comeEnd()
    expect(trueOf(platform.states)).toEqual(['open', 'connected', 'ended'])
  })
})

describe('a failure', () => {
  test('is told at once, though nobody reads, when nothing is held', () => {
    const platform = new FakePlatform()
    platform.comeFailure('ECONNRESET')
    expect([platform.told, platform.asked]).toEqual([['ECONNRESET'], ['release']])
    tellAll(platform)
    expect(platform.turn()).toBe(0)
    expect(platform.told).toEqual(['ECONNRESET'])
    expect(trueOf(platform.states)).toEqual(['connected', 'ended'])
  })

  test('waits behind bytes', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.comeFailure('ECONNRESET')
    expect(platform.told).toEqual([])
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['data a', 'ECONNRESET'])
  })

  test('comes to nothing behind an end that waits', () => {
    const platform = new FakePlatform()
    platform.comeEnd()
    platform.comeFailure('ECONNRESET')
    platform.readStart()
    platform.turn()
    expect(platform.told).toEqual(['end'])
  })

  test('is told after an end that was delivered', () => {
    const platform = new FakePlatform()
    platform.readStart()
    platform.comeEnd()
    platform.comeFailure('ETIMEDOUT')
    expect(platform.told).toEqual(['end', 'ETIMEDOUT'])
  })

  test('of the platform passes what is held', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.failNow('EPIPE')
    platform.readStart()
    expect([platform.turn(), platform.told]).toEqual([0, ['EPIPE']])
  })

  test('may be followed by close() within it, which does nothing', () => {
    const platform = new FakePlatform()
    platform.onTold = () => platform.close()
    platform.comeFailure('ECONNRESET')
    platform.reset()
    expect(platform.asked).toEqual(['release'])
  })
})

describe('a write that fails at once', () => {
  test('breaks the sending half: its reason first, EPIPE from then on, ENOTCONN for a shutdown', () => {
    const platform = new FakePlatform()
    expect(failWrite(platform, 'ECONNRESET')).toBe('ECONNRESET')
    expect(failWrite(platform, 'ECONNRESET')).toBe('EPIPE')
    expect(refusal(() => platform.shutdown())).toBe('ENOTCONN')
    expect(trueOf(platform.states)).toEqual(['open', 'connected', 'broken'])
    expect(platform.asked).toEqual([])
  })

  test('leaves what the peer had sent to be delivered, then the end; the failure was told', () => {
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

  test('that comes while a failure waits turns it into the end', () => {
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
  test('sends FIN at once when nothing is pending, once', () => {
    const platform = new FakePlatform()
    platform.shutdown()
    platform.shutdown()
    expect(platform.asked).toEqual(['fin'])
    expect(refusal(() => platform.write(Uint8Array.of(1)))).toBe('EPIPE')
    expect(trueOf(platform.states)).toEqual(['open', 'connected', 'finishing'])
  })

  test('waits for the bytes before it; FIN goes before the kernel hears', () => {
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

  test('after the connection is gone is nothing', () => {
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
    ] as const)(`${state}: %s() is one ${'%s'}, and nothing is told any more`, (how, asked) => {
      const platform = new FakePlatform()
      reach(platform)
      platform.told.length = 0
      platform.asked.length = 0
      platform[how]()
      platform.close()
      platform.reset()
      tellAll(platform)
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

  test('close() with bytes that were not delivered is a reset', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.close()
    expect(platform.asked).toEqual(['abort'])
  })

  test('close() after they were delivered is none', () => {
    const platform = new FakePlatform()
    platform.come('a')
    platform.readStart()
    platform.turn()
    platform.close()
    expect(platform.asked.at(-1)).toBe('release')
  })

  test('a platform that cannot reset says so, and the connection stays', () => {
    const platform = new FakePlatform()
    platform.canReset = false
    expect(refusal(() => platform.reset())).toBe('ENOTSUP')
    platform.readStart()
    platform.come('a')
    expect(platform.told).toEqual(['data a'])
  })
})
