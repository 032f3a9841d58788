/** Tests of the ring between two threads: records arrive whole and in order, and no thread misses a wake-up. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { makeRing, RingReader, RingWriter, ringFigures } from '../../src/remote/ring.js'
import { soon, within } from '../support/deadline.js'
import { runSeed, seeded } from '../support/random.js'

interface Record {
  readonly kind: number
  readonly id: number
  readonly value: number
  readonly payload: readonly number[]
}

/** A ring with its counters at `position`, as after that many bytes. */
const ringAt = (capacity: number, position: number): SharedArrayBuffer => {
  const ring = makeRing(capacity)
  new Uint32Array(ring).fill(position, 0, 2)
  return ring
}

const readAll = (reader: RingReader): Record[] => {
  const records: Record[] = []
  reader.drain((kind, id, value, payload) => records.push({ kind, id, value, payload: [...payload] }))
  return records
}

const CAPACITY = 256
const u32 = fc.nat({ max: 0xffff_ffff })
const record = fc.record({
  kind: fc.nat({ max: 0xffff_fffe }),
  id: u32,
  value: u32,
  payload: fc.array(fc.nat({ max: 255 }), { maxLength: CAPACITY / 4 - 16 }),
})

describe('a ring in one thread', () => {
  test('delivers published records in order at every position of the counters', () => {
    const step = fc.oneof({ weight: 4, arbitrary: record }, fc.constantFrom('publish', 'drain'))
    // Positions near 2^32 wrap the counters, and positions near the capacity wrap the records.
    const position = fc.nat({ max: 64 }).map((steps) => (2 ** 32 - 16 * steps) % 2 ** 32)
    const property = fc.property(position, fc.array(step, { maxLength: 100 }), (at, steps) => {
      const ring = ringAt(CAPACITY, at)
      const [writer, reader] = [new RingWriter(ring), new RingReader(ring)]
      const written: Record[] = []
      const published: Record[] = []
      const read: Record[] = []
      for (const what of steps) {
        if (what === 'publish') {
          writer.publish()
          published.push(...written.splice(0))
        } else if (what === 'drain') {
          read.push(...readAll(reader))
          expect(read).toEqual(published)
        } else if (writer.write(what.kind, what.id, what.value, Uint8Array.from(what.payload))) {
          written.push(what)
        } else {
          // There is always room in an empty ring.
          expect(written.length + published.length).toBeGreaterThan(read.length)
        }
        expect(read).toEqual(published.slice(0, read.length))
      }
    })
    fc.assert(property, { seed: runSeed(), numRuns: 500 })
  })

  test('takes records exactly until it is full', () => {
    const ring = makeRing(CAPACITY)
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)]
    const largest = new Uint8Array(writer.largest)
    for (let count = 0; count < 4; count++) expect(writer.write(1, 0, 0, largest)).toBe(true)
    expect(writer.write(1, 0, 0, NOTHING)).toBe(false)
    expect(readAll(reader)).toEqual([])
    writer.publish()
    expect(readAll(reader)).toHaveLength(4)
    expect(writer.write(1, 0, 0, largest)).toBe(true)
  })

  test('has room for the largest record at every position when it is empty', () => {
    for (let position = 0; position < CAPACITY; position += 16) {
      const ring = ringAt(CAPACITY, position)
      const [writer, reader] = [new RingWriter(ring), new RingReader(ring)]
      expect(writer.write(1, 2, 3, new Uint8Array(writer.largest).fill(4))).toBe(true)
      writer.publish()
      expect(readAll(reader)).toEqual([{ kind: 1, id: 2, value: 3, payload: Array(writer.largest).fill(4) }])
    }
  })

  test('wakes only a reader that dozes, and only for published records', () => {
    const ring = makeRing(CAPACITY)
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)]
    writer.publish()
    expect(ringFigures(ring)).toEqual({ published: 0, woken: 0 })
    writer.write(1, 0, 0, NOTHING)
    writer.write(1, 0, 0, NOTHING)
    writer.publish()
    expect(ringFigures(ring)).toEqual({ published: 1, woken: 0 })
    readAll(reader)
    expect(reader.doze()).toBeInstanceOf(Promise)
    writer.write(1, 0, 0, NOTHING)
    writer.publish()
    expect(ringFigures(ring)).toEqual({ published: 2, woken: 1 })
    writer.write(1, 0, 0, NOTHING)
    writer.publish()
    expect(ringFigures(ring)).toEqual({ published: 3, woken: 1 })
    // A reader does not doze when records are already there.
    expect(reader.doze()).toBeUndefined()
  })

  test('ends a wait of the reader and of the writer on wake()', async () => {
    const ring = makeRing(64)
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)]
    const dozing = reader.doze()
    reader.wake()
    await soon(dozing ?? Promise.reject(), 'the reader')
    while (writer.write(1, 0, 0, NOTHING));
    const waiting = writer.whenRoom()
    writer.wake()
    await soon(waiting ?? Promise.reject(), 'the writer')
  })
})

