/** A recorded program runs again from its trace, without a network, and is stopped where it does something else. */
import { describe, expect, test } from '@jest/globals'
import { concat } from '../../../src/base/bytes.js'
import { TraceWriter } from '../../../src/base/trace/trace-writer.js'
import type { TraceEntry } from '../../../src/base/trace/value.js'
import { nodeHost } from '../../../src/host/node.js'
import { type Host, virtualHost } from '../../../src/index.js'
import {
  DivergenceError,
  type RecordingOptions,
  type ReplayOptions,
  readTrace,
  recordingHost,
  replayHost,
} from '../../../src/sim/testing.js'
import { soon } from '../../support/deadline.js'
import { echo, type Variant } from './echo.js'
import { steppedHost } from './stepped-host.js'

/** Records the program. */
async function record(host: Host, options?: RecordingOptions): Promise<{ trace: Uint8Array; seen: string[] }> {
  const pieces: Uint8Array[] = []
  const recording = recordingHost(host, (bytes) => void pieces.push(bytes), options)
  const seen = await soon(echo(recording), 'the program to end')
  recording.close()
  return { trace: concat(pieces), seen }
}

/** Replays it. @returns what it has seen, or why it was stopped */
async function replay(trace: Uint8Array, variant?: Variant, options?: ReplayOptions): Promise<string[] | Error> {
  const host = replayHost(trace, options)
  const ended = echo(host, variant)
  // A program that was stopped may never end.
  ended.catch(() => {})
  const done = host.done.then(
    () => undefined,
    (error) => error,
  )
  return (await soon(done, 'the replay to end')) ?? soon(ended, 'the program to end')
}

/** Writes a trace again, with other entries. */
function rewrite(trace: Uint8Array, change: (entry: TraceEntry, at: number) => TraceEntry): Uint8Array {
  const run = readTrace(trace)
  const pieces: Uint8Array[] = []
  const writer = new TraceWriter((bytes) => void pieces.push(bytes), run.header)
  let at = 0
  for (const entry of run.entries()) writer.entry(change(entry, at++))
  writer.end()
  return concat(pieces)
}

const entriesOf = (trace: Uint8Array): TraceEntry[] => [...readTrace(trace).entries()]

const NO_OPTIONS = { ipv6Only: false, reusePort: false }

/** The number of the first entry with that name. */
const find = (trace: Uint8Array, name: string): number => entriesOf(trace).findIndex((entry) => entry.name === name)

describe.each([
  ['the virtual network', () => virtualHost()],
  ['bare handles of Node', () => nodeHost()],
  ['node:net', () => nodeHost({ transport: 'net' })],
])('a program over %s', (_, make) => {
  test('is replayed with everything that it saw', async () => {
    const { trace, seen } = await record(make())
    expect(await replay(trace)).toEqual(seen)
    expect(await replay(trace)).toEqual(seen)
  })
})

