/**
 * Tests of what the virtual host guarantees beyond the contract: Linux's results where hosts may differ, and identical
 * runs.
 */
import { describe, expect, test } from '@jest/globals'
import { virtualHost } from '../../src/host/virtual.js'
import { seeded } from '../support/random.js'
import { Lab, refusal, v4, v6 } from './contract/lab.js'

/** Bytes under way in one direction before the writer has to wait. */
const WINDOW = 3 * 87_380

/** Runs a test on a network of its own. */
const virtually = (name: string, body: (lab: Lab) => Promise<void>, seed?: number): void =>
  test(name, () =>
    Lab.try(() => {
      const host = virtualHost(seed === undefined ? {} : { seed })
      return { host, leaks: () => host.open() }
    }, body),
  )

describe('addresses', () => {
  virtually('a connection to any address but loopback fails at once with ENETUNREACH', async (lab) => {
    for (const remote of [v4(80, '192.0.2.1'), v4(80, '255.255.255.255'), v6(80, '2001:db8::1'), v6(80, 'fe80::1')]) {
      expect(refusal(() => lab.connect(remote))).toBe('ENETUNREACH')
    }
  })

  virtually('a listener on any address of 127.0.0.0/8 accepts clients, which have 127.0.0.1', async (lab) => {
    const listener = lab.listen(v4(0, '127.1.2.3'))
    const { client, server } = await lab.pair(listener)
    expect(server.connection.local.host).toBe('127.1.2.3')
    expect(client.connection.local.host).toBe('127.0.0.1')
    lab.listen(v4(listener.local.port, '127.0.0.1'))
  })

  virtually('a bound socket cannot connect to an address of another family', async (lab) => {
    const mapped = v6(9, '::ffff:127.0.0.1')
    expect(refusal(() => lab.connect(v6(9), lab.bind(v4())))).toBe('EAFNOSUPPORT')
    expect(refusal(() => lab.connect(v4(9), lab.bind(v6())))).toBe('EAFNOSUPPORT')
    expect(refusal(() => lab.connect(mapped, lab.bind(v6())))).toBe('ENETUNREACH')
    expect(refusal(() => lab.connect(v6(9), lab.bind({ ...mapped, port: 0 })))).toBe('EAFNOSUPPORT')
    expect(refusal(() => lab.connect(mapped, lab.bind(v6(0, '::'), { ipv6Only: true })))).toBe('ENETUNREACH')
    expect(refusal(() => lab.bind({ ...mapped, port: 0 }, { ipv6Only: true }))).toBe('EINVAL')
  })

  virtually('a dual-stack socket connects to both families', async (lab) => {
    const four = lab.listen()
    const six = lab.listen(v6())
    const toFour = lab.connect(v6(four.local.port, '::ffff:127.0.0.1'), lab.bind(v6(0, '::')))
    expect(toFour.connection.local.host).toBe('::ffff:127.0.0.1')
    expect((await four.accept()).connection.remote.host).toBe('127.0.0.1')
    const toSix = lab.connect(v6(six.local.port, '::'), lab.bind(v6(0, '::')))
    expect(toSix.connection.local.host).toBe('::1')
    expect(toSix.connection.remote.host).toBe('::1')
  })

  virtually('two bound sockets share an address until one of them listens', async (lab) => {
    const first = lab.bind()
    const second = lab.bind(first.local)
    lab.listen(first)
    expect(refusal(() => lab.listen(second))).toBe('EADDRINUSE')
    expect(refusal(() => lab.bind(first.local))).toBe('EADDRINUSE')
  })

  virtually('a connection from a bound port leaves the port free for a listener', async (lab) => {
    const port = lab.bind()
    lab.connect(lab.listen().local, port)
    lab.listen(port.local)
  })

  virtually('a port that connect() chose is in use', async (lab) => {
    const { client } = await lab.pair()
    expect(refusal(() => lab.bind(client.connection.local))).toBe('EADDRINUSE')
    expect(refusal(() => lab.listen(client.connection.local))).toBe('EADDRINUSE')
  })

  virtually('a connection with the same two addresses as another is refused', async (lab) => {
    const listener = lab.listen()
    const first = lab.bind()
    const second = lab.bind(first.local)
    lab.connect(listener.local, first)
    expect(refusal(() => lab.connect(listener.local, second))).toBe('EADDRNOTAVAIL')
    lab.connect(lab.listen().local, second)
  })

  virtually('a bound socket can listen or connect only once', async (lab) => {
    const port = lab.bind()
    lab.listen(port)
    expect(refusal(() => lab.listen(port))).toBe('EINVAL')
    expect(refusal(() => lab.connect(v4(9), port))).toBe('EINVAL')
    port.close()
    expect(refusal(() => lab.bind(port.local))).toBe('EADDRINUSE')
  })

  virtually('listeners that share a port take turns, and an exact address precedes the wildcard', async (lab) => {
    const shared = { reusePort: true }
    const first = lab.listen(v4(), shared)
    const { local } = first
    const second = lab.listen(local, shared)
    const anywhere = lab.listen(v4(local.port, '0.0.0.0'), shared)
    for (const listener of [first, second, first, second]) await lab.pair(listener)
    lab.connect(v4(local.port, '127.0.0.2'))
    await anywhere.accept()
  })

  virtually('bind fails with EADDRINUSE and connect with EADDRNOTAVAIL when no port is free', async (lab) => {
    const listener = lab.listen()
    const ports = Array.from({ length: 16_383 }, () => lab.host.bind(v4(), { ipv6Only: false, reusePort: false }))
    expect(refusal(() => lab.bind())).toBe('EADDRINUSE')
    expect(refusal(() => lab.connect(listener.local))).toBe('EADDRNOTAVAIL')
    for (const port of ports) port.close()
    await lab.pair(listener)
  })

  test('a virtual network cannot be reached from another one', async () => {
    await Lab.try(
      () => ({ host: virtualHost() }),
      async (one) => {
        await Lab.try(
          () => ({ host: virtualHost() }),
          async (other) => {
            expect(await other.connect(one.listen().local).failed()).toBe('ECONNREFUSED')
          },
        )
      },
    )
  })
})

