/** The call that maps files, with arguments that no C library passes. */
import { beforeEach, expect, test } from '@jest/globals'
import { Memory } from '../../src/abi/memory.js'
import { Arguments } from '../../src/wasi/arguments.js'
import { Errno } from '../../src/wasi/errno.js'
import { Mappings, mappingCalls } from '../../src/wasi/fs/mappings.js'
import { MemoryFile } from '../../src/wasi/fs/memory.js'
import { Space } from '../../src/wasi/fs/space.js'

const PAGE = 65_536
let memory: Memory
let mappings: Mappings
let file: MemoryFile
let map: (fd: number, offset: number, address: number, length: number) => number

beforeEach(() => {
  memory = new Memory(new WebAssembly.Memory({ initial: 1 }))
  const given = new Arguments(() => memory)
  mappings = new Mappings(given)
  file = new MemoryFile(new Space(), 0n)
  ;({ map } = mappingCalls(mappings, given, () => file))
})

test.each([
  [0, PAGE - 8, 9, Errno.FAULT],
  [0, -8, 8, Errno.FAULT],
  [0, -8, 0, Errno.FAULT],
  [-1, 8, 8, Errno.INVAL],
  [Number.NaN, 8, 8, Errno.INVAL],
  [2 ** 60, 8, 8, Errno.INVAL],
])('an offset of %p, an address of %p and a length of %p are refused with %p', (offset, address, length, error) => {
  expect(map(3, offset, address, length)).toBe(-error)
})

test('1,024 mappings are possible, and one more when one has ended', () => {
  for (let at = 1; at <= 1024; at++) expect(map(3, 0, at, 1)).toBe(0)
  expect(map(3, 0, 2000, 1)).toBe(-Errno.NOMEM)
  expect([map(3, 0, 7, 0), map(3, 0, 2000, 1)]).toEqual([0, 0])
})

test('what is written to a file shows in a mapping of its part', () => {
  expect(map(3, 2, 100, 4)).toBe(0)
  mappings.written(file, 0, [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6, 7)], 6)
  expect([...memory.heap.subarray(99, 105)]).toEqual([0, 3, 4, 5, 6, 0])
  mappings.resized(file, 3)
  expect([...memory.heap.subarray(99, 105)]).toEqual([0, 3, 0, 0, 0, 0])
})
