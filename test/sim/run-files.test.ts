/** What a run of a simulation leaves: files when it fails, and the states of its sockets. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { readTrace, type SimMachine, SimulationError, simulate } from '../../src/sim/testing.js'
import { TCP } from '../../src/uv/streams/tcp.js'
import { UDP } from '../../src/uv/udp.js'
import { readPcapng } from './views/read-pcapng.js'

const folder = mkdtempSync(join(tmpdir(), 'uvwasm-'))
afterAll(() => rmSync(folder, { recursive: true }))

const listen = (machine: SimMachine, onPeer: (peer: TCP) => void): void => {
  const server = new TCP({ loop: machine.loop })
  server.bind([machine.address, 80])
  server.listen(8, () => onPeer(server.accept()))
}

test('a run that fails leaves its packets, a picture, and a recording of each machine', async () => {
  const failing = simulate({ seed: 9, files: folder }, async (sim) => {
    const server = await sim.machine('server')
    const client = await sim.machine('client/1')
    listen(server, () => {
      throw new Error('it does not know what to do')
    })
    await new TCP({ loop: client.loop }).connect([server.address, 80])
    await sim.clock.advance(10)
  })
  const error: unknown = await failing.catch((reason: unknown) => reason)
  if (!(error instanceof SimulationError)) throw new Error(`it has not failed: ${String(error)}`)
  const files = ['pcapng', 'svg', 'server.uvtrace', 'client_1.uvtrace'].map((name) => `seed-9.${name}`)
  expect(error.message).toContain(`Its files: ${files.map((name) => join(folder, name)).join(', ')}\n`)
  expect(readdirSync(folder).sort()).toEqual([...files].sort())
  const file = readPcapng(new Uint8Array(readFileSync(join(folder, 'seed-9.pcapng'))))
  expect(file.packets).toHaveLength(3)
  const run = readTrace(new Uint8Array(readFileSync(join(folder, 'seed-9.server.uvtrace'))))
  expect(run.header.about).toEqual({ machine: 'server' })
  expect([...run.entries()].map(({ name }) => name)).toContain('connection')
})

test('netstat() lists the sockets of all machines', async () => {
  const [run] = await simulate(1, async (sim) => {
    const server = await sim.machine('server')
    const client = await sim.machine('client')
    const peers: TCP[] = []
    listen(server, (peer) => void peers.push(peer))
    new UDP({ loop: server.loop }).bind([server.address, 53])
    const socket = new TCP({ loop: client.loop })
    await socket.connect([server.address, 80])
    // More than the loop of the server takes while its program does not read.
    const writing = socket.write(new Uint8Array(300_000))
    await sim.clock.advance(1)
    const open = sim.netstat()
    peers[0]?.readStart(() => {})
    await writing
    await socket.shutdown()
    await sim.clock.advance(1)
    return { open, half: sim.netstat() }
  })
  const waiting = run?.value.open[1]?.received ?? 0
  expect(waiting).toBeGreaterThan(0)
  expect(run?.value.open).toEqual([
    { machine: 'server', protocol: 'tcp', local: '10.0.0.1:80', remote: '', state: 'LISTEN', received: 0, sent: 0 },
    expect.objectContaining({
      machine: 'server',
      local: '10.0.0.1:80',
      state: 'ESTABLISHED',
      received: waiting,
      sent: 0,
    }),
    { machine: 'server', protocol: 'udp', local: '10.0.0.1:53', remote: '', state: '', received: 0, sent: 0 },
    expect.objectContaining({
      machine: 'client',
      remote: '10.0.0.1:80',
      state: 'ESTABLISHED',
      received: 0,
      sent: waiting,
    }),
  ])
  expect(run?.value.half.map(({ state }) => state)).toEqual(['LISTEN', 'CLOSE_WAIT', '', 'FIN_WAIT'])
})
