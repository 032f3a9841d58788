/** Addresses: families, dual stack, ports in use, and the errors that libuv reports late on Unix. */
import { networkInterfaces } from 'node:os'
import { expect, test } from '@jest/globals'
import { type Address, type AddressLike, StatusCode, TCP, TCPFlags, UDP } from '../../src/index.js'
import { bytes, codeOf, hosts, type LoopLab, overHosts, portFreeInBothFamilies, virtual } from '../support/loops.js'

/** Connects a client to a server. @returns the client's address at the server, or the status when connecting failed */
const meet = async (lab: LoopLab, bind: (server: TCP) => void, host: string): Promise<Address | number> => {
  const loop = await lab.open()
  const server = new TCP({ loop })
  let seen: Address | undefined
  let failure = 0
  bind(server)
  server.listen(1, (server) => {
    seen = server.accept().peername
    if (client.closing) void loop.closeAllHandles()
  })
  const client = new TCP({ loop })
  client.connect([host, server.sockname.port], (_request, status) => {
    failure = status
    void client.close()
    if (status < 0 || seen !== undefined) void loop.closeAllHandles()
  })
  await lab.run(loop)
  return seen ?? failure
}

overHosts((lab) => {
  test.each([
    ['127.0.0.1', '127.0.0.1', { family: 'ipv4', host: '127.0.0.1' }],
    ['::1', '::1', { family: 'ipv6', host: '::1', flowInfo: 0, scopeId: 0 }],
    ['0.0.0.0', '127.0.0.1', { family: 'ipv4', host: '127.0.0.1' }],
    ['::', '::1', { family: 'ipv6', host: '::1' }],
    ['::', '127.0.0.1', { family: 'ipv6', host: '::ffff:127.0.0.1' }],
    ['127.0.0.1', '::ffff:127.0.0.1', { family: 'ipv4', host: '127.0.0.1' }],
    ['127.0.0.1', '0.0.0.0', { family: 'ipv4', host: '127.0.0.1' }],
    ['::1', '::', { family: 'ipv6', host: '::1' }],
  ])('a listener on %s accepts a connection to %s', async (local, remote, seen) => {
    expect(await meet(lab, (server) => server.bind([local, 0]), remote)).toMatchObject(seen)
  })

  test('a listener with IPV6ONLY accepts IPv6 and refuses IPv4', async () => {
    const only = (server: TCP): void => server.bind(['::', portFreeInBothFamilies(server.loop)], TCPFlags.IPV6ONLY)
    expect(await meet(lab, only, '::1')).toMatchObject({ family: 'ipv6', host: '::1' })
    expect(await meet(lab, only, '127.0.0.1')).toBe(StatusCode.ECONNREFUSED)
  })

  test('an address may be an object, a tuple, or the value of sockname', async () => {
    const loop = await lab.open()
    const ways: AddressLike[] = [
      { host: '127.0.0.1', port: 0 },
      { family: 'ipv4', host: '127.0.0.1', port: 0 },
      ['127.0.0.1', 0],
      { family: 'ipv6', host: '::1', port: 0, flowInfo: 0, scopeId: 0 },
      ['::1', 0, 0, 0],
    ]
    for (const way of ways) {
      const tcp = new TCP({ loop })
      tcp.bind(way)
      const { sockname } = tcp
      expect(sockname.port).toBeGreaterThan(0)
      void tcp.close()
      await lab.run(loop)
      const again = new TCP({ loop })
      again.bind(sockname)
      expect(again.sockname).toEqual(sockname)
    }
  })

  test('bind on a taken port succeeds; listen, connect and sockname report EADDRINUSE', async () => {
    const loop = await lab.open()
    const holder = new TCP({ loop })
    holder.bind(['127.0.0.1', 0])
    holder.listen()
    const taken = holder.sockname

    const late = new TCP({ loop })
    expect(() => late.bind(taken)).not.toThrow()
    expect(codeOf(() => late.sockname)).toBe('EADDRINUSE')
    expect(codeOf(() => late.peername)).toBe('EADDRINUSE')
    expect(codeOf(() => late.listen())).toBe('EADDRINUSE')
    expect(late.active).toBe(false)

    const client = new TCP({ loop })
    client.bind(taken)
    const statuses: number[] = []
    client.connect(taken, (_request, status) => {
      statuses.push(status)
      void loop.closeAllHandles()
    })
    expect(statuses).toEqual([])
    await lab.run(loop)
    expect(statuses).toEqual([StatusCode.EADDRINUSE])
  })

  test('listen fails with EADDRINUSE when another handle listens on the port', async () => {
    const loop = await lab.open()
    const [one, other] = [new TCP({ loop }), new TCP({ loop })]
    one.bind(['127.0.0.1', 0])
    one.listen()
    other.bind(one.sockname)
    expect(codeOf(() => other.listen())).toBe('EADDRINUSE')
    void one.close()
    await lab.run(loop)
    // A new handle can bind and listen afterwards.
    const third = new TCP({ loop })
    third.bind(['127.0.0.1', 0])
    expect(() => third.listen()).not.toThrow()
  })

  test('an IPv6-only listener and an IPv4 listener can share a port', async () => {
    const loop = await lab.open()
    const [six, four] = [new TCP({ loop }), new TCP({ loop })]
    six.bind(['::1', portFreeInBothFamilies(loop)], TCPFlags.IPV6ONLY)
    six.listen()
    four.bind(['127.0.0.1', six.sockname.port])
    four.listen()
    expect(four.sockname.port).toBe(six.sockname.port)
  })

  test('connect throws ENETUNREACH at once for a broadcast or multicast address', async () => {
    const loop = await lab.open()
    for (const host of ['255.255.255.255', '224.0.0.1', 'ff02::1']) {
      const client = new TCP({ loop })
      expect([host, codeOf(() => client.connect([host, 9]))]).toEqual([host, 'ENETUNREACH'])
      expect(client.closing).toBe(false)
    }
    // Nothing listens on port 0 either, but that is reported later, by the callback.
    const client = new TCP({ loop })
    const statuses: number[] = []
    client.connect(['127.0.0.1', 0], (_request, status) => statuses.push(status))
    await lab.run(loop)
    expect(statuses).toEqual([StatusCode.ECONNREFUSED])
  })

  test('an IPv6 zone has to be an interface of the host, and to agree with scopeId', async () => {
    const loop = await lab.open()
    // A number is a valid zone on every platform.
    expect(codeOf(() => new TCP({ loop }).bind(['fe80::1%999', 0]))).toMatch(/^E(ADDRNOTAVAIL|INVAL)$/)
    const message = /its zone is not an interface of the \w+ host; give the interface's number/
    for (const host of ['fe80::1%nosuchinterface', '::1%nosuchinterface', 'fe80::1%4294967296']) {
      expect(() => new TCP({ loop }).bind([host, 0])).toThrow(message)
      expect(() => new TCP({ loop }).connect([host, 9])).toThrow(message)
      expect(() => new UDP({ loop }).bind([host, 0])).toThrow(message)
      expect(() => new UDP({ loop }).connect([host, 9])).toThrow(message)
      expect(() => new UDP({ loop }).send(bytes('x'), [host, 9])).toThrow(message)
      expect(() => new UDP({ loop }).trySend(bytes('x'), [host, 9])).toThrow(message)
      expect(() => new UDP({ loop }).setMembership('ff02::1', host, true)).toThrow(message)
    }
    for (const host of ['::1%', '::1%%1', '::1%a/b', '127.0.0.1%1']) {
      expect(() => new TCP({ loop }).bind([host, 0])).toThrow(/neither an IP address nor a name/)
    }
    expect(() => new TCP({ loop }).bind({ host: 'fe80::1%3', port: 0, scopeId: 4 })).toThrow(
      /its zone differs from scopeId 4/,
    )
    await lab.run(loop)
  })

  test('a zone is ignored on an address that is not link-local', async () => {
    const loop = await lab.open()
    for (const host of ['::1%1', '::1%0', '::%1']) {
      const tcp = new TCP({ loop })
      tcp.bind([host, 0])
      expect(tcp.sockname).toMatchObject({ host: host.split('%')[0], scopeId: 0 })
    }
    await lab.run(loop)
  })

  test.each([
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.0.0.01',
    '127.0.0.1.',
    '127.0.0.1\n',
    '127.0.0.1#é',
    '１２７.0.0.1',
    '127。0。0。1',
    '::0x7f.0.0.1',
  ])('%j is neither a valid address nor a valid name', async (host) => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.bind(['127.0.0.1', 0])
    server.listen()
    for (const call of [
      () => new TCP({ loop }).bind([host, 0]),
      () => new TCP({ loop }).connect([host, server.sockname.port]),
      () => new UDP({ loop }).bind([host, 0]),
      () => new UDP({ loop }).send(bytes('x'), [host, 9]),
    ]) {
      expect(call).toThrow(/neither an IP address nor a name/)
    }
    await expect(loop.lookup(host)).rejects.toThrow(/neither an IP address nor a name/)
    void loop.closeAllHandles()
    await lab.run(loop)
  })

  test('sockname gives an IPv6 address in its shortest form', async () => {
    const loop = await lab.open()
    const tcp = new TCP({ loop })
    tcp.bind(['0:0:0:0:0:0:0:1', 0])
    expect(tcp.sockname).toMatchObject({ host: '::1' })
  })
})

