/** Plugins in processes: what the host application sees of their lives, and of their deaths. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { serialize } from 'node:v8'
import { expect, test } from '@jest/globals'
import type { Attempt } from '../../src/index.js'
import { Channel } from '../../src/plugin/process/channel.js'
import { Frame, FrameReader } from '../../src/plugin/process/frames.js'
import { ProcessIsolation } from '../guest/support/built.js'
import { connect, receive, until } from '../guest/support/stage.js'
import { build } from '../runtime/support/wasm-builder.js'
import { soon } from '../support/deadline.js'
import { endAll, type Running, start } from './support/isolated.js'

endAll()

const isolation = new ProcessIsolation()
const PROGRAM = fileURLToPath(new URL('../../build/lib/plugin/process/plugin-process.js', import.meta.url))
const ECHO = { program: 'echo', rules: { listen: ['127.0.0.1:0'] } }

/** The processes of plugins that this one has started. */
const children = (): number[] => {
  const own = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return own.map(Number).filter((pid) => {
    try {
      const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('plugin-process')
    } catch {
      return false
    }
  })
}
const bytesOf = (length: number): Uint8Array => new Uint8Array(length).map((_, at) => at % 251)
const child = (): number => children()[0] ?? Number.NaN
const portOf = async (echo: Running): Promise<number> => {
  await echo.says(/port (\d+)/)
  return Number(/port (\d+)/.exec(echo.output())?.[1])
}

test('a plugin serves connections, handles a signal, and leaves no process', async () => {
  const echo = await start(isolation, ['127.0.0.1'], ECHO)
  const port = await portOf(echo)
  const socket = await connect(port)
  socket.write('hello')
  expect((await receive(socket, 5)).toString()).toBe('hello')
  expect(children()).toHaveLength(1)
  expect(echo.plugin.kill('SIGTERM')).toBe(true)
  expect(await soon(echo.plugin.outcome, 'the end')).toEqual({ kind: 'signalled', signal: 'SIGTERM' })
  expect(echo.plugin.kill('SIGTERM')).toBe(false)
  expect(children()).toEqual([])
  await expect(connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a plugin that is terminated or killed is gone, with its outcome', async () => {
  const one = await start(isolation, ['127.0.0.1'], ECHO)
  one.plugin.terminate()
  expect(await soon(one.plugin.outcome, 'the end')).toEqual({ kind: 'killed' })
  const two = await start(isolation, ['127.0.0.1'], ECHO)
  process.kill(child(), 'SIGKILL')
  const outcome = await soon(two.plugin.outcome, 'the end')
  expect(outcome).toMatchObject({ kind: 'crashed', error: { message: expect.stringMatching(/by SIGKILL/) } })
  const three = await start(isolation, ['127.0.0.1'], ECHO)
  process.kill(child(), 'SIGABRT')
  expect(await soon(three.plugin.outcome, 'the end')).toMatchObject({ kind: 'crashed' })
})

test('a guest that computes without an end is terminated', async () => {
  const { plugin } = await start(isolation, [], { program: 'spin' })
  plugin.terminate()
  expect(await soon(plugin.outcome, 'the end')).toEqual({ kind: 'killed' })
})

test('output, input, arguments, files and the exit code are passed on', async () => {
  const input = (async function* () {
    yield Buffer.from('one ')
    yield Buffer.alloc(200_000, 'x')
  })()
  const tee = await start(isolation, [], {
    program: 'tee',
    input,
    files: { '/': new Map([['given', bytesOf(100_000)]]) },
  })
  expect(await soon(tee.plugin.outcome, 'the end')).toMatchObject({ kind: 'exited', code: 0 })
  expect(tee.output().length).toBe(200_004)
  expect((await tee.plugin.files('/')).get('given')).toEqual(bytesOf(100_000))
  await expect(tee.plugin.files('/none')).rejects.toThrow(/no directory/)
})

test('a broker decides in the host application, and refusals are told there', async () => {
  const asked: string[] = []
  const server = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  const onAsk = async ({ action, target }: Attempt): Promise<boolean> => {
    asked.push(`${action} ${target}`)
    return target === `127.0.0.1:${port}`
  }
  const args = (to: number): string[] => ['127.0.0.1', String(to), '0']
  const part = { program: 'talk', hooks: { onOutput() {}, onAsk } }
  const allowed = await start(isolation, args(port), part)
  expect(await soon(allowed.plugin.outcome, 'the end')).toEqual({ kind: 'exited', code: 0 })
  const refused = await start(isolation, args(port - 1), part)
  expect(await soon(refused.plugin.outcome, 'the end')).toEqual({ kind: 'exited', code: 1 })
  expect(asked).toEqual([`connect 127.0.0.1:${port}`, `connect 127.0.0.1:${port - 1}`])
  server.close()
})

test('what cannot be passed to a process is refused, and so is a program that cannot be loaded', async () => {
  const module = await WebAssembly.compile(Buffer.from('0061736d01000000', 'hex'))
  await expect(start(isolation, [], { module })).rejects.toThrow(/a compiled module cannot leave this process/)
  await expect(start(isolation, [], { stdio: 'inherit' })).rejects.toThrow(/stdio 'inherit' is not possible/)
  const bytes = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, 'hex'))
  await expect(start(isolation, [], { module: bytes('00') })).rejects.toThrow(WebAssembly.CompileError)
  await expect(start(isolation, [], { module: bytes('0061736d01000000') })).rejects.toThrow(/_start/)
  await until(() => children().length === 0, 'the processes to be gone')
})

