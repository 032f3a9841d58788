/** The room for the files of a guest. */
import { expect, test } from '@jest/globals'
import { Gauge, type Level } from '../../src/base/gauge.js'
import { MemoryFile } from '../../src/wasi/fs/memory.js'
import { Space } from '../../src/wasi/fs/space.js'

const watched = (limit: number): { readonly gauge: Gauge; readonly levels: Level[] } => {
  const levels: Level[] = []
  const tell = (level: Level): void => void levels.push(level)
  return { levels, gauge: new Gauge(limit, { tell, table: new Float64Array(1), slot: 0 }) }
}

test('files have as many bytes as their limit, and no more', () => {
  const { gauge, levels } = watched(10_000)
  const space = new Space({ bytes: gauge, entries: new Gauge(10) })
  const file = new MemoryFile(space, 0n)
  file.write(0, [new Uint8Array(9000)], 0n)
  expect(() => file.write(9000, [new Uint8Array(2000)], 0n)).toThrow()
  expect([file.size, levels.at(-1)]).toEqual([9000, 'limit'])
  expect(gauge.used).toBeLessThanOrEqual(10_000)
})

test('there are as many entries as their limit; those that are gone make room', () => {
  const { gauge, levels } = watched(2)
  const space = new Space({ bytes: new Gauge(10), entries: gauge })
  space.takeNode()
  space.takeNode()
  expect(() => space.takeNode()).toThrow()
  space.giveNode()
  space.takeNode()
  expect([space.room.nodes, space.room.allNodes]).toEqual([0, 2])
  expect(levels).toContain('limit')
})

test('what was given and not taken makes no room', () => {
  const space = new Space({ bytes: new Gauge(10), entries: new Gauge(1) })
  space.giveNode()
  expect(space.room.nodes).toBe(1)
})
