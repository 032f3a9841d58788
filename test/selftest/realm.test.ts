/**
 * Facts about the realm of a test file. Jest runs each file in a context of its own (node:vm), with its own `Error`,
 * `Array`, `Promise` and `WebAssembly`, while Node's modules live in the main one.
 *
 * So in a test: compare `error.code` and `error.name`, not `instanceof Error`, for errors from `node:net` and similar
 * modules; library code must do the same, since a user's bundler or vm may split realms in the same way. Jest shares
 * `Uint8Array` and `ArrayBuffer` between both, so `instanceof Uint8Array` is true for bytes from Node.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const failure = (): unknown => {
  try {
    return readFileSync('/no/such/file')
  } catch (error) {
    return error
  }
}

test("an error of Node is not an instance of this realm's Error", () => {
  const error = failure()
  expect(error instanceof Error).toBe(false)
  expect(error).toMatchObject({ name: 'Error', code: 'ENOENT' })
})

test("bytes of Node are instances of this realm's Uint8Array", () => {
  expect(Buffer.from('x') instanceof Uint8Array).toBe(true)
  expect(new TextEncoder().encode('x') instanceof Uint8Array).toBe(true)
})

test('the buffer of a WebAssembly memory is not an instance of ArrayBuffer, but works with views', () => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  expect(memory.buffer instanceof ArrayBuffer).toBe(false)
  const view = new Uint8Array(memory.buffer)
  view[0] = 7
  expect(new DataView(memory.buffer).getUint8(0)).toBe(7)
})
