/** Every fault of a connection: what the two ends see of it, and that nothing is left. */
import { describe, expect, test } from '@jest/globals'
import type { Fault } from '../../../src/guard/faults/faults.js'
import { faultyHost } from '../../../src/guard/faults/faulty-host.js'
import { nodeHost } from '../../../src/host/node.js'
import { virtualHost } from '../../../src/host/virtual.js'
import { chaosContract } from '../../host/contract/chaos.js'
import { lifetimesContract } from '../../host/contract/lifetimes.js'
import { overSockets } from '../../host/contract/subjects.js'
import { taking, withFaults } from './faulty-lab.js'

const CLIENT = { on: 'connect' } as const
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index % 251)

describe('latency', () => {
  test('delays what is sent, which stays pending, and what is received, in order', async () => {
    const faults: Fault[] = [{ toxic: 'latency', name: 'slow', ...CLIENT, direction: 'both', latency: 15, jitter: 5 }]
    await withFaults(faults, async ({ lab, host, fired }) => {
      const { client, server } = await lab.pair()
      client.readStart()
      server.readStart()
      const time = await taking(host, async () => {
        expect(client.write(bytes(10))).toBe(false)
        client.write(bytes(20))
        expect(client.connection.pending).toBeGreaterThanOrEqual(20)
        await client.drained()
        server.write(bytes(30))
        server.shutdown()
        await client.ended()
      })
      expect(time).toBeGreaterThanOrEqual(20)
      expect(server.bytes).toEqual(Buffer.concat([bytes(10), bytes(20)]))
      expect(client.bytes).toEqual(Buffer.from(bytes(30)))
      expect(fired()).toEqual([expect.stringMatching(/^slow: connection 1 to 127\.0\.0\.1:\d+ is delayed upstream$/)])
    })
  })
})

describe('bandwidth', () => {
  test('spreads bytes over time', async () => {
    // 10 bytes a millisecond.
    await withFaults([{ toxic: 'bandwidth', ...CLIENT, direction: 'upstream', rate: 10 }], async ({ lab, host }) => {
      const { client, server } = await lab.pair()
      server.readStart()
      const time = await taking(host, async () => {
        client.write(bytes(600))
        client.shutdown()
        await server.ended()
      })
      expect(time).toBeGreaterThanOrEqual(39)
      expect(server.bytes).toEqual(Buffer.from(bytes(600)))
      expect(server.chunks.length).toBeGreaterThanOrEqual(3)
    })
  })
})

test('slow_close delays the end, and a close', async () => {
  await withFaults([{ toxic: 'slow_close', ...CLIENT, direction: 'both', delay: 20 }], async ({ lab, host }) => {
    const { client, server } = await lab.pair()
    server.readStart()
    const time = await taking(host, async () => {
      client.write(bytes(3))
      client.close()
      await server.ended()
    })
    expect(time).toBeGreaterThanOrEqual(20)
    expect(server.received).toBe(3)
  })
})

describe('timeout', () => {
  test('lets nothing pass, and closes the connection', async () => {
    await withFaults([{ toxic: 'timeout', ...CLIENT, direction: 'both', timeout: 20 }], async ({ lab }) => {
      const { client, server } = await lab.pair()
      client.readStart()
      server.readStart()
      client.write(bytes(10))
      expect(await client.failed()).toBe('ECONNRESET')
      await server.ended()
      expect(server.events).toEqual(['end'])
    })
  })

  test('ends a connection that was closed while it was held', async () => {
    await withFaults([{ toxic: 'timeout', ...CLIENT, direction: 'upstream', timeout: 10 }], async ({ lab, host }) => {
      // It is held from the moment that it is established.
      const time = await taking(host, async () => {
        const { client, server } = await lab.pair()
        server.readStart()
        client.close()
        await server.ended()
        expect(server.received).toBe(0)
      })
      expect(time).toBeGreaterThanOrEqual(9)
    })
  })

  test('ends a connection that only reads without an error, and later writes fail', async () => {
    await withFaults([{ toxic: 'timeout', ...CLIENT, timeout: 5 }], async ({ lab }) => {
      const { client } = await lab.pair()
      client.readStart()
      await client.ended()
      client.write(bytes(1))
      expect(client.events).toEqual(['connect', 'end', 'EPIPE'])
    })
  })
})