/** A link-local address of this machine, if it has one, with its zone as a name and as a number. */
const [linkLocal] = Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
  (entries ?? []).flatMap((entry) =>
    entry.family === 'IPv6' && entry.address.startsWith('fe80') ? [{ ...entry, name, index: entry.scopeid ?? 0 }] : [],
  ),
)

overHosts(
  (lab) => {
    const testLinkLocal = linkLocal === undefined ? test.skip : test
    const { address = '', name = '', index = 0 } = linkLocal ?? {}
    const zones = [`${address}%${name}`, `${address}%${index}`]

    testLinkLocal('TCP connects to a link-local address with its zone as a name or as a number', async () => {
      for (const zone of zones) {
        expect(await meet(lab, (server) => server.bind([zone, 0]), zone)).toMatchObject({
          host: address,
          scopeId: index,
        })
      }
    })

    testLinkLocal('UDP sends to a link-local address with its zone as a name or as a number', async () => {
      const loop = await lab.open()
      const heard: unknown[] = []
      const server = new UDP({ loop })
      server.bind([`${address}%${name}`, 0])
      server.recvStart((_server, _status, data, from) => {
        heard.push([data.length, from?.family === 'ipv6' && from.scopeId])
        if (heard.length === zones.length) void loop.closeAllHandles()
      })
      expect(server.sockname).toMatchObject({ host: address, scopeId: index })
      const client = new UDP({ loop })
      client.bind(['::', 0])
      for (const zone of zones) client.send(bytes('hello'), [zone, server.sockname.port])
      await lab.run(loop)
      expect(heard).toEqual(zones.map(() => [5, index]))
    })
  },
  hosts.filter((host) => host !== virtual),
)
