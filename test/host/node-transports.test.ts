/** Tests of the host on Node only: over both transports, and with the plain bind strategy. */
import { fstatSync, writeSync } from 'node:fs'
import { constants, networkInterfaces } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { fromNode, toNodeHost } from '../../src/host/common/addresses.js'
import { EOF, nameOfCode, nameOfStatus, statusError } from '../../src/host/common/errors.js'
import { NodeHost } from '../../src/host/common/runtime-host.js'
import type { Transport } from '../../src/host/common/transport.js'
import { type BindStrategy, bindStrategies } from '../../src/host/node/bind-strategies.js'
import { handleTransport } from '../../src/host/node/handle.js'
import { netTransport } from '../../src/host/node/net.js'
import { tcpWrap } from '../../src/host/node/tcp-wrap.js'
import { nodeHost } from '../../src/host/node.js'
import { Lab, PLAIN, refusal, v4 } from './contract/lab.js'

const MIB = 1024 * 1024

const transports: { name: string; make: () => Transport }[] = [
  { name: 'net', make: () => netTransport(bindStrategies()) },
]
const wrap = tcpWrap()
if (wrap !== undefined) transports.push({ name: 'handle', make: () => handleTransport(wrap) })

/** Bytes that ArrayBuffers hold in this process. */
const buffered = (): number => process.memoryUsage().arrayBuffers

describe('nodeHost()', () => {
  test('uses handles by default if they are available', () => {
    expect(nodeHost().transport).toBe(wrap === undefined ? 'net' : 'handle')
    expect(nodeHost({ transport: 'auto' }).transport).toBe(nodeHost().transport)
    expect(nodeHost({ transport: 'net' }).transport).toBe('net')
  })

  test('refuses an unknown transport', () => {
    const options = JSON.parse('{ "transport": "carrier pigeon" }')
    expect(() => nodeHost(options)).toThrow('transport is "carrier pigeon"')
  })
})

describe.each(transports)('the node host over $name', ({ make }) => {
  const inLab = (body: (lab: Lab) => Promise<void>): Promise<void> =>
    Lab.try(() => ({ host: new NodeHost(make()) }), body)

  test('refuses an address without a route at once with ENETUNREACH', () =>
    inLab(async (lab) => {
      // The broadcast address: TCP refuses it before any packet.
      expect(refusal(() => lab.connect(v4(9, '255.255.255.255')))).toBe('ENETUNREACH')
      const port = lab.bind(v4(0, '0.0.0.0'))
      expect(refusal(() => lab.connect(v4(9, '255.255.255.255'), port))).toBe('ENETUNREACH')
    }))

  test('keeps a lent descriptor open after a failure until the connection is closed', () =>
    inLab(async (lab) => {
      const { client, server } = await lab.pair()
      const descriptor = client.connection.exposeDescriptor()
      // Only handles have a descriptor.
      if (descriptor === undefined) return
      writeSync(descriptor, 'past it')
      server.readStart()
      await server.until('the bytes', () => server.received === 7)
      client.readStart()
      server.reset()
      expect(await client.failed()).toBe('ECONNRESET')
      expect(client.connection.exposeDescriptor()).toBeUndefined()
      expect(fstatSync(descriptor).isSocket()).toBe(true)
      client.connection.reset()
      expect(() => fstatSync(descriptor)).toThrow('EBADF')
    }))

  test('holds no memory for a connection that is not read', () =>
    inLab(async (lab) => {
      const { client, server } = await lab.pair()
      const chunk = new Uint8Array(MIB)
      const before = buffered()
      for (let sent = 0; sent < 64; sent++) client.write(chunk)
      server.readStart()
      await server.until('data', () => server.received > 0)
      server.readStop()
      await lab.settle()
      expect(client.connection.pending).toBeGreaterThan(32 * MIB)
      expect(buffered() - before - server.received).toBeLessThan(MIB)
    }))

  test('resets on close() when the transport holds undelivered bytes', () =>
    inLab(async (lab) => {
      const { client, server } = await lab.pair()
      // One read takes 64 KiB; a net.Socket has read the rest too by the time it can be stopped.
      server.write(new Uint8Array(100 * 1024))
      client.onEvent = () => client.readStop()
      client.readStart()
      await client.until('data', () => client.received > 0)
      await lab.settle()
      expect(client.received).toBeLessThan(100 * 1024)
      client.close()
      server.readStart()
      expect(await server.failed()).toBe('ECONNRESET')
    }))

  test('delivers the bytes that came before a reset after readStart(), then the reset', () =>
    inLab(async (lab) => {
      const { client, server } = await lab.pair()
      const length = 68 * 1024
      server.write(new Uint8Array(length))
      client.onEvent = (event) => {
        if (event === 'data' && client.received < length) client.readStop()
      }
      client.readStart()
      await client.until('data', () => client.received > 0)
      await lab.settle()
      expect(client.received).toBeLessThan(length)
      server.reset()
      await lab.settle()
      expect(client.events).toEqual(['connect', 'data'])
      client.readStart()
      expect(await client.failed()).toBe('ECONNRESET')
      expect(client.received).toBe(length)
    }))

  test.each([6, 68 * 1024])('reports a reset after %i unread bytes as ECONNRESET, not as the end', (length) =>
    inLab(async (lab) => {
      const { client, server } = await lab.pair()
      client.write(new Uint8Array(length))
      await lab.settle()
      client.reset()
      server.readStart()
      expect(await server.failed()).toBe('ECONNRESET')
      expect(server.received).toBe(length)
      expect(server.events).toEqual(['data', 'ECONNRESET'])
    }),
  )

  test('reports the end when a reset follows it', () =>
    inLab(async (lab) => {
      const { client, server } = await lab.pair()
      client.write(Uint8Array.of(1))
      client.shutdown()
      await lab.settle()
      client.reset()
      server.readStart()
      await server.ended()
      expect(server.events.slice(0, 2)).toEqual(['data', 'end'])
    }))

  test('reports a reset that a write meets first as ECONNRESET, not as the end', () =>
    inLab(async (lab) => {
      const { client, server } = await lab.pair()
      client.readStart()
      await lab.settle()
      server.reset()
      client.write(Uint8Array.of(1))
      expect(await client.failed()).toBe('ECONNRESET')
      expect(client.events).toEqual(['connect', 'ECONNRESET'])
    }))

  test('reports the local address of a failed connection', () =>
    inLab(async (lab) => {
      const listener = lab.listen()
      const { client, server } = await lab.pair(listener)
      const { remote } = client.connection
      client.reset()
      server.readStart()
      await server.failed()
      expect(server.connection.local).toEqual(remote)
    }))

  test('fails a write with EPIPE after the peer has shut down and reset', () =>
    inLab(async (lab) => {
      const { client, server } = await lab.pair()
      client.shutdown()
      client.reset()
      server.readStart()
      await server.ended()
      await lab.settle()
      // Linux hides an RST after a FIN from readers. Without the RST this one write would only provoke it, and succeed.
      if (!server.over) server.write(Uint8Array.of(1))
      expect(await server.failed()).toBe('EPIPE')
    }))

  test('leaves nothing open when an accepted connection is closed before its events are set', () =>
    inLab(async (lab) => {
      const listener = lab.host.bind(v4(), PLAIN).listen(8, {
        onConnection: (connection) => connection.close(),
        onError: () => {},
      })
      const client = lab.connect(listener.local)
      client.readStart()
      await client.ended()
      listener.close()
    }))
})

