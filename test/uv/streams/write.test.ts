/** Writing: the order, the queue, `tryWrite`, and that the bytes arrive unchanged. */
import { expect, test } from '@jest/globals'
import { StatusCode, TCP, Timer, type WriteRequest } from '../../../src/index.js'
import { bytes, codeOf, connectPair, overHosts, promptHosts, text } from '../../support/loops.js'
import { seeded } from '../../support/random.js'

/** More bytes than all buffers between two ends hold. */
const PLENTY = 16_000_000

overHosts((lab) => {
  test('callbacks are called in the order of the writes, none before write() has returned', async () => {
    const loop = await lab.open()
    const order: number[] = []
    let received = ''
    connectPair(loop, (client, peer) => {
      for (let n = 0; n < 50; n++) client.write(bytes(`${n},`), () => order.push(n))
      expect(order).toEqual([])
      client.shutdown(() => order.push(50))
      peer.readStart((_peer, status, data) => {
        received += text(data)
        if (status < 0) void loop.closeAllHandles()
      })
    })
    await lab.run(loop)
    expect(order).toEqual(Array.from({ length: 51 }, (_, n) => n))
    expect(received).toBe(Array.from({ length: 50 }, (_, n) => `${n},`).join(''))
  })

  test('a list of buffers may be changed as soon as write() has returned', async () => {
    const loop = await lab.open()
    let received = ''
    const server = new TCP({ loop })
    server.bind(['127.0.0.1', 0])
    server.listen(1, () => {
      server.accept().readStart((_peer, status, data) => {
        received += text(data)
        if (status < 0) void loop.closeAllHandles()
      })
    })
    const client = new TCP({ loop })
    client.connect(server.sockname)
    // The writes wait for the connection.
    const list: Uint8Array[] = [bytes('one '), bytes('two ')]
    client.write(list)
    list.splice(0, 2, bytes('three '))
    client.write(list)
    list.length = 0
    client.shutdown()
    await lab.run(loop)
    expect(received).toBe('one two three ')
  })

  test('a list of buffers with empty ones arrives in order, and its callback is called', async () => {
    const loop = await lab.open()
    let received = ''
    const statuses: number[] = []
    connectPair(loop, (client, peer) => {
      const hear = (_request: WriteRequest, status: number): void => void statuses.push(status)
      client.write([bytes(''), bytes('a'), bytes(''), bytes('bc'), bytes('')], hear)
      client.write(bytes(''), hear)
      client.write([bytes(''), bytes('')], hear)
      client.write(bytes('d'), hear)
      expect(client.tryWrite(bytes(''))).toBe(0)
      client.shutdown()
      peer.readStart((_peer, status, data) => {
        if (status === 0) expect(data.length).toBeGreaterThan(0)
        received += text(data)
        if (status < 0) void loop.closeAllHandles()
      })
    })
    await lab.run(loop)
    expect(received).toBe('abcd')
    expect(statuses).toEqual([0, 0, 0, 0])
  })

  test('only the bytes of a view into a larger buffer are sent', async () => {
    const loop = await lab.open()
    let received = ''
    connectPair(loop, (client, peer) => {
      const whole = bytes('0123456789')
      client.write([whole.subarray(2, 4), whole.subarray(7)])
      expect(codeOf(() => client.tryWrite(whole.subarray(0, 1)))).toMatch(/^(none|EAGAIN)$/)
      client.shutdown()
      peer.readStart((_peer, status, data) => {
        received += text(data)
        if (status < 0) void loop.closeAllHandles()
      })
    })
    await lab.run(loop)
    expect(received).toMatch(/^237890?$/)
  })

  test('a large write arrives unchanged, and writeQueueSize counts what waits', async () => {
    const loop = await lab.open()
    // More than Linux lets a socket send ahead by default (tcp_wmem), which it may allow from the first byte on.
    const sent = seeded(`write ${lab.name}`).bytes(16_000_000)
    const pieces: Uint8Array[] = []
    const queue: number[] = []
    connectPair(loop, (client, peer) => {
      client.write([sent.subarray(0, 1_000_000), sent.subarray(1_000_000)], () => queue.push(client.writeQueueSize))
      client.shutdown()
      queue.push(client.writeQueueSize)
      peer.readStart((_peer, status, data) => {
        if (status === 0) pieces.push(data)
        else void loop.closeAllHandles()
      })
    })
    await lab.run(loop)
    expect(queue).toEqual([expect.any(Number), 0])
    expect(queue[0]).toBeGreaterThan(0)
    expect(Buffer.concat(pieces).equals(sent)).toBe(true)
  })

  test('writes before the connection is established wait for it', async () => {
    const loop = await lab.open()
    let received = ''
    const order: string[] = []
    const server = new TCP({ loop })
    server.listen(1, (server) => {
      server.accept().readStart((_peer, status, data) => {
        received += text(data)
        if (status < 0) void loop.closeAllHandles()
      })
    })
    const client = new TCP({ loop })
    client.connect(['127.0.0.1', server.sockname.port], () => order.push('connect'))
    client.write([bytes('ear'), bytes('ly,')], () => order.push('write'))
    client.write(bytes('too'), () => order.push('write'))
    client.shutdown(() => order.push('shutdown'))
    expect(client.writeQueueSize).toBe(9)
    expect(codeOf(() => client.tryWrite(bytes('x')))).toBe('EAGAIN')
    await lab.run(loop)
    expect(order).toEqual(['connect', 'write', 'write', 'shutdown'])
    expect(received).toBe('early,too')
  })

  test('a failed connect cancels the writes queued after it, and the handle cannot connect again', async () => {
    const loop = await lab.open()
    const order: string[] = []
    const nobody = new TCP({ loop })
    nobody.bind(['127.0.0.1', 0])
    const client = new TCP({ loop })
    const write = (): WriteRequest =>
      client.write(bytes('never sent'), (_request, status) =>
        order.push(status === StatusCode.ECANCELED ? 'cancelled' : 'sent'),
      )
    client.connect(nobody.sockname, (_request, status) => {
      order.push(status === StatusCode.ECONNREFUSED ? 'refused' : 'connected')
      expect(codeOf(() => client.connect(nobody.sockname))).toBe('ECONNABORTED')
    })
    write()
    write()
    await lab.run(loop)
    expect(order).toEqual(['refused', 'cancelled', 'cancelled'])
    expect(client.writeQueueSize).toBe(0)
    expect(codeOf(() => client.tryWrite(bytes('x')))).toBe('EPIPE')
  })

  test('tryWrite throws EAGAIN if the platform reports only later what it took', async () => {
    const loop = await lab.open()
    let received = ''
    connectPair(loop, (client, peer) => {
      const code = codeOf(() => client.tryWrite(bytes('a')))
      expect(code).toBe(lab.sendsAtOnce ? 'none' : 'EAGAIN')
      client.write(bytes('b'), () => void client.close())
      peer.readStart((peer, status, data) => {
        received += text(data)
        if (status < 0) void peer.close()
      })
    })
    await lab.run(loop)
    expect(received).toBe(lab.sendsAtOnce ? 'ab' : 'b')
  })

  test('tryWrite throws EAGAIN while a write waits, so that nothing overtakes it', async () => {
    const loop = await lab.open()
    let received = 0
    let last: number | undefined
    connectPair(loop, (client, peer) => {
      client.write(new Uint8Array(PLENTY), () => {
        if (lab.sendsAtOnce) expect(client.tryWrite(bytes('!'))).toBe(1)
        else client.write(bytes('!'))
        client.shutdown()
      })
      expect(client.writeQueueSize).toBeGreaterThan(0)
      expect(codeOf(() => client.tryWrite(bytes('?')))).toBe('EAGAIN')
      peer.readStart((_peer, status, data) => {
        received += data.length
        last = data.at(-1) ?? last
        if (status < 0) void loop.closeAllHandles()
      })
    })
    await lab.run(loop)
    expect(received).toBe(PLENTY + 1)
    expect(last).toBe(bytes('!')[0])
  })

  test('a peer that does not read holds the writer back, and the loop does not spin', async () => {
    const loop = await lab.open()
    let written = 0
    connectPair(loop, (client, peer) => {
      const chunk = new Uint8Array(1_000_000)
      for (let n = 0; n < 16; n++) client.write(chunk, (_request, status) => (written += status === 0 ? 1 : 0))
      const timer = new Timer({ loop })
      let before = -1
      timer.start(20, 20, () => {
        // Until no write completes any more.
        if (before !== written) {
          before = written
          return
        }
        expect(written).toBeLessThan(16)
        expect(client.writeQueueSize).toBeGreaterThan(0)
        const { loopCount } = loop.metrics
        timer.start(20, 0, () => {
          // The host may still report some events; a loop that spins makes thousands of iterations.
          expect(loop.metrics.loopCount - loopCount).toBeLessThan(50)
          void loop.closeAllHandles()
        })
      })
      peer.readStart()
      peer.readStop()
    })
    await lab.run(loop)
  })

  test('a write to a closed peer fails with EPIPE or ECONNRESET', async () => {
    const loop = await lab.open()
    const statuses: number[] = []
    connectPair(loop, (client, peer) => {
      void peer.close()
      const timer = new Timer({ loop })
      timer.start(1, 1, () => {
        if (statuses.some((status) => status < 0)) return void loop.closeAllHandles()
        client.write(bytes('x'), (_request, status) => statuses.push(status))
      })
    })
    await lab.run(loop)
    expect([StatusCode.EPIPE, StatusCode.ECONNRESET]).toContain(statuses.at(-1))
  })

  test('each write may start in the callback of the one before', async () => {
    const loop = await lab.open()
    let received = ''
    connectPair(loop, (client, peer) => {
      let n = 0
      const next = (): void => {
        if (n === 200) return void client.shutdown(() => void client.close())
        client.write(bytes(String(n++ % 10)), next)
      }
      next()
      peer.readStart((peer, status, data) => {
        received += text(data)
        if (status < 0) void peer.close()
      })
    })
    await lab.run(loop)
    expect(received).toBe('0123456789'.repeat(20))
  })
})

