/** Sockets in blocking mode, poll() and sleep(): programs that wait in a call, without a loop. */
import net from 'node:net'
import { beforeAll, expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { connect, endAll, play, received } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

const block = (...args: readonly string[]) => play(args, { program: 'block' })

beforeAll(() => guestModule('block'), COMPILING)
endAll()

/** Makes a server listen on a free port. */
const listen = async (onConnection: (socket: net.Socket) => void): Promise<{ server: net.Server; port: string }> => {
  const server = net.createServer({ allowHalfOpen: true }, onConnection)
  await soon(new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)), 'a server')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a server without a port')
  return { server, port: String(address.port) }
}

test('accept() waits for a connection, and read() for bytes and for the end', async () => {
  const server = await block('serve')
  const [, port] = await server.says(/port (\d+)/)
  const client = await connect(Number(port))
  client.write('12345')
  await soon(new Promise((resolve) => client.write('67890', resolve)), 'the bytes to be sent')
  client.end()
  expect(String(await soon(received(client), 'the answer'))).toBe('10')
  expect([await server.code, server.errors]).toEqual([0, ''])
})

test('connect() waits for the connection, and write() until all bytes are sent', async () => {
  const size = 20_000_000
  const { server, port } = await listen((socket) => {
    let count = 0
    socket.on('data', ({ length }) => {
      count += length
    })
    socket.on('end', () => socket.end(`${count} bytes`))
  })
  try {
    const client = await block('send', port, String(size))
    expect([await client.code, client.output, client.errors]).toEqual([0, `${size} bytes`, ''])
  } finally {
    server.close()
  }
})

test('connect() waits for a refusal', async () => {
  const { server, port } = await listen(() => {})
  await soon(new Promise((resolve) => server.close(resolve)), 'the port to be free')
  const client = await block('refused', port)
  expect([await client.code, client.errors]).toEqual([0, ''])
})

test.each(['poll', 'sleep', 'never'])('the checks of POSIX rules "%s" succeed', async (what) => {
  const guest = await block(what)
  expect([await guest.code, guest.errors]).toEqual([0, ''])
})
