/** `libuv-wasm record`, `replay` and `trace`, started like from a shell. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connect, endAll, receive, turn } from '../guest/support/stage.js'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'
import { readPcapng } from '../sim/views/read-pcapng.js'
import { soon } from '../support/deadline.js'
import { Command, killAll, run } from './command.js'

let folder = ''
let trace = ''
let printed = ''

/** Waits until a recording has the end of a connection. */
async function written(): Promise<void> {
  while (!(await readFile(trace)).includes('hello') || !(await readFile(trace)).includes('close')) await turn()
}

/** Records an echo server that a client uses, and that is then killed. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recordings-'))
  trace = join(folder, 'run.uvtrace')
  const echo = fileURLToPath(await guestModule('echo'))
  const server = new Command('record', '-o', trace, '--allow-listen=127.0.0.1:0', '--', echo, '127.0.0.1', '0')
  const client = await connect(Number(await server.says(/port (\d+)/)))
  client.write('hello')
  expect(await receive(client, 5)).toEqual(Buffer.from('hello'))
  client.end()
  await soon(new Promise((resolve) => client.once('close', resolve)), 'the connection to end')
  await soon(written(), 'the recording')
  server.child.kill('SIGKILL')
  const { output } = await server.end
  printed = output
}, COMPILING)
killAll()
endAll()
afterAll(() => rm(folder, { recursive: true }))

test('a server that was killed is replayed up to there, without its network', async () => {
  const { code, output, errors } = await run('replay', trace)
  expect({ code, output }).toEqual({ code: 0, output: printed })
  expect(errors).toMatch(/the recording was not ended/)
})

describe('libuv-wasm trace', () => {
  test('prints the entries', async () => {
    const { code, output } = await run('trace', trace, '--to', 'text')
    expect(code).toBe(0)
    expect(output).toMatch(/event data of #\d+ \(5 bytes "hello"\)/)
  })

  test('writes packets for Wireshark', async () => {
    const file = join(folder, 'run.pcapng')
    const { code, errors } = await run('trace', trace, '--to', 'pcapng', '-o', file)
    expect({ code, errors }).toMatchObject({ code: 0, errors: expect.stringMatching(/Wireshark/) })
    const { packets } = readPcapng(new Uint8Array(await readFile(file)))
    expect(packets.map(({ payload }) => payload)).toContain('hello')
  })

  test('writes a picture, and events for Perfetto', async () => {
    const picture = await run('trace', trace, '--to', 'svg')
    expect(picture.output).toMatch(/^<svg .*&quot;hello&quot;.*<\/svg>\n$/s)
    const events = await run('trace', trace, '--to', 'perfetto')
    expect(JSON.parse(events.output).traceEvents.length).toBeGreaterThan(10)
  })

  test.each([
    [['trace'], /Cannot show a recording: give one and a format/],
    [['trace', 'a', 'b', '--to', 'text'], /Cannot show a recording: give one and a format/],
    [['trace', 'a', '--to', 'gif'], /Cannot use --to "gif": it is not one of the choices; give text, svg/],
    [['trace', '/nowhere.uvtrace', '--to', 'text'], /Cannot show "\/nowhere.uvtrace": ENOENT/],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({ code: 2, output: '', errors: expect.stringMatching(message) })
  })
})

/** The recording with some of its bytes changed. */
async function damaged(name: string, change: (bytes: Buffer) => Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, change(await readFile(trace)))
  return path
}

test.each<[string, (bytes: Buffer) => Uint8Array, RegExp]>([
  ['is none', () => Buffer.from('GIF89a'), /at offset 0 there is no header of a trace/],
  ['is cut short', (bytes) => bytes.subarray(0, -3), /at offset \d+ the trace is cut short/],
  [
    'is damaged',
    (bytes) => bytes.fill(0xff, bytes.length - 40, bytes.length - 39),
    /at offset \d+ a block of \d+ bytes is damaged/,
  ],
])('a recording that %s is refused with the offset', async (what, change, message) => {
  const path = await damaged(what.replaceAll(' ', '-'), change)
  for (const args of [
    ['replay', path],
    ['trace', path, '--to', 'text'],
  ])
    expect(await run(...args)).toMatchObject({ code: 2, output: '', errors: expect.stringMatching(message) })
})
