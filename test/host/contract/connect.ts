/** Tests of listening, connecting and accepting. */

import type { Address } from '../../../src/base/address.js'
import { describe, expect } from '../../support/harness.js'
import { type ContractOptions, contract, type Lab, type MakeHost, refusal, v4, v6 } from './lab.js'
import type { Socket } from './socket.js'

/** Connections at once; test/stress has a thousand. */
const CROWD = 300

/** An address that no socket listens on. */
const deserted = async (lab: Lab): Promise<Address> => {
  const listener = lab.listen()
  listener.close()
  await lab.soon()
  return listener.local
}

/** Sends a byte each way. */
const exchange = async (client: Socket, server: Socket): Promise<void> => {
  for (const [from, to] of [[client, server] as const, [server, client] as const]) {
    to.readStart()
    from.write(Uint8Array.of(7))
    await to.until('a byte', () => to.received === 1)
    expect(to.bytes).toEqual(Buffer.of(7))
  }
}

/** Registers the tests of how connections are established. */
export function connectContract(make: MakeHost, options?: ContractOptions): void {
  describe('connect', () => {
    const { test, testWith } = contract(make, options)

    test('both ends report both addresses of their connection', async (lab) => {
      const listener = lab.listen()
      const client = lab.connect(listener.local)
      expect(client.connection.remote).toEqual(listener.local)
      const server = await listener.accept()
      await client.until('onConnect', () => client.saw('connect'))
      const { local } = client.connection
      expect(local).toEqual(v4(local.port))
      expect(local.port).toBeGreaterThan(0)
      expect(client.connection.remote).toEqual(listener.local)
      expect(server.connection.local).toEqual(listener.local)
      expect(server.connection.remote).toEqual(local)
      await exchange(client, server)
    })

    testWith('localAtOnce', 'the client reports its local address as soon as connect() returns', async (lab) => {
      const listener = lab.listen()
      const client = lab.connect(listener.local)
      const { local } = client.connection
      expect(local).toEqual(v4(local.port))
      expect(local.port).toBeGreaterThan(0)
      await client.until('onConnect', () => client.saw('connect'))
      expect(client.connection.local).toEqual(local)
    })

    test('an ended connection still reports its local address', async (lab) => {
      const { client, server } = await lab.pair()
      const { local, remote } = client.connection
      server.readStart()
      client.readStart()
      server.shutdown()
      client.shutdown()
      await Promise.all([client.ended(), server.ended()])
      await lab.settle()
      expect(client.connection.local).toEqual(local)
      expect(server.connection.local).toEqual(remote)
    })

    test('a server on the wildcard reports the address that the client connected to', async (lab) => {
      const listener = lab.listen(v4(0, '0.0.0.0'))
      expect(listener.local.host).toBe('0.0.0.0')
      const client = lab.connect(v4(listener.local.port))
      const server = await listener.accept()
      await client.until('onConnect', () => client.saw('connect'))
      expect(server.connection.local).toEqual(v4(listener.local.port))
      expect(server.connection.remote).toEqual(client.connection.local)
    })

    test('a connection to the wildcard reaches this machine', async (lab) => {
      const listener = lab.listen()
      const client = lab.connect(v4(listener.local.port, '0.0.0.0'))
      const server = await listener.accept()
      await client.until('onConnect', () => client.saw('connect'))
      expect(client.connection.remote).toEqual(listener.local)
      await exchange(client, server)
    })

    testWith('ipv6', 'an IPv6 client and server exchange bytes and report IPv6 addresses', async (lab) => {
      const listener = lab.listen(v6())
      const { client, server } = await lab.pair(listener)
      expect(client.connection.remote).toEqual(listener.local)
      expect(client.connection.local).toEqual(v6(client.connection.local.port))
      expect(server.connection.remote).toEqual(client.connection.local)
      expect(server.connection.local).toEqual(listener.local)
      await exchange(client, server)
    })

    testWith('ipv6', 'a dual-stack server reports mapped addresses for IPv4 clients', async (lab) => {
      const listener = lab.listen(v6(0, '::'))
      const client = lab.connect(v4(listener.local.port))
      const server = await listener.accept()
      await client.until('onConnect', () => client.saw('connect'))
      expect(server.connection.remote).toEqual(v6(client.connection.local.port, '::ffff:127.0.0.1'))
      expect(server.connection.local).toEqual(v6(listener.local.port, '::ffff:127.0.0.1'))
      await exchange(client, server)

      const second = lab.connect(v6(listener.local.port))
      await second.until('onConnect', () => second.saw('connect'))
      expect((await listener.accept()).connection.remote).toEqual(second.connection.local)
    })

    testWith('ipv6', 'a mapped address reaches an IPv4 server', async (lab) => {
      const listener = lab.listen()
      const client = lab.connect(v6(listener.local.port, '::ffff:127.0.0.1'))
      const server = await listener.accept()
      await client.until('onConnect', () => client.saw('connect'))
      expect(client.connection.local.host).toBe('::ffff:127.0.0.1')
      expect(server.connection.remote).toEqual(v4(client.connection.local.port))
    })

    testWith('ipv6Only', 'an IPv6-only server refuses IPv4', async (lab) => {
      const { port } = lab.listen(v6(lab.freePort(), '::'), { ipv6Only: true }).local
      expect(await lab.connect(v4(port)).failed()).toBe('ECONNREFUSED')
      expect(await lab.connect(v6(port, '::ffff:127.0.0.1')).failed()).toBe('ECONNREFUSED')
    })

    test('a connection to a port without a listener fails later with ECONNREFUSED', async (lab) => {
      const client = lab.connect(await deserted(lab))
      expect(client.events).toEqual([])
      expect(await client.failed()).toBe('ECONNREFUSED')
      expect(client.events).toEqual(['ECONNREFUSED'])
    })

    test('a refused connection that was closed receives no event', async (lab) => {
      lab.connect(await deserted(lab)).close()
      await lab.settle()
    })

    test('a connection that is closed while it connects receives no event', async (lab) => {
      const listener = lab.listen()
      const client = lab.connect(listener.local)
      client.close()
      await lab.settle()
      expect(client.events).toEqual([])
    })

    test('a connection can be closed within onConnect and within onConnection', async (lab) => {
      const listener = lab.listen()
      listener.onAccept = (server) => server.close()
      const client = lab.connect(listener.local)
      client.onEvent = () => client.close()
      await client.until('onConnect', () => client.saw('connect'))
      await listener.accept()
      await lab.settle()
      expect(client.events).toEqual(['connect'])
    })

    testWith('connectFromPort', 'a bound socket connects from its address', async (lab) => {
      const listener = lab.listen()
      const port = lab.bind()
      const client = lab.connect(listener.local, port)
      expect(client.connection.local).toEqual(port.local)
      const server = await listener.accept()
      expect(server.connection.remote).toEqual(port.local)
      await client.until('onConnect', () => client.saw('connect'))
      await exchange(client, server)
    })

    testWith('connectFromPort', 'a socket bound to the wildcard connects from its port', async (lab) => {
      const listener = lab.listen()
      const port = lab.bind(v4(0, '0.0.0.0'))
      const client = lab.connect(listener.local, port)
      expect(client.connection.local).toEqual(v4(port.local.port))
      expect((await listener.accept()).connection.remote).toEqual(client.connection.local)
    })

    testWith('connectFromPort', 'a socket bound to an IPv4 address cannot connect to an IPv6 address', async (lab) => {
      const port = lab.bind()
      expect(refusal(() => lab.connect(v6(9), port))).toMatch(/^E(AFNOSUPPORT|INVAL)$/)
    })

    test('a closed listener refuses clients, frees its port and keeps its connections', async (lab) => {
      const listener = lab.listen()
      const { client, server } = await lab.pair(listener)
      listener.close()
      await lab.soon()
      expect(await lab.connect(listener.local).failed()).toBe('ECONNREFUSED')
      await exchange(client, server)

      const again = lab.listen(listener.local)
      await lab.pair(again)
    })

    testWith('noDelay', 'a connection still carries bytes after TCP_NODELAY was set', async (lab) => {
      const { client, server } = await lab.pair()
      client.connection.setNoDelay(true)
      server.connection.setNoDelay(false)
      await exchange(client, server)
    })

    testWith('keepAlive', 'a connection still carries bytes after keep-alive was set', async (lab) => {
      const { client, server } = await lab.pair()
      client.connection.setKeepAlive(true, 60)
      server.connection.setKeepAlive(false, 1)
      await exchange(client, server)
    })

    test(`${CROWD} connections at once each get their own bytes back`, async (lab) => {
      const listener = lab.listen()
      listener.onAccept = (server) => {
        server.onEvent = (event) => {
          if (event === 'data') server.write(server.chunks.at(-1) ?? new Uint8Array())
          if (event === 'end') server.close()
        }
        server.readStart()
      }
      const crowd = Array.from({ length: CROWD }, (_, index) => {
        const client = lab.connect(listener.local)
        const message = Buffer.from(`hello from ${index}`)
        client.onEvent = (event) => {
          if (event === 'connect') {
            client.readStart()
            client.write(message)
          }
          if (client.received === message.length && event === 'data') client.shutdown()
        }
        return { client, message }
      })
      for (const { client, message } of crowd) {
        await client.ended()
        expect(client.bytes).toEqual(message)
      }
      expect(new Set(crowd.map(({ client }) => client.connection.local.port)).size).toBe(CROWD)
    })
  })
}
