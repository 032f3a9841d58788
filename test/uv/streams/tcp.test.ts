/** TCP handles: options, addresses, flags and states. */
import { expect, test } from '@jest/globals'
import { tcpWrap } from '../../../src/host/node/tcp-wrap.js'
import { ClosedHandleError, RunMode, StatusCode, TCP, TCPFlags } from '../../../src/index.js'
import { codeOf, connectPair, overHosts, virtual } from '../../support/loops.js'

overHosts((lab) => {
  test('every method of a closed handle throws, whatever its arguments', async () => {
    const tcp = new TCP({ loop: await lab.open() })
    void tcp.close()
    const calls: (() => unknown)[] = [
      () => tcp.open(0),
      () => tcp.open(-1),
      () => tcp.bind(['127.0.0.1', 0]),
      () => tcp.bind(['no address', 70_000]),
      () => tcp.connect(['127.0.0.1', 1]),
      () => tcp.connect(['no address', 70_000]),
      () => tcp.sockname,
      () => tcp.peername,
      () => tcp.setNoDelay(true),
      () => tcp.setKeepAlive(true, 0),
      () => tcp.setSimultaneousAccepts(true),
    ]
    for (const call of calls) expect(call).toThrow(ClosedHandleError)
    expect(tcp.family).toBeUndefined()
  })

  test('options may be set before there is a socket', async () => {
    const tcp = new TCP({ loop: await lab.open() })
    expect(() => tcp.setNoDelay(true)).not.toThrow()
    expect(() => tcp.setKeepAlive(false, 10)).not.toThrow()
    expect(() => tcp.setKeepAlive(true)).not.toThrow()
    expect(() => tcp.setSimultaneousAccepts(true)).not.toThrow()
  })

  test('options may be set on an established connection', async () => {
    const loop = await lab.open()
    connectPair(loop, (client, peer) => {
      for (const tcp of [client, peer]) {
        tcp.setNoDelay(true)
        tcp.setNoDelay(false)
        tcp.setKeepAlive(true, 10)
        tcp.setKeepAlive(false)
        void tcp.close()
      }
    })
    expect(await lab.run(loop)).toBe(false)
  })

  test('open takes over a descriptor, which is closed with its new handle', async () => {
    const loop = await lab.open()
    const made = new TCP({ loop, family: 'ipv4' })
    const fd = made.fileno()
    // A descriptor has one owner only.
    const other = new TCP({ loop })
    other.open(fd)
    expect(other.fileno()).toBe(fd)
    expect(other.sockname).toEqual({ family: 'ipv4', host: '0.0.0.0', port: 0 })
    expect(codeOf(() => other.peername)).toBe('ENOTCONN')
    void other.close()
    await lab.run(loop)
    // It was closed with its new owner, so the number is unused again.
    expect(codeOf(() => made.sockname)).toBe('EBADF')
  })

  test('open refuses an invalid descriptor, one in use, and a second one', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.listen()
    await lab.run(loop, RunMode.NOWAIT)
    expect(codeOf(() => new TCP({ loop }).open(999))).toBe('EBADF')
    // A standard stream is not a descriptor of the kernel.
    expect(codeOf(() => new TCP({ loop }).open(1))).toBe('EBADF')
    expect(codeOf(() => new TCP({ loop }).open(server.fileno()))).toBe('EEXIST')
    expect(codeOf(() => server.open(new TCP({ loop, family: 'ipv4' }).fileno()))).toBe('EBUSY')
    expect(server.sockname.family).toBe('ipv4')
  })

  test.each([
    ['ipv4', '127.0.0.1', '0.0.0.0'],
    ['ipv6', '::1', '::'],
  ] as const)('family is %s once bound to %s', async (family, host, any) => {
    const loop = await lab.open()
    const tcp = new TCP({ loop })
    expect(tcp.family).toBeUndefined()
    tcp.bind([host, 0])
    expect(tcp.family).toBe(family)
    const early = new TCP({ loop, family })
    expect(early.family).toBe(family)
    expect(early.sockname).toMatchObject({ family, host: any, port: 0 })
  })

  test('sockname and peername have the addresses of a listener and of a client, or throw', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    const client = new TCP({ loop })
    const seen: string[] = []
    expect(codeOf(() => server.sockname)).toBe('EBADF')
    expect(codeOf(() => server.peername)).toBe('EBADF')
    server.bind({ host: '127.0.0.1', port: 0 })
    expect(codeOf(() => server.peername)).toBe('ENOTCONN')
    server.listen(5, (server, status) => {
      // The waiting connection is never accepted.
      seen.push(`connection ${status}`)
      void server.close()
    })
    const local = server.sockname
    expect(local).toEqual({ family: 'ipv4', host: '127.0.0.1', port: expect.any(Number) })
    expect(local.port).toBeGreaterThan(0)
    client.connect(local, (request, status) => {
      seen.push(`connect ${status}`)
      expect(request.stream).toBe(client)
      expect(client.peername).toEqual(local)
      expect(client.sockname.host).toBe('127.0.0.1')
      expect(client.sockname.port).not.toBe(local.port)
      void client.close()
    })
    expect(await lab.run(loop)).toBe(false)
    expect(seen.sort()).toEqual(['connect 0', 'connection 0'])
  })

  test('peername of either end is sockname of the other', async () => {
    const loop = await lab.open()
    connectPair(loop, (client, peer) => {
      expect(peer.peername).toEqual(client.sockname)
      expect(peer.sockname).toEqual(client.peername)
      void client.close()
      void peer.close()
    })
    await lab.run(loop)
  })

  test('connect uses the address that was bound', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.bind(['127.0.0.1', 0])
    server.listen(1, () => {
      const peer = server.accept()
      expect(peer.peername).toEqual(client.sockname)
      void peer.close()
      void server.close()
    })
    const client = new TCP({ loop })
    client.bind(['127.0.0.1', 0])
    const { port } = client.sockname
    client.connect(server.sockname, (_request, status) => {
      expect(status).toBe(0)
      expect(client.sockname.port).toBe(port)
      void client.close()
    })
    await lab.run(loop)
  })

  test('a second connect throws EALREADY, and one without a listener ends with ECONNREFUSED', async () => {
    const loop = await lab.open()
    const closed = new TCP({ loop })
    closed.bind(['127.0.0.1', 0])
    const address = closed.sockname
    const client = new TCP({ loop })
    const statuses: number[] = []
    client.connect(address, (_request, status) => statuses.push(status))
    expect(codeOf(() => client.connect(address))).toBe('EALREADY')
    void closed.close()
    await lab.run(loop)
    expect(statuses).toEqual([StatusCode.ECONNREFUSED])
    // Like in libuv, both stay true after a refusal.
    expect([client.readable, client.writable]).toEqual([true, true])
  })

  test('connect refuses an address of the other family at once', async () => {
    const loop = await lab.open()
    const tcp = new TCP({ loop, family: 'ipv6' })
    expect(codeOf(() => tcp.connect(['127.0.0.1', 1]))).toMatch(/^E(INVAL|AFNOSUPPORT)$/)
    expect(tcp.closing).toBe(false)
  })

  test('bind refuses IPV6ONLY with IPv4, a second address, and an address of the other family', async () => {
    const loop = await lab.open()
    expect(codeOf(() => new TCP({ loop }).bind(['127.0.0.1', 0], TCPFlags.IPV6ONLY))).toBe('EINVAL')
    const tcp = new TCP({ loop })
    tcp.bind(['127.0.0.1', 0])
    expect(codeOf(() => tcp.bind(['127.0.0.1', 0]))).toBe('EINVAL')
    expect(codeOf(() => new TCP({ loop, family: 'ipv4' }).bind(['::1', 0]))).toMatch(/^E(INVAL|NOPROTOOPT)$/)
  })

  test('REUSEPORT shares a port between handles that set it, or throws ENOTSUP on an older host', async () => {
    const loop = await lab.open()
    const bound = (port: number, flags: number): TCP => {
      const tcp = new TCP({ loop })
      tcp.bind(['127.0.0.1', port], flags)
      return tcp
    }
    const older = lab.name !== virtual.name && tcpWrap()?.tcp.constants.UV_TCP_REUSEPORT === undefined
    if (older) {
      expect(codeOf(() => bound(0, TCPFlags.REUSEPORT))).toBe('ENOTSUP')
      return
    }
    const one = bound(0, TCPFlags.REUSEPORT)
    one.listen()
    const { port } = one.sockname
    const other = bound(port, TCPFlags.REUSEPORT)
    other.listen()
    expect(other.sockname).toEqual(one.sockname)
    expect(codeOf(() => bound(port, 0).listen())).toBe('EADDRINUSE')
    expect(codeOf(() => bound(0, TCPFlags.REUSEPORT | TCPFlags.IPV6ONLY))).toBe('EINVAL')
  })

  test('bind refuses an address of another machine', async () => {
    const loop = await lab.open()
    expect(codeOf(() => new TCP({ loop }).bind(['192.0.2.1', 0]))).toBe('EADDRNOTAVAIL')
  })

  test('an accepted connection belongs to the loop of its listener, whichever loop is current', async () => {
    const [loop, other] = [await lab.open(), await lab.open()]
    const server = new TCP({ loop })
    server.listen(1, (server) => {
      other.makeCurrent()
      const peer = server.accept()
      expect(peer.loop).toBe(loop)
      void peer.close()
      void server.close()
    })
    const client = new TCP({ loop: other })
    client.connect(['127.0.0.1', server.sockname.port], () => void client.close())
    await Promise.all([lab.run(loop), lab.run(other)])
  })

  test('a listener of a subclass accepts handles of that subclass', async () => {
    class Named extends TCP {
      readonly greeting = 'hello'
    }
    const loop = await lab.open()
    const server = new Named({ loop })
    server.bind(['127.0.0.1', 0])
    server.listen(1, (server) => {
      const peer: Named = server.accept()
      expect(peer.greeting).toBe('hello')
      expect(peer.loop).toBe(loop)
      void peer.close()
      void server.close()
    })
    const client = new TCP({ loop })
    client.connect(server.sockname, () => void client.close())
    await lab.run(loop)
  })
})
