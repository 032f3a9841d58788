/** Tests of the gate between a foreign module and the library's functions. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { WasmImports } from '../../src/base/platform-types.js'
import { Gate, type GateOptions } from '../../src/runtime/import-gate.js'
import { build, F64, I32, I64, op } from './support/wasm-builder.js'

let calls: unknown[][]
let answer: () => unknown
beforeEach(() => {
  calls = []
  answer = () => 0
})

const note = (...values: unknown[]): unknown => {
  calls.push(values)
  return answer()
}

/** A module with the imports `one`, `two` and `none`; it exports them, and how often it has caught what `one` threw. */
const foreign = new WebAssembly.Module(
  build({
    imports: [
      { module: 'm', name: 'one', params: [I32], results: [I32] },
      { module: 'm', name: 'two', params: [I64, F64], results: [F64] },
      { module: 'm', name: 'none', params: [I32] },
    ],
    functions: [
      { params: [I32], results: [I32], code: [op.get(0), op.call(0)], export: 'one' },
      { params: [I64, F64], results: [F64], code: [op.get(0), op.get(1), op.call(1)], export: 'two' },
      { params: [I32], code: [op.get(0), op.call(2)], export: 'none' },
      {
        results: [I32],
        locals: 1,
        code: [op.try, op.i32(7), op.call(0), op.drop, op.catchAll, op.i32(1), op.set(0), op.end, op.get(0)],
        export: 'caught',
      },
      {
        params: [I32],
        results: [I32],
        // That many frames on the stack, then one().
        code: [
          [...op.get(0), 0x04, I32, ...op.get(0), ...op.i32(1), ...op.sub, ...op.call(7), ...op.i32(1), ...op.add],
          [...op.else, ...op.i32(0), ...op.call(0), ...op.end],
        ],
        export: 'deep',
      },
    ],
  }),
)

const open = (options: GateOptions = {}) => {
  const functions: WasmImports = { one: note, two: note, none: note }
  const gate = new Gate(foreign, new Map([['m', { functions, types: TYPES }]]), options)
  const { exports } = new WebAssembly.Instance(foreign, gate.imports)
  const call = (name: string, ...values: unknown[]): unknown => {
    const called = exports[name]
    if (typeof called !== 'function') throw new Error(`there is no ${name}`)
    return Reflect.apply(called, undefined, values)
  }
  return { gate, call }
}

const TYPES = { one: 'i:i', two: 'Id:d', none: 'i' }

test('calls pass with their arguments and results', () => {
  const { gate, call } = open()
  answer = () => 5
  expect([call('one', -1), call('two', 2n ** 40n, 0.5)]).toEqual([5, 5])
  answer = () => undefined
  expect(call('none', 3)).toBeUndefined()
  expect(calls).toEqual([[-1], [2n ** 40n, 0.5], [3]])
  expect(gate.busy).toBe(false)
})

test.each([
  ['another parameter', 'ii:i'],
  ['another type', 'I:i'],
  ['no result', 'i'],
])('a function with %s does not link', (_what, one) => {
  const functions: WasmImports = { one: note, two: note, none: note }
  const gate = new Gate(foreign, new Map([['m', { functions, types: { ...TYPES, one } }]]))
  expect(() => new WebAssembly.Instance(foreign, gate.imports)).toThrow(WebAssembly.LinkError)
})

describe('a gate that is shut', () => {
  test('passes no call and makes a trap that cannot be caught', () => {
    const { gate, call } = open()
    gate.shut()
    for (const name of ['one', 'none', 'caught']) expect(() => call(name, 1)).toThrow('unreachable')
    expect(() => gate.check()).toThrow('unreachable')
    expect(calls).toEqual([])
  })

  test('makes the call that shut it end in a trap that cannot be caught', () => {
    const { gate, call } = open()
    answer = () => {
      expect(gate.busy).toBe(true)
      gate.shut()
      return 0
    }
    expect(() => call('caught')).toThrow('unreachable')
    expect(calls).toEqual([[7]])
  })
})

test('every call after one that threw is a trap', () => {
  const { call } = open()
  answer = () => {
    throw new Error('from within')
  }
  expect(call('caught')).toBe(1)
  expect(() => call('one', 1)).toThrow('unreachable')
  expect(() => call('none', 1)).toThrow('unreachable')
  expect(calls).toEqual([[7]])
})

test('a call within a call traps unless the function may be reentered', () => {
  const strict = open()
  answer = () => strict.call('none', 1)
  expect(() => strict.call('one', 1)).toThrow('unreachable')
  const loose = open({ reenters: () => true })
  answer = () => {
    answer = () => 9
    return loose.call('one', 1)
  }
  expect(loose.call('one', 1)).toBe(9)
})

test('a function without a result can unwind the module, and the next call passes', () => {
  const { gate, call } = open()
  answer = () => true
  expect(() => call('none', 1)).toThrow('unreachable')
  expect(gate.busy).toBe(false)
  answer = () => 4
  expect(call('one', 1)).toBe(4)
})

test('a call is made only if the stack has room for it', () => {
  const { call } = open()
  /** Uses the stack with a function that only calls itself, for that many frames. */
  const dig = (left: number): number => (left === 0 ? 0 : 1 + dig(left - 1))
  let dug = 0
  answer = () => {
    dig(200)
    dug++
    return 0
  }
  const deep = (frames: number): boolean => {
    try {
      call('deep', frames)
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError)
      return false
    }
  }
  let [fine, over] = [1, 1_000_000]
  while (over - fine > 1) {
    const middle = (fine + over) >> 1
    if (deep(middle)) fine = middle
    else over = middle
  }
  // Either the call is made and has enough stack, or it is not made at all.
  for (let frames = fine - 100; frames < fine + 100; frames++) {
    const [made, before] = [calls.length, dug]
    deep(frames)
    expect(dug - before).toBe(calls.length - made)
  }
})
