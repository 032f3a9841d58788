/** Worlds of several machines in virtual time. */
import { describe, expect, test } from '@jest/globals'
import type { SimMachine } from '../../src/sim/machine.js'
import {
  type LineOptions,
  type SimulateOptions,
  type Simulation,
  SimulationError,
  simulate,
} from '../../src/sim/testing.js'
import { UVError } from '../../src/uv/errors.js'
import { TCP } from '../../src/uv/streams/tcp.js'
import { Timer } from '../../src/uv/timer.js'
import { UDP } from '../../src/uv/udp.js'

const PORT = 80
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Sends back what comes, for as long as the machine runs. */
const serveEcho = (machine: SimMachine): TCP => {
  const server = new TCP({ loop: machine.loop })
  server.bind([machine.address, PORT])
  server.listen()
  const serve = async (): Promise<void> => {
    for await (const peer of server.connections()) {
      void (async () => {
        for await (const chunk of peer) await peer.write(chunk)
        await peer.close()
      })().catch(() => peer.close())
    }
  }
  serve().catch(() => {})
  return server
}

/** Connects, sends, and reads until the end. */
const ask = async (machine: SimMachine, server: SimMachine, bytes: Uint8Array): Promise<Uint8Array> => {
  const socket = new TCP({ loop: machine.loop })
  await socket.connect([server.address, PORT])
  const writing = socket.write(bytes).then(() => socket.shutdown())
  const received: number[] = []
  for await (const chunk of socket) received.push(...chunk)
  await writing
  await socket.close()
  return Uint8Array.from(received)
}

const codeIn = (error: unknown): unknown => (error instanceof UVError ? error.code : error)

const pair = async (sim: Simulation): Promise<[server: SimMachine, client: SimMachine]> => [
  await sim.machine('server'),
  await sim.machine('client'),
]

/** What a scenario with one run returns. */
const resultOf = async <Value>(scenario: (sim: Simulation) => Promise<Value>, seed = 1): Promise<Value | undefined> =>
  (await simulate(seed, scenario))[0]?.value

