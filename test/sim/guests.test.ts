/** Programs in C on the machines of a simulation. */
import { beforeAll, expect, test } from '@jest/globals'
import { type Simulation, simulate } from '../../src/sim/testing.js'
import { TCP } from '../../src/uv/streams/tcp.js'
import { Guest } from '../guest/support/built.js'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'

let module: WebAssembly.Module

beforeAll(async () => {
  const { readFile } = await import('node:fs/promises')
  module = await WebAssembly.compile(await readFile(await guestModule('echo')))
}, COMPILING)

/** An echo server in C, and a client that compares what comes back. */
const scenario = async (sim: Simulation): Promise<string> => {
  const server = await sim.machine('server')
  const client = await sim.machine('client')
  sim.link(server, client, { latency: 5, jitter: 2, loss: 0.05 })
  let output = ''
  const guest = await sim.outside(
    Guest.start(module, {
      driver: 'pump',
      host: server.host,
      args: ['echo', server.address],
      onOutput: (_stream, bytes) => {
        output += new TextDecoder().decode(bytes)
      },
    }),
  )
  await sim.clock.runUntil(() => /port \d+/.test(output))
  const port = Number(/port (\d+)/.exec(output)?.[1])
  const socket = new TCP({ loop: client.loop })
  await socket.connect([server.address, port])
  const sent = sim.random.bytes(100_000)
  const writing = socket.write(sent).then(() => socket.shutdown())
  const received: Uint8Array[] = []
  for await (const chunk of socket) received.push(chunk.slice())
  await writing
  expect(Buffer.concat(received).equals(sent)).toBe(true)
  guest.terminate()
  await guest.exit
  return output
}

test('run in virtual time, the same for the same seed', async () => {
  const runs = await simulate({ runs: 3, checkDeterminism: true }, scenario)
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(3)
})
