/**
 * A client without the library: sends pseudo-random bytes in pieces of random sizes to an echo server over node:net,
 * and hashes what it sends and what it receives.
 *
 *   node echo-client.mjs HOST PORT BYTES SEED PACE
 *
 * PACE `steady` reads everything at once. `slow` does not read until it cannot send any more, and then reads in bursts
 * with pauses. The last line of output is a report in JSON.
 */
import { createCipheriv, createHash } from 'node:crypto'
import { Socket } from 'node:net'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

const [host = '', port = '', total = '', seed = '', pace = ''] = process.argv.slice(2)
const TOTAL = Number(total)

/** The largest piece is 2 to the power of this. */
const LARGEST = 18
/** The maximum of bytes that the slow client reads before it pauses. */
const BURST = 4 << 20
/** The maximum of milliseconds that it pauses, which makes it slow. No result depends on events during a pause. */
const REST = 15
/** The maximum of bytes that wait to be sent before it makes more. */
const QUEUE = 1 << 20
/** Milliseconds without a sent byte after which the client is stuck. */
const STUCK = 400

const random = xoroshiro128plus(Number(seed))
/** @param {number} low @param {number} high */
const between = (low, high) => uniformInt(random, low, high)

// A key stream: fast pseudo-random bytes that depend on the seed.
const key = createHash('sha256').update(seed).digest().subarray(0, 16)
const stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
const zeros = Buffer.alloc(2 ** LARGEST)

const hashes = { sent: createHash('sha256'), received: createHash('sha256') }
let sent = 0
let writes = 0
let received = 0
/** Bytes that were sent when nothing more could be sent without reading. @type {number | undefined} */
let stuckAt
let burst = between(1, BURST)

const socket = new Socket()
const begin = performance.now()

/** Sends until the socket has enough for now. */
const send = () => {
  while (sent < TOTAL) {
    const size = Math.min(TOTAL - sent, between(1, 2 ** between(0, LARGEST)))
    const piece = stream.update(zeros.subarray(0, size))
    hashes.sent.update(piece)
    sent += size
    writes++
    if (!socket.write(piece) && socket.writableLength > QUEUE) return
  }
  socket.end()
  if (pace === 'slow' && stuckAt === undefined) begun()
}

/** The slow client begins to read: it is stuck, or has nothing more to send. */
const begun = () => {
  clearInterval(watch)
  stuckAt = socket.bytesWritten - socket.writableLength
  socket.resume()
}

let before = -1
const look = () => {
  const left = socket.bytesWritten - socket.writableLength
  if (left === before && left > 0) begun()
  before = left
}
const watch = pace === 'slow' ? setInterval(look, STUCK) : undefined

socket.on('drain', () => setImmediate(send))
socket.on('data', (chunk) => {
  hashes.received.update(chunk)
  received += chunk.length
  if (pace !== 'slow') return
  burst -= chunk.length
  if (burst > 0) return
  burst = between(1, BURST)
  socket.pause()
  setTimeout(() => socket.resume(), between(0, REST))
})
socket.once('end', () => {
  const seconds = (performance.now() - begin) / 1_000
  const digests = { sent: hashes.sent.digest('hex'), received: hashes.received.digest('hex') }
  console.log(JSON.stringify({ sent, received, writes, seconds, stuckAt, digests }))
})
socket.connect(Number(port), host, () => {
  if (pace === 'slow') socket.pause()
  send()
})
