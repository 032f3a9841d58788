import { connect, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { example, hasIPv6, run, type Server, startServer } from '../support/programs.js'
import { seeded } from '../support/random.js'

const start = (): Promise<Server> => startServer(process.execPath, [example('echo-server'), '--port', '0'])

/** Sends `bytes` and an end. @returns the bytes that are received until the peer's end */
const converse = ({ host, port }: Server, bytes: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ host, port }, () => socket.end(bytes))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.once('end', () => resolve(Buffer.concat(chunks)))
    socket.once('error', reject)
  })

const connected = ({ host, port }: Server): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => resolve(socket))
    socket.once('error', reject)
  })

const event = (socket: Socket, name: string): Promise<unknown> => new Promise((resolve) => socket.once(name, resolve))

test('the server prints one line, echoes, and exits with 0 on SIGINT', async () => {
  const server = await start()
  expect(server.host).toBe('127.0.0.1')
  const bytes = seeded('echo').bytes(300_000)
  expect((await soon(converse(server, bytes), 'the echo')).equals(bytes)).toBe(true)
  expect(await server.program.end('SIGINT')).toEqual({
    code: 0,
    signal: null,
    stdout: `listening 127.0.0.1:${server.port}\n`,
    stderr: '',
  })
})

test('the server echoes to each of 50 clients its own bytes', async () => {
  const server = await start()
  const random = seeded('many')
  const sent = Array.from({ length: 50 }, () => random.bytes(random.int(1, 5_000)))
  const back = await soon(Promise.all(sent.map((bytes) => converse(server, bytes))), 'fifty echoes')
  expect(back.map((bytes, index) => bytes.equals(sent[index] ?? bytes))).toEqual(sent.map(() => true))
  expect((await server.program.end('SIGINT')).code).toBe(0)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the server at once although clients are connected',
  async (signal) => {
    const server = await start()
    const idle = (await connected(server)).resume()
    // It fills all buffers, and never reads.
    const stuck = (await connected(server)).pause()
    stuck.on('error', () => {})
    stuck.write(Buffer.alloc(16 << 20))
    await soon(converse(server, Buffer.alloc(1 << 20)), 'another client, while that one is stuck')
    const gone = Promise.all([event(idle, 'close'), event(stuck, 'close')])
    const begin = performance.now()
    expect(await server.program.end(signal)).toMatchObject({ code: 0, stderr: '' })
    // Most of this is the exit of the process; a forced end would come after a second.
    expect(performance.now() - begin).toBeLessThan(1_000)
    await soon(gone, 'the connections to end')
  },
)

test('npm run --silent prints only that line, and passes SIGINT on', async () => {
  const server = await startServer('npm', [
    'run',
    '--silent',
    'echo-server',
    '--',
    '--host',
    '127.0.0.1',
    '--port',
    '0',
  ])
  expect((await soon(converse(server, Buffer.from('hello')), 'the echo')).toString()).toBe('hello')
  const ended = await server.program.end('SIGINT')
  expect(ended).toMatchObject({ code: 0, stdout: `listening 127.0.0.1:${server.port}\n` })
})

test('the server listens on IPv6 if the machine has it', async () => {
  const args = [example('echo-server'), '--host', '::1', '--port', '0']
  if (hasIPv6()) {
    const server = await startServer(process.execPath, args)
    expect((await soon(converse(server, Buffer.from('six')), 'the echo')).toString()).toBe('six')
    expect((await server.program.end('SIGINT')).stdout).toBe(`listening [::1]:${server.port}\n`)
  } else {
    expect(await run(process.execPath, args)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/EADDRNOTAVAIL|EAFNOSUPPORT/),
    })
  }
})

test('a port in use is an error of one line', async () => {
  const server = await start()
  const second = await run(process.execPath, [example('echo-server'), '--port', String(server.port)])
  expect(second).toMatchObject({ code: 1, stdout: '' })
  expect(second.stderr).toMatch(/^echo-server: cannot listen on 127\.0\.0\.1, port \d+: listen EADDRINUSE: .*\n$/)
  await server.program.end('SIGINT')
})

test.each([
  [['--port', '65536'], "Cannot use port '65536'"],
  [['--port', '-1'], '--port'],
  [['--port', 'http'], "Cannot use port 'http'"],
  [['--prot', '0'], "Unknown option '--prot'"],
  [['0'], "Unexpected argument '0'"],
])('%j prints the usage, and exits with 2', async (args, words) => {
  const ended = await run(process.execPath, [example('echo-server'), ...args])
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toContain(words)
  expect(ended.stderr).toContain('Usage: npm run --silent echo-server')
})

test('a host name is an error that names the remedy', async () => {
  const ended = await run(process.execPath, [example('echo-server'), '--host', 'localhost'])
  expect(ended).toMatchObject({ code: 1, stdout: '' })
  expect(ended.stderr).toContain('host "localhost": it is not an IP address')
})

test('--help prints the options on standard output', async () => {
  const ended = await run(process.execPath, [example('echo-server'), '--help'])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toContain('--port PORT')
})
