import { describe, expect, test } from '@jest/globals'
import { Memory } from '../../src/abi/memory.js'

const PAGE = 65_536

const fresh = (): { wasm: WebAssembly.Memory; memory: Memory } => {
  const wasm = new WebAssembly.Memory({ initial: 1 })
  return { wasm, memory: new Memory(wasm) }
}

test('numbers are little-endian, and network numbers big-endian', () => {
  const { memory } = fresh()
  memory.setU32(8, 0xfffefdfc)
  expect([memory.u8(8), memory.u16(8), memory.u16be(8), memory.i32(8), memory.u32(8)]).toEqual([
    0xfc, 0xfdfc, 0xfcfd, -66_052, 0xfffefdfc,
  ])
  memory.setU16be(16, 0x1234)
  expect(memory.u16(16)).toBe(0x3412)
  memory.setU64(24, 0x4045000000000000n)
  expect(memory.f64(24)).toBe(42)
})

test('views are created again after the memory has grown', () => {
  const { wasm, memory } = fresh()
  memory.setU32(100, 7)
  const old = memory.heap
  wasm.grow(2)
  expect(old.length).toBe(0)
  expect(memory.u32(100)).toBe(7)
  expect(memory.heap.length).toBe(3 * PAGE)
  expect(memory.size).toBe(3 * PAGE)
  memory.setU32(3 * PAGE - 4, 9)
  expect(memory.u32(3 * PAGE - 4)).toBe(9)
})

test('the heap is created again when it is used first after growth', () => {
  const { wasm, memory } = fresh()
  wasm.grow(1)
  memory.heap[PAGE] = 5
  expect(memory.u8(PAGE)).toBe(5)
})

describe('contains()', () => {
  const { memory } = fresh()

  test.each([
    [1, 1],
    [1, PAGE - 1],
    [PAGE - 1, 1],
    [PAGE, 0],
    [0, 0],
    [-1, 0],
    [2 ** 32 - 1, 0],
  ])('is true for address %d and %d bytes', (address, length) => {
    expect(memory.contains(address, length)).toBe(true)
  })

  test.each([
    [0, 1],
    [1, PAGE],
    [PAGE, 1],
    [-1, 1],
    [-8, 4],
    [-2_147_483_648, 2 ** 31],
    [2 ** 31, 1],
    [2 ** 32 - 4, 8],
    [8, -4],
    [PAGE + 8, -8],
    [Number.NaN, 1],
    [1, Number.NaN],
  ])('is false for address %d and %d bytes', (address, length) => {
    expect(memory.contains(address, length)).toBe(false)
  })
})

describe('strings', () => {
  test('end in NUL and are UTF-8', () => {
    const { memory } = fresh()
    memory.heap.fill(0xff, 0, 64)
    expect(memory.setString(8, 'grüß', 7)).toBe(true)
    expect(memory.string(8)).toBe('grüß')
    expect(memory.u8(15)).toBe(0xff)
  })

  test.each([
    ['abc', 3],
    ['abc', 0],
    ['grüß', 6],
    ['ab€', 4],
  ])('are not stored without room: %s in %d bytes', (text, room) => {
    const { memory } = fresh()
    expect(memory.setString(8, text, room)).toBe(false)
  })

  test.each([0, -5, PAGE, 2 ** 31])('are not read at address %d', (address) => {
    const { memory } = fresh()
    expect(() => memory.string(address)).toThrow(RangeError)
  })

  test('are not read without a final NUL', () => {
    const { memory } = fresh()
    memory.heap.fill(65, 8)
    expect(() => memory.string(8)).toThrow(RangeError)
  })
})

test('bytes are written only within the memory, and no bytes at any address', () => {
  const { memory } = fresh()
  memory.setBytes(PAGE - 2, new Uint8Array([5, 6]))
  expect([memory.u8(PAGE - 2), memory.u8(PAGE - 1)]).toEqual([5, 6])
  for (const address of [-1, PAGE, PAGE + 1, 2 ** 31]) memory.setBytes(address, new Uint8Array(0))
  // Uint8Array throws here, and its realm is not the test's.
  expect(() => memory.setBytes(PAGE - 1, new Uint8Array(2))).toThrow('offset is out of bounds')
})

test('clear() stays within the memory', () => {
  const { memory } = fresh()
  memory.heap.fill(1)
  memory.clear(8, 4)
  expect([...memory.heap.subarray(7, 13)]).toEqual([1, 0, 0, 0, 0, 1])
  expect(() => memory.clear(PAGE - 2, 4)).toThrow(RangeError)
  expect(() => memory.clear(-2, 4)).toThrow(RangeError)
  expect(memory.u8(PAGE - 1)).toBe(1)
})
