/** A process of a plugin that somebody else has taken over: whatever it sends, its host application only ends it. */

import { EventEmitter } from 'node:events'
import { Duplex, PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { Policy } from '../../src/guard/policy.js'
import { decodeFiles, encodeFiles } from '../../src/plugin/process/files-codec.js'
import { encodeFrame, Frame, PAYLOAD } from '../../src/plugin/process/frames.js'
import { IsolatedProcess } from '../../src/plugin/process/isolated-process.js'
import type { PluginSetup } from '../../src/plugin/setup.js'
import { soon } from '../support/deadline.js'
import { Random, runSeed } from '../support/random.js'

/** A process that is only a test. */
class FakeProcess extends EventEmitter {
  readonly stderr = new PassThrough()
  /** What its host application has sent. */
  readonly received: Uint8Array[] = []
  readonly socket = new Duplex({
    read() {},
    write: (bytes, _encoding, done) => {
      this.received.push(bytes)
      done()
    },
  })
  kill(): boolean {
    setImmediate(() => this.emit('close', null, 'SIGKILL'))
    return true
  }

  says(kind: number, id = 0, payload: Uint8Array | string = ''): void {
    this.socket.push(encodeFrame(kind, id, Buffer.from(payload)))
  }
}

const setup = (hooks: Partial<PluginSetup['hooks']> = {}): PluginSetup => ({
  name: 'hostile',
  module: new Uint8Array(),
  args: [],
  env: {},
  files: undefined,
  input: undefined,
  stdio: undefined,
  host: undefined,
  policy: new Policy(),
  limits: {},
  services: { echo: (stream) => void stream.resume() },
  hooks: { onOutput() {}, ...hooks },
})

const started = (hooks?: Partial<PluginSetup['hooks']>): { process: FakeProcess; plugin: IsolatedProcess } => {
  const process = new FakeProcess()
  const plugin = new IsolatedProcess(process, process.socket, setup(hooks))
  plugin.ready.catch(() => {})
  process.says(Frame.READY)
  return { process, plugin }
}

const never = (): Promise<void> => new Promise(() => {})
const block = new Uint8Array(PAYLOAD)
const json = (value: unknown): string => JSON.stringify(value)
const attempt = { action: 'connect', protocol: 'tcp', target: '10.0.0.1:1', names: [] }
const refusal = { ...attempt, verdict: 'deny', reason: 'no rule allows it' }

test.each<[string, (process: FakeProcess) => void]>([
  ['a frame without an end', ({ socket }) => void socket.push(Buffer.from('ffffffff', 'hex'))],
  ['more output than it may', (process) => Array.from({ length: 17 }, () => process.says(Frame.OUTPUT, 1, block))],
  ['output to another stream', (process) => process.says(Frame.OUTPUT, 3, 'x')],
  ['two wishes for input', (process) => [process.says(Frame.WANT), process.says(Frame.WANT)]],
  ['no JSON', (process) => process.says(Frame.TELL, 0, '{')],
  ['null', (process) => process.says(Frame.TELL, 0, 'null')],
  ['an unknown hook', (process) => process.says(Frame.TELL, 0, json({ hook: 'onOutput', of: [1, 2] }))],
  ['a refusal of nothing', (process) => process.says(Frame.TELL, 0, json({ hook: 'onRefusal', of: [] }))],
  [
    'a refusal that allows',
    (process) => process.says(Frame.TELL, 0, json({ hook: 'onRefusal', of: [{ ...refusal, verdict: 'allow' }] })),
  ],
  [
    'a long text',
    (process) =>
      process.says(Frame.TELL, 0, json({ hook: 'onRefusal', of: [{ ...refusal, target: 'a'.repeat(9000) }] })),
  ],
  [
    'a flood of refusals',
    (process) => {
      for (let i = 0; i < 2001; i++) process.says(Frame.TELL, 0, json({ hook: 'onRefusal', of: [refusal] }))
    },
  ],
  ['a limit with a wrong name', (process) => process.says(Frame.USAGE, 0, json({ '<b>': { used: 1, limit: 2 } }))],
  ['a use that is no number', (process) => process.says(Frame.USAGE, 0, json({ sockets: { used: '1', limit: 2 } }))],
  ['an unknown outcome', (process) => process.says(Frame.OUTCOME, 0, json({ kind: 'exited', code: 256 }))],
  ['files that nothing asked for', (process) => process.says(Frame.FILES, 9, block)],
  ['cut files', (process) => [process.says(Frame.FILES, 0, 'abcde'), process.says(Frame.FILES_END)]],
  ['a stream with an id of ours', (process) => process.says(Frame.OPEN, 1, 'echo')],
  ['one stream twice', (process) => [process.says(Frame.OPEN, 2, 'echo'), process.says(Frame.OPEN, 2, 'echo')]],
  [
    'too many streams',
    (process) => {
      for (let id = 2; id < 1100; id += 2) process.says(Frame.OPEN, id, 'echo')
    },
  ],
  [
    'more bytes than it has credit for',
    (process) => [
      process.says(Frame.OPEN, 2, 'echo'),
      ...[1, 2, 3, 4, 5].map(() => process.says(Frame.DATA, 2, block)),
    ],
  ],
  [
    'credit that it was not given',
    (process) => [process.says(Frame.OPEN, 2, 'echo'), process.says(Frame.CREDIT, 2, '\xff')],
  ],
])('%s ends the process', async (_what, attack) => {
  const { process, plugin } = started({ onOutput: never })
  attack(process)
  const outcome = await soon(plugin.outcome, 'the end')
  expect(outcome).toMatchObject({
    kind: 'crashed',
    error: { message: expect.stringMatching(/^The process of the plugin/) },
  })
})

test('what it says of itself is only read', async () => {
  const told: unknown[] = []
  const { process, plugin } = started({ onRefusal: (refusal) => told.push(refusal) })
  process.says(Frame.TELL, 0, json({ hook: 'onRefusal', of: [{ ...refusal, __proto__: { evil: 1 }, more: 'x' }] }))
  process.says(Frame.USAGE, 0, json({ sockets: { used: 1, limit: null } }))
  process.says(Frame.OPEN, 2, 'constructor')
  for (const id of [3, 2, 77]) for (const kind of [Frame.END, Frame.RESET, Frame.CREDIT]) process.says(kind, id, 'junk')
  process.says(Frame.OUTCOME, 0, json({ kind: 'trapped', error: { message: 'x', stack: 'y' } }))
  process.kill()
  expect(await soon(plugin.outcome, 'the end')).toMatchObject({ kind: 'trapped' })
  expect(told).toEqual([refusal])
  expect(plugin.usage).toEqual({ sockets: { used: 1, limit: Number.POSITIVE_INFINITY } })
})

test('a failure of the receiver of output ends the plugin as failed', async () => {
  const error = new Error('full')
  const { process, plugin } = started({ onOutput: () => Promise.reject(error) })
  process.says(Frame.OUTPUT, 1, 'x')
  expect(await soon(plugin.outcome, 'the end')).toEqual({ kind: 'failed', error })
})

test('random bytes and frames end it, and nothing else', async () => {
  const random = new Random(runSeed())
  for (let run = 0; run < 100; run++) {
    const { process, plugin } = started({ onOutput: never })
    for (let i = 0; i < 50; i++) {
      const payload =
        random.int(0, 1) === 0
          ? random.bytes(random.int(0, 40))
          : json([{ kind: 'limit' }, refusal, {}, null][random.int(0, 3)])
      process.says(random.int(0, 27), random.int(0, 4), payload)
    }
    process.socket.push(Buffer.from('00000000', 'hex'))
    await soon(plugin.outcome, 'the end')
  }
})

test('files are read as they were written, and no path leads out', () => {
  const files = new Map<string, Uint8Array | Map<string, Uint8Array> | { link: string }>([
    ['\udc80 name', Uint8Array.of(1, 2, 3)],
    ['folder', new Map([['empty', new Uint8Array()]])],
    ['link', { link: '../x' }],
  ])
  expect(decodeFiles(encodeFiles(files))).toEqual(files)
  const wrong = (names: string, rest = ''): Uint8Array => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(names.length)
    return Buffer.concat([length, Buffer.from(names + rest)])
  }
  for (const names of [
    '[["a/b",0]]',
    '[["",0]]',
    '[["a",5]]',
    '[["a",-1]]',
    '[["a",1.5]]',
    '{}',
    '[1]',
    '[["a",null]]',
    '[',
    '['.repeat(10_000),
  ])
    expect(() => decodeFiles(wrong(names, 'abc'))).toThrow()
})
