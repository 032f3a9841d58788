/** Tests of when a host asks for another attempt to send after one that fell short, with a simulated clock. */
import { expect, test } from '@jest/globals'
import { WritableWatch } from '../../src/host/common/writable-watch.js'

/** Records the calls that were scheduled, one at a time, and how often room was reported. */
class Watched {
  readonly watch: WritableWatch
  /** Milliseconds of each call that was scheduled. */
  readonly waits: number[] = []
  rooms = 0
  forgotten = 0
  /** Called when there may be room. */
  onRoom = (): void => {}
  #due: (() => void) | undefined

  constructor() {
    this.watch = new WritableWatch(
      (ms, callback) => {
        if (this.#due !== undefined) throw new Error('two calls were scheduled at a time')
        this.waits.push(ms)
        this.#due = callback
        return () => {
          this.forgotten++
          this.#due = undefined
        }
      },
      () => {
        this.rooms++
        this.onRoom()
      },
    )
  }

  /** Whether a call is scheduled. */
  get scheduled(): boolean {
    return this.#due !== undefined
  }

  /** Lets the scheduled time pass. */
  pass(): void {
    const due = this.#due
    this.#due = undefined
    due?.()
  }
}

test('a call is scheduled only while an attempt that fell short waits', () => {
  const watched = new Watched()
  expect(watched.scheduled).toBe(false)
  watched.watch.wait(true)
  expect(watched.rooms).toBe(0)
  watched.pass()
  expect([watched.rooms, watched.scheduled]).toEqual([1, false])
})

test('the wait doubles up to 64 ms while attempts take nothing', () => {
  const watched = new Watched()
  for (let round = 0; round < 12; round++) {
    watched.watch.wait(false)
    watched.pass()
  }
  expect(watched.waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64])
})

test('the wait starts again at 0 after an attempt that takes some bytes', () => {
  const watched = new Watched()
  for (const taken of [false, false, false, true, false, true, true]) {
    watched.watch.wait(taken)
    watched.pass()
  }
  expect(watched.waits).toEqual([0, 1, 2, 0, 1, 0, 0])
})

test('several attempts that fall short are answered by one call', () => {
  const watched = new Watched()
  for (let tries = 0; tries < 5; tries++) watched.watch.wait(false)
  watched.pass()
  expect([watched.waits.length, watched.rooms]).toEqual([1, 1])
  // Attempts during the wait do not make it longer.
  watched.watch.wait(false)
  expect(watched.waits).toEqual([0, 1])
})

test('an attempt within the call schedules another call', () => {
  const watched = new Watched()
  watched.onRoom = () => {
    if (watched.rooms < 4) watched.watch.wait(false)
  }
  watched.watch.wait(false)
  while (watched.scheduled) watched.pass()
  expect([watched.rooms, watched.waits]).toEqual([4, [0, 1, 2, 4]])
})

test('stop() cancels the scheduled call and is harmless at any time', () => {
  const watched = new Watched()
  watched.watch.stop()
  watched.watch.wait(false)
  watched.watch.stop()
  watched.watch.stop()
  watched.pass()
  expect(watched).toMatchObject({ rooms: 0, forgotten: 1, scheduled: false })
  watched.watch.wait(true)
  watched.onRoom = () => watched.watch.stop()
  watched.pass()
  expect(watched).toMatchObject({ rooms: 1, forgotten: 1, scheduled: false })
})
