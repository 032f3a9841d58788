/** UDP handles over every host. */
import dgram from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { type Address, type Loop, StatusCode, UDP, UDPFlags, UDPSendRequest, UVError } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { bytes, codeOf, hosts, overHosts, text } from '../support/loops.js'

const local = ['127.0.0.1', 0] as const

/** A bound handle. */
const bound = (loop: Loop): UDP => {
  const udp = new UDP({ loop })
  udp.bind(local)
  return udp
}

/** An address where nobody is. */
const nobody = async (loop: Loop): Promise<Address> => {
  const udp = bound(loop)
  const { sockname } = udp
  void udp.close()
  await loop.run()
  return sockname
}

overHosts((lab) => {
  test('messages go there and back, with their senders, empty ones too', async () => {
    const loop = await lab.open()
    const server = bound(loop)
    const client = bound(loop)
    const told: unknown[] = []
    server.recvStart((server, status, data, from) => {
      expect(status).toBe(0)
      if (from !== undefined) server.send([data, bytes('!')], from)
    })
    client.recvStart((client, status, data, from) => {
      told.push([status, text(data), from])
      if (told.length < 3) return
      void client.close()
      void server.close()
    })
    for (const message of ['one', '', 'x'.repeat(9000)]) client.send(bytes(message), server.sockname)
    await lab.run(loop)
    expect(told).toEqual(['one!', '!', `${'x'.repeat(9000)}!`].map((message) => [0, message, expect.anything()]))
  })

  test('a request tells who sends, and that it has left', async () => {
    const loop = await lab.open()
    const udp = new UDP({ loop })
    const told: unknown[] = []
    const request = udp.send(bytes('x'), await nobody(loop), (request, status) => {
      told.push(request, status)
      void udp.close()
    })
    expect(udp.sockname.port).toBeGreaterThan(0)
    await lab.run(loop)
    expect(told).toEqual([request, 0])
    expect([request instanceof UDPSendRequest, request.handle, request.finished]).toEqual([true, udp, true])
  })

  test('a request can be awaited, and fails with what went wrong', async () => {
    const loop = await lab.open()
    const udp = bound(loop)
    const sent = [udp.send(bytes('x'), udp.sockname), udp.send(new Uint8Array(70_000), udp.sockname)]
    const ends = Promise.allSettled(sent).then((ends) => {
      void udp.close()
      return ends
    })
    await lab.run(loop)
    expect(await ends).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: expect.objectContaining({ code: 'EMSGSIZE', syscall: 'send' }) },
    ])
  })

  test('what waits to be sent is counted, and cancelled with the handle', async () => {
    const loop = await lab.open()
    const udp = bound(loop)
    const to = udp.sockname
    const told: number[] = []
    const hear = (_request: UDPSendRequest, status: number): void => void told.push(status)
    for (let i = 0; i < 3; i++) udp.send(bytes('four'), to, hear)
    expect(udp.sendQueueSize).toBe(4 * udp.sendQueueCount)
    void udp.close()
    expect([udp.sendQueueSize, udp.sendQueueCount]).toEqual([0, 0])
    await lab.run(loop)
    // The first left at once, before anybody else could wait for it.
    expect(told).toEqual([0, StatusCode.ECANCELED, StatusCode.ECANCELED])
  })

  test('trySend() sends at once, and copies', async () => {
    const loop = await lab.open()
    const [sender, receiver] = [new UDP({ loop }), bound(loop)]
    const message = bytes('first')
    expect(sender.trySend(message, receiver.sockname)).toBe(5)
    message.set(bytes('later'))
    const codes = [
      codeOf(() => sender.trySend(new Uint8Array(66_000), receiver.sockname)),
      codeOf(() => sender.trySend(bytes('x'))),
      codeOf(() => sender.trySend([], receiver.sockname)),
      codeOf(() => sender.trySend(bytes('x'), ['nowhere', 9])),
    ]
    expect(codes).toEqual(['EMSGSIZE', 'EDESTADDRREQ', 'EINVAL', 'EINVAL'])
    const got: string[] = []
    receiver.recvStart((_receiver, _status, data) => {
      got.push(text(data))
      for (const udp of [sender, receiver]) void udp.close()
    })
    await lab.run(loop)
    expect(got).toEqual(['first'])
  })

  test('connected it has a peer, and sends without an address', async () => {
    const loop = await lab.open()
    const [client, server] = [new UDP({ loop }), bound(loop)]
    expect(codeOf(() => client.peername)).toBe('EBADF')
    client.connect(server.sockname)
    expect([client.peername, client.sockname.host]).toEqual([server.sockname, '127.0.0.1'])
    expect([codeOf(() => client.connect(server.sockname)), codeOf(() => client.send(bytes('x'), local))]).toEqual([
      'EISCONN',
      'EISCONN',
    ])
    server.recvStart((server, _status, data, from) => {
      if (from !== undefined) server.send(data, from)
    })
    client.recvStart((client, _status, data) => {
      expect(text(data)).toBe('hello')
      client.disconnect()
      expect([codeOf(() => client.peername), codeOf(() => client.disconnect())]).toEqual(['ENOTCONN', 'ENOTCONN'])
      expect(codeOf(() => client.send(bytes('x')))).toBe('EDESTADDRREQ')
      for (const udp of [client, server]) void udp.close()
    })
    client.send(bytes('hello'))
    await lab.run(loop)
  })

  test('connected it learns that nobody is there', async () => {
    const loop = await lab.open()
    const udp = new UDP({ loop })
    udp.connect(await nobody(loop))
    udp.recvStart((udp, status, data, from) => {
      expect([status, data.length, from]).toEqual([StatusCode.ECONNREFUSED, 0, undefined])
      void udp.close()
    })
    udp.send(bytes('x'))
    await lab.run(loop)
  })

  test('a port is taken once, unless all want to share it', async () => {
    const loop = await lab.open()
    const one = bound(loop)
    const [other, third, fourth] = [new UDP({ loop }), new UDP({ loop }), new UDP({ loop })]
    expect(codeOf(() => other.bind(one.sockname))).toBe('EADDRINUSE')
    third.bind(local, UDPFlags.REUSEADDR)
    fourth.bind(third.sockname, UDPFlags.REUSEADDR)
    expect(fourth.sockname).toEqual(third.sockname)
    expect(codeOf(() => new UDP({ loop }).bind(local, UDPFlags.REUSEPORT))).toBe('ENOTSUP')
    expect(codeOf(() => one.bind(local))).toBe('EINVAL')
  })

  test('IPv6 hears IPv4 too, unless it is told not to', async () => {
    const loop = await lab.open()
    const [both, only, four] = [new UDP({ loop }), new UDP({ loop }), new UDP({ loop, family: 'ipv4' })]
    both.bind(['::', 0])
    only.bind(['::', 0], UDPFlags.IPV6ONLY)
    const heard: unknown[] = []
    only.recvStart(() => heard.push('only'))
    both.recvStart((_both, _status, data, from) => {
      heard.push([text(data), from?.host])
      for (const udp of [both, only, four]) void udp.close()
    })
    four.send(bytes('no'), ['127.0.0.1', only.sockname.port], () => {
      four.send(bytes('yes'), ['127.0.0.1', both.sockname.port])
    })
    await lab.run(loop)
    expect(heard).toEqual([['yes', '::ffff:127.0.0.1']])
  })

  test('options need a socket, and numbers that make sense', async () => {
    const loop = await lab.open()
    const fresh = new UDP({ loop })
    const udp = bound(loop)
    const calls: ((udp: UDP) => void)[] = [
      (udp) => udp.setBroadcast(true),
      (udp) => udp.setTTL(9),
      (udp) => udp.setMulticastTTL(0),
      (udp) => udp.setMulticastLoop(false),
      (udp) => udp.setMulticastInterface('127.0.0.1'),
      (udp) => udp.setMulticastInterface(),
    ]
    expect(calls.map((call) => codeOf(() => call(fresh)))).toEqual(calls.map(() => 'EBADF'))
    expect(calls.map((call) => codeOf(() => call(udp)))).toEqual(calls.map(() => 'none'))
    const wrong = [
      () => udp.setTTL(0),
      () => udp.setTTL(256),
      () => udp.setMulticastTTL(-1),
      () => udp.setMulticastInterface('eth0'),
      () => udp.setMembership('somewhere', undefined, true),
      () => udp.setMembership('127.0.0.1', undefined, true),
      () => udp.setMembership('x'.repeat(200), undefined, true),
      () => new UDP({ loop, flags: 77 }),
    ]
    expect(wrong.map(codeOf)).toEqual(wrong.map(() => 'EINVAL'))
    udp.sendBufferSize = 8192
    udp.receiveBufferSize = 8192
    expect([udp.sendBufferSize, udp.receiveBufferSize]).toEqual([8192, 8192])
  })

  test('everybody can be sent to', async () => {
    const loop = await lab.open()
    const [sender, receiver] = [bound(loop), new UDP({ loop })]
    receiver.bind(['0.0.0.0', 0])
    sender.setBroadcast(true)
    receiver.recvStart((_receiver, _status, data) => {
      expect(text(data)).toBe('all')
      for (const udp of [sender, receiver]) void udp.close()
    })
    sender.send(bytes('all'), ['127.255.255.255', receiver.sockname.port])
    await lab.run(loop)
  })

  test('a group is joined and left, for all senders or for one', async () => {
    const loop = await lab.open()
    const [sender, receiver] = [bound(loop), new UDP({ loop })]
    receiver.bind(['0.0.0.0', 0])
    sender.setMulticastInterface('127.0.0.1')
    const group = '239.255.66.6'
    receiver.setMembership(group, '127.0.0.1', true)
    expect(codeOf(() => receiver.setMembership(group, '127.0.0.1', true))).toBe('EADDRINUSE')
    receiver.setMembership(group, '127.0.0.1', false)
    receiver.setSourceMembership(group, '127.0.0.1', '127.0.0.1', true)
    receiver.recvStart((_receiver, _status, data, from) => {
      expect([text(data), from]).toEqual(['to the group', sender.sockname])
      receiver.setSourceMembership(group, '127.0.0.1', '127.0.0.1', false)
      for (const udp of [sender, receiver]) void udp.close()
    })
    sender.send(bytes('to the group'), [group, receiver.sockname.port])
    await lab.run(loop)
  })

  test('receiving is started once, and stopped', async () => {
    const loop = await lab.open()
    const udp = bound(loop)
    udp.recvStart()
    expect([codeOf(() => udp.recvStart()), udp.active]).toEqual(['EALREADY', true])
    udp.recvStop()
    udp.recvStop()
    expect(udp.active).toBe(false)
    void udp.close()
    udp.recvStop()
    expect(codeOf(() => udp.send(bytes('x'), local))).toBe('EINVAL')
  })

  test('messages can be iterated over', async () => {
    const loop = await lab.open()
    await using server = bound(loop)
    const client = bound(loop)
    const talk = (async () => {
      const got: string[] = []
      for await (const { data, from } of server) {
        got.push(text(data))
        expect(from).toEqual(client.sockname)
        if (got.length === 3) void server.close()
      }
      void client.close()
      return got
    })()
    for (const message of ['a', 'b', 'c']) client.send(bytes(message), server.sockname)
    await lab.run(loop)
    expect(await talk).toEqual(['a', 'b', 'c'])
  })

  test('an iteration ends with the failure of what was sent', async () => {
    const loop = await lab.open()
    const udp = new UDP({ loop })
    udp.connect(await nobody(loop))
    const failure = (async () => {
      try {
        for await (const _message of udp) return 'a message'
      } catch (error) {
        return error instanceof UVError ? error.code : error
      } finally {
        void udp.close()
      }
      return 'the end'
    })()
    udp.send(bytes('x'))
    await lab.run(loop)
    expect(await failure).toBe('ECONNREFUSED')
  })

  test('a descriptor is taken over', async () => {
    const loop = await lab.open()
    const one = bound(loop)
    const other = new UDP({ loop })
    one.recvStart()
    expect([codeOf(() => other.open(one.fileno())), codeOf(() => other.open(3))]).toEqual(['EEXIST', 'EBADF'])
  })
})

overHosts(
  (lab) => {
    test('a program of node:dgram is answered', async () => {
      const loop = await lab.open()
      const server = bound(loop)
      server.recvStart((server, _status, data, from) => {
        if (from !== undefined) server.send([bytes('echo '), data], from, () => void server.close())
      })
      const run = lab.run(loop)
      const client = dgram.createSocket('udp4')
      client.send('hello', server.sockname.port, '127.0.0.1')
      const [message, from] = await soon(once(client, 'message'), 'an answer')
      client.close()
      await run
      expect([String(message), from.address]).toEqual(['echo hello', '127.0.0.1'])
    })
  },
  hosts.filter(({ name }) => name !== 'virtual'),
)
