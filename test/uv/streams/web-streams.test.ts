/** A TCP handle as Web streams. */
import { expect, test } from '@jest/globals'
import { TCP } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { bytes, overHosts, text } from '../../support/loops.js'

/** All bytes of a stream. */
const all = async (readable: ReadableStream<Uint8Array>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of readable) chunks.push(chunk)
  return Buffer.concat(chunks)
}

overHosts((lab) => {
  const talk = async (client: (tcp: TCP) => Promise<void>, server: (tcp: TCP) => Promise<void>): Promise<void> => {
    const loop = await lab.open()
    const listener = new TCP({ loop })
    listener.bind(['127.0.0.1', 0])
    listener.listen()
    const serve = async (): Promise<void> => {
      for await (const peer of listener.connections()) {
        void listener.close()
        await server(peer)
      }
    }
    const ask = async (): Promise<void> => {
      const tcp = new TCP({ loop })
      await tcp.connect(listener.sockname)
      await client(tcp)
    }
    const done = Promise.all([serve(), ask()])
    await lab.run(loop)
    await soon(done, 'both ends')
    expect(loop.handles.size).toBe(0)
  }

  test('pipeTo echoes a large message, and both handles are closed at the end', async () => {
    const large = Buffer.alloc(1_000_000, 'libuv')
    await talk(
      async (tcp) => {
        const { readable, writable } = tcp.streams()
        const answer = all(readable)
        const writer = writable.getWriter()
        await writer.write(large)
        await writer.close()
        expect(large.equals(await answer)).toBe(true)
      },
      async (tcp) => {
        const { readable, writable } = tcp.streams()
        await readable.pipeTo(writable)
      },
    )
  })

  test('a BYOB reader gets bytes in its own buffer, and the end', async () => {
    await talk(
      async (tcp) => {
        const { readable, writable } = tcp.streams()
        await writable.close()
        const reader = readable.getReader({ mode: 'byob' })
        const pieces: string[] = []
        for (;;) {
          const { done, value } = await reader.read(new Uint8Array(4))
          if (value !== undefined) pieces.push(text(value))
          if (done) break
        }
        expect(pieces.join('')).toBe('hello, you')
        expect(Math.max(...pieces.map((piece) => piece.length))).toBe(4)
      },
      async (tcp) => {
        await tcp.write(bytes('hello, '))
        await tcp.write(bytes('you'))
        await tcp.shutdown()
        for await (const _ of tcp) throw new Error('nothing was sent')
        await tcp.close()
      },
    )
  })

  test('a reset rejects the reader and closes the handle', async () => {
    await talk(
      async (tcp) => {
        const { readable } = tcp.streams()
        await expect(all(readable)).rejects.toMatchObject({ code: 'ECONNRESET' })
        expect(tcp.closing).toBe(true)
      },
      async (tcp) => {
        await tcp.closeReset()
      },
    )
  })

  test('cancel and abort together close the handle', async () => {
    await talk(
      async (tcp) => {
        const { readable, writable } = tcp.streams()
        await readable.cancel()
        expect(tcp.closing).toBe(false)
        await writable.abort()
        expect(tcp.closing).toBe(true)
        expect(() => tcp.streams()).toThrow('closed')
      },
      async (tcp) => {
        for await (const _ of tcp) throw new Error('nothing was sent')
        await tcp.close()
      },
    )
  })
})
