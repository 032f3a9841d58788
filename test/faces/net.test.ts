/** `libuv-wasm/net`, case by case, with the events and errors of `node:net`. */
import { once } from 'node:events'
import * as node from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { createNet, Socket as DefaultSocket, type Net, type Server, type Socket, toDuplex } from 'libuv-wasm/net'
import { Async, Loop, TCP, virtualHost } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { expectNothingLeft } from '../support/leakcheck.js'
import { hosts, told, useNet } from './support/net-lab.js'

describe.each(hosts)('over %s', (_name, host) => {
  let loop: Loop
  let net: Net
  useNet(host, (lab) => {
    ;({ loop, net } = lab)
  })

  /** Makes a server listen on a free port. @returns the port */
  const listen = (server: Server): number => {
    const address = server.listen(0).address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Both ends of a connection, after the server is closed. */
  const pair = async (options: object = {}): Promise<[client: Socket, peer: Socket]> => {
    const server = net.createServer(options)
    const client = net.connect({ port: listen(server), host: '127.0.0.1', ...options })
    const [[peer]] = await Promise.all([told(server, 'connection') as Promise<[Socket]>, told(client, 'connect')])
    server.close()
    return [client, peer]
  }

  const finish = async (...sockets: readonly Socket[]): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await Promise.all(sockets.map((socket) => socket.closed || told(socket, 'close')))
  }

  test.each([100, 100_000])('a write of %d bytes on a reset connection calls back with the error', async (length) => {
    const [client, peer] = await pair()
    client.pause()
    client.on('error', () => {})
    const reset = told(peer, 'close')
    peer.resetAndDestroy()
    await reset
    const error = new Promise<unknown>((resolve) => client.write(Buffer.alloc(length), resolve))
    expect(await soon(error, 'the write to be over')).toMatchObject({
      code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/),
    })
    await finish(client, peer)
  })

  test('a server has its address at once, and a port in use is an error that names it', async () => {
    const server = net.createServer()
    const port = listen(server)
    expect(server.listening).toBe(true)
    expect(server.address()).toEqual({ address: '::', family: 'IPv6', port })
    expect(() => server.listen(0)).toThrow(expect.objectContaining({ code: 'ERR_SERVER_ALREADY_LISTEN' }))
    const second = net.createServer().listen(port)
    const [error] = await told(second, 'error')
    expect(error).toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'listen',
      port,
      address: '::',
      errno: expect.any(Number),
    })
    expect(String(error)).toBe(`Error: listen EADDRINUSE: address already in use :::${port}`)
    server.close()
    await told(server, 'close')
    expect(server.address()).toBe(null)
    const not = await new Promise((resolve) => server.close(resolve))
    expect(not).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
  })

  test('each end of a connection has the addresses of both', async () => {
    const [client, peer] = await pair()
    expect(client.remoteFamily).toBe('IPv4')
    expect(client.remotePort).toBe(peer.localPort)
    expect(client.localPort).toBe(peer.remotePort)
    expect(client.remoteAddress).toBe('127.0.0.1')
    expect(client.address()).toEqual({ address: '127.0.0.1', family: 'IPv4', port: peer.remotePort })
    await finish(client, peer)
    expect(client.remoteAddress).toBe('127.0.0.1')
    expect(client.localAddress).toBe(undefined)
  })

  test('a server emits close after its connections have ended', async () => {
    const server = net.createServer((socket) => socket.resume())
    const client = net.connect(listen(server), '127.0.0.1')
    await told(server, 'connection')
    const events: string[] = []
    server.on('close', () => events.push('server'))
    client.on('close', () => events.push('client'))
    const closed = told(server, 'close')
    server.close()
    expect(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(1)
    client.end()
    await closed
    expect(events).toContain('server')
    await finish(client)
  })

  test('connections above maxConnections are dropped, and reported with a drop event', async () => {
    const server = net.createServer()
    server.maxConnections = 1
    const port = listen(server)
    const first = net.connect(port, '127.0.0.1')
    const [peer] = (await told(server, 'connection')) as [Socket]
    const second = net.connect(port, '127.0.0.1')
    second.resume()
    const [[drop]] = await Promise.all([told(server, 'drop'), told(second, 'close')])
    expect(drop).toMatchObject({ localPort: port, remoteFamily: 'IPv6', remotePort: expect.any(Number) })
    server.close()
    await finish(first, peer)
  })

  test('an idle socket emits timeout, and stays open', async () => {
    const [client, peer] = await pair()
    client.setTimeout(20)
    await told(client, 'timeout')
    expect([client.timeout, client.destroyed]).toEqual([20, false])
    client.setTimeout(0)
    expect(() => client.setTimeout(-1)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
    await finish(client, peer)
  })

  test('options may be set before and after the connection', async () => {
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 5_000 }
    const [client, peer] = await pair(options)
    expect(client.setNoDelay(false).setKeepAlive(false).setKeepAlive(true, 1_000).unref().ref()).toBe(client)
    await finish(client, peer)
  })

  test('pauseOnConnect leaves the bytes unread until resume()', async () => {
    const [client, peer] = await pair({ pauseOnConnect: true })
    client.end('hello')
    expect(peer.isPaused()).toBe(true)
    expect([peer.bytesRead, peer.readableLength]).toEqual([0, 0])
    const data = told(peer, 'data')
    peer.resume()
    expect(String((await data)[0])).toBe('hello')
    await finish(client, peer)
  })

  test('a slow reader holds the writer back', async () => {
    const [client, peer] = await pair()
    const chunk = Buffer.alloc(1_000_000)
    let written = 0
    const write = (): void => {
      client.write(chunk, () => {
        written += chunk.length
        if (written < 50_000_000) write()
      })
    }
    write()
    // Until no write completes any more: then the buffers of both ends are full.
    for (let before = -1; before !== written; ) {
      before = written
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(written).toBeLessThan(20_000_000)
    expect(peer.readableLength).toBeLessThan(200_000)
    await finish(client, peer)
  })

  test('onread fills its own buffer, and reading pauses when its callback returns false', async () => {
    const server = net.createServer((socket) => socket.end('0123456789'))
    const seen: string[] = []
    const buffer = Buffer.alloc(4)
    const client = net.connect({
      port: listen(server),
      host: '127.0.0.1',
      onread: {
        buffer,
        callback: (bytes, target) => {
          expect(target).toBe(buffer)
          seen.push(buffer.toString('latin1', 0, bytes))
          if (seen.length !== 2) return true
          setImmediate(() => client.resume())
          return false
        },
      },
    })
    await told(client, 'close')
    expect(seen).toEqual(['0123', '4567', '89'])
    server.close()
    await told(server, 'close')
  })

  test('a refusal names the address and the port', async () => {
    const server = net.createServer()
    const port = listen(server)
    server.close()
    await told(server, 'close')
    const client = net.connect(port, '127.0.0.1')
    expect([client.connecting, client.pending, client.readyState]).toEqual([true, true, 'opening'])
    const [error] = await told(client, 'error')
    expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port })
    expect(String(error)).toBe(`Error: connect ECONNREFUSED 127.0.0.1:${port}`)
    await finish(client)
  })

  test('an unknown name gives the same error as in node:net', async () => {
    const shape = async (net: { connect(port: number, host: string): node.Socket | Socket }): Promise<unknown> => {
      const socket = net.connect(1, 'nobody.invalid')
      const looked = once(socket, 'lookup')
      const [error] = await soon(once(socket, 'error'), 'the error')
      expect((await looked)[0]).toBe(error)
      return { ...error, message: error.message, looked: (await looked).slice(1).map(String) }
    }
    expect(await shape(net)).toEqual(await shape(node))
    const [error] = await told(net.createServer().listen(0, 'nobody.invalid'), 'error')
    expect(error).toMatchObject({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'nobody.invalid' })
  })

  test('an invalid name is reported as unknown, and an unknown family is refused', async () => {
    const [error] = await told(net.connect(1, 'a space'), 'error')
    expect(error).toMatchObject({ code: 'ENOTFOUND', hostname: 'a space' })
    const socket = new net.Socket()
    expect(() => socket.connect({ port: 1, host: 'localhost', family: 5 })).toThrow('must be one of: 0, 4, 6')
  })

  test('closing a socket or a server cancels its lookup', async () => {
    const socket = net.connect(1, 'nobody.invalid')
    const server = net.createServer().listen(0, 'nobody.invalid')
    const told: string[] = []
    for (const event of ['lookup', 'error']) socket.on(event, () => told.push(event))
    server.on('error', () => told.push('error of the server'))
    const closed = Promise.all([once(socket, 'close'), once(server, 'close')])
    socket.destroy()
    server.close()
    await soon(closed, 'both to close')
    await loop.lookup('localhost')
    expect(told).toEqual([])
  })

  test('wrong arguments throw the same errors as in node:net', async () => {
    const codeOf = (call: () => unknown): unknown => {
      try {
        call()
        return 'none'
      } catch (error) {
        // Node's errors are from another realm than Jest's.
        const { name, code } = Object(error)
        return [name, code]
      }
    }
    const wrong: ((net: Pick<Net, 'createServer' | 'Socket'>) => unknown)[] = [
      ({ Socket }) => Reflect.apply(new Socket().connect, new Socket(), [{}]),
      ({ Socket }) => Reflect.apply(new Socket().connect, new Socket(), [{ port: 70_000 }]),
      ({ Socket }) => Reflect.apply(new Socket().connect, new Socket(), [{ port: true }]),
      ({ Socket }) => new Socket().connect({ port: 1, localAddress: 'nowhere' }),
      ({ Socket }) => Reflect.construct(Socket, [{ objectMode: true }]),
      ({ Socket }) => Reflect.apply(new Socket().setTimeout, new Socket(), ['soon']),
      ({ createServer }) => createServer().listen(-1),
      ({ createServer }) => Reflect.apply(createServer().listen, createServer(), [{}]),
      ({ createServer }) => Reflect.apply(createServer, undefined, ['options']),
    ]
    expect(wrong.map((call) => codeOf(() => call(net)))).toEqual(wrong.map((call) => codeOf(() => call(Object(node)))))
  })

  test('an aborted signal destroys a socket before it connects', async () => {
    const server = net.createServer()
    const socket = new net.Socket({ signal: AbortSignal.abort() })
    const events: unknown[] = []
    socket.on('connect', () => events.push('connect')).on('error', ({ name }) => events.push(name))
    socket.connect(listen(server), '127.0.0.1')
    await soon(new Promise((resolve) => socket.on('close', resolve)), 'close')
    expect(events).toEqual(['AbortError'])
    server.close()
    await told(server, 'close')
  })

  test('toDuplex makes a Duplex from a handle', async () => {
    const [one, other] = TCP.pair(loop)
    const [left, right] = [toDuplex(one), toDuplex(other, { allowHalfOpen: true })]
    const closed = Promise.all([left, right].map((end) => once(end, 'close')))
    right.once('data', (data) => right.once('end', () => right.end(`${data} again`)))
    left.end('hello')
    expect(String(await soon(left.toArray(), 'the end'))).toBe('hello again')
    await soon(closed, 'both to close')
  })

  test('asyncDispose and an abort signal close a server', async () => {
    const server = net.createServer()
    listen(server)
    await server[Symbol.asyncDispose]()
    expect(server.listening).toBe(false)
    const controller = new AbortController()
    const other = net.createServer().listen({ port: 0, signal: controller.signal })
    const closed = told(other, 'close')
    controller.abort()
    await closed
  })
})

