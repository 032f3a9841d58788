/** `TCP.pair()`: two connected ends inside the kernel, without the host's network. */
import { expect, test } from '@jest/globals'
import { StatusCode, TCP } from '../../../src/index.js'
import { bytes, codeOf, overHosts, text, virtual } from '../../support/loops.js'

overHosts((lab) => {
  test('each end of a pair reads what the other writes, until both have ended', async () => {
    const loop = await lab.open()
    const [one, other] = TCP.pair(loop)
    const seen: string[] = []
    for (const [name, end, answer] of [
      ['one', one, 'pong'],
      ['other', other, undefined],
    ] as const) {
      end.readStart((end, status, data) => {
        if (status === StatusCode.EOF) return void end.close(() => seen.push(`${name} closed`))
        seen.push(`${name} read ${text(data)}`)
        if (answer === undefined) return
        end.write(bytes(answer))
        end.shutdown()
      })
    }
    other.write(bytes('ping'))
    other.shutdown()
    expect(await lab.run(loop)).toBe(false)
    expect(seen.filter((step) => !step.includes('closed'))).toEqual(['one read ping', 'other read pong'])
    expect(seen.filter((step) => step.includes('closed')).sort()).toEqual(['one closed', 'other closed'])
  })

  test('a written Buffer may be reused after its callback, and shares no memory with received bytes', async () => {
    const loop = await lab.open()
    const [one, other] = TCP.pair(loop)
    const given = Buffer.from('small, in the pool of Buffer')
    const large = Buffer.alloc(20_000, 'a')
    let received: Uint8Array[] = []
    other.readStart((_other, status, data) => {
      if (status === StatusCode.EOF) void loop.closeAllHandles()
      else received = [...received, data]
    })
    one.write(given, () => given.fill('x'))
    one.write(large, () => large.fill('x'))
    expect(one.tryWrite(given.subarray(0, 5))).toBe(5)
    given.fill('y', 0, 5)
    one.shutdown()
    await lab.run(loop)
    expect(text(...received)).toBe(`small, in the pool of Buffer${'a'.repeat(20_000)}small`)
    for (const chunk of received) expect([given.buffer, large.buffer]).not.toContain(chunk.buffer)
  })

  test('the ends of a pair are readable and writable, of family unix, and have no IP address', async () => {
    const loop = await lab.open()
    for (const end of TCP.pair(loop)) {
      expect([end.readable, end.writable, end.family, end.loop]).toEqual([true, true, 'unix', loop])
      expect(codeOf(() => end.sockname)).toBe('EAFNOSUPPORT')
      expect(codeOf(() => end.peername)).toBe('EAFNOSUPPORT')
      expect(codeOf(() => end.setNoDelay(true))).toBe('ENOTSUP')
      expect(codeOf(() => end.setKeepAlive(true))).toBe('ENOTSUP')
    }
  })

  test('a large write to a pair waits until the peer reads', async () => {
    const loop = await lab.open()
    const [one, other] = TCP.pair(loop)
    const sent = new Uint8Array(1_000_000).map((_, n) => n % 253)
    const pieces: Uint8Array[] = []
    one.write(sent, () => one.shutdown(() => void one.close()))
    expect(one.writeQueueSize).toBeGreaterThan(0)
    other.readStart((other, status, data) => {
      if (status === 0) pieces.push(data)
      else void other.close()
    })
    await lab.run(loop)
    expect(Buffer.concat(pieces).equals(sent)).toBe(true)
  })

  test('closing an end gives the other an EOF, or a reset when bytes are unread', async () => {
    const loop = await lab.open()
    const statuses: number[] = []
    for (const unread of [false, true]) {
      const [one, other] = TCP.pair(loop)
      if (unread) other.tryWrite(bytes('never read'))
      void one.close()
      other.readStart((other, status) => {
        statuses.push(status)
        void other.close()
      })
      await lab.run(loop)
    }
    expect(statuses).toEqual([StatusCode.EOF, StatusCode.ECONNRESET])
  })
})

overHosts(
  (lab) => {
    test('pair throws EMFILE without free descriptors, and leaves no handle', async () => {
      const loop = await lab.open({ maxDescriptors: 8 })
      const pairs: TCP[] = []
      expect(
        codeOf(() => {
          for (;;) pairs.push(...TCP.pair(loop))
        }),
      ).toBe('EMFILE')
      expect(pairs.length).toBeGreaterThan(0)
      await lab.run(loop)
      expect(loop.handles).toEqual(new Set(pairs))
    })
  },
  [virtual],
)
