import { setImmediate } from 'node:timers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { Fifo } from '../../src/base/fifo.js'

test('entries leave in the order of their pushes', () => {
  const fifo = new Fifo<number>()
  const out: unknown[] = []
  for (let i = 0; i < 5_000; i++) {
    fifo.push(i)
    if (i % 3 === 0) out.push(fifo.shift())
  }
  expect([fifo.first, fifo.length]).toEqual([out.length, 5_000 - out.length])
  while (fifo.length > 0) out.push(fifo.shift())
  expect(out).toEqual(Array.from({ length: 5_000 }, (_, i) => i))
  expect([fifo.shift(), fifo.first]).toEqual([undefined, undefined])
})

test('iterating over the waiting entries does not remove them', () => {
  const fifo = new Fifo<number>()
  for (let i = 0; i < 5; i++) fifo.push(i)
  fifo.shift()
  expect([...fifo]).toEqual([1, 2, 3, 4])
  expect([fifo.first, fifo.length]).toEqual([1, 4])
  fifo.clear()
  expect([...fifo]).toEqual([])
})

test('an entry that has left can be collected while others wait', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const fifo = new Fifo<Uint8Array>()
  for (let i = 0; i < 10; i++) fifo.push(new Uint8Array(65_536))
  const gone = new WeakRef(fifo.shift() ?? fifo)
  // A WeakRef keeps its target alive until the end of the current job.
  await new Promise<void>((resolve) => void setImmediate(resolve))
  collect()
  expect(gone.deref()).toBeUndefined()
  expect(fifo.length).toBe(9)
})