describe('names', () => {
  const names = { 'both.test': ['::1', '127.0.0.1'], 'four.test': '127.0.0.1' }

  const withNames = async (play: (net: Net) => Promise<void>): Promise<void> => {
    const loop = await Loop.open({ host: virtualHost({ names }) })
    new Async({ loop })
    const running = loop.run()
    await play(createNet({ loop }))
    await soon(loop[Symbol.asyncDispose](), 'the loop to close its handles')
    await running
    expectNothingLeft(loop)
  }

  test('are resolved by the loop, and each address is tried with the families alternating', () =>
    withNames(async (net) => {
      const server = net.createServer((peer) => peer.end()).listen(80, 'four.test')
      await soon(once(server, 'listening'), 'the server to listen')
      expect(server.address()).toMatchObject({ address: '127.0.0.1', port: 80 })
      const socket = net.connect({ port: 80, host: 'both.test', autoSelectFamily: true })
      const looked: unknown[] = []
      socket.on('lookup', (...what) => looked.push(what))
      await soon(once(socket.resume(), 'close'), 'the connection to close')
      expect(looked).toEqual([
        [null, '::1', 6, 'both.test'],
        [null, '127.0.0.1', 4, 'both.test'],
      ])
      expect(socket.autoSelectFamilyAttemptedAddresses).toEqual(['::1:80', '127.0.0.1:80'])
      server.close()
      await soon(once(server, 'close'), 'the server to close')
    }))

  test('have only their first address tried with a family, or without autoSelectFamily', () =>
    withNames(async (net) => {
      const refusals = await Promise.all(
        [{ family: 4 }, { family: 6 }, { autoSelectFamily: false }].map(async (options) => {
          const socket = net.connect({ port: 80, host: 'both.test', ...options })
          return (await soon(once(socket, 'error'), 'the refusal'))[0].message
        }),
      )
      expect(refusals).toEqual(['127.0.0.1', '::1', '::1'].map((host) => `connect ECONNREFUSED ${host}:80`))
    }))
})

test('Socket is not a class of node:net, and createNet refuses a value that is not a loop', () => {
  expect(new DefaultSocket()).not.toBeInstanceOf(node.Socket)
  expect(() => Reflect.apply(createNet, undefined, [{}])).toThrow('is not a Loop')
})
