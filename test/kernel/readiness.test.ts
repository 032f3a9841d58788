import { describe, expect, test } from '@jest/globals'
import {
  endWatches,
  FurtherWatch,
  Poll,
  Pollable,
  Readiness,
  reportChange,
  type Trigger,
} from '../../src/kernel/readiness.js'

class Item extends Pollable {
  override fd: number
  ready = 0

  constructor(fd: number) {
    super()
    this.fd = fd
  }

  override readiness(): number {
    return this.ready
  }
}

/** A list with items 0 to `count` - 1, watched for reading. */
function listWith(count: number): { list: Readiness; items: Item[]; wakes: () => number } {
  let wakes = 0
  const list = new Readiness(() => {
    wakes++
  })
  const items = Array.from({ length: count }, (_, fd) => new Item(fd))
  for (const item of items) list.watch(item, item.fd, Poll.IN)
  return { list, items, wakes: () => wakes }
}

function collect(list: Readiness, max = 64): [fd: number, events: number][] {
  const answer: [number, number][] = []
  const count = list.collect(max, (index, { fd }, events) => {
    expect(index).toBe(answer.length)
    answer.push([fd, events])
  })
  expect(count).toBe(answer.length)
  return answer
}

const set = (item: Item | undefined, ready: number): void => {
  if (item === undefined) throw new Error('no such item')
  item.ready = ready
  reportChange(item)
}

test('no descriptor is reported while none is ready', () => {
  const { list, wakes } = listWith(3)
  expect([collect(list), list.dropStale(), wakes()]).toEqual([[], false, 0])
})

test('a ready descriptor is reported again until it is no longer ready', () => {
  const { list, items } = listWith(2)
  set(items[1], Poll.IN)
  expect([collect(list), collect(list)]).toEqual([[[1, Poll.IN]], [[1, Poll.IN]]])
  set(items[1], 0)
  expect([collect(list), list.dropStale()]).toEqual([[], false])
  set(items[1], Poll.IN)
  expect(collect(list)).toEqual([[1, Poll.IN]])
})

test('only requested events are reported, except errors and hangups', () => {
  const { list, items } = listWith(1)
  set(items[0], Poll.OUT | Poll.RDHUP)
  expect(collect(list)).toEqual([])
  set(items[0], Poll.IN | Poll.OUT | Poll.ERR | Poll.HUP | Poll.RDHUP)
  expect(collect(list)).toEqual([[0, Poll.IN | Poll.ERR | Poll.HUP]])
  const [item] = items
  if (item !== undefined) list.watch(item, item.fd, Poll.OUT | Poll.RDHUP)
  expect(collect(list)).toEqual([[0, Poll.OUT | Poll.ERR | Poll.HUP | Poll.RDHUP]])
})

test('a descriptor that is ready before it is watched is reported', () => {
  const { list, wakes } = listWith(0)
  const item = new Item(7)
  item.ready = Poll.IN
  reportChange(item)
  expect([collect(list), wakes()]).toEqual([[], 0])
  list.watch(item, item.fd, Poll.IN)
  expect([wakes(), list.dropStale(), collect(list)]).toEqual([1, true, [[7, Poll.IN]]])
})

test('a descriptor without interest is not reported, even with errors', () => {
  const { list, items } = listWith(1)
  const [item] = items
  set(item, Poll.IN | Poll.ERR | Poll.HUP)
  if (item !== undefined) list.watch(item, item.fd, 0)
  expect([list.dropStale(), collect(list)]).toEqual([false, []])
})

test('a descriptor that was dropped as not ready is reported when it is ready again', () => {
  const { list, items, wakes } = listWith(1)
  set(items[0], Poll.IN)
  set(items[0], 0)
  expect(list.dropStale()).toBe(false)
  set(items[0], Poll.IN)
  expect([list.dropStale(), wakes(), collect(list)]).toEqual([true, 2, [[0, Poll.IN]]])
})

test('a descriptor wakes once when it becomes ready, however often it changes', () => {
  const { list, items, wakes } = listWith(2)
  for (let times = 0; times < 5; times++) set(items[0], Poll.IN)
  expect(wakes()).toBe(1)
  set(items[1], Poll.IN)
  expect(wakes()).toBe(2)
  collect(list)
  set(items[0], Poll.IN)
  expect(wakes()).toBe(2)
})

