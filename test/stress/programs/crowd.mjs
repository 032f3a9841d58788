/**
 * An echo server that waits for many clients and ends when all of them have disconnected: it closes what it opened, and
 * prints what is left.
 *
 *   node crowd.mjs COUNT CLIENTS
 *
 * CLIENTS `foreign` are of another program; `own` are handles on the server's loop. A client echoes, waits until all
 * are connected, echoes again and disconnects. The process ends by itself.
 */
import { readdirSync, readlinkSync } from 'node:fs'
import { Loop, StatusCode, TCP } from 'libuv-wasm'

const count = Number(process.argv[2])
const own = process.argv[3] === 'own'

const sockets = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:')
    } catch {
      // The descriptor of the folder itself is closed by now.
      return false
    }
  }).length

// Standard output opens its descriptors on first use.
process.stdout.write('')
const socketsBefore = sockets()
const resourcesBefore = process.getActiveResourcesInfo()
const loop = await Loop.open()

/** Clients on this loop that have received their first echo. @type {TCP[]} */
const there = []
let most = 0
let present = 0
let left = 0

const server = new TCP({ loop })
server.bind({ host: '127.0.0.1', port: 0 })
server.listen(count, () => {
  const peer = server.accept()
  most = Math.max(most, ++present)
  peer.readStart((_peer, status, data) => {
    if (status === StatusCode.SUCCESS) peer.write(data)
    else if (status === StatusCode.EOF) peer.shutdown(() => peer.close(gone))
    else throw new Error(`reading ended with ${status}`)
  })
})

const gone = () => {
  present--
  if (++left === count) void server.close()
}

console.log(`listening 127.0.0.1:${server.sockname.port}`)
if (own) for (let index = 0; index < count; index++) join(`client ${String(index).padStart(6)} says a word`)

/** A client on the same loop. @param {string} text */
function join(text) {
  const client = new TCP({ loop })
  const word = new TextEncoder().encode(text)
  let echoed = 0
  client.connect(server.sockname, () => {
    client.write(word)
    client.readStart((_client, status, data) => {
      if (status === StatusCode.EOF) void client.close()
      if (status !== StatusCode.SUCCESS) return
      echoed += data.length
      if (echoed === word.length) meet(client, word)
      if (echoed === 2 * word.length) client.shutdown()
    })
  })
}

/** @param {TCP} client @param {Uint8Array} word */
function meet(client, word) {
  there.push(client)
  if (there.length === count) for (const one of there) one.write(word)
}

const begin = performance.now()
await loop.run()
const seconds = (performance.now() - begin) / 1_000
const { memory } = loop.resources
loop.close()
console.log(
  JSON.stringify({
    most,
    seconds,
    memory,
    left: { ...loop.resources, memory: 0 },
    sockets: sockets() - socketsBefore,
    active: process.getActiveResourcesInfo().filter((what) => !resourcesBefore.includes(what)),
    rss: process.resourceUsage().maxRSS * 1_024,
  }),
)
