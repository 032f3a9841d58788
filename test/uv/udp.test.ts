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

/** An address that no socket is bound to. */
const nobody = async (loop: Loop): Promise<Address> => {
  const udp = bound(loop)
  const { sockname } = udp
  void udp.close()
  await loop.run()
  return sockname
}

overHosts((lab) => {
  test('messages, also empty ones, arrive with the address of their sender, and can be answered', async () => {
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

  test('a send request has its handle, and finishes with status 0', async () => {
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

  test('a send request can be awaited, and is rejected when it fails', async () => {
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

  test('waiting messages are counted, and cancelled when the handle is closed', async () => {
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
    // The first was sent at once.
    expect(told).toEqual([0, StatusCode.ECANCELED, StatusCode.ECANCELED])
  })

  test('trySend sends a copy at once, and refuses wrong messages', async () => {
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

  test('a connected handle has a peername, and sends without an address until disconnect', async () => {
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

  test('a connected handle receives ECONNREFUSED when nothing is bound to the peer’s port', async () => {
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

  test('a port can be bound once, unless all handles set REUSEADDR', async () => {
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

  test('a handle bound to :: receives IPv4 messages, unless IPV6ONLY is set', async () => {
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

  test('options need a socket, and values in their range', async () => {
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
    expect([udp.sendBufferSize, udp.receiveBufferSize]).toEqual([16_384, 16_384])
  })

  test('a message to the broadcast address arrives', async () => {
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

  test('a multicast group can be joined and left, for all senders or for one', async () => {
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

  test('a second recvStart throws EALREADY, and recvStop may be repeated', async () => {
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

  test('for await over a handle gives its messages until it is closed', async () => {
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

  test('an iteration is rejected with the error of a message that was sent', async () => {
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

  test('open refuses a descriptor in use, and an invalid one', async () => {
    const loop = await lab.open()
    const one = bound(loop)
    const other = new UDP({ loop })
    one.recvStart()
    expect(codeOf(() => other.open(one.fileno()))).toBe('EEXIST')
    for (const invalid of [2, one.fileno() + 1]) expect(codeOf(() => other.open(invalid))).toBe('EBADF')
  })
})

overHosts(
  (lab) => {
    test('a socket of node:dgram gets an answer', async () => {
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
