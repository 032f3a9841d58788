/** Closing: the order of callbacks, pending requests, and the ways to end a connection. */
import { expect, test } from '@jest/globals'
import { StatusCode, TCP, Timer } from '../../../src/index.js'
import { bytes, codeOf, connectPair, overHosts } from '../../support/loops.js'

/** The name of a status. */
const nameOf = (status: number): string =>
  Object.entries(StatusCode).find(([, code]) => code === status)?.[0] ?? String(status)

overHosts((lab) => {
  test('closing cancels a pending connect after close() has returned and before onClosed', async () => {
    const loop = await lab.open()
    const order: string[] = []
    const holder = new TCP({ loop })
    holder.bind(['127.0.0.1', 0])
    const client = new TCP({ loop })
    client.connect(holder.sockname, (_request, status) => order.push(`connect ${nameOf(status)}`))
    void client.close(() => order.push('closed'))
    order.push('close() returned')
    void holder.close()
    await lab.run(loop)
    expect(order).toEqual(['close() returned', 'connect ECANCELED', 'closed'])
  })

  test('closing cancels a connect to a listener, and the write and shutdown queued after it', async () => {
    const loop = await lab.open()
    const order: string[] = []
    const server = new TCP({ loop })
    server.listen(1, () => {})
    const client = new TCP({ loop })
    client.connect(['127.0.0.1', server.sockname.port], (_request, status) => order.push(`connect ${nameOf(status)}`))
    client.write(bytes('x'), (_request, status) => order.push(`write ${nameOf(status)}`))
    client.shutdown((_request, status) => order.push(`shutdown ${nameOf(status)}`))
    expect(client.writeQueueSize).toBe(1)
    void client.close(() => {
      order.push('closed')
      void server.close()
    })
    expect(client.writeQueueSize).toBe(0)
    await lab.run(loop)
    expect(order).toEqual(['connect ECANCELED', 'write ECANCELED', 'shutdown ECANCELED', 'closed'])
  })

  test('closing cancels pending writes and a shutdown, in order, before onClosed', async () => {
    const loop = await lab.open()
    const order: string[] = []
    connectPair(loop, (client, peer) => {
      // The peer does not read, so a part of this has to wait.
      client.write(new Uint8Array(16_000_000), (_request, status) => order.push(`first ${nameOf(status)}`))
      client.write(bytes('x'), (_request, status) => order.push(`second ${nameOf(status)}`))
      client.shutdown((_request, status) => order.push(`shutdown ${nameOf(status)}`))
      expect(client.writeQueueSize).toBeGreaterThan(0)
      const timer = new Timer({ loop })
      timer.start(10, 0, () => {
        void timer.close()
        expect(order).toEqual([])
        void client.close(() => {
          order.push('closed')
          void peer.close()
        })
      })
    })
    await lab.run(loop)
    expect(order).toEqual(['first ECANCELED', 'second ECANCELED', 'shutdown ECANCELED', 'closed'])
  })

  test('closing at once after a shutdown cancels it, even when no write is pending', async () => {
    const loop = await lab.open()
    const order: string[] = []
    connectPair(loop, (client, peer) => {
      client.shutdown((_request, status) => order.push(`shutdown ${nameOf(status)}`))
      void client.close(() => order.push('closed'))
      void peer.close()
    })
    await lab.run(loop)
    expect(order).toEqual(['shutdown ECANCELED', 'closed'])
  })

  test('a stream that is closed within a callback calls no other callback', async () => {
    const loop = await lab.open()
    const order: string[] = []
    connectPair(loop, (client, peer) => {
      peer.readStart((peer) => {
        order.push('read')
        void peer.close(() => order.push('peer closed'))
      })
      client.write([bytes('a'), bytes('b')], () => {
        order.push('written')
        void client.close(() => order.push('client closed'))
      })
      client.readStart(() => order.push('never'))
    })
    await lab.run(loop)
    expect(order.sort()).toEqual(['client closed', 'peer closed', 'read', 'written'])
  })

  test('a shutdown completes after the writes, and later writes and shutdowns are refused', async () => {
    const loop = await lab.open()
    const order: string[] = []
    connectPair(loop, (client, peer) => {
      client.write(bytes('x'), () => order.push('written'))
      client.shutdown((_request, status) => {
        order.push(`shutdown ${nameOf(status)}`)
        expect(codeOf(() => client.shutdown())).toBe('ENOTCONN')
      })
      expect(client.writable).toBe(false)
      expect(client.readable).toBe(true)
      expect(codeOf(() => client.shutdown())).toBe('ENOTCONN')
      expect(codeOf(() => client.write(bytes('x')))).toBe('EPIPE')
      expect(codeOf(() => client.tryWrite(bytes('x')))).toBe('EPIPE')
      peer.readStart((peer, status, data) => {
        order.push(status < 0 ? nameOf(status) : `read ${data.length}`)
        if (status < 0) void peer.close(() => void client.close())
      })
    })
    await lab.run(loop)
    expect(order.filter((step) => step.startsWith('read') || step === 'EOF')).toEqual(['read 1', 'EOF'])
    expect(order.filter((step) => !step.startsWith('read') && step !== 'EOF')).toEqual(['written', 'shutdown SUCCESS'])
  })

  test('closeReset makes the peer read ECONNRESET, and be neither readable nor writable', async () => {
    const loop = await lab.open()
    const seen: unknown[] = []
    connectPair(loop, (client, peer) => {
      peer.readStart((peer, status, data) => {
        seen.push(nameOf(status), data.length, peer.readable, peer.writable)
        void peer.close()
      })
      const closed = client.closeReset(() => seen.push('closed'))
      expect(client.closing).toBe(true)
      expect(client.closeReset()).toBe(closed)
      expect(client.close()).toBe(closed)
    })
    await lab.run(loop)
    expect(seen).toEqual(['closed', 'ECONNRESET', 0, false, false])
  })

  test('closeReset cancels waiting writes', async () => {
    const loop = await lab.open()
    const order: string[] = []
    connectPair(loop, (client, peer) => {
      client.write(new Uint8Array(16_000_000), (_request, status) => order.push(`write ${nameOf(status)}`))
      const timer = new Timer({ loop })
      timer.start(5, 0, () => {
        void timer.close()
        void client.closeReset(() => order.push('closed'))
        peer.readStart((peer, status) => {
          if (status === 0) return
          order.push(nameOf(status))
          void peer.close()
        })
      })
    })
    await lab.run(loop)
    // The peer reads some bytes before the reset; libuv may report the reset as an end then, like on Linux.
    expect(order.slice(0, 2)).toEqual(['write ECANCELED', 'closed'])
    expect(order.slice(2)).toEqual([expect.stringMatching(/^(ECONNRESET|EOF)$/)])
  })

  test('closeReset is refused without a socket and while a shutdown is pending', async () => {
    const loop = await lab.open()
    const fresh = new TCP({ loop })
    expect(codeOf(() => fresh.closeReset())).toBe('EBADF')
    expect(fresh.closing).toBe(false)
    connectPair(loop, (client, peer) => {
      client.shutdown((_request, status) => {
        expect(status).toBe(0)
        void loop.closeAllHandles()
      })
      expect(codeOf(() => client.closeReset())).toBe('EINVAL')
      expect(client.closing).toBe(false)
      peer.readStart()
    })
    await lab.run(loop)
    expect(fresh.closed).toBe(true)
  })

  test('closing a handle with unread bytes resets the connection', async () => {
    const loop = await lab.open()
    let status = 0
    connectPair(loop, (client, peer) => {
      // It stops reading after the first bytes, so the second ones stay unread.
      peer.readStart((peer) => {
        peer.readStop()
        client.write(bytes('second'))
        const timer = new Timer({ loop })
        timer.start(10, 0, () => {
          void timer.close()
          void peer.close()
        })
      })
      client.write(bytes('first'))
      client.readStart((client, end) => {
        status = end
        void client.close()
      })
    })
    await lab.run(loop)
    expect(nameOf(status)).toBe('ECONNRESET')
  })

  test('closing a listener ends the connections that wait to be accepted', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    const ends: string[] = []
    server.listen(8, (server) => void server.close())
    for (const n of [1, 2]) {
      const client = new TCP({ loop })
      client.connect(['127.0.0.1', server.sockname.port], (_request, status) => {
        if (status < 0) return void ends.push(`${n}: ${nameOf(status)}`)
        client.readStart((client, status) => {
          ends.push(`${n}: ${nameOf(status)}`)
          void client.close()
        })
      })
    }
    const done = new Timer({ loop })
    done.start(1, 1, () => {
      if (ends.length === 2) void loop.closeAllHandles()
    })
    await lab.run(loop)
    expect(ends).toHaveLength(2)
    for (const end of ends) expect(end).toMatch(/: E(CONNRESET|CONNREFUSED|OF)$/)
  })
})
