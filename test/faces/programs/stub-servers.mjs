/** Servers that speak just enough of a protocol for a client to get one answer, over whatever `node:net` is. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Answers each whole request.
 *
 * @typedef {(text: string) => readonly [answer: string, rest: string] | undefined} Protocol
 */

/** Commands are lists of texts. @type {Protocol} */
const redis = (text) => {
  const [head = ''] = /^\*\d+\r\n/.exec(text) ?? []
  let rest = text.slice(head.length)
  /** @type {string[]} */
  const words = []
  for (let left = Number(head.slice(1)); left > 0; left--) {
    const [size = ''] = /^\$\d+\r\n/.exec(rest) ?? []
    const length = Number(size.slice(1))
    if (size === '' || rest.length < size.length + length + 2) return undefined
    words.push(rest.slice(size.length, size.length + length))
    rest = rest.slice(size.length + length + 2)
  }
  if (words.length === 0) return undefined
  return [words[0]?.toLowerCase() === 'get' ? '$5\r\nhello\r\n' : '+OK\r\n', rest]
}

/** @param {string} type @param {string} body */
const message = (type, body) => `${type}${int32(body.length + 4)}${body}`
/** @param {number} value */
const int32 = (value) => String.fromCharCode(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255)
/** @param {string} text */
const readInt32 = (text) => [...text.slice(0, 4)].reduce((sum, byte) => sum * 256 + byte.charCodeAt(0), 0)

const READY = message('Z', 'I')
const COLUMN = message('T', `\0\x01answer\0${int32(0)}\0\0${int32(25)}\xff\xff${int32(0)}\0\0`)
const ROW = message('D', `\0\x01${int32(5)}hello`)
const ANSWER = `${COLUMN}${ROW}${message('C', 'SELECT 1\0')}${READY}`

/** A start without a type, then messages with one: a query, or the end. @type {Protocol} */
const postgres = (text) => {
  const isStart = text.startsWith('\0')
  const length = readInt32(text.slice(isStart ? 0 : 1)) + (isStart ? 0 : 1)
  if (text.length < 5 || text.length < length) return undefined
  const answer = isStart ? `${message('R', int32(0))}${READY}` : text.startsWith('Q') ? ANSWER : ''
  return [answer, text.slice(length)]
}

/** @type {Protocol} */
const http = (text) => {
  const end = text.indexOf('\r\n\r\n')
  return end < 0 ? undefined : ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello', text.slice(end + 4)]
}

const PROTOCOLS = { redis, postgres, http }

/**
 * Starts a server.
 *
 * @param {keyof typeof PROTOCOLS} name
 */
export const startStub = async (name) => {
  const server = createServer((socket) => {
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (let part = PROTOCOLS[name](text); part !== undefined; part = PROTOCOLS[name](text)) {
        text = part[1]
        socket.write(Buffer.from(part[0], 'latin1'))
      }
    })
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: Number(Object(server.address()).port) }
}
