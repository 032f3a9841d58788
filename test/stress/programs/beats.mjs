/**
 * Clients of echo servers, in a process of their own: each sends a message every few milliseconds, and compares what
 * comes back. It prints one line of JSON.
 *
 *   node test/stress/programs/beats.mjs SECONDS PORT...
 */
import { EventEmitter, once } from 'node:events'
import net from 'node:net'

const [seconds = '60', ...ports] = process.argv.slice(2)
/** Milliseconds between two messages of a connection, and their size. */
const BEAT = 20
const SIZE = 1024

/** Lets time pass, which is what is measured here. */
const time = (/** @type {number} */ ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

/** A client, which counts the messages that come back, and what is wrong with them. */
class Client {
  beats = 0
  lost = 0
  gap = 0
  #socket
  #stopped = false

  constructor(/** @type {number} */ port) {
    this.#socket = net.connect(port, '127.0.0.1').setNoDelay(true)
  }

  async run() {
    const bytes = Buffer.alloc(SIZE)
    let before = performance.now()
    let length = 0
    const back = new EventEmitter()
    this.#socket.on('data', (data) => {
      for (const byte of data) if (byte !== (this.beats & 0xff)) this.lost += 1
      length += data.length
      if (length >= SIZE) back.emit('answer')
    })
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      if (!this.#stopped) this.lost += 1
      this.#stopped = true
      back.emit('answer')
    })
    while (!this.#stopped) {
      length = 0
      const answer = once(back, 'answer')
      this.#socket.write(bytes.fill(this.beats & 0xff))
      await answer
      const now = performance.now()
      this.gap = Math.max(this.gap, now - before)
      before = now
      this.beats += 1
      await time(BEAT)
    }
    this.#socket.destroy()
  }

  stop() {
    this.#stopped = true
  }
}

const clients = ports.map((port) => new Client(Number(port)))
const runs = clients.map((client) => client.run())
const begun = performance.now()
await time(Number(seconds) * 1000)
const passed = (performance.now() - begun) / 1000
for (const client of clients) client.stop()
await Promise.race([Promise.all(runs), time(10_000)])
const rates = clients.map(({ beats }) => beats / passed).sort((a, b) => a - b)
console.log(
  JSON.stringify({
    slowest: rates[0],
    median: rates[rates.length >> 1],
    gap: Math.max(...clients.map(({ gap }) => gap)),
    lost: clients.reduce((sum, { lost }) => sum + lost, 0),
  }),
)
// A peer that does not answer must not keep it.
process.exit()
