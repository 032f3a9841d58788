/** Byte counts above 32 bits. One buffer that is written many times makes gigabytes without using their memory. */
import { describe, expect, test } from '@jest/globals'
import { Pipe, StatusCode, type Stream, TCP, UDP } from '../../../src/index.js'
import { bytes, codeOf, connectPair, overHosts, text, virtual } from '../../support/loops.js'

const PIECE = 64 * 2 ** 20
const PIECES = 100

/** Writes more bytes than 32 bits count, while the peer does not read. @returns the queue's size after each write */
const flood = (stream: Stream, write: (stream: Stream, bytes: Uint8Array) => void): number[] => {
  const bytes = new Uint8Array(PIECE)
  return Array.from({ length: PIECES }, () => {
    write(stream, bytes)
    return stream.writeQueueSize
  })
}

const growing = Array.from({ length: PIECES }, (_, n) => (n + 1) * PIECE)

overHosts((lab) => {
  test('waiting bytes are counted exactly, and cancelled when the handle is closed', async () => {
    const loop = await lab.open()
    const statuses: number[] = []
    let received = ''
    connectPair(loop, (client) => {
      const sizes = flood(client, (client, bytes) => client.write(bytes, (_request, status) => statuses.push(status)))
      expect(sizes).toEqual(growing)
      void client.close()
      expect(client.writeQueueSize).toBe(0)
      connectPair(loop, (client, peer) => {
        client.write(bytes('still here'))
        client.shutdown()
        peer.readStart((_peer, status, data) => {
          received += text(data)
          if (status < 0) void loop.closeAllHandles()
        })
      })
    })
    await lab.run(loop)
    expect(statuses).toEqual(Array.from({ length: PIECES }, () => StatusCode.ECANCELED))
    expect(received).toBe('still here')
  })

  test('a reset connection fails its waiting writes', async () => {
    const loop = await lab.open()
    const statuses: number[] = []
    connectPair(loop, (client, peer) => {
      const sizes = flood(client, (client, bytes) => {
        client.write(bytes, (_request, status) => {
          statuses.push(status)
          if (statuses.length === 1) void client.close()
        })
      })
      expect(sizes).toEqual(growing)
      void peer.closeReset()
    })
    await lab.run(loop)
    expect(statuses.length).toBe(PIECES)
    expect(statuses.every((status) => status < 0)).toBe(true)
  })

  test('closing cancels a write of more bytes than 32 bits count, and then the shutdown', async () => {
    const loop = await lab.open()
    const told: string[] = []
    connectPair(loop, (client) => {
      const large = new Uint8Array(PIECE)
      client.write(new Array<Uint8Array>(PIECES).fill(large), (_request, status) => told.push(`write ${status}`))
      expect(client.writeQueueSize).toBe(PIECES * PIECE)
      expect(codeOf(() => client.tryWrite(large))).toBe('EAGAIN')
      client.shutdown((_request, status) => told.push(`shutdown ${status}`))
      void loop.closeAllHandles()
    })
    await lab.run(loop)
    expect(told).toEqual([`write ${StatusCode.ECANCELED}`, `shutdown ${StatusCode.ECANCELED}`])
  })

  test('tryWrite of more bytes than an int counts takes a part of them or fails with EAGAIN', async () => {
    const loop = await lab.open()
    connectPair(loop, (client) => {
      const large = new Uint8Array(PIECE)
      const taken: number[] = []
      const code = codeOf(() => taken.push(client.tryWrite(new Array<Uint8Array>(PIECES).fill(large))))
      if (taken.length === 0) expect(code).toBe('EAGAIN')
      else expect(taken[0]).toBeGreaterThan(0)
      expect(client.writeQueueSize).toBe(0)
      void loop.closeAllHandles()
    })
    await lab.run(loop)
  })

  test('waiting UDP messages are counted exactly, and cancelled when the handle is closed', async () => {
    const loop = await lab.open()
    const udp = new UDP({ loop })
    udp.bind(['127.0.0.1', 0])
    const large = new Uint8Array(PIECE)
    const statuses: number[] = []
    udp.send(bytes('four'), udp.sockname)
    for (let n = 0; n < PIECES; n++) udp.send(large, udp.sockname, (_request, status) => statuses.push(status))
    expect([udp.sendQueueSize, udp.sendQueueCount]).toEqual([4 + PIECES * PIECE, 1 + PIECES])
    void udp.close()
    expect(udp.sendQueueSize).toBe(0)
    await lab.run(loop)
    expect(statuses).toEqual(Array.from({ length: PIECES }, () => StatusCode.ECANCELED))
  })
})

overHosts(
  (lab) => {
    describe('a write of more bytes than a number counts', () => {
      /** 2^53 bytes, which no machine has: only their length is read. */
      const tooMuch = (): Uint8Array[] =>
        Array.from({ length: 8 }, () => Object.defineProperty(new Uint8Array(0), 'length', { value: 2 ** 50 }))

      test('is refused before anything is queued, and the error names the numbers', async () => {
        const loop = await lab.open()
        const list = tooMuch()
        let received = ''
        connectPair(loop, (client, peer) => {
          const refused = { name: 'UVError', code: 'ENOBUFS', syscall: 'write' }
          expect(() => client.write(list)).toThrow(expect.objectContaining(refused))
          expect(() => client.write(list)).toThrow(/9007199254740992 bytes: 0 bytes .* 9007199254740991/)
          expect(client.writeQueueSize).toBe(0)
          client.write(bytes('one'))
          client.write(bytes('two'))
          client.shutdown()
          peer.readStart((_peer, status, data) => {
            received += text(data)
            if (status < 0) void loop.closeAllHandles()
          })
        })
        await lab.run(loop)
        expect(received).toBe('onetwo')
      })

      test('is refused when the sum with the waiting bytes is too large', async () => {
        const loop = await lab.open()
        const list = tooMuch().slice(1)
        const server = new TCP({ loop })
        server.bind(['127.0.0.1', 0])
        const client = new TCP({ loop })
        client.connect(server.sockname, () => {})
        client.write(list, () => {})
        expect(client.writeQueueSize).toBe(7 * 2 ** 50)
        expect(codeOf(() => client.write(list))).toBe('ENOBUFS')
        expect(client.writeQueueSize).toBe(7 * 2 ** 50)
        void loop.closeAllHandles()
        await lab.run(loop)
      })
    })

    test('pairs of TCP and of Pipe handles count waiting bytes exactly', async () => {
      const loop = await lab.open()
      for (const [one] of [TCP.pair(loop), Pipe.pair(loop)]) {
        const sizes = flood(one, (one, bytes) => one.write(bytes, () => {}))
        // The other end of a pair has room for 65,536 bytes.
        expect(sizes.map((size, n) => (growing[n] ?? 0) - size)).toEqual(growing.map(() => 65_536))
        void one.close()
      }
      void loop.closeAllHandles()
      await lab.run(loop)
    })
  },
  [virtual],
)
