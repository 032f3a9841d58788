/** Streams over TCP: readable and writable, reading, accepting. */
import { expect, test } from '@jest/globals'
import { ArgumentError, ClosedHandleError, Loop, StatusCode, TCP, Timer } from '../../../src/index.js'
import { FakeHost } from '../../support/fake-host.js'
import { bytes, codeOf, connectPair, overHosts, text } from '../../support/loops.js'

overHosts((lab) => {
  test('a closed stream is neither readable nor writable, and its methods throw except readStop', async () => {
    const stream = new TCP({ loop: await lab.open() })
    void stream.close()
    expect([stream.readable, stream.writable, stream.writeQueueSize]).toEqual([false, false, 0])
    const calls: (() => unknown)[] = [
      () => stream.shutdown(),
      () => stream.listen(),
      () => stream.readStart(),
      () => stream.write(bytes('x')),
      () => stream.write([]),
      () => stream.tryWrite(bytes('x')),
      () => stream.accept(),
    ]
    for (const call of calls) expect(call).toThrow(ClosedHandleError)
    expect(stream.readStop()).toBeUndefined()
  })

  test('the peer reads the bytes that tryWrite reported as written', async () => {
    const loop = await lab.open()
    let received = ''
    connectPair(loop, (client, peer) => {
      peer.readStart((peer, _status, data) => {
        received = text(data)
        void peer.close()
      })
      const timer = new Timer({ loop })
      timer.start(10, 0, () => {
        // If the platform reports only later what it took, nothing is sent at once.
        if (!lab.sendsAtOnce) {
          expect(codeOf(() => client.tryWrite(bytes('hello')))).toBe('EAGAIN')
          client.write(bytes('hello'), () => void client.close())
        } else {
          expect(client.tryWrite(bytes('hello'))).toBe(5)
          void client.close()
        }
        void timer.close()
      })
    })
    await lab.run(loop)
    expect(received).toBe('hello')
  })

  test('a new stream is neither readable nor writable', async () => {
    const stream = new TCP({ loop: await lab.open() })
    expect([stream.readable, stream.writable]).toEqual([false, false])
    expect(codeOf(() => stream.readStart())).toBe('ENOTCONN')
    expect(codeOf(() => stream.shutdown())).toBe('ENOTCONN')
    expect(codeOf(() => stream.write(bytes('x')))).toBe('EBADF')
    expect(codeOf(() => stream.tryWrite(bytes('x')))).toBe('EBADF')
    expect(codeOf(() => stream.accept())).toBe('EAGAIN')
  })

  test('a second readStart throws EALREADY and keeps the first callback', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    connectPair(loop, (client, peer) => {
      peer.readStart((peer, _status, data) => {
        seen.push(text(data))
        void peer.close()
      })
      expect(codeOf(() => peer.readStart(() => seen.push('the second')))).toBe('EALREADY')
      client.write(bytes('x'), () => void client.close())
    })
    await lab.run(loop)
    expect(seen).toEqual(['x'])
  })

  test('a listen that fails keeps the previous callback', async () => {
    const loop = await lab.open()
    const holder = new TCP({ loop })
    holder.bind(['127.0.0.1', 0])
    holder.listen()
    const before = (): void => {}
    const server = new TCP({ loop, onConnection: before })
    server.bind(holder.sockname)
    expect(codeOf(() => server.listen(1, () => {}))).toBe('EADDRINUSE')
    expect(server.onConnection).toBe(before)
  })

  test('readStart before the connection is established reads once it is', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.bind(['127.0.0.1', 0])
    server.listen(1, (server) => {
      const peer = server.accept()
      peer.write(bytes('early'), () => void peer.close())
      void server.close()
    })
    const client = new TCP({ loop })
    let received = ''
    client.connect(server.sockname)
    client.readStart((client, status, data) => {
      if (status < 0) void client.close()
      else received += text(data)
    })
    await lab.run(loop)
    expect(received).toBe('early')
  })

  test('onRead may be replaced while reading', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    connectPair(loop, (client, peer) => {
      peer.onRead = (peer, _status, data) => {
        seen.push(`first ${text(data)}`)
        peer.onRead = (peer, _status, data) => {
          seen.push(`second ${text(data)}`)
          void peer.close()
        }
        client.write(bytes('b'), () => void client.close())
      }
      peer.readStart()
      client.write(bytes('a'))
    })
    await lab.run(loop)
    expect(seen).toEqual(['first a', 'second b'])
  })

  test('EOF is reported once for each readStart, and the other direction stays open', async () => {
    const loop = await lab.open()
    const seen: unknown[] = []
    connectPair(loop, (client, peer) => {
      peer.readStart((peer, status, data) => {
        seen.push([status === StatusCode.EOF, data.length, peer.active, peer.readable, peer.writable])
        if (seen.length === 1) peer.readStart()
        else peer.write(bytes('still here'), () => void peer.close())
      })
      client.shutdown()
      client.readStart((client, status, data) => {
        if (status === 0) seen.push(text(data))
        else void client.close()
      })
    })
    await lab.run(loop)
    const end = [true, 0, false, true, true]
    expect(seen).toEqual([end, end, 'still here'])
  })

  test('EOF is reported after the last byte', async () => {
    const loop = await lab.open()
    const sizes: number[] = []
    let ended = false
    connectPair(loop, (client, peer) => {
      client.write(new Uint8Array(300_000))
      client.shutdown(() => void client.close())
      peer.readStart((peer, status, data) => {
        expect(ended).toBe(false)
        if (status === 0) sizes.push(data.length)
        else {
          ended = true
          void peer.close()
        }
      })
    })
    await lab.run(loop)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(300_000)
    expect(ended).toBe(true)
  })

  test('after readStop nothing is read until readStart, then every byte in order', async () => {
    const loop = await lab.open()
    let received = ''
    let stopped = false
    connectPair(loop, (client, peer) => {
      peer.readStart((peer, status, data) => {
        expect(stopped).toBe(false)
        if (status < 0) return void peer.close()
        received += text(data)
        peer.readStop()
        peer.readStop()
        expect(peer.active).toBe(false)
        stopped = true
        const later = new Timer({ loop })
        later.start(1, 0, () => {
          stopped = false
          peer.readStart()
          void later.close()
        })
      })
      client.write(bytes('one,'), () => {
        client.write(bytes('two,'), () => {
          client.write(bytes('three'))
          client.shutdown(() => void client.close())
        })
      })
    })
    await lab.run(loop)
    expect(received).toBe('one,two,three')
  })

  test('the bytes that onRead received do not change with later reads', async () => {
    const loop = await lab.open()
    const pieces: Uint8Array[] = []
    connectPair(loop, (client, peer) => {
      peer.readStart((peer, status, data) => {
        if (status === 0) pieces.push(data)
        else void peer.close()
      })
      const sent = bytes('aaaa')
      client.write(sent, () => {
        sent.fill(0x62)
        client.write(sent, () => void client.close())
      })
    })
    await lab.run(loop)
    expect(text(...pieces)).toBe('aaaabbbb')
  })

  test('onConnection is called once for each connection, and not again until it is accepted', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    let told = 0
    let accepted = 0
    server.bind(['127.0.0.1', 0])
    server.listen(8, () => {
      told++
      // The second is not accepted within its callback, so the third is not reported until it is.
      if (told !== 2) take()
    })
    const take = (): void => {
      void server.accept().close()
      accepted++
      expect(codeOf(() => server.accept())).toBe('EAGAIN')
      if (accepted === 3) void server.close()
    }
    const clients = [1, 2, 3].map(() => new TCP({ loop }))
    let connected = 0
    for (const client of clients) {
      client.connect(server.sockname, () => {
        void client.close()
        if (++connected < clients.length) return
        let rounds = 0
        const timer = new Timer({ loop })
        timer.start(0, 1, () => {
          if (++rounds < 5) return
          expect(told).toBe(2)
          take()
          void timer.close()
        })
      })
    }
    await lab.run(loop)
    expect([told, accepted]).toEqual([3, 3])
  })

  test('recycled buffers are read into again, and kept buffers do not change', async () => {
    const loop = await lab.open()
    const sent = Uint8Array.from({ length: 4 * 1024 * 1024 }, (_, index) => (index * 7 + (index >> 12)) & 0xff)
    const kept: { at: number; data: Uint8Array }[] = []
    let received = 0
    let wrong = 0
    connectPair(loop, (client, peer) => {
      client.write(sent)
      client.shutdown(() => void client.close())
      peer.readStart((peer, status, data) => {
        if (status < 0) return void peer.close()
        wrong += Buffer.compare(data, sent.subarray(received, received + data.length))
        if (kept.length < 20 && data.length % 3 !== 1) kept.push({ at: received, data })
        received += data.length
        if (kept.at(-1)?.data === data) return
        // The second time the buffer may be in use again; a part, and a foreign buffer, are ignored.
        for (const bytes of [data, data, data.subarray(1), new Uint8Array(data.length)]) peer.recycle(bytes)
      })
    })
    await lab.run(loop)
    expect([received, wrong]).toEqual([sent.length, 0])
    for (const { at, data } of kept) expect(Buffer.compare(data, sent.subarray(at, at + data.length))).toBe(0)
  })

  test('recycle detaches a large chunk if the host reuses it, and leaves other buffers alone', async () => {
    const loop = await lab.open()
    const takes = lab.name === 'node, handle' || (lab.name === 'node, net' && 'transfer' in ArrayBuffer.prototype)
    const own = new Uint8Array(65_536)
    let large = 0
    let taken = 0
    connectPair(loop, (client, peer) => {
      client.write(new Uint8Array(4 * 1024 * 1024))
      client.shutdown(() => void client.close())
      peer.readStart((peer, status, data) => {
        if (status < 0) return void peer.close()
        peer.recycle(own)
        peer.recycle(data.subarray(0, 1))
        if (data.length < 16_384) return
        large++
        peer.recycle(data)
        if (data.length === 0) taken++
      })
    })
    await lab.run(loop)
    expect(large).toBeGreaterThan(0)
    // On public sockets only the chunk that was delivered last is known.
    expect(taken > 0).toBe(takes)
    expect(own.length).toBe(65_536)
  })

  test('recycle refuses a text, and ignores bytes before a connection and after close', async () => {
    const stream = new TCP({ loop: await lab.open() })
    expect(() => stream.recycle(JSON.parse('"text"'))).toThrow(ArgumentError)
    stream.recycle(bytes('never received'))
    void stream.close()
    stream.recycle(bytes('never received'))
    expect(stream.closing).toBe(true)
  })

  test('listen binds to a free port by itself, and may be called again with another backlog', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    expect(server.active).toBe(false)
    server.listen()
    expect(server.active).toBe(true)
    expect(server.sockname).toMatchObject({ family: 'ipv4', host: '0.0.0.0', port: expect.any(Number) })
    expect(server.sockname.port).toBeGreaterThan(0)
    let told = 0
    server.listen(5, (server) => {
      told++
      void server.accept().close()
      void server.close()
    })
    const client = new TCP({ loop })
    client.connect(['127.0.0.1', server.sockname.port], () => void client.close())
    await lab.run(loop)
    expect(told).toBe(1)
  })
})

test('a read without bytes is reported with status 0, not as an end', async () => {
  const host = new FakeHost()
  const loop = await Loop.open({ host })
  const client = new TCP({ loop })
  const seen: unknown[] = []
  client.connect({ host: '127.0.0.1', port: 80 }, () => {
    client.readStart((client, status, data) => {
      seen.push([status, data.length])
      if (status < 0) void client.close()
    })
  })
  const run = loop.run()
  const [connection] = host.connections
  host.turn()
  connection?.connect()
  host.turn()
  // The bytes fill a whole buffer, so libuv reads again at once, finds none, and reports that.
  for (const bytes of [1_048_576, 1]) {
    connection?.receive(new Uint8Array(bytes))
    host.turn()
  }
  connection?.end()
  while (host.turn() > 0) await Promise.resolve()
  await run
  loop.close()
  expect(seen).toEqual([
    [0, 1_048_576],
    [0, 0],
    [0, 1],
    [StatusCode.EOF, 0],
  ])
  expect([host.open(), host.keepers]).toEqual([[], 0])
})