describe('time', () => {
  test('passes only in the world, and in jumps', async () => {
    const began = performance.now()
    const passed = await resultOf(async (sim) => {
      const { loop } = await sim.machine('alone')
      const timer = new Timer({ loop })
      await new Promise<void>((resolve) => timer.start(86_400_000, 0, () => resolve()))
      return sim.clock.now
    }, 3).catch((error: SimulationError) => error.message)
    expect(passed).toContain('is not over after 3600000 ms')
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  test('of an idle day takes moments', async () => {
    const [run] = await simulate({ until: 10 ** 9 }, async (sim) => {
      const { loop } = await sim.machine('alone')
      const timer = new Timer({ loop })
      let calls = 0
      await new Promise<void>((resolve) => timer.start(0, 3_600_000, () => ++calls === 25 && resolve()))
      return [calls, Math.round(sim.clock.now / 3_600_000)]
    })
    expect(run?.value).toEqual([25, 24])
  })

  test('takes the latency of a link, there and back', async () => {
    const took = await resultOf(async (sim) => {
      const [server, client] = await pair(sim)
      sim.link(server, client, { latency: 20 })
      serveEcho(server)
      const socket = new TCP({ loop: client.loop })
      await socket.connect(['10.0.0.1', PORT])
      return sim.clock.now
    })
    expect(took).toBeCloseTo(40, 0)
  })

  test('takes as long as the bandwidth needs', async () => {
    const took = await resultOf(async (sim) => {
      const [server, client] = await pair(sim)
      sim.link(server, client, { bandwidth: 1e6 })
      serveEcho(server)
      const sent = sim.random.bytes(500_000)
      expect(Buffer.from(await ask(client, server, sent)).equals(sent)).toBe(true)
      return sim.clock.now
    })
    // Both directions at the same time, and the headers.
    expect(took).toBeGreaterThan(500)
    expect(took).toBeLessThan(700)
  })
})

describe('machines', () => {
  test('have names and addresses of their own', async () => {
    const seen = await resultOf(async (sim) => {
      const one = await sim.machine('one')
      const other = await sim.machine('other', { addresses: ['192.0.2.7', '2001:db8::7'] })
      serveEcho(other)
      const socket = new TCP({ loop: one.loop })
      await socket.connect(['192.0.2.7', PORT])
      const { sockname, peername } = socket
      return [one.addresses, sockname.host, peername.host, peername.port]
    })
    expect(seen).toEqual([['10.0.0.1', 'fd00::1'], '10.0.0.1', '192.0.2.7', PORT])
  })

  test('refuse connections where nothing listens', async () => {
    const code = await resultOf(async (sim) => {
      const [server, client] = await pair(sim)
      const socket = new TCP({ loop: client.loop })
      return socket.connect([server.address, 1]).then(() => 'connected', codeIn)
    })
    expect(code).toBe('ECONNREFUSED')
  })

  test('exchange messages, of which some are lost and some come twice', async () => {
    const play = (line: LineOptions): Promise<number[] | undefined> =>
      resultOf(async (sim) => {
        const [server, client] = await pair(sim)
        sim.link(server, client, line)
        const receiver = new UDP({ loop: server.loop })
        receiver.bind([server.address, PORT])
        const received: number[] = []
        receiver.recvStart((_socket, _status, data) => void received.push(data?.[0] ?? -1))
        const sender = new UDP({ loop: client.loop })
        for (let count = 0; count < 100; count++) await sender.send(Uint8Array.of(count), [server.address, PORT])
        await sim.clock.advance(100)
        return received
      })
    const lossless = await play({})
    const lossy = await play({ loss: 0.5, duplicates: 0.2, jitter: 10 })
    expect(lossless).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(lossy?.length).toBeGreaterThan(20)
    expect(lossy?.length).toBeLessThan(90)
    expect(new Set(lossy).size).toBeLessThan(lossy?.length ?? 0)
    expect(lossy).not.toEqual([...(lossy ?? [])].sort((a, b) => a - b))
  })
})

describe('a stream', () => {
  test('loses no byte on a line that loses packets', async () => {
    await simulate({ runs: 5 }, async (sim) => {
      const [server, client] = await pair(sim)
      sim.link(server, client, { latency: 5, jitter: 3, loss: 0.1 })
      serveEcho(server)
      const sent = sim.random.bytes(300_000)
      expect(Buffer.from(await ask(client, server, sent)).equals(sent)).toBe(true)
    })
  })

  test('goes on after a partition', async () => {
    const took = await resultOf(async (sim) => {
      const [server, client] = await pair(sim)
      serveEcho(server)
      const socket = new TCP({ loop: client.loop })
      await socket.connect([server.address, PORT])
      sim.partition(server, client)
      await socket.write(encode('hello'))
      await sim.clock.advance(30_000)
      sim.repair()
      for await (const chunk of socket) return [new TextDecoder().decode(chunk), sim.clock.now > 30_000]
      return undefined
    })
    expect(took).toEqual(['hello', true])
  })

  test('ends with ETIMEDOUT when its peer is unreachable for too long', async () => {
    const codes = await resultOf(async (sim) => {
      const [server, client] = await pair(sim)
      serveEcho(server)
      const socket = new TCP({ loop: client.loop })
      await socket.connect([server.address, PORT])
      sim.partition(server, client, { oneWay: true })
      sim.partition(client, server, { oneWay: true })
      const late = new TCP({ loop: client.loop })
      const connecting = late
        .connect([server.address, PORT])
        .catch((error: unknown) => [codeIn(error), Math.round(sim.clock.now / 1000)])
      await socket.write(encode('hello'))
      const reading = (async () => {
        for await (const _ of socket) return 'data'
        return 'end'
      })().catch(codeIn)
      return [await connecting, await reading]
    })
    expect(codes).toEqual([['ETIMEDOUT', 127], 'ETIMEDOUT'])
  })

  test('hears nothing from a machine that has crashed, until it sends to it again', async () => {
    const heard = await resultOf(async (sim) => {
      const [server, client] = await pair(sim)
      const listener = new TCP({ loop: server.loop })
      listener.bind([server.address, PORT])
      const accepted = new Promise<TCP>((resolve) => listener.listen(1, () => resolve(listener.accept())))
      const socket = new TCP({ loop: client.loop })
      await socket.connect([server.address, PORT])
      const peer = await accepted
      const seen: string[] = []
      const reading = (async () => {
        for await (const _ of socket) seen.push('data')
        return 'end'
      })().catch(codeIn)
      void reading.then((how) => seen.push(String(how)))
      // What it has sent in vain must not be sent again by the machine that takes its place.
      sim.partition(server, client)
      await peer.write(encode('in vain'))
      await sim.clock.advance(1000)
      await sim.crash(server)
      await sim.restart(server)
      sim.repair()
      await sim.clock.advance(60_000)
      const before = [...seen]
      await socket.write(encode('hello'))
      return [before, await reading]
    })
    expect(heard).toEqual([[], 'ECONNRESET'])
  })

  test('is reset by a machine that has crashed and was started again', async () => {
    const code = await resultOf(async (sim) => {
      const [server, client] = await pair(sim)
      serveEcho(server)
      const socket = new TCP({ loop: client.loop })
      await socket.connect([server.address, PORT])
      await sim.crash(server)
      await socket.write(encode('hello'))
      await sim.clock.advance(1000)
      await sim.restart(server)
      const reading = (async () => {
        for await (const _ of socket) return 'data'
        return 'end'
      })().catch(codeIn)
      const first = await reading
      serveEcho(server)
      const answer = await ask(client, server, encode('again'))
      return [first, new TextDecoder().decode(answer)]
    })
    expect(code).toEqual(['ECONNRESET', 'again'])
  })
})

describe('a run', () => {
  const busy = async (sim: Simulation): Promise<string> => {
    const server = await sim.machine('server')
    const clients = [await sim.machine('one'), await sim.machine('two'), await sim.machine('three')]
    for (const client of clients) sim.link(server, client, { latency: 10, jitter: 8, loss: 0.02 })
    serveEcho(server)
    const asked = clients.map((client) => ask(client, server, sim.random.bytes(sim.random.int(1, 50_000))))
    return (await Promise.all(asked)).map(({ length }) => length).join(' ')
  }

  test('is the same for the same seed, and another for another', async () => {
    const runs = await simulate({ seed: 5, runs: 3, checkDeterminism: true }, busy)
    expect(new Set(runs.map(({ hash }) => hash)).size).toBe(3)
    const [again] = await simulate(5, busy)
    expect(again).toEqual(runs[0])
  })

  test('that depends on real randomness is reported', async () => {
    const scenario = async (sim: Simulation): Promise<void> => sim.clock.advance(1 + Math.floor(1e6 * Math.random()))
    await expect(simulate({ checkDeterminism: true, globals: 'real' }, scenario)).rejects.toThrow(
      /^Cannot repeat the run with the seed 1: it had \d+ events in \d+ ms, and then/,
    )
  })

  test('has the time and the random numbers of its world, until it ends', async () => {
    const before = [Date, setTimeout, Math.random, performance.now]
    const [one, other] = await simulate({ runs: 2 }, async (sim) => {
      const began = [Date.now(), new Date().toISOString(), performance.now()]
      const sleep = (done: () => void): unknown => setTimeout(done, 90_000)
      await new Promise<void>(sleep)
      const ticks = await new Promise((resolve) => {
        let count = 0
        const interval = setInterval(() => {
          if (++count < 3) return
          clearInterval(interval)
          resolve(sim.clock.now)
        }, 1000)
      })
      const bytes = crypto.getRandomValues(new Uint8Array(4))
      return [...began, ticks, new Date() instanceof Date, Date(), Math.random(), bytes.join()]
    })
    expect(one?.value.slice(0, 5)).toEqual([946_684_800_000, '2000-01-01T00:00:00.000Z', 0, 93_000, true])
    expect(one?.value[5]).toContain('Jan 01 2000')
    expect(one?.value[6]).not.toBe(other?.value[6])
    expect(one?.value[7]).not.toBe(other?.value[7])
    expect([Date, setTimeout, Math.random, performance.now]).toEqual(before)
  })

  test('cannot have them while another run does', async () => {
    const [first, second] = [simulate(1, (sim) => sim.clock.advance(1)), simulate(1, () => {})]
    await expect(second).rejects.toThrow('another run has replaced Date and timers')
    await first
  })

  test('that fails tells its seed, and what it was', async () => {
    const failure = await simulate({ seed: 3, runs: 5 }, async (sim) => {
      await sim.clock.advance(7)
      if (sim.seed === 5) throw new Error('a planted bug')
    }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(SimulationError)
    expect(failure).toMatchObject({ seed: 5, cause: new Error('a planted bug') })
    expect(String(failure)).toContain('seed 5 has failed after 7 ms of virtual time: a planted bug')
  })

  test('fails with what a callback throws', async () => {
    await expect(
      simulate(1, async (sim) => {
        const { loop } = await sim.machine('alone')
        new Timer({ loop }).start(5, 0, () => {
          throw new Error('in a callback')
        })
        await sim.clock.advance(1000)
      }),
    ).rejects.toThrow('after 5 ms of virtual time: in a callback')
  })

  test('that waits for nothing is reported with what is open', async () => {
    await expect(
      simulate(1, async (sim) => {
        const server = serveEcho(await sim.machine('server'))
        await new Promise(() => server)
      }),
    ).rejects.toThrow(/nothing will happen in the simulation any more.*server: port 10\.0\.0\.1:80/s)
  })

  test.each([
    [{ seed: -1 }, 'Cannot simulate: the seed is -1'],
    [{ runs: 0 }, 'Cannot simulate 0 runs'],
    [{ globals: 'none' }, 'globals'],
    [{ until: 0 }, 'Cannot simulate until 0'],
    [{ sped: 1 }, 'option "sped" is not known'],
    [{ speed: 0 }, 'speed is 0'],
    [{ seeds: '5-1' }, 'the seeds are'],
    [{ safety: -1 }, 'safety is -1'],
    [{ shrink: 0.5 }, 'shrink is 0.5'],
    [{ faults: 'all' }, 'faults is'],
    [{ faults: { kinds: ['flood'] } }, 'faults have no'],
    [{ faults: [{ toxic: 'crash' }] }, 'it has no place'],
    [{ faults: [{ toxic: 'loss', between: ['a', 'b'], loss: 2 }] }, 'loss is 2'],
    [{ faults: [{ toxic: 'hold', between: ['a', 'b'] }] }, 'hold is not a fault of links'],
    [{ faults: [{ toxic: 'crash', machine: 'a', at: -1 }] }, 'at is not a time'],
    [{ faults: [{ toxic: 'hold', machine: 'a', size: 1 }] }, 'hold has no such attribute'],
  ])('is refused with the options %j', async (options, message) => {
    await expect(simulate(options as SimulateOptions, () => {})).rejects.toThrow(message)
  })

  test('refuses machines that it cannot have', async () => {
    await simulate(1, async (sim) => {
      await sim.machine('one')
      const refusals = [
        sim.machine('one'),
        sim.machine(''),
        sim.machine('two', { addresses: ['10.0.0.1'] }),
        sim.machine('three', { addresses: ['300.1.1.1'] }),
      ]
      const messages = await Promise.all(refusals.map((each) => each.catch((error: Error) => error.message)))
      expect(messages.map((message) => /": (.*)/.exec(String(message))?.[1])).toEqual([
        'its name is empty or in use; give another',
        'its name is empty or in use; give another',
        'one has the address 10.0.0.1',
        expect.stringContaining('is not an IP address'),
      ])
    })
  })
})