describe('reset_peer', () => {
  test('resets both ends after the third query', async () => {
    const faults: Fault[] = [{ toxic: 'reset_peer', name: 'dies', ...CLIENT, after: { upstream: 'QUERY', times: 3 } }]
    await withFaults(faults, async ({ lab, fired }) => {
      const { client, server } = await lab.pair()
      client.readStart()
      server.readStart()
      for (const text of ['QUERY 1', 'QUERY 2 QUE', 'RY 3']) {
        expect(client.over).toBe(false)
        client.write(Buffer.from(text))
        await lab.turn()
      }
      expect(await client.failed()).toBe('ECONNRESET')
      expect(await server.failed()).toBe('ECONNRESET')
      expect(fired()).toEqual([expect.stringMatching(/^dies: .* is reset$/)])
    })
  })

  test('spares some, and affects so many', async () => {
    await withFaults([{ toxic: 'reset_peer', ...CLIENT, skip: 1, times: 1 }], async ({ lab, fired }) => {
      const listener = lab.listen()
      const pairs = [await lab.pair(listener), await lab.pair(listener), await lab.pair(listener)]
      for (const { client } of pairs) client.readStart()
      expect(await pairs[1]?.client.failed()).toBe('ECONNRESET')
      await lab.settle()
      expect(pairs.map(({ client }) => client.over)).toEqual([false, true, false])
      expect(fired()).toHaveLength(1)
    })
  })
})

test('slicer cuts bytes into pieces in both directions', async () => {
  const faults: Fault[] = [
    { toxic: 'slicer', ...CLIENT, direction: 'both', average_size: 10, size_variation: 5, delay: 500 },
  ]
  await withFaults(faults, async ({ lab }) => {
    const { client, server } = await lab.pair()
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      other.readStart()
      one.write(bytes(100))
      one.shutdown()
      await other.ended()
      expect(other.bytes).toEqual(Buffer.from(bytes(100)))
      // Pieces that arrive at the same time may be read at once.
      expect(other.chunks.length).toBeGreaterThan(1)
    }
  })
})

describe('limit_data', () => {
  for (const direction of ['upstream', 'downstream'] as const) {
    test(`closes the connection after so many bytes ${direction}`, async () => {
      await withFaults([{ toxic: 'limit_data', ...CLIENT, direction, bytes: 25 }], async ({ lab }) => {
        const { client, server } = await lab.pair()
        const [one, other] = direction === 'upstream' ? [client, server] : [server, client]
        one.readStart()
        other.readStart()
        one.write(bytes(10))
        one.write(bytes(40))
        await other.ended()
        expect(other.bytes).toEqual(Buffer.concat([bytes(10), bytes(15)]))
        await one.until('the end', () => one.over || one.saw('end'))
      })
    })
  }
})

describe('hold', () => {
  test('cancels what it held when the connection is closed', async () => {
    const faults: Fault[] = [{ toxic: 'hold', ...CLIENT, direction: 'upstream' }]
    await withFaults(faults, async ({ lab, host }) => {
      const { client, server } = await lab.pair()
      server.readStart()
      client.write(bytes(10))
      client.close()
      host.faults.clear()
      await server.ended()
      expect(server.events).toEqual(['end'])
    })
  })

  test('holds bytes and the end until it is removed', async () => {
    await withFaults([], async ({ lab, host }) => {
      const { client, server } = await lab.pair()
      server.readStart()
      client.readStart()
      const held = host.faults.add({ toxic: 'hold', name: 'held', to: '127.0.0.1', ...CLIENT })
      await lab.turn()
      client.write(bytes(5))
      server.write(bytes(6))
      server.shutdown()
      // Another connection gets through, since it came later and is not held.
      host.faults.add({ toxic: 'latency', name: 'irrelevant', to: '10.0.0.1', latency: 60_000 })
      for (let turns = 0; turns < 5; turns++) await lab.turn()
      expect([client.received, server.received, client.connection.pending]).toEqual([0, 0, 5])
      held.remove()
      await client.ended()
      await client.drained()
      await server.until('5 bytes', () => server.received === 5)
      expect(client.received).toBe(6)
      expect(host.faults.list.map(({ name }) => name)).toEqual(['irrelevant'])
    })
  })

  test('holds back a peer that sends too much', async () => {
    await withFaults([{ toxic: 'hold', name: 'held', ...CLIENT, direction: 'downstream' }], async ({ lab, host }) => {
      const { client, server } = await lab.pair()
      client.readStart()
      const data = bytes(4 * 2 ** 20)
      server.write(data)
      await server.until('a turn', () => true)
      for (let turns = 0; turns < 50; turns++) await lab.turn()
      expect(server.connection.pending).toBeGreaterThan(0)
      host.faults.remove('held')
      server.shutdown()
      await client.ended()
      expect(client.bytes.equals(data)).toBe(true)
    })
  })
})

