/** `libuv-wasm record` and `libuv-wasm replay`, started like from a shell, over real sockets. */
import { readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { concat } from '../../src/base/bytes.js'
import { TraceWriter } from '../../src/base/trace/trace-writer.js'
import { readTrace, type TraceEntry } from '../../src/sim/testing.js'
import { turn } from '../guest/support/stage.js'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'
import { text } from '../support/loops.js'
import type { End } from '../support/process.js'
import { Command, caches, killAll, run } from './command.js'

let echo = ''
let stopped = ''
let tee = ''
beforeAll(async () => {
  const modules = await Promise.all([guestModule('echo'), guestModule('stopped'), guestModule('tee')])
  ;[echo = '', stopped = '', tee = ''] = modules.map((module) => fileURLToPath(module))
}, COMPILING)
killAll()

let files = 0
/** The path of a file that does not exist. */
const fresh = (): string => join(caches, `${files++}.uvtrace`)

const replay = (...args: readonly string[]): Promise<End> => run('replay', ...args)

/** Sends a line to an echo server. @returns what came back until the end */
const exchange = async (port: number, line: string): Promise<string> => {
  const socket = net.connect(port, '127.0.0.1')
  socket.end(line)
  let got = ''
  for await (const chunk of socket) got += text(chunk)
  return got
}

/** Records an echo server that one client uses, and that a signal ends for which it has no handler. */
const recordEcho = async (...options: readonly string[]): Promise<{ file: string; output: string }> => {
  const file = fresh()
  const server = new Command('record', '-o', file, '--allow-net', ...options, '--', echo)
  const port = Number(await server.says(/port (\d+)/))
  expect(await exchange(port, 'a secret line')).toBe('a secret line')
  // A recording is written while the program runs.
  for (let size = 0; size < 1; await turn())
    size = [...readTrace(new Uint8Array(readFileSync(file))).entries()].filter(({ name }) => name === 'close').length
  server.child.kill('SIGTERM')
  const { signal, output } = await server.end
  expect(signal).toBe('SIGTERM')
  return { file, output }
}

/** Writes a recording again, with other entries. */
const rewrite = (file: string, change: (entry: TraceEntry, at: number) => TraceEntry): string => {
  const { header, entries } = readTrace(new Uint8Array(readFileSync(file)))
  const pieces: Uint8Array[] = []
  const writer = new TraceWriter((bytes) => void pieces.push(bytes), header)
  let at = 0
  for (const entry of entries()) writer.entry(change(entry, at++))
  writer.flush()
  const changed = fresh()
  writeFileSync(changed, concat(pieces))
  return changed
}

describe('a server that was ended by a signal', () => {
  test('is replayed up to there, without its network', async () => {
    const { file, output } = await recordEcho()
    const again = await replay(file)
    expect(again).toMatchObject({ code: 0, output })
    expect(again.errors).toMatch(/^libuv-wasm: the recording was not ended: it was replayed up to where it stops\n$/)
  })

  test('that handled it ends as it did', async () => {
    const file = fresh()
    const server = new Command('record', '-o', file, '--allow-net', '--', stopped, 'pumped')
    await server.says(/port (\d+)/)
    server.child.kill('SIGTERM')
    const end = await server.end
    expect(end).toMatchObject({ code: 7, errors: '', output: expect.stringMatching(/\nwatched 15\n$/) })
    expect(await replay(file)).toEqual(end)
  })
})

test('the standard input is replayed', async () => {
  const file = fresh()
  const recorded = new Command('record', '-o', file, '--', tee)
  recorded.child.stdin.write('first')
  await recorded.says(/first/)
  recorded.child.stdin.end(', second')
  const end = await recorded.end
  expect(end).toEqual({ code: 0, signal: null, output: 'first, second', errors: 'EOF\n' })
  expect(await replay(file)).toEqual(end)
})

describe('a replay of something else', () => {
  test('stops a program that was changed at the first difference', async () => {
    const { file } = await recordEcho()
    const { code, errors } = await replay(file, stopped)
    expect(code).toBe(3)
    expect(errors).toMatch(/stopped\.wasm is not the program that was recorded/)
    expect(errors).toMatch(/Cannot go on with the replay: .* at entry \d+; .*\n +expected .*\n +got .*\n +after/)
  })

  test('stops where the program reacts to an event that was changed', async () => {
    const { file } = await recordEcho()
    const at = [...readTrace(new Uint8Array(readFileSync(file))).entries()].findIndex(({ name }) => name === 'data')
    expect(at).toBeGreaterThan(0)
    const changed = rewrite(file, (entry, number) =>
      number === at ? { ...entry, args: [new TextEncoder().encode('A secret line')] } : entry,
    )
    const { code, errors } = await replay(changed)
    expect(code).toBe(3)
    expect(Number(/at entry (\d+)/.exec(errors)?.[1])).toBeGreaterThan(at)
    expect(errors).toMatch(/expected (?:tryWrite|write)/)
  })

  test('names the place where a file is not as it was written', async () => {
    const { file } = await recordEcho()
    const whole = readFileSync(file)
    const start = whole.indexOf('\n') + 1
    const damaged = Buffer.from(whole)
    damaged.writeUInt8(damaged.readUInt8(whole.length - 3) ^ 1, whole.length - 3)
    const cut = whole.subarray(0, start + 5)
    const versioned = Buffer.from(whole.toString('latin1').replace('uvtrace 1 ', 'uvtrace 9 '), 'latin1')
    for (const [content, problem] of [
      [damaged, /at offset \d+ a block of \d+ bytes is damaged; .*--partial/],
      [cut, new RegExp(`at offset ${start} the trace is cut short: 5 bytes are left`)],
      [Buffer.from('#!/bin/sh\n'), /at offset 0 there is no header of a trace/],
      [versioned, /at offset 8 the version is "9"/],
    ] as const) {
      const other = fresh()
      writeFileSync(other, content)
      const { code, output, errors } = await replay(other)
      expect({ code, output }).toEqual({ code: 2, output: '' })
      expect(errors).toMatch(problem)
      expect(errors.split('\n')).toHaveLength(2)
    }
  })

  test('reads what is before the damage with --partial', async () => {
    const { file, output } = await recordEcho()
    const more = fresh()
    writeFileSync(more, Buffer.concat([readFileSync(file), Buffer.from('B')]))
    expect(await replay(more)).toMatchObject({ code: 2 })
    expect(await replay('--partial', more)).toMatchObject({ code: 0, output })
  })
})

test('--redact keeps what was received out of the file, which cannot be replayed', async () => {
  const { file } = await recordEcho('--redact', '--env', 'TOKEN=secret')
  expect(readFileSync(file, 'latin1')).not.toContain('secret')
  expect(await replay(file)).toMatchObject({ code: 2, errors: expect.stringMatching(/is redacted/) })
})

test('--step shows each call and event, and waits for a line before each turn', async () => {
  const { file, output } = await recordEcho()
  const stepped = new Command('replay', '--step', file)
  await stepped.complains(/step> /)
  expect(stepped.errors).toMatch(/listen of #\d+ \(128\)[\s\S]*\n> +\d+: event \w+/)
  stepped.child.stdin.write('/secret\n')
  await stepped.complains(/\n> +\d+: event data of #\d+ \(13 bytes "a secret line"\)\nstep> $/)
  expect(stepped.errors).not.toMatch(/13 bytes with checksum/)
  stepped.child.stdin.end('\n2\n')
  const { code, errors, output: again } = await stepped.end
  expect({ code, output: again }).toEqual({ code: 0, output })
  expect(errors).toMatch(/13 bytes with checksum/)
})

describe('a program that waits in a thread of its own', () => {
  test('is not recorded', async () => {
    const { code, errors } = await run('record', '-o', fresh(), '--driver', 'worker', '--', echo)
    expect(code).toBe(2)
    expect(errors).toMatch(/Cannot record: .*thread of its own.*; leave --driver worker out/)
  })
})

test.each([
  [['record', '--', 'a.wasm'], /-o run\.uvtrace/],
  [['record', '-o', 'x'], /-o run\.uvtrace/],
  [['record', '-o', '/no/folder/x', '--', 'package.json'], /Cannot run "package\.json": .*; build it with uvcc/],
  [['record', '-o', '/no/folder/x', '--', '/no/such.wasm'], /Cannot read the program: /],
  [['replay'], /give one recording/],
  [['replay', '/no/such.uvtrace'], /Cannot replay \/no\/such\.uvtrace: .*ENOENT/],
])('%j exits with 2 and prints what to do', async (args, message) => {
  const { code, errors } = await run(...args)
  expect(code).toBe(2)
  expect(errors).toMatch(message)
})
