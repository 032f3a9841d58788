import { expect, test } from '@jest/globals'
import { Memory } from '../../src/abi/memory.js'
import { isCall } from '../../src/base/call.js'
import type { WasmImports } from '../../src/base/platform-types.js'
import { startCalls } from '../../src/wasi/args-environ.js'

/** `errno` of preview 1. */
const FAULT = 21

const memory = new Memory(new WebAssembly.Memory({ initial: 1 }))
const END = 65_536

function call(calls: WasmImports, name: string, ...values: unknown[]): unknown {
  const found = calls[name]
  if (!isCall(found)) throw new Error(`there is no ${name}`)
  return Reflect.apply(found, undefined, values)
}

/** The strings that a program reads. */
function texts(calls: WasmImports, name: string): string[] {
  expect(call(calls, `${name}_sizes_get`, 8, 12)).toBe(0)
  const [count, size] = [memory.u32(8), memory.u32(12)]
  memory.heap.fill(0xee, 16, 1024)
  expect(call(calls, `${name}_get`, 16, 512)).toBe(0)
  expect(memory.heap.subarray(512 + size, 1024).every((byte) => byte === 0xee)).toBe(true)
  return Array.from({ length: count }, (_, index) => memory.string(memory.u32(16 + index * 4)))
}

test('arguments and environment are strings like in C', () => {
  const calls = startCalls({ args: ['guest', '', 'ä€𝄞'], env: { A: '1', B: 'a=b', C: '' } }, () => memory)
  expect(texts(calls, 'args')).toEqual(['guest', '', 'ä€𝄞'])
  expect(texts(calls, 'environ')).toEqual(['A=1', 'B=a=b', 'C='])
  const none = startCalls({}, () => memory)
  expect([texts(none, 'args'), texts(none, 'environ')]).toEqual([[], []])
})

test('an address outside of the memory is EFAULT', () => {
  const calls = startCalls({ args: ['guest'], env: { A: '1' } }, () => memory)
  for (const name of ['args', 'environ']) {
    for (const [one, other] of [
      [0, 8],
      [8, 0],
      [END - 3, 8],
      [8, END - 3],
      [-8, 8],
    ]) {
      expect(call(calls, `${name}_sizes_get`, one, other)).toBe(FAULT)
      expect(call(calls, `${name}_get`, one, other)).toBe(FAULT)
    }
  }
})
