/** Streams between a host application and a plugin, without a port. */
import { type Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from '@jest/globals'
import { GuestIsolation, ProcessIsolation } from '../guest/support/built.js'
import { until } from '../guest/support/stage.js'
import { COMPILING } from '../guest/support/uvcc.js'
import { soon } from '../support/deadline.js'
import { endAll, start } from './support/isolated.js'

endAll()

const BYTES = 3_000_000
const pattern = Buffer.from(new Uint8Array(BYTES).map((_, at) => at % 251))
/** Bytes in pieces that are no multiples of anything. */
const pieces = function* (bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007)
}
const all = async (stream: Duplex): Promise<Buffer> => Buffer.concat(await stream.toArray())

describe.each([new GuestIsolation('thread'), new ProcessIsolation()])('under the isolation $name', (isolation) => {
  test(
    'bytes go to a service of the host application and back',
    async () => {
      const echo = (stream: Duplex): Promise<void> => pipeline(stream, stream)
      const part = { rules: { connect: ['service:echo'] }, services: { echo } }
      const plugin = await start(isolation, ['send', 'service:echo', String(BYTES)], part)
      expect(await soon(plugin.plugin.outcome, 'the end')).toEqual({ kind: 'exited', code: 0 })
      expect(plugin.output()).toBe(`connected to service:echo\nreceived ${BYTES}, then EOF\n`)
    },
    COMPILING,
  )

  test('bytes go to a service of the plugin and back', async () => {
    const { plugin } = await start(isolation, ['echo', 'service:plugin'])
    const stream = await plugin.connect()
    const [received] = await soon(
      Promise.all([all(stream), pipeline(Readable.from(pieces(pattern)), stream)]),
      'the echo',
    )
    expect(received.equals(pattern)).toBe(true)
  })

  test('a service without a rule is refused, and one that does not exist is not found', async () => {
    const rules = { connect: ['service:gone'] }
    const services = { echo() {} }
    const refused = await start(isolation, ['send', 'service:echo'], { rules, services })
    await refused.says(/connect: EACCES/)
    expect(refused.refusals).toEqual(['connect service:echo'])
    const missing = await start(isolation, ['send', 'service:gone'], { rules, services })
    await missing.says(/connect: ENOENT/)
  })

  test('a program reaches a service by socket() and connect(), and cannot remove its name', async () => {
    const greet = (stream: Duplex): void => void stream.end('hello')
    const part = { rules: { connect: ['service:greet'] }, services: { greet } }
    const { plugin, output } = await start(isolation, ['posix', 'service:greet'], part)
    await soon(plugin.outcome, 'the end')
    expect(output()).toBe('read 5\nunlink: ENOENT\n')
  })

  test('the host application waits for a plugin that does not read, and learns of its end', async () => {
    const { plugin } = await start(isolation, ['deaf', 'service:plugin'])
    const stream = await plugin.connect('plugin')
    const lost = new Promise((resolve) => stream.once('error', resolve))
    let written = 0
    while (stream.write(Buffer.alloc(65_536))) written += 65_536
    await until(() => stream.writableLength >= 65_536, 'the stream to be full')
    expect(written).toBeLessThan(2_000_000)
    plugin.terminate()
    expect(await soon(lost, 'an error')).toMatchObject({
      name: 'HostError',
      code: expect.stringMatching(/ECONNRESET|EPIPE/),
    })
  })

  test('a plugin waits for a service that does not read', async () => {
    const streams: Duplex[] = []
    const services = { slow: (stream: Duplex) => void streams.push(stream) }
    const part = { rules: { connect: ['service:slow'] }, services }
    const { output } = await start(isolation, ['send', 'service:slow', String(BYTES)], part)
    await until(() => streams.length > 0, 'a connection')
    const received = await soon(Promise.all(streams.map(all)), 'all bytes')
    expect(received.map((bytes) => bytes.equals(pattern))).toEqual([true])
    expect(output()).toMatch(/connected/)
  })

  test('a service that breaks the stream, or fails with it, harms neither side', async () => {
    const broken: unknown[] = []
    const services = {
      reset: (stream: Duplex) => void stream.destroy(new Error('no')),
      async gone(stream: Duplex) {
        const endless = function* (): Generator<Buffer> {
          for (;;) yield Buffer.alloc(65_536, 0xff)
        }
        await pipeline(Readable.from(endless()), stream).catch((error) => {
          broken.push(error)
          throw error
        })
      },
    }
    const rules = { connect: ['service:*'] }
    const reset = await start(isolation, ['take', 'service:reset'], { rules, services })
    await reset.says(/ECONNRESET/)
    const gone = await start(isolation, ['take', 'service:gone'], { rules, services })
    await gone.says(/wrong byte/)
    await soon(gone.plugin.outcome, 'the end')
    await until(() => broken.length === 1, 'the service to fail')
  })

  test('a connection to what nothing listens on is refused when the plugin has ended', async () => {
    const { plugin } = await start(isolation, ['echo', 'service:other'])
    const waiting = plugin.connect('plugin')
    const refused = expect(waiting).rejects.toMatchObject({ name: 'HostError', code: 'ECONNREFUSED' })
    await expect(plugin.connect('no name')).rejects.toThrow(/"no name": it is not a name/)
    plugin.terminate()
    await soon(refused, 'a refusal')
    await soon(plugin.outcome, 'the end')
    await expect(plugin.connect('other')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('two plugins are joined by a service', async () => {
    const { plugin } = await start(isolation, ['echo', 'service:plugin'])
    const other = async (stream: Duplex): Promise<void> => {
      const far = await plugin.connect()
      await pipeline(stream, far, stream)
    }
    const part = { rules: { connect: ['service:other'] }, services: { other } }
    const { output, plugin: client } = await start(isolation, ['send', 'service:other', '100000'], part)
    await soon(client.outcome, 'the end')
    expect(output()).toMatch(/received 100000, then EOF/)
  })
})
