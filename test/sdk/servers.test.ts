/** The servers of examples/guests, as guests and as native programs, which must do the same. */
import net from 'node:net'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { killProcesses, Process } from '../support/process.js'
import { COMPILING, EXAMPLES, Workshop } from './support/workshop.js'

const SERVERS = ['store', 'proxy']
const LIBRARIES = ['build/native/libuv.a', '-lpthread', '-ldl', '-lrt']

let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
  const include = ['-I', resolve('build/libuv/include')]
  const libraries = LIBRARIES.map((name) => (name.startsWith('-') ? name : resolve(name)))
  for (const name of SERVERS) {
    const source = join(EXAMPLES, `${name}.c`)
    const guest = await workshop.uvcc('-Wall', '-Werror', source, '-o', `${name}.wasm`)
    const flags = ['-D_GNU_SOURCE', '-Wall', '-Werror', ...include]
    const native = await workshop.run('cc', [...flags, source, '-o', name, ...libraries])
    if (guest.code !== 0 || native.code !== 0) throw new Error(guest.stderr + native.stderr)
  }
}, COMPILING)
killProcesses()
afterAll(() => workshop.close())

/** Sends a text, and receives until the server has ended its side. */
const exchange = (port: number, text: string): Promise<string> =>
  soon(
    new Promise((resolve, reject) => {
      const pieces: Buffer[] = []
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.end(text))
      socket.on('data', (data) => pieces.push(data)).on('error', reject)
      socket.on('close', () => resolve(String(Buffer.concat(pieces))))
    }),
    `the answer to ${JSON.stringify(text.slice(0, 40))}`,
  )

describe.each(['guest', 'native'])('as a %s program', (kind) => {
  const start = (name: string, grants: readonly string[], args: readonly string[]): Process => {
    const path = join(workshop.folder, name)
    if (kind === 'native') return new Process(path, args)
    return new Process(process.execPath, [resolve('dist/cli.js'), 'run', ...grants, `${path}.wasm`, '--', ...args])
  }

  const listening = async (server: Process): Promise<number> =>
    Number(await server.says(/listening on 127\.0\.0\.1:(\d+)/))

  test('store keeps values for all clients', async () => {
    const port = await listening(start('store', ['--allow-listen=127.0.0.1:0'], []))
    expect(await exchange(port, 'GET a\nSET a one two\r\nSET b 2\nGET a\nCOUNT\n')).toBe('NONE\nOK\nOK\none two\n2\n')
    expect(await exchange(port, 'GET a\nDELETE a\nDELETE a\nGET a\nCOUNT\n')).toBe('one two\nOK\nNONE\nNONE\n1\n')
    expect(await exchange(port, '\nSET\nJUMP a\n')).toBe(
      'ERROR empty\nERROR unknown command, or no key\nERROR unknown command\n',
    )
    expect(await exchange(port, `SET a ${'x'.repeat(2000)}\n`)).toBe('')
  })

  test('proxy hides card numbers, passes the rest, and ends on SIGTERM when its clients have', async () => {
    const upstream = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket))
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
    const address = upstream.address()
    const to = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    try {
      const proxy = start('proxy', ['--allow-listen=127.0.0.1:0', `--allow-connect=${to}`], ['0', to])
      const port = await listening(proxy)
      const lines = ['4111 1111 1111 1111 or 4111-1111-1111-1111!', 'call 555-1234', '12345678901234567890', '']
      const hidden = ['**** **** **** **** or ****-****-****-****!', 'call 555-1234', '12345678901234567890', '']
      expect(await exchange(port, lines.join('\n'))).toBe(hidden.join('\n'))
      const many = 'a line of text without any number\n'.repeat(100_000)
      expect(await exchange(port, many)).toBe(many)
      proxy.child.kill('SIGTERM')
      expect((await proxy.end).code).toBe(0)
    } finally {
      upstream.close()
    }
  })
})
