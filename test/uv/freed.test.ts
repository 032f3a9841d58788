/**
 * A listener whose port the host frees only later: its close is reported then, and everything else is as it always is.
 */
import { expect, test } from '@jest/globals'
import { Loop, RunMode, TCP } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { FakeHost, type FakeListener } from '../support/fake-host.js'
import { codeOf } from '../support/loops.js'

/** A listening handle, and the means to free its port. */
interface Scene {
  readonly host: FakeHost
  readonly loop: Loop
  readonly server: TCP
  readonly listener: FakeListener
  /** How often the server was offered a connection. */
  offers(): number
  free(): void
}

/** Lets turns of the host go by until a promise settles. */
const settled = async <T>(host: FakeHost, promise: Promise<T>): Promise<T> => {
  let over = false
  const watch = (): void => {
    over = true
  }
  promise.then(watch, watch)
  const turns = async (): Promise<T> => {
    while (!over) {
      host.turn()
      await Promise.resolve()
    }
    return promise
  }
  return soon(turns(), 'the promise to settle')
}

/** As many turns as anything that waits for none of them would need. */
const turns = async (host: FakeHost): Promise<void> => {
  for (let i = 0; i < 20; i++) {
    host.turn()
    await Promise.resolve()
  }
}

const scene = async (): Promise<Scene> => {
  const host = new FakeHost()
  const loop = await Loop.open({ host })
  const server = new TCP({ loop })
  let offers = 0
  server.bind(['127.0.0.1', 0])
  server.listen(4, () => {
    offers++
  })
  const listener = host.listeners[0]
  if (listener === undefined) throw new Error('nothing listens')
  let free = (): void => {}
  listener.frees = new Promise((resolve) => {
    free = resolve
  })
  return { host, loop, server, listener, offers: () => offers, free: () => free() }
}

test.each([
  ['close', (server: TCP, onClosed: () => void) => server.close(onClosed)],
  ['closeReset', (server: TCP, onClosed: () => void) => server.closeReset(onClosed)],
])('%s is reported when the port is free, and the loop runs until then', async (_name, close) => {
  const { host, loop, server, listener, free } = await scene()
  const order: string[] = []
  const closed = close(server, () => order.push('closed')).then(() => order.push('kept'))
  expect([listener.closed, server.closing, server.closed]).toEqual([true, true, false])
  const run = loop.run().then(() => order.push('loop over'))
  await turns(host)
  expect([order, loop.alive, host.keepers]).toEqual([[], true, 1])
  order.push('free')
  free()
  await settled(host, Promise.all([closed, run]))
  expect(order).toEqual(['free', 'closed', 'kept', 'loop over'])
  loop.close()
  expect([host.keepers, host.open(), loop.resources.handles]).toEqual([0, [], 0])
})

test('a handle that is not referenced is waited for all the same, as every handle that is closing', async () => {
  const { host, loop, server, free } = await scene()
  server.unref()
  void server.close()
  const run = loop.run()
  await turns(host)
  expect(loop.alive).toBe(true)
  free()
  await settled(host, run)
  expect(server.closed).toBe(true)
  loop.close()
})

test('closing again gives the same promise, and what was free at once is reported at once', async () => {
  const { host, loop, server, listener, free } = await scene()
  const first = server.close()
  expect(server.close()).toBe(first)
  free()
  await settled(host, Promise.all([first, loop.run()]))

  const other = new TCP({ loop })
  other.bind(['127.0.0.1', 0])
  other.listen()
  const closed = other.close()
  await settled(host, Promise.all([closed, loop.run(RunMode.NOWAIT)]))
  expect([other.closed, listener.closed]).toEqual([true, true])
  loop.close()
})

test('connections that waited are reset at the close, and none is offered after it', async () => {
  const { host, loop, server, listener, offers, free } = await scene()
  const run = loop.run()
  await turns(host)
  listener.arrive()
  await turns(host)
  expect(offers()).toBe(1)
  // libuv has taken the first for itself; this one waits in the kernel.
  listener.arrive()
  const closed = server.close()
  await turns(host)
  expect([offers(), listener.arrived[1]?.ended]).toEqual([1, 'reset'])
  free()
  await settled(host, Promise.all([closed, run]))
  expect([offers(), host.live()]).toEqual([1, []])
  loop.close()
})

test('the loop cannot be closed meanwhile', async () => {
  const { host, loop, server, free } = await scene()
  const closed = server.close()
  expect(codeOf(() => loop.close())).toBe('EBUSY')
  free()
  await settled(host, Promise.all([closed, loop.run()]))
  loop.close()
})
