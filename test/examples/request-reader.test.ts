import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Refusal, RequestReader } from '../../examples/http/request-reader.js'
import { runSeed } from '../support/random.js'

/** All requests in the pieces, and the status of the refusal that ended them. */
const read = (pieces: readonly Uint8Array[]): unknown[] => {
  const reader = new RequestReader()
  const seen: unknown[] = []
  try {
    for (const piece of pieces) {
      reader.push(piece)
      for (let request = reader.next(); request !== undefined; request = reader.next()) seen.push(request)
    }
    return [...seen, reader.partial ? 'partial' : 'empty']
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return [...seen, error.status]
  }
}

const words = fc.constantFrom(
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'HEAD /a HTTP/1.0\r\n\r\n',
  'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n',
  '\r\n',
  'garbage\r\n',
  'GET / HTTP/3.1\r\n',
  'GET / HTTP/1.1\r\nHost',
  '\n',
)

test('the requests do not depend on how the bytes are split', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 6 }), fc.array(fc.nat(200)), (parts, cuts) => {
      const bytes = new TextEncoder().encode(parts.join(''))
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
      const pieces = places.slice(1).map((place, index) => bytes.slice(places[index], place))
      expect(read(pieces)).toEqual(read([bytes]))
    }),
    { seed: runSeed() },
  )
})

test('random bytes are refused or incomplete, and at most 8 KiB are kept', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 5 }), (pieces) => {
      const [last] = read(pieces).slice(-1)
      const total = pieces.reduce((sum, piece) => sum + piece.length, 0)
      expect(['partial', 'empty', 400, 405, 413, 431, 505]).toContain(last)
      if (total > 8_192) expect(last).not.toBe('partial')
    }),
    { seed: runSeed() },
  )
})

test('keepAlive depends on the version and on the Connection field', () => {
  const keeps = (head: string): unknown => read([new TextEncoder().encode(`${head}\r\n\r\n`)])[0]
  expect(keeps('GET / HTTP/1.1\r\nHost: x')).toMatchObject({ keepAlive: true, old: false })
  expect(keeps('GET / HTTP/1.1\r\nHost: x\r\nConnection: Close')).toMatchObject({ keepAlive: false })
  expect(keeps('GET / HTTP/1.0')).toMatchObject({ keepAlive: false, old: true })
  expect(keeps('GET / HTTP/1.0\r\nConnection: TE, Keep-Alive')).toMatchObject({ keepAlive: true })
})
