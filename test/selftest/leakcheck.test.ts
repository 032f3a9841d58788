/** Tests of the leak check: it finds what is left open. */
import { expect, test } from '@jest/globals'
import { Loop, TCP, Timer, virtualHost } from '../../src/index.js'
import { expectNothingLeft, released, WatchedHost } from '../support/leakcheck.js'

test('the resources in use are listed, and none is left in the end', async () => {
  const host = new WatchedHost(virtualHost())
  const loop = await Loop.open({ host })
  expect(host.held()).toEqual([])
  const timer = new Timer({ loop })
  timer.start(60_000)
  const running = loop.run()
  expect(host.held()).toEqual(['1 times a hold on the process', '1 times a deferred call'])
  await new Promise<void>((resolve) => loop.callLater(resolve))
  expect(host.held()).toContain('1 times a timer')
  void timer.close()
  await running
  await released(() => host.held())
  expect(host.calls.timers).toBe(1)
  loop.close()
  expectNothingLeft(loop)
})

test('a loop with open resources fails the check', async () => {
  const loop = await Loop.open({ host: virtualHost() })
  expect(() => expectNothingLeft(loop)).toThrow()
  const tcp = new TCP({ loop, family: 'ipv4' })
  const { handles, descriptors, heapBlocks } = loop.resources
  expect([handles, descriptors > 0, heapBlocks > 0]).toEqual([1, true, true])
  void tcp.close()
  await loop[Symbol.asyncDispose]()
  expect(() => expectNothingLeft(loop)).not.toThrow()
  const nothing = { handles: 0, descriptors: 0, heapBlocks: 0, memory: 65_536 }
  for (const left of [{ handles: 1 }, { descriptors: 1 }, { heapBlocks: 1 }]) {
    expect(() => expectNothingLeft({ closed: true, resources: { ...nothing, ...left } })).toThrow()
  }
})

test('released() waits for resources that are released late', async () => {
  let asked = 0
  const held = (): string[] => (++asked < 5 ? ['a socket'] : [])
  await released(held)
  expect(asked).toBe(5)
})