overHosts((lab) => {
  test('tryWrite accepts bytes until there is no room, and again once there is, and copies them', async () => {
    const loop = await lab.open()
    const counts: number[] = []
    let received = 0
    let wrong = 0
    connectPair(loop, (client, peer) => {
      // Each piece differs from the one before it, and is overwritten once it was accepted.
      const piece = new Uint8Array(200_000)
      const fill = (): void => {
        for (;;) {
          const from = counts.reduce((sum, count) => sum + count, 0)
          for (let n = 0; n < piece.length; n++) piece[n] = (from + n) % 251
          const code = codeOf(() => counts.push(client.tryWrite([piece.subarray(0, 7), piece.subarray(7)])))
          piece.fill(255)
          if (code === 'EAGAIN') return
          expect(code).toBe('none')
        }
      }
      fill()
      expect(counts.length).toBeGreaterThan(0)
      expect(client.writeQueueSize).toBe(0)
      const first = counts.length
      peer.readStart((peer, status, data) => {
        for (const byte of data) if (byte !== received++ % 251) wrong++
        if (status < 0) return void peer.close()
      })
      const timer = new Timer({ loop })
      timer.start(1, 1, () => {
        const before = counts.length
        if (first === before) fill()
        if (counts.length === before) return
        void timer.close()
        client.shutdown(() => void client.close())
      })
    })
    await lab.run(loop)
    expect(received).toBe(counts.reduce((sum, count) => sum + count, 0))
    expect(wrong).toBe(0)
    // At least one call accepted only a part.
    expect(counts.some((count) => count < 200_000)).toBe(true)
  })
}, promptHosts)
