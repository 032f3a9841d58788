/** Many loops: side by side and one after the other, with nothing left of any. */
import { expect, test } from '@jest/globals'
import { type Loop, TCP, Timer, virtualHost } from '../../../src/index.js'
import { expectNothingLeft } from '../../support/leakcheck.js'
import { bytes, overHosts, text, virtual } from '../../support/loops.js'

/** Sends a word through an echo server. The server and the client may have different loops. */
const echo = (serverLoop: Loop, clientLoop: Loop, word: string): Promise<string> => {
  const server = new TCP({ loop: serverLoop })
  server.bind(['127.0.0.1', 0])
  server.listen(1, (server) => {
    const peer = server.accept()
    peer.readStart((peer, status, data) => {
      if (status < 0) void peer.shutdown(() => void peer.close())
      else peer.write(data)
    })
    void server.close()
  })
  return new Promise((resolve) => {
    let answer = ''
    const client = new TCP({ loop: clientLoop })
    client.connect(server.sockname)
    client.write(bytes(word))
    client.shutdown()
    client.readStart((client, status, data) => {
      answer += text(data)
      if (status < 0) void client.close(() => resolve(answer))
    })
  })
}

overHosts((lab) => {
  test('two loops in one process, each in a run of its own, exchange bytes', async () => {
    const [one, other] = [await lab.open(), await lab.open()]
    const answers = Promise.all([echo(one, other, 'one way'), echo(other, one, 'and back'), echo(one, one, 'alone')])
    expect(await Promise.all([lab.run(one), lab.run(other)])).toEqual([false, false])
    expect(await answers).toEqual(['one way', 'and back', 'alone'])
  })

  test('an error, a stop and a close of one loop do not affect another', async () => {
    const [one, other] = [await lab.open(), await lab.open()]
    let ticks = 0
    new Timer({ loop: other }).start(1, 1, (timer) => {
      if (++ticks === 5) void timer.close()
    })
    new Timer({ loop: one }).start(0, 0, () => {
      throw new Error('of the first')
    })
    const running = lab.run(other)
    await expect(lab.run(one)).rejects.toThrow('of the first')
    one.stop()
    void one.closeAllHandles()
    expect(await running).toBe(false)
    expect(ticks).toBe(5)
    await one[Symbol.asyncDispose]()
    expect(other.closed).toBe(false)
    expect(other.handles.size).toBe(0)
  })

  test('20 loops exchange bytes at the same time', async () => {
    const loops = await Promise.all(Array.from({ length: 20 }, () => lab.open()))
    const words = loops.map((_, n) => `word ${n}`)
    const talks = words.map((word, n) => {
      const [from, to] = [loops[n], loops[(n + 7) % loops.length]]
      return from && to ? echo(from, to, word) : ''
    })
    expect(await Promise.all(loops.map((loop) => lab.run(loop)))).toEqual(loops.map(() => false))
    expect(await Promise.all(talks)).toEqual(words)
  })
})

overHosts(
  (lab) => {
    test('200 loops that are opened and closed in turn use the same memory', async () => {
      const sizes: number[] = []
      for (let n = 0; n < 200; n++) {
        const loop = await lab.open({ host: virtualHost() })
        const answer = echo(loop, loop, `word ${n}`)
        expect(await lab.run(loop)).toBe(false)
        expect(await answer).toBe(`word ${n}`)
        loop.close()
        expectNothingLeft(loop)
        sizes.push(loop.resources.memory)
      }
      // The last loop uses as much memory as the first.
      expect(new Set(sizes).size).toBe(1)
    })

    test('a loop holds the same resources after 100 uses as after the first', async () => {
      const loop = await lab.open()
      const held: unknown[] = []
      for (let n = 0; n < 100; n++) {
        const answer = echo(loop, loop, `word ${n}`)
        await lab.run(loop)
        await answer
        held.push(loop.resources)
      }
      expect(held.slice(1).filter((resources) => JSON.stringify(resources) !== JSON.stringify(held[0]))).toEqual([])
    })
  },
  [virtual],
)