describe('a ring between two threads', () => {
  /** Starts the other thread; see ring-thread.mjs. */
  const other = (data: object): { ended: Promise<unknown>; result: Promise<unknown> } => {
    const worker = new Worker(new URL('./support/ring-thread.mjs', import.meta.url), { workerData: data })
    const failed = once(worker, 'error').then(([error]) => Promise.reject(error))
    return {
      ended: Promise.race([once(worker, 'exit'), failed]),
      result: Promise.race([once(worker, 'message').then(([message]) => message), failed]),
    }
  }

  const ROUNDS = 5_000

  test('carries records back and forth while this thread waits without blocking', async () => {
    const [there, back] = [makeRing(CAPACITY), makeRing(CAPACITY)]
    const { ended } = other({ task: 'return', there, back, rounds: ROUNDS })
    const [writer, reader] = [new RingWriter(there), new RingReader(back)]
    let round = 0
    const count = (): void => {
      round++
    }
    const play = async (): Promise<void> => {
      while (round < ROUNDS) {
        writer.write(1, round, 0, NOTHING)
        writer.publish()
        while (!reader.drain(count)) await reader.doze()
      }
    }
    await within(play(), 14_000, `the ball to come back, after ${round} of ${ROUNDS} rounds`)
    await soon(ended, 'the other thread to end')
    // One batch a round, and at most one wake.
    for (const ring of [there, back]) {
      const { published, woken } = ringFigures(ring)
      expect(published).toBe(ROUNDS)
      expect(woken).toBeLessThanOrEqual(ROUNDS)
    }
  })

  test('carries records back and forth while this thread blocks to wait', async () => {
    const [there, back] = [makeRing(CAPACITY), makeRing(CAPACITY)]
    const { ended } = other({ task: 'return', there, back, rounds: ROUNDS })
    const [writer, reader] = [new RingWriter(there), new RingReader(back)]
    const balls: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      writer.write(1, round, 0, NOTHING)
      writer.publish()
      // This thread blocks, so that no timer could end the wait.
      for (const start = performance.now(); !reader.drain((_kind, id) => balls.push(id)); reader.sleep(5_000)) {
        if (performance.now() - start > 30_000) throw new Error('the other thread does not answer')
      }
    }
    expect(balls).toEqual(Array.from({ length: ROUNDS }, (_, round) => round))
    await soon(ended, 'the other thread to end')
  })

  const random = seeded('ring')
  const payloads = Array.from({ length: 3_000 }, () => random.bytes(random.int(0, CAPACITY / 4 - 16)))

  test('loses no record when it is full, the writer blocks and the reader does not', async () => {
    const ring = makeRing(CAPACITY)
    const { ended } = other({ task: 'write', ring, payloads })
    const reader = new RingReader(ring)
    const read: Uint8Array[] = []
    const take = async (): Promise<void> => {
      while (read.length < payloads.length) {
        if (!reader.drain((_kind, _id, _value, payload) => read.push(payload.slice()))) await reader.doze()
      }
    }
    await within(take(), 14_000, 'all records')
    expect(Buffer.concat(read).equals(Buffer.concat(payloads))).toBe(true)
    await soon(ended, 'the other thread to end')
  })

  test('loses no record when it is full, the reader blocks and the writer does not', async () => {
    const ring = makeRing(CAPACITY)
    const { result, ended } = other({ task: 'read', ring, count: payloads.length })
    const writer = new RingWriter(ring)
    const writeAll = async (): Promise<void> => {
      for (const payload of payloads) while (!writer.write(1, 0, 0, payload)) await writer.whenRoom()
      writer.publish()
    }
    await within(writeAll(), 14_000, 'room for all records')
    const read = await soon(result, 'what was read')
    expect(read instanceof Uint8Array && Buffer.concat(payloads).equals(read)).toBe(true)
    await soon(ended, 'the other thread to end')
  })
})

const NOTHING = new Uint8Array(0)

describe('linger() of a reader', () => {
  const dozing = () => {
    const ring = makeRing(CAPACITY)
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)]
    const send = (): void => {
      writer.write(1, 2, 3, new Uint8Array(0))
      writer.publish()
    }
    return { ring, reader, send, doze: reader.doze() }
  }

  test('returns true when a record is published, and keeps the doze', async () => {
    const { ring, reader, send, doze } = dozing()
    expect(reader.linger(send, 60_000)).toBe(true)
    expect(readAll(reader)).toHaveLength(1)
    expect(reader.linger(send, 60_000)).toBe(true)
    expect(readAll(reader)).toHaveLength(1)
    expect(ringFigures(ring)).toEqual({ published: 2, woken: 2 })
    send()
    await soon(Promise.resolve(doze), 'the end of the doze')
    expect(readAll(reader)).toHaveLength(1)
  })

  test('returns false when no record comes in time, and keeps the doze', async () => {
    const { reader, send, doze } = dozing()
    expect(reader.linger(() => {}, 1)).toBe(false)
    send()
    await soon(Promise.resolve(doze), 'the end of the doze')
    expect(readAll(reader)).toHaveLength(1)
  })

  test('returns false at once when the reader is awake', async () => {
    const { reader, send, doze } = dozing()
    send()
    let asked = false
    const ask = (): void => {
      asked = true
    }
    expect(reader.linger(ask, 60_000)).toBe(false)
    expect(asked).toBe(true)
    await soon(Promise.resolve(doze), 'the end of the doze')
  })
})