describe('the plain bind strategy', () => {
  const [plain] = bindStrategies().slice(-1) as [BindStrategy]
  const withPlain = (body: (lab: Lab, host: NodeHost) => Promise<void>): Promise<void> =>
    Lab.try(
      () => ({ host: nodeHost() }),
      (lab) => body(lab, new NodeHost(netTransport([plain]))),
    )

  test('cannot bind and names the version of Node that can', () => {
    const host = new NodeHost(netTransport([plain]))
    expect(() => host.bind(v4(), PLAIN)).toThrow(/^ENOTSUP: bind 127\.0\.0\.1:0: .*Node 26\.4/)
  })

  test('connects and then knows its local address', () =>
    withPlain(async (lab, host) => {
      const listener = lab.listen()
      const client = lab.socket('client')
      client.connection = lab.call(() => host.connect(listener.local, client))
      expect(client.connection.local).toEqual(v4(0, '0.0.0.0'))
      client.readStart()
      await client.until('onConnect', () => client.saw('connect'))
      const server = await listener.accept()
      expect(server.connection.remote).toEqual(client.connection.local)
      server.write(Buffer.from('hello'))
      await client.until('hello', () => client.bytes.toString() === 'hello')
    }))

  test('reports ECONNREFUSED like the other strategies', () =>
    withPlain(async (lab, host) => {
      const listener = lab.listen()
      listener.close()
      const client = lab.socket('client')
      client.connection = lab.call(() => host.connect(listener.local, client))
      expect(await client.failed()).toBe('ECONNREFUSED')
    }))
})

// ETIMEDOUT, EHOSTUNREACH and similar errors need a network that drops packets, and EACCES needs a user other than
// root; so these tests only check the mapping from the platform's number to the name.
describe('errors', () => {
  const sockets = ['EACCES', 'ECONNABORTED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETDOWN', 'ENOBUFS', 'EPIPE', 'ETIMEDOUT']

  test.each(sockets)('%s has the same name as a status and as a code', (name) => {
    const numbers = new Map(Object.entries(constants.errno))
    expect(nameOfStatus(-(numbers.get(name) ?? 0))).toBe(name)
    expect(nameOfCode(name)).toBe(name)
  })

  test('an error that no socket reports becomes EIO, with its name in the message', () => {
    expect(nameOfStatus(-constants.errno.EILSEQ)).toBe('EIO')
    expect(nameOfStatus(-123_456)).toBe('EIO')
    expect(nameOfCode('ERR_STREAM_DESTROYED')).toBe('EIO')
    expect(nameOfCode(undefined)).toBe('EIO')
    expect(statusError(-constants.errno.EILSEQ, 'connect').message).toBe('EIO: connect (EILSEQ)')
    expect(statusError(-123_456, 'connect').message).toBe('EIO: connect (status -123456)')
    expect(nameOfStatus(EOF)).toBe('EIO')
  })
})

describe('link-local addresses', () => {
  test('a numeric zone stays a number', () => {
    const address = fromNode({ address: 'fe80::1%4242', family: 'IPv6', port: 7 })
    expect(address).toEqual({ family: 'ipv6', host: 'fe80::1', port: 7, flowInfo: 0, scopeId: 4242 })
    expect(address && toNodeHost(address)).toBe('fe80::1%4242')
  })

  test("the zones of this machine's interfaces are converted to numbers and back", () => {
    for (const [name, entries] of Object.entries(networkInterfaces())) {
      for (const entry of entries ?? []) {
        if (entry.family !== 'IPv6' || !entry.scopeid) continue
        const text = `${entry.address}%${name}`
        const address = fromNode({ address: text, family: 'IPv6', port: 7 })
        expect(address).toMatchObject({ host: entry.address, scopeId: entry.scopeid })
        expect(address && toNodeHost(address)).toBe(text)
        const port = address && nodeHost().bind({ ...address, port: 0 }, PLAIN)
        expect(port?.local).toMatchObject({ host: entry.address, scopeId: entry.scopeid })
        port?.close()
      }
    }
  })
})
