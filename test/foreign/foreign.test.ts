/** Programs of other projects, run with the command. build.mk in this folder compiles them. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Command, killAll, run } from '../cli/command.js'
import { Guest, virtualHost } from '../guest/support/built.js'
import { endAll, play, until } from '../guest/support/stage.js'
import { soon } from '../support/deadline.js'

killAll()
endAll()

const program = (name: string): string => `build/foreign/${name}.wasm`

describe('Lua with luv', () => {
  const lua = (script: string, ...grants: readonly string[]) =>
    run('run', '--allow-net', ...grants, '--dir', 'build/foreign/lua-luv:/', program('lua'), '--', script)

  test('runs an example of a server and its client', async () => {
    const { code, output } = await lua('examples/echo-server-client.lua')
    // TCP may deliver the two writes as one chunk or as two.
    const chunks = [...output.matchAll(/"received at client"\t\{ chunk = "(\w+)" \}/g)]
    expect(chunks.map(([, chunk]) => chunk).join('')).toBe('HelloWorld')
    expect(code).toBe(0)
  })

  test.each([
    'callbacks',
    'conversions',
    'coroutines',
    'handle',
    'metrics',
    'prepare-check-idle-async',
    'req',
    'tcp',
    'timer',
  ])("passes luv's own test-%s", async (name) => {
    const { code, output } = await lua(`tests/test-${name}.lua`)
    expect(output).toMatch(/^# All tests passed$/m)
    expect(code).toBe(0)
  })

  test("passes luv's own test-pipe", async () => {
    // The names of its sockets are fixed, so only a virtual network is sure to have them free.
    const names = ['\\\\?\\pipe\\luv-test', '/tmp/uv-test-sock']
    const grants = names.flatMap((name) => [`--allow-listen=unix:${name}`, `--allow-connect=unix:${name}`])
    const { code, output } = await lua('tests/test-pipe.lua', '--host', 'virtual', ...grants)
    expect(output).toMatch(/^# All tests passed$/m)
    expect(code).toBe(0)
  })
})

/** A DNS query over TCP: its length, then the message. */
const QUERY = Buffer.from('001dbeef01000001000000000000076578616d706c6503636f6d0000010001', 'hex')

const servers: net.Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

const listen = async (server: net.Server): Promise<string> => {
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `127.0.0.1:${address.port}`
}

/** Sends bytes to a server. @returns the first piece of the answer */
const ask = async (port: number, bytes: Uint8Array | string): Promise<Buffer> => {
  const socket = net.connect(port, '127.0.0.1')
  try {
    socket.write(bytes)
    const [answer] = await soon(once(socket, 'data'), 'an answer')
    return answer
  } finally {
    socket.destroy()
  }
}

test('hddemux serves HTTP and DNS on one port', async () => {
  const web = await listen(http.createServer((_request, response) => response.end('the web')))
  const answer = Buffer.concat([QUERY, QUERY])
  const names = await listen(net.createServer((socket) => socket.on('data', () => socket.write(answer))))
  const targets = ['--env', `HTTP_TARGET=${web}`, '--env', `DNS_TARGET=${names}`]
  const grants = ['--allow-listen=127.0.0.1:0', `--allow-connect=${web}`, `--allow-connect=${names}`]
  const hddemux = new Command('run', ...grants, ...targets, program('hddemux'))
  const port = Number(await hddemux.says(/port (\d+)[\s\S]*READY=1/))
  expect(String(await ask(port, 'GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n'))).toMatch(
    /^HTTP\/1.1 200 OK/,
  )
  expect(await ask(port, QUERY)).toEqual(answer)
})

describe("the book of libuv's documentation", () => {
  const book = (name: string): string => program(name)

  test('has uvstop, which stops its loop', async () => {
    const { code, output } = await run('run', book('uvstop'))
    const round = 'Idle callback\nPrep callback\n'
    expect(output).toBe(`${round.repeat(4)}Idle callback\nuv_stop() called\nPrep callback\n`)
    expect(code).toBe(0)
  })

  test('has uvcat, which prints a file', async () => {
    const { code, output } = await run('run', '--dir', 'test/foreign', book('uvcat'), '--', 'systemd/sd-daemon.h')
    expect(output).toBe(await readFile('test/foreign/systemd/sd-daemon.h', 'utf8'))
    expect(code).toBe(0)
  })

  test('has uvtee, which copies its input', async () => {
    const command = new Command('run', '--dir', 'test/foreign', book('uvtee'), '--', 'copy')
    command.child.stdin.end('some words')
    expect(await command.end).toMatchObject({ code: 0, output: 'some words' })
  })

  test('has queue-work, which computes in the thread pool', async () => {
    // The whole program takes minutes: each piece sleeps for seconds, and there is one thread.
    const command = new Command('run', book('queue-work'))
    await until(() => /^0th fibonacci is 1\nDone calculating 0th fibonacci\n/.test(command.errors), 'the first piece')
    command.child.kill()
    expect((await command.end).code).toBe(143)
  })

  test('has tcp-echo-server, which echoes', async () => {
    // Its port is fixed, and sure to be free only on a virtual network. It closes the connection at EOF, which cancels
    // waiting writes: an answer is complete if it fits in the socket's buffer, of 64 KiB for a guest in a worker.
    const host = virtualHost()
    const server = await Guest.start(pathToFileURL(book('tcp-echo-server')), { host })
    try {
      await until(() => host.open().length === 1, 'the server to listen')
      const client = await play(['127.0.0.1', '7000', '60000'], { program: 'talk', host })
      expect(await client.code).toBe(0)
      expect(client.output).toBe('received 60000, wrong 0\n')
    } finally {
      server.terminate()
      await soon(server.exit, 'the server to end')
    }
  })
})
