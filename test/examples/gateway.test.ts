/** The gateway of examples/plugin-host: its filters, its page, and reloads under load. */
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { killProcesses, Process } from '../support/process.js'

const run = promisify(execFile)
const BUILDING = 120_000
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  const uvcc = (source: string, to: string) => run('build/sdk/bin/uvcc', ['-O1', source, '-o', join(folder, to)])
  await Promise.all([
    uvcc('examples/guests/proxy.c', 'redact.wasm'),
    uvcc('examples/plugin-host/bad.c', 'bad.wasm'),
    run(process.execPath, ['scripts/assembly.mjs', join(folder, 'number.wasm'), 'examples/assembly/number.ts']),
  ])
}, BUILDING)
killProcesses()
afterAll(() => rm(folder, { recursive: true }))

/** A client that sends a line after the other, and counts what comes back. */
class Client {
  received = ''
  readonly #socket: net.Socket
  readonly #ended: Promise<void>

  constructor(port: number) {
    this.#socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.#socket.on('data', (data) => {
      this.received += String(data)
    })
    this.#ended = new Promise((resolve, reject) => this.#socket.on('error', reject).on('close', () => resolve()))
  }

  say(line: string): void {
    this.#socket.write(line)
  }

  async end(): Promise<string> {
    this.#socket.end()
    await soon(this.#ended, 'the end of a connection')
    return this.received
  }
}

test('clients go through their plugins, also while these are replaced, and the page tells of it', async () => {
  const options = ['--page', '0', '--ports', '0', '--clients', '0', '--programs', folder]
  const gateway = new Process(process.execPath, ['build/examples/plugin-host/gateway.js', ...options])
  const page = await gateway.says(/page (http:\S+)/)
  const redact = Number(await gateway.says(/filter redact 127\.0\.0\.1:(\d+)/))
  const number = Number(await gateway.says(/filter number 127\.0\.0\.1:(\d+)/))
  const state = async (): Promise<string> => (await fetch(`${page}state`)).text()

  const one = new Client(redact)
  one.say('4111 1111 1111 1111\n')
  const other = new Client(number)
  other.say('a\nb\n')
  while (one.received.length < 20 || other.received.length < 10) await new Promise((resolve) => setImmediate(resolve))

  // The same program again: the connection that it has begun is finished by the old one.
  await copyFile(join(folder, 'redact.wasm'), join(folder, 'copy.wasm'))
  await copyFile(join(folder, 'copy.wasm'), join(folder, 'redact.wasm'))
  const deadline = Date.now() + 15_000
  while (!(await state()).includes('the new program runs') && Date.now() < deadline);
  expect(await state()).toContain('redact.wasm has changed; the new program runs')
  one.say('still here\n')
  const late = new Client(redact)
  late.say('new 4111111111111111\n')
  expect([await one.end(), await other.end(), await late.end()]).toEqual([
    '**** **** **** ****\nstill here\n',
    '1: a\n2: b\n',
    'new ****************\n',
  ])
  expect(await (await fetch(page)).text()).toContain('<h1>Gateway</h1>')
  expect(await (await fetch(`${page}metrics`)).text()).toContain('libuv_wasm_plugin_reloads_total{plugin="redact"} 1')
  gateway.child.kill('SIGTERM')
  expect((await gateway.end).code).toBe(0)
})
