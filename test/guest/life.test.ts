/** How guests begin and end, under either driver. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { driver, Guest, GuestTrap, nodeHost } from './support/built.js'
import { endAll, play, playEcho } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => Promise.all([guestModule('behave'), guestModule('echo')]), COMPILING)
endAll()

describe('the exit code', () => {
  test.each([
    ['main() returns 0', ['return', '0'], 0],
    ['main() returns 3', ['return', '3'], 3],
    ['exit(42)', ['exit', '42'], 42],
    ['exit(300), of which 8 bits are left', ['exit', '300'], 44],
    ['exit(-1)', ['exit', '-1'], 255],
    ['exit(7) in a callback of the loop', ['exit-in-callback'], 7],
    ['a loop that has nothing left to do', ['timer', '1'], 0],
  ])('%s', async (_name, args, code) => {
    expect(await (await play(args)).code).toBe(code)
  })
})

describe('a trap', () => {
  test.each([
    ['abort()', ['abort'], 'abort', 'unreachable'],
    ['a failed assertion', ['assert'], '__assert_fail', 'unreachable'],
    ['an instruction that traps', ['trap'], 'step_on_it', 'unreachable'],
    ['one in a callback of the loop', ['trap-in-callback'], 'trap_in_callback', 'unreachable'],
    ['a stack that runs over', ['overflow'], 'dig', 'memory access out of bounds|call stack size exceeded'],
    ['a pointer that leads nowhere', ['poke'], 'main', 'memory access out of bounds'],
  ])('%s rejects exit, and its stack names the C function', async (_name, args, where, message) => {
    const failure = await (await play(args)).failure
    expect(failure).toBeInstanceOf(GuestTrap)
    expect(failure).toMatchObject({
      name: 'GuestTrap',
      message: expect.stringMatching(message),
      stack: expect.stringContaining(where),
    })
  })

  test('is the stack of the guest alone', async () => {
    const failure = await (await play(['trap'])).failure
    expect(failure).toMatchObject({ stack: expect.not.stringContaining('.js') })
  })

  test('a failed assertion says which', async () => {
    const trapped = await play(['assert'])
    await trapped.failure
    expect(trapped.errors).toMatch(/Assertion failed: number == 4711/)
  })

  test('leaves other guests alone', async () => {
    const { echo, port } = await playEcho()
    await (await play(['trap'])).failure
    await (await play(['overflow'])).failure
    const other = await playEcho()
    expect(other.port).not.toBe(port)
    echo.guest.terminate()
    expect(await echo.code).toBe(143)
    const fine = await play(['return', '5'])
    expect(await fine.code).toBe(5)
  })
})

describe('terminate()', () => {
  test('ends a guest that waits in its loop', async () => {
    const waiting = await play(['wait'])
    await waiting.says(/waiting/)
    waiting.guest.terminate()
    expect(await waiting.code).toBe(143)
  })

  test('ends a guest that waits for its input', async () => {
    const waiting = await play(['cat'], { input: never() })
    waiting.guest.terminate()
    expect(await waiting.code).toBe(143)
  })

  test('ends a guest that waits for its output to be received', async () => {
    const flooding = await play(['flood'], { onOutput: () => new Promise(() => {}) })
    await flooding.says(/x/)
    flooding.guest.terminate()
    expect(await flooding.code).toBe(143)
  })

  test('ends a guest that sleeps', async () => {
    const sleeping = await play(['sleep', '100000'])
    sleeping.guest.terminate()
    expect(await sleeping.code).toBe(143)
  })

  test('ends a guest whose loop never rests', async () => {
    const turning = await play(['turn'])
    await turning.says(/turning/)
    turning.guest.terminate()
    expect(await turning.code).toBe(143)
  })

  test('ends a guest that prints and never waits', async () => {
    const flooding = await play(['flood'])
    await flooding.says(/x/)
    flooding.guest.terminate()
    expect(await flooding.code).toBe(143)
  })

  // A suspended guest shares the thread: while it computes, nobody can ask it to end. That is documented.
  if (driver === 'worker') {
    test('ends a guest that computes and never waits', async () => {
      const spinning = await play(['spin'])
      await spinning.says(/spinning/)
      spinning.guest.terminate()
      expect(await spinning.code).toBe(143)
    })
  }

  test('right after the start, twice, and after the end', async () => {
    const early = await play(['wait'])
    early.guest.terminate()
    early.guest.terminate()
    expect(await early.code).toBe(143)
    early.guest.terminate()
    const ended = await play(['return', '6'])
    expect(await ended.code).toBe(6)
    ended.guest.terminate()
    expect(await ended.code).toBe(6)
  })
})

describe('a program that cannot be run', () => {
  const start = (program: URL | Uint8Array<ArrayBuffer>) => Guest.start(program, { driver, host: nodeHost() })

  test('because it is no WebAssembly', async () => {
    await expect(start(new TextEncoder().encode('#!/bin/sh'))).rejects.toMatchObject({ name: 'CompileError' })
  })

  test('because it is a library', async () => {
    const library = new URL('../../wasm/build/release/libuv.wasm', import.meta.url)
    await expect(start(library)).rejects.toMatchObject({ name: 'TypeError', message: expect.stringMatching(/uvcc/) })
  })

  test('because it has no main()', async () => {
    // (memory (export "memory") 1)
    const empty = Uint8Array.of(...MAGIC, 5, 3, 1, 0, 1, 7, 10, 1, 6, ...Buffer.from('memory'), 2, 0)
    await expect(start(empty)).rejects.toMatchObject({ name: 'TypeError', message: expect.stringMatching(/main/) })
  })

  test('because it imports what there is not', async () => {
    // (import "env" "nonesuch" (func)) (func (export "_start")) (memory (export "memory") 1)
    const strange = Uint8Array.of(
      ...[...MAGIC, 1, 4, 1, 96, 0, 0, 2, 16, 1, 3, ...Buffer.from('env'), 8, ...Buffer.from('nonesuch'), 0, 0],
      ...[3, 2, 1, 0, 5, 3, 1, 0, 1],
      ...[7, 19, 2, 6, ...Buffer.from('_start'), 0, 1, 6, ...Buffer.from('memory'), 2, 0],
      ...[10, 4, 1, 2, 0, 11],
    )
    await expect(start(strange)).rejects.toMatchObject({
      name: 'LinkError',
      message: expect.stringMatching(/nonesuch/),
    })
  })
})

describe('wrong input is named, and what would be right', () => {
  const module = new URL('../../wasm/build/release/libuv.wasm', import.meta.url)

  test.each([
    ['a name for a program', 'echo.wasm', {}, /program "echo\.wasm".*URL/],
    ['nothing for a program', undefined, {}, /program undefined/],
    ['an unheard-of driver', module, { driver: 'rocket' }, /driver "rocket".*auto, jspi, worker/],
    ['a name for a host', module, { host: 'node' }, /host "node".*nodeHost\(\)/],
    ['arguments in one string', module, { args: 'a b' }, /args "a b"/],
    ['a number among the arguments', module, { args: ['a', 1] }, /args an? \w+/i],
    ['an argument with a NUL', module, { args: ['a\0b'] }, /args .*NUL/],
    ['a number for a variable', module, { env: { A: 1 } }, /env/],
    ['a variable with a NUL', module, { env: { A: '1\0' } }, /env .*NUL/],
    ['a name with an equals sign', module, { env: { 'A=B': '1' } }, /env .*=/],
    ['a string for an input', module, { input: 'text' }, /input "text"/],
    ['a stream for a function', module, { onOutput: process.stdout }, /onOutput a \w+/],
    ['a fraction of a descriptor', module, { maxDescriptors: 4.5 }, /maxDescriptors/],
    ['a topic for a trace', module, { trace: 'syscall' }, /trace "syscall".*new Trace/],
  ])('%s', async (_name, program, options, message) => {
    const start = Reflect.apply(Guest.start, Guest, [program, options])
    await expect(start).rejects.toMatchObject({ name: 'ArgumentError', message: expect.stringMatching(message) })
  })
})

test('a driver that this engine has not is refused', async () => {
  if (driver === 'jspi') return
  await expect(Guest.start(await guestModule('behave'), { driver: 'jspi' })).rejects.toMatchObject({
    message: expect.stringMatching(/driver 'jspi'.*worker/),
  })
})

/** How every module begins. */
const MAGIC = [0, 97, 115, 109, 1, 0, 0, 0]

/** A source of input that never gives any. */
async function* never(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {})
}
