/** What is shown of recorded runs: packets, a sequence diagram, events for Perfetto, text. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { concat } from '../../../src/base/bytes.js'
import { type RecordedRun, readTrace } from '../../../src/base/trace/trace-reader.js'
import { TraceWriter } from '../../../src/base/trace/trace-writer.js'
import { Digest } from '../../../src/base/trace/value.js'
import { recordingHost } from '../../../src/guard/record/recording-host.js'
import { nodeHost } from '../../../src/host/node.js'
import { type Host, Loop, TCP, virtualHost } from '../../../src/index.js'
import { type Capture, type CapturedPacket, formatBits } from '../../../src/sim/views/capture.js'
import { captureOf } from '../../../src/sim/views/from-trace.js'
import { toPcapng } from '../../../src/sim/views/pcapng.js'
import { toPerfetto } from '../../../src/sim/views/perfetto.js'
import { toSequence } from '../../../src/sim/views/sequence.js'
import { toText } from '../../../src/sim/views/text.js'
import { echo } from '../../guard/record/echo.js'
import { soon } from '../../support/deadline.js'
import { bytes } from '../../support/loops.js'

async function recorded(host: Host, program: (host: Host) => Promise<unknown>): Promise<RecordedRun> {
  const pieces: Uint8Array[] = []
  const recording = recordingHost(host, (piece) => void pieces.push(piece))
  await soon(program(recording), 'the program to end')
  recording.close()
  return readTrace(concat(pieces))
}

/** `SYN`, `PSH ACK 5` and so on, with an arrow that tells which machine sends. */
const briefly = ({ from, tcp, length, bytes: payload }: CapturedPacket): string => {
  const what = tcp === undefined ? 'UDP' : formatBits(tcp.bits)
  return `${from.machine} ${what}${length > 0 ? ` ${length}${payload === undefined ? '?' : ''}` : ''}`
}

/** Whether each packet continues its direction, and acknowledges what the other has sent. */
function requireContinuous({ packets }: Capture): void {
  const next = new Map<string, number>()
  const nameOf = ({ host, port }: CapturedPacket['from']): string => `${host} ${port}`
  for (const { tcp, from, to, length } of packets) {
    if (tcp === undefined) continue
    const [there, back] = [`${nameOf(from)} ${nameOf(to)}`, `${nameOf(to)} ${nameOf(from)}`]
    expect(tcp.seq).toBe(next.get(there) ?? 0)
    if (/ACK/.test(formatBits(tcp.bits))) expect(tcp.ack).toBe(next.get(back))
    next.set(there, tcp.seq + length + (/SYN|FIN/.test(formatBits(tcp.bits)) ? 1 : 0))
  }
}

