/**
 * Connections that ask each other every so often whether they are still there. Prints the number of answers, and the
 * seconds of processor time: `node keep-alive.mjs CONNECTIONS EVERY MS`.
 */
import { TCP, Timer } from 'libuv-wasm'
import { simulate } from 'libuv-wasm/testing'

const PORT = 7
const [connections = 1, every = 1, ms = 1] = process.argv.slice(2).map(Number)

/** @param {import('libuv-wasm/testing').Simulation} sim */
const scenario = async (sim) => {
  const server = await sim.machine('server')
  const client = await sim.machine('client')
  sim.link(server, client, { latency: 10 })
  const listener = new TCP({ loop: server.loop })
  listener.bind([server.address, PORT])
  listener.listen(connections, () => {
    const peer = listener.accept()
    peer.readStart((_peer, _status, data) => data && peer.write(data))
  })
  let answers = 0
  for (let number = 0; number < connections; number++) {
    const socket = new TCP({ loop: client.loop })
    await socket.connect([server.address, PORT])
    socket.readStart((_socket, _status, data) => {
      answers += data?.length ?? 0
    })
    new Timer({ loop: client.loop }).start(every, every, () => void socket.write(Uint8Array.of(number)))
  }
  await sim.clock.advance(ms)
  return answers
}

// Compiled once, and not measured.
await simulate(1, (sim) => sim.machine('warm'))
const before = process.cpuUsage()
const [run] = await simulate({ until: 2 * ms }, scenario)
const { user, system } = process.cpuUsage(before)
console.log(run?.value, (user + system) / 1e6)
