/** When another try to send is asked for, after one that fell short; with a clock of the test's. */
import { expect, test } from '@jest/globals'
import { WritableWatch } from '../../src/host/common/writable-watch.js'

/** What was scheduled, one call at a time, and how often there was room. */
class Watched {
  readonly watch: WritableWatch
  /** Milliseconds of each call that was scheduled. */
  readonly waits: number[] = []
  rooms = 0
  forgotten = 0
  /** What to do when there may be room. */
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

  /** The time has come. */
  pass(): void {
    const due = this.#due
    this.#due = undefined
    due?.()
  }
}

test('nothing is scheduled before a try falls short, nor after it was answered', () => {
  const watched = new Watched()
  expect(watched.scheduled).toBe(false)
  watched.watch.wait(true)
  expect(watched.rooms).toBe(0)
  watched.pass()
  expect([watched.rooms, watched.scheduled]).toEqual([1, false])
})

test('tries that take nothing are asked for ever more rarely, but not without end', () => {
  const watched = new Watched()
  for (let round = 0; round < 12; round++) {
    watched.watch.wait(false)
    watched.pass()
  }
  expect(watched.waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64])
})

test('a try that takes some begins anew', () => {
  const watched = new Watched()
  for (const taken of [false, false, false, true, false, true, true]) {
    watched.watch.wait(taken)
    watched.pass()
  }
  expect(watched.waits).toEqual([0, 1, 2, 0, 1, 0, 0])
})

test('several tries that fall short are answered by one call', () => {
  const watched = new Watched()
  for (let tries = 0; tries < 5; tries++) watched.watch.wait(false)
  watched.pass()
  expect([watched.waits.length, watched.rooms]).toEqual([1, 1])
  // What is tried meanwhile does not make the waits longer.
  watched.watch.wait(false)
  expect(watched.waits).toEqual([0, 1])
})

test('another try within the call that says so', () => {
  const watched = new Watched()
  watched.onRoom = () => {
    if (watched.rooms < 4) watched.watch.wait(false)
  }
  watched.watch.wait(false)
  while (watched.scheduled) watched.pass()
  expect([watched.rooms, watched.waits]).toEqual([4, [0, 1, 2, 4]])
})

test('stop() forgets what was scheduled; harmless at any time', () => {
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