describe('partition', () => {
  test('lets connecting time out', async () => {
    await withFaults([{ toxic: 'partition', timeout: 10 }], async ({ lab }) => {
      const client = lab.connect(lab.listen().local)
      expect(await client.failed()).toBe('ETIMEDOUT')
    })
  })

  test('lets connecting wait until it ends, and keeps settings', async () => {
    await withFaults(
      [{ toxic: 'partition', name: 'parted', ...CLIENT, direction: 'upstream' }],
      async ({ lab, host }) => {
        const listener = lab.listen()
        const client = lab.connect(listener.local)
        client.connection.setNoDelay(true)
        client.readStart()
        await lab.turn()
        expect(client.events).toEqual([])
        host.faults.remove('parted')
        const server = await listener.accept()
        server.write(bytes(3))
        await client.until('3 bytes', () => client.received === 3)
      },
    )
  })

  test('hides a peer that connects, and holds one direction', async () => {
    await withFaults([{ toxic: 'partition', name: 'parted', on: 'accept' }], async ({ lab, host }) => {
      const listener = lab.listen()
      const client = lab.connect(listener.local)
      await client.until('onConnect', () => client.saw('connect'))
      client.write(bytes(3))
      host.faults.remove('parted')
      const server = await listener.accept()
      const oneWay = host.faults.add({ toxic: 'partition', on: 'accept', direction: 'upstream' })
      server.readStart()
      client.readStart()
      server.write(bytes(4))
      await client.until('4 bytes', () => client.received === 4)
      expect(server.received).toBe(0)
      oneWay.remove()
      await server.until('3 bytes', () => server.received === 3)
    })
  })
})

describe('short reads and writes', () => {
  test('pass at every boundary', async () => {
    for (let size = 1; size <= 4; size++) {
      const faults: Fault[] = [
        { toxic: 'short_read', ...CLIENT, size },
        { toxic: 'short_write', ...CLIENT, size },
      ]
      await withFaults(faults, async ({ lab }) => {
        const { client, server } = await lab.pair()
        server.readStart()
        client.readStart()
        await lab.soon()
        const data = bytes(5)
        const first = client.tryWrite(data)
        expect(first).toBe(size)
        client.write(data.subarray(first))
        client.shutdown()
        await server.ended()
        server.write(data)
        server.shutdown()
        await client.ended()
        const lengths = [...Array.from({ length: Math.floor(5 / size) }, () => size), 5 % size].filter(Boolean)
        expect([server, client].map(({ chunks }) => chunks.map(({ length }) => length))).toEqual([lengths, lengths])
        expect([server, client].map((end) => end.bytes)).toEqual([Buffer.from(data), Buffer.from(data)])
      })
    }
  })

  test('an attempt that was cut short may be repeated after onDrain', async () => {
    await withFaults([{ toxic: 'short_write', ...CLIENT, size: 2 }], async ({ lab }) => {
      const { client, server } = await lab.pair()
      server.readStart()
      const data = bytes(7)
      let sent = client.tryWrite(data)
      client.onEvent = (event) => {
        if (event === 'drain' && sent < data.length) sent += client.tryWrite(data.subarray(sent))
      }
      await server.until('7 bytes', () => server.received === 7)
      expect(server.bytes).toEqual(Buffer.from(data))
    })
  })
})

