import { beforeEach, describe, expect, test } from '@jest/globals'
import { type CallbackKind, type CallbackTarget, Dispatch, FIRE } from '../../src/runtime/dispatch.js'

class Target implements CallbackTarget {
  readonly told: [CallbackKind, number][] = []
  /** What to do when it is told. */
  action: () => void = () => {};

  [FIRE](kind: CallbackKind, value: number): void {
    this.told.push([kind, value])
    this.action()
  }
}

let thrown: unknown[]
let dispatch: Dispatch

beforeEach(() => {
  thrown = []
  dispatch = new Dispatch((error) => thrown.push(error))
})

describe('numbers', () => {
  test('are never 0, and are used again', () => {
    const targets = [new Target(), new Target(), new Target()]
    expect(targets.map((target) => dispatch.add(target))).toEqual([1, 2, 3])
    dispatch.remove(2)
    expect([dispatch.size, dispatch.add(new Target()), dispatch.add(new Target()), dispatch.size]).toEqual([2, 2, 4, 4])
  })

  test('that are freed twice, or were never given, are given to one only', () => {
    const id = dispatch.add(new Target())
    for (const wrong of [id, id, 0, -1, 99]) dispatch.remove(wrong)
    expect(dispatch.size).toBe(0)
    expect(new Set([1, 2, 3].map(() => dispatch.add(new Target()))).size).toBe(3)
    expect(dispatch.size).toBe(3)
  })
})

test('each callback of the module reaches its target', () => {
  const target = new Target()
  const calls = dispatch.imports()
  const told = (call: (id: number) => void): unknown => {
    call(dispatch.add(target))
    return target.told.pop()
  }
  expect(told((id) => calls.on_connection(id, -5))).toEqual(['connection', -5])
  expect(told((id) => calls.on_read(id, 7))).toEqual(['read', 7])
  for (const call of [calls.on_connect, calls.on_write, calls.on_shutdown]) {
    expect(told((id) => call(id, -3))).toEqual(['done', -3])
  }
  expect(told((id) => calls.on_close(id))).toEqual(['close', 0])
  for (const call of [calls.on_timer, calls.on_async, calls.on_idle, calls.on_prepare, calls.on_check]) {
    expect(told(call)).toEqual(['wakeup', 0])
  }
  expect(told((id) => calls.on_walk(id))).toEqual(['walk', 0])
})

test.each(['on_connect', 'on_write', 'on_shutdown', 'on_close'] as const)(
  '%s is the last that a target hears',
  (name) => {
    const target = new Target()
    const id = dispatch.add(target)
    let reused = 0
    // Its number is free already when it is told: a callback may make the next one.
    target.action = () => {
      reused = dispatch.add(new Target())
    }
    dispatch.imports()[name](id, 0)
    expect([target.told.length, reused, dispatch.size]).toEqual([1, id, 1])
    dispatch.imports().on_read(99, 1)
    dispatch.imports()[name](id, 0)
    dispatch.imports()[name](id, 0)
    expect([target.told.length, dispatch.size]).toEqual([1, 0])
  },
)

test('what a target throws never reaches the module', () => {
  const failure = new Error('callback')
  for (const [name, call] of Object.entries(dispatch.imports())) {
    const target = new Target()
    target.action = () => {
      throw failure
    }
    expect([name, Reflect.apply(call, undefined, [dispatch.add(target), 0])]).toEqual([name, undefined])
  }
  expect(thrown).toHaveLength(14)
  expect(new Set(thrown)).toEqual(new Set([failure]))
})

test.each([0, -1, 5, 2 ** 31 - 1])('a number %d that nobody has is no matter', (id) => {
  for (const call of Object.values(dispatch.imports())) Reflect.apply(call, undefined, [id, 0])
  expect([thrown, dispatch.size, dispatch.add(new Target())]).toEqual([[], 0, 1])
})
