import { beforeEach, describe, expect, test } from '@jest/globals'
import { type CallbackKind, type CallbackTarget, Dispatch, FIRE } from '../../src/runtime/dispatch.js'

class Target implements CallbackTarget {
  readonly received: [CallbackKind, number][] = []
  /** Called within each callback. */
  action: () => void = () => {};

  [FIRE](kind: CallbackKind, value: number): void {
    this.received.push([kind, value])
    this.action()
  }
}

let thrown: unknown[]
let dispatch: Dispatch

beforeEach(() => {
  thrown = []
  dispatch = new Dispatch((error) => thrown.push(error))
})

describe('the numbers of targets', () => {
  test('are never 0 and are used again', () => {
    const targets = [new Target(), new Target(), new Target()]
    expect(targets.map((target) => dispatch.add(target))).toEqual([1, 2, 3])
    dispatch.remove(2)
    expect([dispatch.size, dispatch.add(new Target()), dispatch.add(new Target()), dispatch.size]).toEqual([2, 2, 4, 4])
  })

  test('are given to one target only, also after one was freed twice', () => {
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
  const received = (call: (id: number) => void): unknown => {
    call(dispatch.add(target))
    return target.received.pop()
  }
  expect(received((id) => calls.on_connection(id, -5))).toEqual(['connection', -5])
  expect(received((id) => calls.on_read(id, 7))).toEqual(['read', 7])
  for (const call of [calls.on_connect, calls.on_write, calls.on_shutdown]) {
    expect(received((id) => call(id, -3))).toEqual(['done', -3])
  }
  expect(received((id) => calls.on_close(id))).toEqual(['close', 0])
  for (const call of [calls.on_timer, calls.on_async, calls.on_idle, calls.on_prepare, calls.on_check]) {
    expect(received(call)).toEqual(['wakeup', 0])
  }
  expect(received((id) => calls.on_walk(id))).toEqual(['walk', 0])
})

test.each(['on_connect', 'on_write', 'on_shutdown', 'on_close'] as const)(
  '%s is the last callback of a target',
  (name) => {
    const target = new Target()
    const id = dispatch.add(target)
    let reused = 0
    // Its number is already free during the callback, which may create the next target.
    target.action = () => {
      reused = dispatch.add(new Target())
    }
    dispatch.imports()[name](id, 0)
    expect([target.received.length, reused, dispatch.size]).toEqual([1, id, 1])
    dispatch.imports().on_read(99, 1)
    dispatch.imports()[name](id, 0)
    dispatch.imports()[name](id, 0)
    expect([target.received.length, dispatch.size]).toEqual([1, 0])
  },
)

test('an exception of a target never reaches the module', () => {
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

test.each([0, -1, 5, 2 ** 31 - 1])('a callback with the unknown number %d is ignored', (id) => {
  for (const call of Object.values(dispatch.imports())) Reflect.apply(call, undefined, [id, 0])
  expect([thrown, dispatch.size, dispatch.add(new Target())]).toEqual([[], 0, 1])
})