describe('refuse', () => {
  test('lets connecting fail by name and number', async () => {
    const faults: Fault[] = [
      { toxic: 'refuse', to: 'db.test:*', error: 'EHOSTUNREACH' },
      { toxic: 'refuse', to: '127.0.0.1', times: 1 },
    ]
    await withFaults(faults, async ({ lab, fired }) => {
      const listener = lab.listen()
      expect(await lab.connect(listener.local).failed()).toBe('ECONNREFUSED')
      await lab.pair(listener)
      await new Promise((resolve) => lab.host.lookup('db.test', 'any', { onAnswer: resolve, onError: resolve }))
      const failed = lab.connect({ family: 'ipv4', host: '127.0.0.2', port: 80 })
      expect(await failed.failed()).toBe('EHOSTUNREACH')
      expect(fired()[1]).toBe('refuse_1: connecting to 127.0.0.2:80 gets EHOSTUNREACH')
    })
  })
})

describe('draws', () => {
  /** Which of ten connections are reset. */
  const resets = async (seed: number, others: readonly Fault[] = []): Promise<string> => {
    let pattern = ''
    const faults: Fault[] = [...others, { toxic: 'reset_peer', name: 'some', ...CLIENT, toxicity: 0.5 }]
    await withFaults(
      faults,
      async ({ lab }) => {
        const listener = lab.listen()
        for (let count = 0; count < 10; count++) {
          const { client } = await lab.pair(listener)
          client.readStart()
          await lab.soon()
          pattern += client.over ? 'x' : '.'
        }
      },
      { seed },
    )
    return pattern
  }

  test('depend on the seed, and not on other faults', async () => {
    const first = await resets(1)
    expect(first).toMatch(/x/)
    expect(first).toMatch(/\./)
    expect(await resets(1, [{ toxic: 'slicer', average_size: 10, toxicity: 0.5 }])).toBe(first)
    expect(await resets(2)).not.toBe(first)
  })
})

describe('every fault that loses nothing, both ways', () => {
  const make = () => {
    const host = virtualHost()
    const faults: Fault[] = [
      { toxic: 'latency', direction: 'both', latency: 1, jitter: 1 },
      { toxic: 'bandwidth', direction: 'both', rate: 1_000_000 },
      { toxic: 'slow_close', direction: 'both', delay: 1 },
      { toxic: 'slicer', direction: 'both', average_size: 60_000, size_variation: 59_000 },
      { toxic: 'hold', direction: 'both', after: { upstream: 50_000 }, until: 20, toxicity: 0.5 },
      { toxic: 'short_write', size: 100_000, toxicity: 0.5 },
    ]
    return { host: faultyHost(host, { seed: 3, faults }), leaks: () => host.open() }
  }
  chaosContract(make)
  lifetimesContract(make)
})

test('faults act on real sockets', async () => {
  const faults: Fault[] = [
    { toxic: 'latency', ...CLIENT, direction: 'both', latency: 5 },
    { toxic: 'slicer', direction: 'both', average_size: 1000 },
    { toxic: 'limit_data', ...CLIENT, direction: 'upstream', bytes: 100_000 },
    { toxic: 'refuse', ...CLIENT, skip: 1, times: 1 },
  ]
  const below = overSockets(() => nodeHost())
  await withFaults(
    faults,
    async ({ lab }) => {
      const listener = lab.listen()
      const { client, server } = await lab.pair(listener)
      server.readStart()
      client.readStart()
      server.write(bytes(70_000))
      await client.until('70,000 bytes', () => client.received === 70_000)
      expect(client.bytes.equals(bytes(70_000))).toBe(true)
      client.write(bytes(150_000))
      await server.ended()
      expect(server.bytes.equals(bytes(150_000).subarray(0, 100_000))).toBe(true)
      expect(await client.failed()).toBe('ECONNRESET')
      expect(await lab.connect(listener.local).failed()).toBe('ECONNREFUSED')
    },
    { below },
  )
})
