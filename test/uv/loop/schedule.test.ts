/**
 * Random orders of writing, reading, pausing and ending on two connected streams: the bytes of each direction arrive
 * once, in order and completely, and every request is called back once, in order. `make test SEED=...` repeats a run.
 */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Async, type Loop, StatusCode, TCP } from '../../../src/index.js'
import { codeOf, connectPair, overHosts, virtual } from '../../support/loops.js'
import { runSeed } from '../../support/random.js'

/** One step; `end` is the end that takes it, 0 or 1. */
type Step =
  | { readonly kind: 'write'; readonly end: number; readonly sizes: readonly number[] }
  | { readonly kind: 'tryWrite'; readonly end: number; readonly size: number }
  | { readonly kind: 'readStart' | 'readStop' | 'shutdown'; readonly end: number }
  | { readonly kind: 'turns'; readonly count: number }

const end = fc.integer({ min: 0, max: 1 })
const size = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 300_000 }), fc.constant(65_536))
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('write'), end, sizes: fc.array(size, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('tryWrite'), end, size }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('readStart', 'readStop'), end }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('shutdown'), end }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('turns'), count: fc.integer({ min: 1, max: 20 }) }) },
)

/** The byte at a place of a direction, so that a lost, repeated or misplaced byte is noticed. */
const byteAt = (place: number): number => (place ^ (place >> 8) ^ (place >> 16)) & 255

/** One stream, and the counts that are expected of it. */
class End {
  readonly #tcp: TCP
  sent = 0
  received = 0
  ended = false
  shut = false
  /** The requests in the order of their callbacks, and the number that were made. */
  readonly called: number[] = []
  made = 0

  constructor(tcp: TCP) {
    this.#tcp = tcp
  }

  write(sizes: readonly number[]): void {
    if (this.shut) return expect(codeOf(() => this.#tcp.write(sizes.map(() => new Uint8Array(1))))).toBe('EPIPE')
    const id = this.made++
    this.#tcp.write(
      sizes.map((size) => this.#bytes(size)),
      (_request, status) => {
        expect(status).toBe(0)
        this.called.push(id)
      },
    )
  }

  tryWrite(size: number): void {
    if (this.shut) return
    const from = this.sent
    const bytes = this.#bytes(size)
    this.sent = from
    const code = codeOf(() => {
      const count = this.#tcp.tryWrite(bytes)
      expect(count).toBeLessThanOrEqual(size)
      this.sent += count
    })
    expect(['none', 'EAGAIN']).toContain(code)
    // The bytes were copied, or not accepted.
    bytes.fill(0)
  }

  readStart(): void {
    if (this.ended) return
    const code = codeOf(() =>
      this.#tcp.readStart((_tcp, status, data) => {
        expect(this.ended).toBe(false)
        if (status < 0) {
          expect(status).toBe(StatusCode.EOF)
          this.ended = true
          return
        }
        for (const byte of data) {
          if (byte !== byteAt(this.received)) throw new Error(`byte ${this.received} is ${byte}`)
          this.received++
        }
      }),
    )
    expect(['none', 'EALREADY']).toContain(code)
  }

  readStop(): void {
    this.#tcp.readStop()
  }

  shutdown(): void {
    if (this.shut) return expect(codeOf(() => this.#tcp.shutdown())).toBe('ENOTCONN')
    const id = this.made++
    this.shut = true
    this.#tcp.shutdown((_request, status) => {
      expect(status).toBe(0)
      this.called.push(id)
    })
  }

  #bytes(size: number): Uint8Array {
    const bytes = new Uint8Array(size)
    for (let n = 0; n < size; n++) bytes[n] = byteAt(this.sent + n)
    this.sent += size
    return bytes
  }
}

/** Takes the steps, with an iteration of the loop after each; then both ends read to the end. */
const play = (loop: Loop, steps: readonly Step[], ends: readonly [End, End]): void => {
  const left = [...steps]
  let turns = 0
  const next = (): void => {
    if (turns > 0) turns--
    else {
      const step = left.shift()
      if (step === undefined) return finish()
      take(step)
    }
    loop.callLater(next)
  }
  const take = (step: Step): void => {
    if (step.kind === 'turns') {
      turns = step.count
      return
    }
    const end = ends[step.end === 0 ? 0 : 1]
    if (step.kind === 'write') end.write(step.sizes)
    else if (step.kind === 'tryWrite') end.tryWrite(step.size)
    else end[step.kind]()
  }
  const finish = (): void => {
    for (const end of ends) {
      end.readStart()
      if (!end.shut) end.shutdown()
    }
    waitForEnd()
  }
  const waitForEnd = (): void => {
    if (ends.every((end) => end.ended && end.called.length === end.made)) void loop.closeAllHandles()
    else loop.callLater(waitForEnd)
  }
  next()
}

overHosts(
  (lab) => {
    test.each(['connection', 'pair'])('bytes and callbacks over a %s come once and in order', async (way) => {
      const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const loop = await lab.open()
        // Keeps the loop alive while both ends are inactive.
        new Async({ loop })
        const ends: End[] = []
        const begin = (one: TCP, other: TCP): void => {
          const pair = [new End(one), new End(other)] as const
          ends.push(...pair)
          play(loop, steps, pair)
        }
        if (way === 'pair') begin(...TCP.pair(loop))
        else connectPair(loop, begin)
        await lab.run(loop)
        const [one, other] = ends
        expect([one?.received, other?.received]).toEqual([other?.sent, one?.sent])
        for (const end of ends) expect(end.called).toEqual(Array.from({ length: end.made }, (_, n) => n))
      })
      await fc.assert(property, { seed: runSeed(), numRuns: 60 })
    })
  },
  [virtual],
)
