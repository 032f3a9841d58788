/** A listener with a port that the host frees late: its close is reported then, and all else works as for others. */
import { expect, test } from '@jest/globals'
import { Loop, RunMode, TCP } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { FakeHost, type FakeListener } from '../../support/fake-host.js'
import { codeOf } from '../../support/loops.js'

/** A listening handle, and a function that frees its port. */
interface Scene {
  readonly host: FakeHost
  readonly loop: Loop
  readonly server: TCP
  readonly listener: FakeListener
  /** How often the server was offered a connection. */
  offers(): number
  free(): void
}

/** Makes turns of the host until a promise settles. */
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

/** Makes turns of the host: more than an event that does not wait for the port would need. */
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

test('the loop waits for the port of an unreferenced handle, like for every closing handle', async () => {
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

test('a second close returns the same promise, and a port that is free at once delays no close', async () => {
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

test('waiting connections are reset at the close, and none is offered after it', async () => {
  const { host, loop, server, listener, offers, free } = await scene()
  const run = loop.run()
  await turns(host)
  listener.arrive()
  await turns(host)
  expect(offers()).toBe(1)
  // libuv has accepted the first one already; this one waits in the kernel.
  listener.arrive()
  const closed = server.close()
  await turns(host)
  expect([offers(), listener.arrived[1]?.ended]).toEqual([1, 'reset'])
  free()
  await settled(host, Promise.all([closed, run]))
  expect([offers(), host.live()]).toEqual([1, []])
  loop.close()
})

test('the loop cannot be closed until the port is free', async () => {
  const { host, loop, server, free } = await scene()
  const closed = server.close()
  expect(codeOf(() => loop.close())).toBe('EBUSY')
  free()
  await settled(host, Promise.all([closed, loop.run()]))
  loop.close()
})
