/** The packets of simulated networks. */
import { describe, expect, test } from '@jest/globals'
import { type Capture, type CapturedPacket, formatBits, type Simulation, simulate } from '../../../src/sim/testing.js'
import { toPcapng } from '../../../src/sim/views/pcapng.js'
import { toSequence } from '../../../src/sim/views/sequence.js'
import { TCP } from '../../../src/uv/streams/tcp.js'
import { UDP } from '../../../src/uv/udp.js'
import { bytes } from '../../support/loops.js'
import { readPcapng } from './read-pcapng.js'

/** Runs a scenario with a server and a client, and returns what was sent. */
async function captured(
  program: (sim: Simulation, socket: TCP, peer: () => TCP) => Promise<void>,
  { loss = 0, seed = 1 } = {},
): Promise<Capture> {
  const [run] = await simulate({ seed, capture: true }, async (sim) => {
    const server = await sim.machine('server')
    const client = await sim.machine('client')
    sim.link(server, client, { latency: 10, loss })
    const peers: TCP[] = []
    const listener = new TCP({ loop: server.loop })
    listener.bind([server.address, 80])
    listener.listen(8, () => peers.push(listener.accept()))
    const socket = new TCP({ loop: client.loop })
    await socket.connect([server.address, 80])
    await sim.clock.runUntil(() => peers.length > 0)
    await program(sim, socket, () => peers[0] ?? socket)
    return sim.capture
  })
  if (run === undefined) throw new Error('there was no run')
  return run.value
}

/** Such as `client SYN` or `server PSH ACK 5`. */
const briefly = ({ machines }: Capture, { from, tcp, length, comment }: CapturedPacket): string => {
  const parts = [
    machines[from.machine]?.name,
    tcp ? formatBits(tcp.bits) : 'UDP',
    length || '',
    comment && `(${comment})`,
  ]
  return parts.filter(Boolean).join(' ')
}

const all = (capture: Capture): string[] => capture.packets.map((packet) => briefly(capture, packet))

describe('the packets of a simulated connection', () => {
  test('have true numbers and times', async () => {
    const capture = await captured(async (sim, socket, peer) => {
      peer().readStart()
      await socket.write(bytes('hello'))
      await sim.clock.advance(50)
      await socket.close()
      await sim.clock.advance(50)
    })
    expect(all(capture)).toEqual([
      'client SYN',
      'server SYN ACK',
      'client ACK',
      'client PSH ACK 5',
      'server ACK',
      'client FIN ACK',
      // When the machines are ended.
      'server FIN ACK',
    ])
    expect(capture.packets.map(({ time, arrives = 0 }) => [time / 1e6, arrives / 1e6])).toEqual([
      [0, 10],
      [10, 20],
      [20, 30],
      [30, 40],
      [40, 50],
      [80, 90],
      [130, 140],
    ])
    expect(capture.packets.map(({ tcp }) => [tcp?.seq, tcp?.ack])).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 1],
      [1, 6],
      [6, 1],
      [1, 7],
    ])
    expect(capture.machines.map(({ name }) => name)).toEqual(['server', 'client'])
    expect([...capture.names]).toContainEqual(['10.0.0.1', ['server']])
  })

  test('are sent again when they are lost', async () => {
    const capture = await captured(
      async (sim, socket, peer) => {
        peer().readStart()
        for (let count = 0; count < 20; count++) await socket.write(bytes('line'))
        await sim.clock.advance(60_000)
      },
      { loss: 0.3 },
    )
    const lost = capture.packets.filter(({ arrives, length }) => arrives === undefined && length > 0)
    expect(lost.length).toBeGreaterThan(2)
    for (const packet of lost) {
      const again = capture.packets.filter(({ from, tcp }) => from === packet.from && tcp?.seq === packet.tcp?.seq)
      expect(again.at(-1)?.comment).toMatch(/sent again/)
      expect(again.at(-1)?.arrives).toBeGreaterThan(packet.time)
    }
    const data = capture.packets.filter(({ length, arrives }) => length > 0 && arrives !== undefined)
    expect(data.map(({ tcp }) => tcp?.seq)).toEqual(Array.from({ length: 20 }, (_, index) => 1 + 4 * index))
  })

  test('show a window that closes, and opens again', async () => {
    const capture = await captured(async (sim, socket, peer) => {
      const written = socket.write(new Uint8Array(1_000_000))
      await sim.clock.advance(200)
      peer().readStart()
      await written
      await sim.clock.advance(200)
    })
    const windows = capture.packets.filter(({ from }) => capture.machines[from.machine]?.name === 'server')
    const sizes = windows.map(({ tcp }) => tcp?.window ?? -1)
    expect(sizes).toContain(0)
    expect(sizes.at(-1)).toBe(sizes[0])
    expect(toSequence(capture)).toContain('window 0')
  })

  test('end with a reset where nothing listens', async () => {
    const capture = await captured(async (sim, socket) => {
      const other = new TCP({ loop: socket.loop })
      await expect(other.connect([socket.peername.host, 81])).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      sim.note(await sim.machine('third'), 'looks on')
    })
    expect(all(capture).slice(3, 5)).toEqual(['client SYN', 'server RST ACK'])
    expect(capture.notes).toEqual([{ time: 50e6, machine: 2, text: 'looks on' }])
  })
})

test('messages are packets too, also those that are lost', async () => {
  const [run] = await simulate({ capture: true }, async (sim) => {
    const [one, other] = [await sim.machine('one'), await sim.machine('other')]
    const sender = new UDP({ loop: one.loop })
    sender.bind([one.address, 5])
    await sender.send(bytes('there'), [other.address, 9])
    await sim.clock.advance(1)
    sim.partition(one, other)
    await sender.send(bytes('nowhere'), [other.address, 9])
    await sim.clock.advance(1)
    return sim.capture
  })
  const capture = run?.value
  if (capture === undefined) throw new Error('there was no run')
  expect(all(capture)).toEqual(['one UDP 5', 'one UDP 7 (lost)'])
  const { packets, interfaces } = readPcapng(toPcapng(capture))
  expect(packets.map(({ payload, comments, isIntact }) => [payload, comments, isIntact])).toEqual([
    ['there', [], true],
    ['nowhere', ['lost', 'cut off from other'], true],
  ])
  expect(interfaces).toMatchObject([{ name: 'one' }, { name: 'other' }])
})

test('a run that is captured is the same run', async () => {
  const scenario = async (sim: Simulation): Promise<void> => {
    const [one, other] = [await sim.machine('one'), await sim.machine('other')]
    const listener = new TCP({ loop: one.loop })
    listener.bind([one.address, 80])
    listener.listen(1, () => listener.accept().readStart())
    await new TCP({ loop: other.loop }).connect([one.address, 80])
  }
  const [[plain], [kept]] = [await simulate(3, scenario), await simulate({ seed: 3, capture: true }, scenario)]
  expect(kept?.hash).toBe(plain?.hash)
})

test('packets that were not kept are refused', async () => {
  await expect(simulate(1, (sim) => sim.capture)).rejects.toThrow(/they are not kept; simulate with capture: true/)
})
