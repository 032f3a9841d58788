/** Tests of compiling generated modules once. */
import { describe, expect, test } from '@jest/globals'
import { adoptModules, generatedModule, generatedModules } from '../../src/runtime/generated-modules.js'

const EMPTY = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)

const never = (): never => {
  throw new Error('it was generated again')
}

describe('A generated module', () => {
  test('is compiled once for what it depends on', () => {
    const one = generatedModule('compiled once', () => EMPTY)
    expect(generatedModule('compiled once', never)).toBe(one)
    expect(generatedModule('another', () => EMPTY)).not.toBe(one)
  })

  test('is not compiled if another thread has', () => {
    const theirs = new WebAssembly.Module(EMPTY)
    adoptModules(new Map([['adopted', theirs]]))
    expect(generatedModule('adopted', never)).toBe(theirs)
  })

  test('is kept with few others, however many programs there are', () => {
    for (let program = 0; program < 500; program++) generatedModule(`of program ${program}`, () => EMPTY)
    expect(generatedModules().size).toBeLessThan(100)
  })
})
