/**
 * Wrong input before any loop is open, when the module's numbers are not known yet. It is a file of its own because no
 * loop may have been opened before.
 */
import { expect, test } from '@jest/globals'
import { Loop, StatusCode, TCP, Timer, virtualHost } from '../../../src/index.js'

test('an error has its code before any loop is open, and its number only afterwards', async () => {
  const refusal = { name: 'ArgumentError', code: 'EINVAL', errno: Number.NaN }
  expect(() => new TCP()).toThrow(expect.objectContaining(refusal))
  expect(() => new TCP()).toThrow(
    'EINVAL: Cannot create a handle: there is no loop yet; open one with `await Loop.open()`',
  )
  await expect(Loop.open({ maxDescriptors: 1 })).rejects.toMatchObject(refusal)
  expect(StatusCode.SUCCESS).toBe(0)
  expect(StatusCode.EINVAL).toBeUndefined()

  const loop = await Loop.open({ host: virtualHost() })
  const timer = new Timer()
  expect(StatusCode.EINVAL).toBeLessThan(0)
  expect(() => timer.start(-1)).toThrow(expect.objectContaining({ code: 'EINVAL', errno: StatusCode.EINVAL }))
  await loop[Symbol.asyncDispose]()
})