describe('a report with too little room', () => {
  test('reports every descriptor once before it reports one again', () => {
    const { list, items } = listWith(5)
    for (const item of items) set(item, Poll.IN)
    const turns = Array.from({ length: 5 }, () => collect(list, 2).map(([fd]) => fd))
    expect(turns).toEqual([
      [0, 1],
      [2, 3],
      [4, 0],
      [1, 2],
      [3, 4],
    ])
  })

  test('reports all descriptors although one is always ready', () => {
    const { list, items } = listWith(3)
    set(items[0], Poll.IN)
    expect(collect(list, 1)).toEqual([[0, Poll.IN]])
    set(items[1], Poll.IN)
    set(items[2], Poll.IN)
    const seen = Array.from({ length: 3 }, () => collect(list, 1)[0]?.[0])
    expect(new Set(seen)).toEqual(new Set([0, 1, 2]))
  })

  test('leaves no room for descriptors that are no longer ready', () => {
    const { list, items } = listWith(4)
    for (const item of items) set(item, Poll.IN)
    set(items[0], 0)
    set(items[1], 0)
    expect(collect(list, 2).map(([fd]) => fd)).toEqual([2, 3])
  })

  test('is empty without room and loses no descriptor', () => {
    const { list, items } = listWith(1)
    set(items[0], Poll.IN)
    expect(collect(list, 0)).toEqual([])
    expect(collect(list, 1)).toEqual([[0, Poll.IN]])
  })
})

describe('a trigger', () => {
  class Triggered extends FurtherWatch {
    how: Trigger = 'level'

    override get trigger(): Trigger {
      return this.how
    }
  }

  const watched = (how: Trigger): { list: Readiness; item: Item; watch: Triggered } => {
    const { list } = listWith(0)
    const item = new Item(3)
    const watch = new Triggered(list, item, 3)
    watch.how = how
    list.change(watch, Poll.IN)
    return { list, item, watch }
  }

  test('by edge reports a descriptor once for each change', () => {
    const { list, item } = watched('edge')
    set(item, Poll.IN)
    expect([collect(list), collect(list)]).toEqual([[[3, Poll.IN]], []])
    set(item, Poll.IN)
    expect([collect(list), collect(list)]).toEqual([[[3, Poll.IN]], []])
  })

  test('for once reports a descriptor until it is watched again', () => {
    const { list, item, watch } = watched('once')
    set(item, Poll.IN)
    set(item, Poll.IN)
    expect([collect(list), collect(list)]).toEqual([[[3, Poll.IN]], []])
    list.change(watch, Poll.IN)
    expect([collect(list), collect(list)]).toEqual([[[3, Poll.IN]], []])
  })
})

test('a descriptor is watched in several lists, and under several numbers', () => {
  const [one, other] = [listWith(0).list, listWith(0).list]
  const item = new Item(1)
  one.watch(item, 1, Poll.IN)
  one.watch(item, 9, Poll.OUT)
  other.watch(item, 1, Poll.OUT)
  set(item, Poll.IN | Poll.OUT)
  expect([collect(one).sort(), collect(other)]).toEqual([
    [
      [1, Poll.IN],
      [9, Poll.OUT],
    ],
    [[1, Poll.OUT]],
  ])
  endWatches(item, (watch) => watch.list === one && watch.fd === 1)
  expect([collect(one), collect(other)]).toEqual([[[9, Poll.OUT]], [[1, Poll.OUT]]])
  endWatches(item)
  set(item, Poll.IN | Poll.OUT)
  expect([collect(one), collect(other), item.next]).toEqual([[], [], undefined])
})

test('a descriptor that is watched once has no object for it, also when it is watched anew', () => {
  const { list } = listWith(0)
  const item = new Item(1)
  for (const events of [Poll.IN, Poll.OUT]) {
    list.watch(item, 1, events)
    expect([list.find(item, 1), item.next]).toEqual([item, undefined])
    endWatches(item)
    expect(list.find(item, 1)).toBeUndefined()
  }
})

test('idle descriptors are not examined by a report', () => {
  const { list, items } = listWith(10_000)
  let asked = 0
  for (const item of items) {
    item.readiness = () => {
      asked++
      return item.ready
    }
  }
  set(items[5_000], Poll.IN)
  asked = 0
  collect(list)
  collect(list)
  expect(asked).toBe(2)
})