test('the process has an empty environment, lower limits, and ends with its host application', async () => {
  const echo = await start(isolation, ['127.0.0.1'], ECHO)
  await portOf(echo)
  expect(readFileSync(`/proc/${child()}/environ`, 'utf8')).not.toMatch(/HOME|PATH=|USER/)
  const limits = readFileSync(`/proc/${child()}/limits`, 'utf8')
  expect(limits).toMatch(/Max core file size +0 +0/)
  expect(limits).toMatch(/Max open files +4096 +4096/)
  const script = `
    import { ProcessIsolation } from '${new URL('../../build/lib/plugin/process/process-isolation.js', import.meta.url)}'
    import { Policy } from '${new URL('../../build/lib/guard/policy.js', import.meta.url)}'
    const module = new URL('${new URL('../../build/test-guests/spin.wasm', import.meta.url)}')
    await new ProcessIsolation().start({ name: 'spin', module, args: ['spin'], env: {}, policy: new Policy(),
      limits: {}, services: {}, hooks: { onOutput() {} } })
    console.log(process.pid)
    process.kill(process.pid, 'SIGKILL')
  `
  const before = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  } catch {}
  const isLeft = (): boolean => {
    const lines = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).split('\n')
    return lines.some((line) => {
      const [, pid = '', parent] = /^\s*(\d+)\s+(\d+)\s.*plugin-process/.exec(line) ?? []
      return parent === '1' && !before.includes(` ${pid} `)
    })
  }
  await until(() => !isLeft(), 'the process to end')
})

test('a process whose guest has ended stays until that was received', async () => {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
  const over = once(child, 'close')
  const socket = child.stdio[3]
  if (!(socket instanceof Duplex)) throw new Error('the process has no channel')
  let heard = (_kind: number): void => {}
  const channel = new Channel(socket, { onFrame: (kind) => heard(kind), onEnd() {} })
  const says = (wanted: number): Promise<void> =>
    new Promise((resolve) => {
      heard = (kind) => kind === wanted && resolve()
    })
  const given = { name: 'exits', args: [], env: {}, wallClock: true, memory: [], policy: {}, limits: {} }
  channel.sendParts(Frame.MODULE, 0, build({ functions: [{ code: [], export: '_start' }] }))
  channel.sendParts(Frame.START, 0, serialize({ ...given, services: [], hooks: [] }))
  channel.send(Frame.GO)
  await soon(says(Frame.OUTCOME), 'the outcome')
  // What is written to a process that has ended would break the connection, and the outcome with it.
  channel.send(Frame.PING)
  await soon(says(Frame.PING), 'an answer')
  channel.send(Frame.OUTCOME)
  expect(await soon(over, 'the process to end')).toEqual([0, null])
})

test('frames of a wrong length are refused, and parts of frames wait', () => {
  const seen: [number, number, number][] = []
  const reader = new FrameReader((kind, id, payload) => seen.push([kind, id, payload.length]))
  const frame = Buffer.from('000000071500000001aabb', 'hex')
  for (const byte of frame) reader.take(Uint8Array.of(byte))
  reader.take(Buffer.concat([frame, frame]))
  expect(seen).toEqual(Array.from({ length: 3 }, () => [0x15, 1, 2]))
  for (const length of ['00000004', 'ffffffff', '00010006'])
    expect(() => new FrameReader(() => {}).take(Buffer.from(length, 'hex'))).toThrow(RangeError)
})