describe('a run of a program with both ends', () => {
  let run: RecordedRun
  let capture: Capture
  beforeAll(async () => {
    run = await recorded(virtualHost(), (host) => echo(host))
    capture = captureOf(run)
  })

  test('has each packet once', () => {
    const exchange = (size: number): string[] => [`0 PSH ACK ${size}`, `0 PSH ACK ${size}`]
    expect(capture.packets.filter(({ tcp }) => tcp !== undefined).map(briefly)).toEqual([
      '0 SYN',
      '0 SYN ACK',
      '0 ACK',
      ...[5, 2000, 2000].flatMap(exchange),
      '0 FIN ACK',
      '0 FIN ACK',
      '0 ACK',
    ])
    expect(capture.packets.filter(({ tcp }) => tcp === undefined).map(briefly)).toEqual(['0 UDP 8'])
    requireContinuous(capture)
  })

  test('is a picture with an arrow for each packet', () => {
    const picture = toSequence(capture)
    expect(picture.match(/class="arrow/g)).toHaveLength(capture.packets.length)
    expect(picture).toMatch(/^<svg .*<\/svg>$/s)
    expect(picture).toContain('&quot;hello&quot;')
    const less = toSequence(capture, { most: 3 })
    expect(less.match(/class="arrow/g)).toHaveLength(3)
    expect(less).toContain(`... and ${capture.packets.length - 3} more`)
  })

  test('is a trace with slices that do not overlap, and lives that end', () => {
    const { traceEvents } = toPerfetto(run, 'echo')
    const slices = traceEvents.filter(({ ph }) => ph === 'X')
    for (const tid of [1, 2]) {
      const ends = slices
        .filter((slice) => slice.tid === tid)
        .map(({ ts, dur = Number.NaN }) => [ts, ts + dur] as const)
      expect(ends.length).toBeGreaterThan(5)
      for (const [index, [since]] of ends.entries()) expect(since).toBeGreaterThanOrEqual(ends[index - 1]?.[1] ?? 0)
    }
    const begun = traceEvents.filter(({ ph }) => ph === 'b').map(({ name }) => name)
    expect(begun.filter((name) => name.startsWith('connection'))).toHaveLength(2)
    expect(
      traceEvents
        .filter(({ ph }) => ph === 'e')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(begun.sort())
    const calls = traceEvents.filter(({ ph }) => ph === 'i')
    expect(calls.map(({ name }) => name)).toContain('write')
    expect(slices.filter(({ tid }) => tid === 2).length + calls.length).toBe([...run.entries()].length)
  })

  test('is text with a line for each entry', () => {
    const lines = [...toText(run)]
    expect(lines).toHaveLength([...run.entries()].length)
    expect(lines.join('\n')).toMatch(/^ +\d+ +\d+\.\d{3} ms {2}event data of #\d+ \(5 bytes "hello"\)$/m)
  })
})

test('the names that were looked up are those of their addresses', async () => {
  const host = virtualHost({ names: { 'db.test': ['10.0.0.7', 'fd00::7'], 'other.test': '10.0.0.7' } })
  const run = await recorded(host, async (recording) => {
    await using loop = await Loop.open({ host: recording })
    for (const name of ['db.test', 'other.test', 'none.test']) await Promise.allSettled([loop.lookup(name), loop.run()])
  })
  const { names, notes } = captureOf(run)
  expect([...names]).toEqual([
    ['10.0.0.7', ['db.test', 'other.test']],
    ['fd00::7', ['db.test']],
  ])
  expect(notes.map(({ text }) => text)).toEqual([expect.stringMatching(/^\w+ at the lookup of none\.test$/)])
})

test('a header without a time and a payload without end are nothing that a picture fails or grows by', async () => {
  const pieces: Uint8Array[] = []
  const { header } = await recorded(virtualHost(), (host) => echo(host))
  const old = JSON.parse(JSON.stringify({ ...header, began: undefined }))
  const writer = new TraceWriter((piece) => void pieces.push(piece), old)
  const ends = ['10.0.0.1', '10.0.0.2'].map((host) => ({ family: 'ipv4', host, port: 80 }))
  const call = { kind: 'call', object: 0, args: [], threw: false } as const
  writer.entry({ ...call, name: 'connect', outcome: [1, ...ends, true] })
  writer.flush()
  expect(toPcapng(captureOf(readTrace(concat(pieces)))).length).toBeGreaterThan(100)
  writer.entry({ ...call, name: 'write', object: 1, args: [new Digest(2 ** 50, 0)], outcome: 0 })
  writer.end()
  expect(() => captureOf(readTrace(concat(pieces)))).toThrow(/more than 4000000 packets; record a shorter run/)
})

describe('a run of a program whose peer is another one', () => {
  async function exchange(serve: (socket: Socket) => void, program: (tcp: TCP) => Promise<unknown>): Promise<Capture> {
    const server = createServer(serve).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
    const run = await recorded(nodeHost(), async (host) => {
      await using loop = await Loop.open({ host })
      const tcp = new TCP({ loop })
      const client = tcp.connect(['127.0.0.1', address.port]).then(() => program(tcp))
      await Promise.all([client, loop.run()])
    })
    server.close()
    return captureOf(run)
  }

  test('has what was sent with its length, and what was received with its bytes', async () => {
    const capture = await exchange(
      (socket) => socket.pipe(socket),
      async (tcp) => {
        await tcp.write(bytes('hello'))
        await tcp.shutdown()
        for await (const chunk of tcp) expect(chunk).toHaveLength(5)
        await tcp.close()
      },
    )
    expect(capture.packets.map(briefly)).toEqual([
      '0 SYN',
      '1 SYN ACK',
      '0 ACK',
      '0 PSH ACK 5?',
      ...(briefly(capture.packets[4] as CapturedPacket) === '0 FIN ACK'
        ? ['0 FIN ACK', '1 PSH ACK 5']
        : ['1 PSH ACK 5', '0 FIN ACK']),
      '1 FIN ACK',
      '0 ACK',
    ])
    expect(capture.machines.map(({ name }) => name)).toEqual(['program', '127.0.0.1'])
    expect(Math.abs(capture.begins - Date.now())).toBeLessThan(60_000)
    requireContinuous(capture)
  })

  test('has the reset of its peer', async () => {
    const capture = await exchange(
      (socket) => socket.once('data', () => socket.resetAndDestroy()),
      async (tcp) => {
        const over = new Promise<void>((resolve) => tcp.readStart((_tcp, status) => status !== 0 && resolve()))
        await tcp.write(bytes('hello'))
        await over
        await tcp.close()
      },
    )
    expect(capture.packets.map(briefly).at(-1)).toBe('1 RST ACK')
    expect(capture.packets.at(-1)?.comment).toBe('ECONNRESET')
  })
})