describe('connections', () => {
  virtually('the listener receives a connection before the client receives onConnect', async (lab) => {
    const order: string[] = []
    const listener = lab.listen()
    listener.onAccept = () => order.push('server')
    const client = lab.connect(listener.local)
    client.onEvent = () => order.push('client')
    await client.until('onConnect', () => client.saw('connect'))
    expect(order).toEqual(['server', 'client'])
  })

  virtually('a connection that waits to be accepted is reset when the listener closes', async (lab) => {
    const listener = lab.listen()
    const client = lab.connect(listener.local)
    listener.close()
    expect(await client.failed()).toBe('ECONNRESET')
    expect(client.events).toEqual(['ECONNRESET'])
  })

  virtually('a client that closes while it connects is still accepted', async (lab) => {
    const listener = lab.listen()
    lab.connect(listener.local).close()
    const server = await listener.accept()
    server.readStart()
    await server.ended()
    expect(server.events).toEqual(['end'])
  })

  virtually('several small buffers of one call arrive as one read', async (lab) => {
    const { client, server } = await lab.pair()
    client.writev([Buffer.from('one '), Buffer.from('two')])
    server.readStart()
    await server.until('data', () => server.saw('data'))
    expect(server.chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual(['one two'])
  })

  virtually('a thousand small writes arrive as one read', async (lab) => {
    const { client, server } = await lab.pair()
    server.readStart()
    for (let count = 0; count < 1000; count++) client.write(Uint8Array.of(count))
    await server.until('all bytes', () => server.received === 1000)
    expect(server.chunks.length).toBe(1)
    const bytes = Buffer.concat(server.chunks)
    expect(bytes.equals(Buffer.from(Array.from({ length: 1000 }, (_, count) => count & 0xff)))).toBe(true)
  })

  virtually('writes of two connections arrive in the order of the calls', async (lab) => {
    const { client: one, server: oneServer } = await lab.pair()
    const { client: two, server: twoServer } = await lab.pair()
    const order: string[] = []
    oneServer.onEvent = () => order.push('one')
    twoServer.onEvent = () => order.push('two')
    oneServer.readStart()
    twoServer.readStart()
    await lab.settle()
    one.write(Uint8Array.of(1))
    two.write(Uint8Array.of(2))
    one.write(Uint8Array.of(3))
    await oneServer.until('both bytes', () => oneServer.received === 2)
    expect(order).toEqual(['one', 'two', 'one'])
  })

  virtually('bytes beyond the window are pending', async (lab) => {
    const { client, server } = await lab.pair()
    expect(client.write(new Uint8Array(WINDOW))).toBe(true)
    expect(client.write(new Uint8Array(10))).toBe(false)
    expect(client.connection.pending).toBe(10)
    const order: string[] = []
    client.onEvent = (event) => order.push(event)
    server.onEvent = (event) => order.push(event)
    server.readStart()
    await client.until('onDrain', () => client.saw('drain'))
    expect(client.connection.pending).toBe(0)
    expect(order[0]).toBe('data')
    await server.until('all bytes', () => server.received === WINDOW + 10)
    expect(Math.max(...server.chunks.map((chunk) => chunk.length))).toBe(64 * 1024)
  })

  virtually('no byte is pending after a reset', async (lab) => {
    const { client } = await lab.pair()
    client.write(new Uint8Array(1024 * 1024))
    client.reset()
    expect(client.connection.pending).toBe(0)
  })

  virtually('bytes sent before a reset are delivered, then ECONNRESET', async (lab) => {
    const { client, server } = await lab.pair()
    client.write(Buffer.from('before'))
    client.reset()
    await lab.settle()
    expect(server.events).toEqual([])
    server.readStart()
    expect(await server.failed()).toBe('ECONNRESET')
    expect(server.events).toEqual(['data', 'ECONNRESET'])
  })

  virtually('a write after a reset fails though unread bytes precede the reset', async (lab) => {
    const { client, server } = await lab.pair()
    client.write(Buffer.from('before'))
    client.reset()
    await lab.settle()
    server.write(Uint8Array.of(1))
    server.writev([Uint8Array.of(2), Uint8Array.of(3)])
    expect(await server.failed()).toBe('ECONNRESET')
    expect(server.events).toEqual(['ECONNRESET'])
  })

  virtually('a second write after the peer has closed fails at once with EPIPE', async (lab) => {
    const { client, server } = await lab.pair()
    server.close()
    client.write(Uint8Array.of(1))
    expect(client.events).toEqual(['connect'])
    client.write(Uint8Array.of(2))
    expect(client.events).toEqual(['connect', 'EPIPE'])
  })

  virtually('a write fails at once with ECONNRESET when the peer has just reset', async (lab) => {
    const { client, server } = await lab.pair()
    server.write(Buffer.from('before'))
    server.reset()
    client.write(Uint8Array.of(1))
    expect(client.events).toEqual(['connect', 'ECONNRESET'])
    client.readStart()
    await client.ended()
    expect(client.events).toEqual(['connect', 'ECONNRESET', 'data', 'end'])
  })

  virtually('a write of several buffers after a reset fails though unread bytes precede it', async (lab) => {
    const { client, server } = await lab.pair()
    client.write(Buffer.from('before'))
    client.reset()
    await lab.settle()
    server.writev([Uint8Array.of(2), Uint8Array.of(3)])
    expect(await server.failed()).toBe('ECONNRESET')
  })

  virtually('a writer with pending bytes receives ECONNRESET though unread bytes precede it', async (lab) => {
    const { client, server } = await lab.pair()
    client.write(Buffer.from('before'))
    server.write(new Uint8Array(1024 * 1024))
    client.reset()
    expect(await server.failed()).toBe('ECONNRESET')
    expect(server.events).toEqual(['ECONNRESET'])
  })

  virtually('a write after the end of a closed peer fails with EPIPE', async (lab) => {
    const { client, server } = await lab.pair()
    client.readStart()
    server.close()
    await client.ended()
    client.write(Uint8Array.of(1))
    expect(await client.failed()).toBe('EPIPE')
  })

  virtually('a reset of a connection that ended in both directions is not reported', async (lab) => {
    const { client, server } = await lab.pair()
    for (const socket of [client, server]) {
      socket.readStart()
      socket.shutdown()
    }
    await Promise.all([client.ended(), server.ended()])
    server.reset()
    await lab.settle()
    expect(client.events).toEqual(['connect', 'end'])
  })

  virtually('bytes that are under way to an end that closes reset the connection', async (lab) => {
    const { client, server } = await lab.pair()
    client.readStart()
    client.write(Uint8Array.of(1))
    server.close()
    expect(await client.failed()).toBe('ECONNRESET')
    expect(client.events).toEqual(['connect', 'ECONNRESET'])
  })

  virtually('a write before onConnect or after shutdown() is refused', async (lab) => {
    const listener = lab.listen()
    const client = lab.connect(listener.local)
    expect(refusal(() => client.write(Uint8Array.of(1)))).toBe('ENOTCONN')
    expect(refusal(() => client.shutdown())).toBe('ENOTCONN')
    await client.until('onConnect', () => client.saw('connect'))
    client.shutdown()
    expect(refusal(() => client.write(Uint8Array.of(1)))).toBe('EPIPE')
    client.close()
    expect(refusal(() => client.write(Uint8Array.of(1)))).toBe('EPIPE')
  })
})

describe('a run with a seed', () => {
  /** All events of twenty connections that exchange bytes, in order. */
  const trace = async (seed: number): Promise<string[]> => {
    const events: string[] = []
    await Lab.try(
      () => ({ host: virtualHost({ seed }) }),
      async (lab) => {
        const random = seeded('the same run')
        const listener = lab.listen()
        listener.onAccept = (server) => {
          const { port } = server.connection.remote
          server.onEvent = (event) => {
            events.push(`server ${port} ${event} ${server.received}`)
            if (event === 'end') server.close()
          }
          server.readStart()
        }
        const clients = Array.from({ length: 20 }, (_, index) => {
          const client = lab.connect(listener.local)
          client.onEvent = (event) => {
            events.push(`client ${index} ${event} ${client.received}`)
            if (event !== 'connect') return
            client.write(new Uint8Array(random.int(1, 600_000)))
            client.shutdown()
            client.readStart()
          }
          return client
        })
        for (const client of clients) await client.ended()
      },
    )
    return events
  }

  test('has the same events as another run with the same seed', async () => {
    const first = await trace(7)
    expect(first.length).toBeGreaterThan(100)
    expect(await trace(7)).toEqual(first)
  })

  test('has ports that depend on the seed', () => {
    const ports = (seed: number): number[] => {
      const host = virtualHost({ seed })
      return Array.from({ length: 3 }, () => host.bind(v4(), { ipv6Only: false, reusePort: false }).local.port)
    }
    expect(ports(1)).toEqual(ports(1))
    expect(ports(1)).not.toEqual(ports(2))
    for (const seed of [0, 1, 2, 0xffff_ffff]) {
      for (const port of ports(seed)) {
        expect(port).toBeGreaterThanOrEqual(49_152)
        expect(port).toBeLessThanOrEqual(65_535)
      }
    }
  })

  test.each([-1, 0.5, Number.NaN, 2 ** 32])('is refused for a seed of %p', (seed) => {
    expect(() => virtualHost({ seed })).toThrow(`the seed is ${seed}; give an integer from 0 to 4294967295`)
  })

  test('is refused when names is a string', () => {
    expect(() => virtualHost(Object({ names: 'db.test' }))).toThrow(/names is a string; give \{/)
  })
})

describe('random numbers', () => {
  const drawn = (host: ReturnType<typeof virtualHost>): string => {
    const bytes = new Uint8Array(70_000)
    host.random(bytes)
    return Buffer.from(bytes).toString('base64')
  }

  test('are the same for the same seed, and others for another', () => {
    expect(drawn(virtualHost({ seed: 7 }))).toBe(drawn(virtualHost({ seed: 7 })))
    expect(drawn(virtualHost({ seed: 8 }))).not.toBe(drawn(virtualHost({ seed: 7 })))
  })

  test("are the platform's without a seed", () => {
    expect(drawn(virtualHost())).not.toBe(drawn(virtualHost()))
  })
})
