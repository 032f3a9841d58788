/**
 * Tests of `await` on operations of a loop. The continuation runs after the turn, which may have been the loop's last:
 * the run must not end before the continuation could start more work.
 */
import { createServer, type Server } from 'node:net'
import { expect, test } from '@jest/globals'
import { Loop, RunMode, StatusCode, TCP, Timer, virtualHost } from '../../src/index.js'
import { soon } from '../support/deadline.js'

/** A server outside the loop that sends hello to each client. */
const greeter = (): Promise<{ server: Server; port: number }> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.end('hello'))
    server.unref().listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error(`no port in ${address}`))
      else resolve({ server, port: address.port })
    })
  })

test('a run continues while each step is awaited and nothing else is open', async () => {
  const { server, port } = await greeter()
  const loop = await Loop.open()
  const client = new TCP({ loop })
  const steps = async (): Promise<string> => {
    await client.connect(['127.0.0.1', port])
    let text = ''
    for await (const chunk of client) text += new TextDecoder().decode(chunk)
    await client.shutdown()
    await client.close()
    return text
  }
  const done = steps()
  expect(await soon(loop.run(), 'the run to end')).toBe(false)
  // Already settled: the run did not end before the last step.
  expect(await soon(done, 'the last step')).toBe('hello')
  loop.close()
  server.close()
})

test('a handle created after an awaited close() runs in the same run', async () => {
  const loop = await Loop.open({ host: virtualHost() })
  const seen: string[] = []
  const steps = async (): Promise<void> => {
    await new Timer({ loop }).close()
    seen.push('closed')
    const timer = new Timer({ loop, onTimeout: (timer) => void timer.close(() => seen.push('fired and closed')) })
    timer.start(1)
  }
  void steps()
  await soon(loop.run(), 'the run to end')
  expect(seen).toEqual(['closed', 'fired and closed'])
  loop.close()
})

test('stop() ends a run at once, before continuations of await', async () => {
  const loop = await Loop.open({ host: virtualHost() })
  const timer = new Timer({ loop })
  void timer.close(() => loop.stop()).then(() => new Timer({ loop }).start(1))
  expect(await soon(loop.run(), 'the run to end')).toBe(false)
  expect(loop.alive).toBe(true)
  await loop[Symbol.asyncDispose]()
})

test.each([RunMode.ONCE, RunMode.NOWAIT])('%s makes one round, before continuations of await', async (mode) => {
  const loop = await Loop.open({ host: virtualHost() })
  const [left, right] = TCP.pair(loop)
  const turns: number[] = []
  void left.close().then(() => {
    turns.push(1)
    right.readStart((_stream, status) => turns.push(status))
  })
  await soon(loop.run(mode), 'the round to end')
  expect(turns).toEqual([1])
  await soon(loop.run(mode), 'another round')
  expect(turns).toEqual([1, StatusCode.EOF])
  await loop[Symbol.asyncDispose]()
})
