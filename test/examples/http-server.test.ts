import { connect } from 'node:net'
import { beforeAll, expect, test } from '@jest/globals'
import { soon, within } from '../support/deadline.js'
import { example, run, type Server, startServer, testWith } from '../support/programs.js'
import { seeded } from '../support/random.js'

const BODY = 'Hello, world!'

let server: Server

beforeAll(async () => {
  server = await startServer(process.execPath, [example('http-server'), '--port', '0'])
})

/** Sends pieces of bytes. @returns the answers, until the server ends the connection */
const exchange = (pieces: readonly string[], { end = false } = {}): Promise<string> => {
  const talk = new Promise<string>((resolve, reject) => {
    const socket = connect(server.port, server.host)
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.once('end', () => resolve(text))
    socket.once('error', reject)
    const send = ([piece, ...rest]: readonly string[]): void => {
      if (piece !== undefined) socket.write(piece, 'latin1', () => send(rest))
      else if (end) socket.end()
    }
    socket.setNoDelay()
    send(pieces)
  })
  return soon(talk, 'the server to end the connection')
}

const request = (line: string, ...fields: string[]): string => [line, 'Host: x', ...fields, '', ''].join('\r\n')
const GET = request('GET / HTTP/1.1')
const LAST = request('GET / HTTP/1.1', 'Connection: close')

/** The status codes of the answers in a text. */
const statuses = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

test('the server answers GET with 13 bytes', async () => {
  const text = await exchange([LAST])
  const [head = '', body] = text.split('\r\n\r\n')
  expect(body).toBe(BODY)
  expect(head.split('\r\n')).toEqual([
    'HTTP/1.1 200 OK',
    expect.stringMatching(/^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/),
    'Content-Type: text/plain',
    'Content-Length: 13',
    'Connection: close',
  ])
})

test('the server answers HEAD without a body', async () => {
  const text = await exchange([request('HEAD / HTTP/1.1', 'Connection: close')])
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Content-Length: 13\r\n.*\r\n\r\n$/s)
})

test('all pipelined requests are answered in order', async () => {
  const text = await exchange([`${GET.repeat(499)}${request('HEAD / HTTP/1.1')}${LAST}`])
  expect(statuses(text)).toEqual(Array.from({ length: 501 }, () => 200))
  expect(text.split(BODY)).toHaveLength(501)
  expect(text.endsWith(BODY)).toBe(true)
})

test('a client that sends many requests, ends, and reads slowly gets every answer', async () => {
  // More answers than the system's buffers hold, so that some wait in the server when it reads the end.
  const count = 100_000
  const talk = new Promise<number>((resolve, reject) => {
    const socket = connect({ port: server.port, host: server.host, allowHalfOpen: true })
    let bytes = 0
    // Each piece is read only after the server has answered another client.
    const rest = (): void => {
      socket.pause()
      exchange([LAST]).then(() => socket.resume(), reject)
    }
    socket.once('connect', rest)
    socket.on('data', (chunk) => {
      bytes += chunk.length
      rest()
    })
    socket.once('end', () => resolve(bytes))
    socket.once('error', reject)
    socket.write(GET.repeat(count - 1))
    socket.end(LAST)
  })
  const [one, last] = [await exchange([GET, LAST]), await exchange([LAST])]
  const each = one.length - last.length
  expect(await within(talk, 14_000, 'all answers')).toBe((count - 1) * each + last.length)
})

test('a request may arrive in any pieces', async () => {
  const random = seeded('pieces')
  const pieces: string[] = []
  const text = `\r\n${GET}${LAST}`
  for (let at = 0; at < text.length; ) {
    const length = random.int(1, 9)
    pieces.push(text.slice(at, at + length))
    at += length
  }
  expect(statuses(await exchange(pieces))).toEqual([200, 200])
})

test('bytes after the last request get no answer, and do not disturb the last one', async () => {
  const text = await exchange([`${LAST}${GET.repeat(2_000)}`])
  expect(statuses(text)).toEqual([200])
  expect(text.endsWith(BODY)).toBe(true)
})

test.each([
  ['garbage', 400],
  ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n', 400],
  ['GET /\r\n\r\n', 400],
  ['GET  / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\nHost: x\r\nname : value\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\nHost: x\r\n folded: value\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\nHost: x\r\na: \0\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n', 400],
  ['GET / HTTP/2.0\r\nHost: x\r\n\r\n', 505],
  ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc', 405],
  ['GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc', 413],
  ['GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 413],
])('%j is refused with %i, and the connection is closed', async (bytes, status) => {
  // A complete line is judged at once, an incomplete one at the end.
  const text = await exchange([bytes], { end: !bytes.includes('\n') })
  expect(statuses(text)).toEqual([status])
  expect(text).toContain('\r\nConnection: close\r\n')
  expect(text.includes('\r\nAllow: GET, HEAD\r\n')).toBe(status === 405)
})

test('a head that does not end is refused with 431', async () => {
  expect(statuses(await exchange([`GET /${'x'.repeat(9_000)}`]))).toEqual([431])
})

test('a client that sends nothing gets no answer', async () => {
  expect(await exchange([], { end: true })).toBe('')
  expect(await exchange(['\r\n'], { end: true })).toBe('')
})

test('a connection of HTTP/1.0 is closed after one answer, except with keep-alive', async () => {
  expect(await exchange(['GET / HTTP/1.0\r\n\r\n'])).toMatch(/\r\nConnection: close\r\n.*Hello, world!$/s)
  const stay = 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n'
  const text = await exchange([stay, stay, 'GET / HTTP/1.0\r\n\r\n'])
  expect(statuses(text)).toEqual([200, 200, 200])
  expect(text.match(/\r\nConnection: keep-alive\r\n/g)).toHaveLength(2)
})

testWith('curl', 'curl gets the page, twice over one connection', async () => {
  const url = `http://${server.host}:${server.port}/`
  const ended = await run('curl', ['-sS', '-w', '|%{http_code} %{num_connects}|', url, url])
  expect(ended).toMatchObject({ code: 0, stderr: '', stdout: `${BODY}|200 1|${BODY}|200 0|` })
})

testWith('curl', 'curl -I gets only the head', async () => {
  const ended = await run('curl', ['-sSI', `http://${server.host}:${server.port}/`])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

testWith('ab', 'ab gets every answer over connections with keep-alive', async () => {
  const { stdout, code } = await run('ab', ['-q', '-k', '-n', '3000', '-c', '20', `http://127.0.0.1:${server.port}/`])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Complete requests: +3000$/m)
  expect(stdout).toMatch(/^Failed requests: +0$/m)
  expect(stdout).toMatch(/^Keep-Alive requests: +3000$/m)
  expect(stdout).not.toContain('Non-2xx')
})

testWith('ab', 'ab gets every answer over connections without keep-alive', async () => {
  const { stdout, code } = await run('ab', ['-q', '-n', '1000', '-c', '20', `http://127.0.0.1:${server.port}/`])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Complete requests: +1000$/m)
  expect(stdout).toMatch(/^Failed requests: +0$/m)
})

testWith('wrk', 'wrk reports no socket error', async () => {
  const { stdout, code } = await run('wrk', ['-t1', '-c20', '-d1s', `http://127.0.0.1:${server.port}/`])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ +\d+ requests in /m)
  expect(stdout).not.toMatch(/Socket errors|Non-2xx/)
})

test('the server exits with 0 on SIGINT after these tests, and has printed one line', async () => {
  expect(await server.program.end('SIGINT')).toEqual({
    code: 0,
    signal: null,
    stdout: `listening 127.0.0.1:${server.port}\n`,
    stderr: '',
  })
})
