/** The format of traces: what is written is read again, and what is damaged is refused with its offset. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { concat } from '../../src/base/bytes.js'
import { formatEntry } from '../../src/base/trace/entry-text.js'
import { TraceError } from '../../src/base/trace/trace-error.js'
import type { TraceHeader } from '../../src/base/trace/trace-header.js'
import { readTrace } from '../../src/base/trace/trace-reader.js'
import { TraceWriter } from '../../src/base/trace/trace-writer.js'
import { Digest, type TraceEntry, type Value, Withheld } from '../../src/base/trace/value.js'
import { xxh32 } from '../../src/base/trace/xxh32.js'
import { runSeed } from '../support/random.js'

const HEADER: TraceHeader = {
  library: '1.2.3',
  runtime: 'Node.js/20.0.0',
  began: 1_796_130_887_631.5,
  host: { name: 'node', deliversInline: true, unix: false },
  redacted: false,
  about: { args: ['a', 'b'] },
}

/** Writes entries, with a block after each so many. */
function written(entries: readonly TraceEntry[], { perBlock = 2, ends = true, redacted = false } = {}): Uint8Array {
  const pieces: Uint8Array[] = []
  const writer = new TraceWriter((bytes) => void pieces.push(bytes), { ...HEADER, redacted })
  for (const [at, entry] of entries.entries()) {
    writer.entry(entry)
    if (at % perBlock === perBlock - 1) writer.flush()
  }
  if (ends) writer.end()
  else writer.flush()
  return concat(pieces)
}

const call = (name: string, args: readonly Value[], outcome: Value = undefined): TraceEntry => {
  return { kind: 'call', name, object: 0, args, outcome, threw: false }
}

const event = (name: string, args: readonly Value[], time = 0): TraceEntry => {
  return { kind: 'event', name, object: 1, args, time, joined: false, inside: false }
}

const SHORT = [
  call('clock', [], 5e12),
  event('data', [new Uint8Array([1, 2, 3])], 5e12 + 7),
  call('write', [new Digest(3, 99)], 0),
]

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  // Repeated, and large enough to be written once.
  fc.nat(3).map((seed) => new Uint8Array(300 + seed).fill(seed)),
)
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(undefined, true, false),
    fc.oneof(fc.nat(300), fc.integer(), fc.maxSafeInteger(), fc.double()),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\ud800', 'ECONNRESET', '__proto__'),
    bytes,
    fc.tuple(fc.nat(), fc.nat()).map(([length, hash]) => new Digest(length, hash)),
    fc.nat().map((length) => new Withheld(length)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))
const common = {
  name: fc.constantFrom('clock', 'data', 'write', 'é'),
  object: fc.nat(),
  args: fc.array(value, { maxLength: 4 }),
}
const entry: fc.Arbitrary<TraceEntry> = fc.oneof(
  fc.record({ kind: fc.constant('call' as const), ...common, outcome: value, threw: fc.boolean() }),
  fc.record({
    kind: fc.constant('event' as const),
    ...common,
    time: fc.oneof(fc.maxSafeInteger(), fc.double()),
    joined: fc.boolean(),
    inside: fc.boolean(),
  }),
)

describe('a trace', () => {
  test('has what was written, whatever that was', () => {
    const property = fc.property(
      fc.array(entry, { maxLength: 30 }),
      fc.integer({ min: 1, max: 9 }),
      (entries, perBlock) => {
        const run = readTrace(written(entries, { perBlock }))
        expect([...run.entries()]).toEqual(entries)
        expect(run).toMatchObject({ complete: true, header: HEADER })
        // Again from the start, and each as a line of bounded length.
        for (const read of run.entries()) expect(formatEntry(read).length).toBeLessThanOrEqual(160)
      },
    )
    fc.assert(property, { seed: runSeed(), numRuns: 100 })
  })

  test('begins with a line that can be read', () => {
    const [line] = new TextDecoder('latin1').decode(written(SHORT)).split('\n')
    expect(line).toMatch(
      /^uvtrace 1 [0-9a-f]{8} \{"library":"1\.2\.3","runtime":"Node\.js\/20\.0\.0",.*"args":\["a","b"\]/,
    )
  })

  test('has the checksums of XXH32', () => {
    const text = (from: string): number => xxh32(new TextEncoder().encode(from))
    expect([text(''), text('a'), text('abc'), text('Nobody inspects the spammish repetition')]).toEqual([
      0x02cc5d05, 0x550d7456, 0x32d153ff, 0xe2293b2f,
    ])
  })

  test('is a prefix of itself, or is refused with an offset, wherever it is cut', () => {
    const whole = written(SHORT)
    const starts = new Set<number>()
    for (let length = 0; length < whole.length; length++) {
      const part = whole.slice(0, length)
      try {
        const run = readTrace(part)
        expect(run.complete).toBe(false)
        const entries = [...run.entries()]
        expect(entries).toEqual(SHORT.slice(0, entries.length))
        starts.add(length)
      } catch (error) {
        expect(error).toBeInstanceOf(TraceError)
        const { offset, message } = error as TraceError
        expect(offset).toBeLessThanOrEqual(length)
        expect(message).toMatch(new RegExp(`^Cannot read the trace: at offset ${offset} .*; `))
        if (starts.size > 0) expect(readTrace(part, { partial: true }).complete).toBe(false)
      }
    }
    // After the header, and after each block but the last.
    expect(starts.size).toBe(3)
  })

  test('is refused if any byte is another one', () => {
    const whole = written(SHORT)
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice()
      damaged[at] = (damaged[at] ?? 0) ^ 0x10
      expect(() => readTrace(damaged)).toThrow(TraceError)
    }
  })

  test.each([
    ['an empty file', '', 0],
    ['another file', '\0asm\x01', 0],
    ['another version', 'uvtrace 2 00000000 {}\n', 8],
    ['an endless header', `uvtrace 1 ${'x'.repeat(99)}`, 109],
  ])('is refused: %s', (_, text, offset) => {
    expect(() => readTrace(new TextEncoder().encode(text))).toThrow(expect.objectContaining({ offset }))
  })

  test('that is followed by something is refused there', () => {
    const whole = written(SHORT)
    expect(() => readTrace(concat([whole, whole]))).toThrow(expect.objectContaining({ offset: whole.length }))
  })

  test('has a large payload that comes again and again twice', () => {
    const large = new Uint8Array(1000).fill(7)
    const entries = Array.from({ length: 20 }, () => event('data', [large]))
    const file = written(entries)
    expect(file.length).toBeGreaterThan(2000)
    expect(file.length).toBeLessThan(2500)
    expect([...readTrace(file).entries()]).toEqual(entries)
  })

  test('that is redacted has lengths and times, and no payload', () => {
    const secret = new TextEncoder().encode('secret')
    const file = written([event('data', [secret], 12), call('write', [Digest.of(secret)])], { redacted: true })
    expect(new TextDecoder('latin1').decode(file)).not.toContain('secret')
    expect([...readTrace(file).entries()]).toEqual([
      event('data', [new Withheld(6)], 12),
      call('write', [new Withheld(6)]),
    ])
  })
})
