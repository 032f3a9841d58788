/** The examples in AssemblyScript, with real clients. */
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { connect, endAll, play, receive } from '../guest/support/stage.js'
import { COMPILING } from '../guest/support/uvcc.js'
import { soon } from '../support/deadline.js'
import { assemblyModule } from './support/asc.js'

const [CHAT, NUMBER] = ['examples/assembly/chat.ts', 'examples/assembly/number.ts']

beforeAll(() => Promise.all([CHAT, NUMBER].map((source) => assemblyModule(source))), COMPILING)
endAll()

test('a chat tells all others what one says', async () => {
  const chat = await play([], { program: await assemblyModule(CHAT), driver: 'pump' })
  const [, port] = await chat.says(/listening on 127\.0\.0\.1:(\d+)/)
  const one = await connect(Number(port))
  const other = await connect(Number(port))
  expect(String(await receive(one, 17))).toBe('guest 2 has come\n')
  other.write('hel')
  other.write('lo\nagain\n')
  expect(String(await receive(one, 30))).toBe('guest 2: hello\nguest 2: again\n')
  one.end('bye\n')
  expect(String(await receive(other, 29))).toBe('guest 1: bye\nguest 1 has left\n'.slice(0, 29))
})

test('a filter numbers the lines of each client, and loses none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'number-'))
  const [here, there] = [join(folder, 'filter'), join(folder, 'upstream')]
  const upstream = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket))
  try {
    await new Promise<void>((resolve) => upstream.listen(there, resolve))
    await play([here, there], { program: await assemblyModule(NUMBER), driver: 'pump' })
    const lines = Array.from({ length: 20_000 }, (_, index) => `this is line ${index}`)
    const received = await soon(
      new Promise<string>((resolve, reject) => {
        const pieces: Buffer[] = []
        const socket = net.connect({ path: here, allowHalfOpen: true }, () => socket.end(`${lines.join('\n')}\n`))
        socket.on('data', (data) => pieces.push(data)).on('error', reject)
        socket.on('close', () => resolve(String(Buffer.concat(pieces))))
      }),
      'the numbered lines',
    )
    expect(received).toBe(lines.map((line, index) => `${index + 1}: ${line}\n`).join(''))
  } finally {
    upstream.close()
    await rm(folder, { recursive: true })
  }
})