describe('a replay', () => {
  const recorded = record(steppedHost())

  test('of a program that sends something else stops there', async () => {
    const { trace } = await recorded
    const error = await replay(trace, { sends: ['hellO'] })
    if (!(error instanceof DivergenceError)) throw new Error('it was not stopped')
    const entry = entriesOf(trace).findIndex(({ name }) => name === 'write')
    expect(error).toMatchObject({
      entry,
      expected: expect.stringMatching(/^write of #\d+ \(5 bytes with checksum [0-9a-f]{8}\) = 0$/),
      got: expect.stringMatching(/^write of #\d+ \(5 bytes with checksum [0-9a-f]{8}\)$/),
    })
    expect(error.before).toHaveLength(8)
    expect(error.message.length).toBeLessThan(2000)
  })

  test('of a program that makes another call stops there', async () => {
    const { trace } = await recorded
    expect(await replay(trace, { waits: 6 })).toMatchObject({
      expected: expect.stringMatching(/^set of #\d+ \(/),
      got: expect.stringMatching(/^set of #\d+ \(/),
    })
  })

  test('with other bytes in an event stops where the program reacts to them', async () => {
    const { trace } = await recorded
    const at = find(trace, 'data')
    const changed = rewrite(trace, (entry, number) =>
      number === at ? { ...entry, args: [new TextEncoder().encode('HELLO')] } : entry,
    )
    const error = await replay(changed)
    if (!(error instanceof DivergenceError)) throw new Error('it was not stopped')
    expect(error.entry).toBeGreaterThan(at)
    expect(error.expected).toMatch(/^(?:write|tryWrite) of/)
    expect(error.before.join()).toContain('5 bytes "HELLO"')
  })

  test('with an event that cannot be stops there', async () => {
    const { trace } = await recorded
    const at = find(trace, 'data')
    for (const change of [{ name: 'datum' }, { object: 4000 }, { args: ['text'] }, { args: [] }]) {
      const changed = rewrite(trace, (entry, number) => (number === at ? { ...entry, ...change } : entry))
      expect(await replay(changed)).toMatchObject({ entry: at })
    }
  })

  test('of a program that was killed ends where its recording does', async () => {
    const { trace } = await recorded
    const pieces: Uint8Array[] = []
    const run = readTrace(trace)
    const writer = new TraceWriter((bytes) => void pieces.push(bytes), run.header)
    for (const entry of [...run.entries()].slice(0, find(trace, 'connection') + 2)) writer.entry(entry)
    writer.flush()
    const host = replayHost(pieces)
    echo(host).catch(() => {})
    await soon(host.done, 'the replay to end')
    expect(host.position).toBe(find(trace, 'connection') + 2)
  })

  test('waits only so long for a program', async () => {
    const { trace } = await recorded
    const host = replayHost(trace, { patience: 20 })
    host.timer(() => {})
    await expect(soon(host.done, 'the replay to end')).rejects.toThrow(/got +nothing for 20 ms/)
    expect(() => host.bind({ family: 'ipv4', host: '127.0.0.1', port: 0 }, NO_OPTIONS)).toThrow(DivergenceError)
  })

  test('of a redacted trace is refused', async () => {
    const { trace } = await record(virtualHost(), { redact: true })
    expect(() => replayHost(trace)).toThrow(/is redacted/)
    expect(new TextDecoder('latin1').decode(trace)).not.toContain('hello')
  })
})

describe('a recording', () => {
  test('has the bytes that were sent, if it is told to', async () => {
    const { trace, seen } = await record(virtualHost(), { sent: 'bytes' })
    const sent = entriesOf(trace).find(({ name }) => name === 'write' || name === 'tryWrite')
    expect(sent).toMatchObject({ args: [new TextEncoder().encode('hello')] })
    expect(await replay(trace)).toEqual(seen)
  })

  test('lends its pieces to a sink that says so', async () => {
    const pieces: Uint8Array[] = []
    const buffers = new Set<ArrayBufferLike>()
    const options = { lends: true, flushAt: 0 }
    const recording = recordingHost(
      steppedHost(),
      (bytes) => {
        pieces.push(bytes.slice())
        buffers.add(bytes.buffer)
      },
      options,
    )
    const seen = await soon(echo(recording), 'the program to end')
    recording.close()
    expect(buffers.size).toBeLessThan(pieces.length)
    expect(await replay(concat(pieces))).toEqual(seen)
  })

  test('has what the application adds, which a replay delivers at the same point', async () => {
    const pieces: Uint8Array[] = []
    const recording = recordingHost(steppedHost(), (bytes) => void pieces.push(bytes))
    const seen: unknown[] = []
    recording.enter('config', ['a'], () => seen.push('a', recording.clock()))
    recording.note('used', [seen.length])
    recording.close()
    const again: unknown[] = []
    const host = replayHost(pieces)
    host.entering('config', (args) => {
      again.push(...args, host.clock())
      host.note('used', [again.length])
    })
    await soon(host.done, 'the replay to end')
    expect(again).toEqual(seen)
    const other = replayHost(pieces)
    other.clock()
    await expect(soon(other.done, 'the replay to end')).rejects.toThrow(/expected event config.*\n +got +clock/)
  })

  test('is ended by a sink that fails, and the program is not', async () => {
    let left = 5
    const recording = recordingHost(
      virtualHost(),
      () => {
        if (left-- === 0) throw new Error('the disk is full')
      },
      { flushAt: 0 },
    )
    await soon(echo(recording), 'the program to end')
    expect(() => recording.close()).toThrow('the disk is full')
  })
})
