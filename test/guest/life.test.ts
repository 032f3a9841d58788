/** The start and the end of guests, under either driver. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { driver, Guest, GuestTrap, nodeHost } from './support/built.js'
import { endAll, play, playEcho } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => Promise.all([guestModule('behave'), guestModule('echo')]), COMPILING)
endAll()

describe('the exit code', () => {
  test.each([
    ['main() that returns 0', ['return', '0'], 0],
    ['main() that returns 3', ['return', '3'], 3],
    ['exit(42)', ['exit', '42'], 42],
    ['exit(300), which keeps 8 bits', ['exit', '300'], 44],
    ['exit(-1)', ['exit', '-1'], 255],
    ['exit(7) in a callback of the loop', ['exit-in-callback'], 7],
    ['a loop that has ended', ['timer', '1'], 0],
  ])('is correct after %s', async (_name, args, code) => {
    expect(await (await play(args)).code).toBe(code)
  })
})

describe('a trap', () => {
  test.each([
    ['abort()', ['abort'], 'abort', 'unreachable'],
    ['a failed assertion', ['assert'], '__assert_fail', 'unreachable'],
    ['an instruction that traps', ['trap'], 'step_on_it', 'unreachable'],
    ['a trap in a callback of the loop', ['trap-in-callback'], 'trap_in_callback', 'unreachable'],
    ['a stack overflow', ['overflow'], 'dig', 'memory access out of bounds|call stack size exceeded'],
    ['an invalid pointer', ['poke'], 'main', 'memory access out of bounds'],
  ])('of %s rejects exit, with a stack that names the C function', async (_name, args, where, message) => {
    const failure = await (await play(args)).failure
    expect(failure).toBeInstanceOf(GuestTrap)
    expect(failure).toMatchObject({
      name: 'GuestTrap',
      message: expect.stringMatching(message),
      stack: expect.stringContaining(where),
    })
  })

  test('has a stack with frames of the guest only', async () => {
    const failure = await (await play(['trap'])).failure
    expect(failure).toMatchObject({ stack: expect.not.stringContaining('.js') })
  })

  test('of a failed assertion prints the assertion', async () => {
    const trapped = await play(['assert'])
    await trapped.failure
    expect(trapped.errors).toMatch(/Assertion failed: number == 4711/)
  })

  test('does not affect other guests', async () => {
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

  test('ends a guest that waits for the receiver of its output', async () => {
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

  test('ends a guest with a loop that never waits', async () => {
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

  // A suspended guest shares the thread: while it computes, terminate() cannot be called. That is documented.
  if (driver === 'worker') {
    test('ends a guest that computes and never waits', async () => {
      const spinning = await play(['spin'])
      await spinning.says(/spinning/)
      spinning.guest.terminate()
      expect(await spinning.code).toBe(143)
    })
  }

  test('may be called directly after the start, twice, and after the end', async () => {
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

describe('Guest.start()', () => {
  const start = (program: URL | Uint8Array<ArrayBuffer>) => Guest.start(program, { driver, host: nodeHost() })

  test('refuses a file that is not WebAssembly', async () => {
    await expect(start(new TextEncoder().encode('#!/bin/sh'))).rejects.toMatchObject({ name: 'CompileError' })
  })

  test('refuses a library', async () => {
    const library = new URL('../../wasm/build/release/libuv.wasm', import.meta.url)
    await expect(start(library)).rejects.toMatchObject({ name: 'TypeError', message: expect.stringMatching(/uvcc/) })
  })

  test('refuses a module without main()', async () => {
    // (memory (export "memory") 1)
    const empty = Uint8Array.of(...MAGIC, 5, 3, 1, 0, 1, 7, 10, 1, 6, ...Buffer.from('memory'), 2, 0)
    await expect(start(empty)).rejects.toMatchObject({ name: 'TypeError', message: expect.stringMatching(/main/) })
  })

  test('refuses a module with an unknown import', async () => {
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

describe('the error of Guest.start()', () => {
  const module = new URL('../../wasm/build/release/libuv.wasm', import.meta.url)

  test.each([
    ['a string as the program', 'echo.wasm', {}, /program "echo\.wasm".*URL/],
    ['undefined as the program', undefined, {}, /program undefined/],
    ['an unknown driver', module, { driver: 'rocket' }, /driver "rocket".*auto, jspi, worker/],
    ['a string as the host', module, { host: 'node' }, /host "node".*nodeHost\(\)/],
    ['arguments in one string', module, { args: 'a b' }, /args "a b"/],
    ['a number among the arguments', module, { args: ['a', 1] }, /args an? \w+/i],
    ['an argument with a NUL', module, { args: ['a\0b'] }, /args .*NUL/],
    ['a number as a variable', module, { env: { A: 1 } }, /env/],
    ['a variable with a NUL', module, { env: { A: '1\0' } }, /env .*NUL/],
    ['a name of a variable with an equals sign', module, { env: { 'A=B': '1' } }, /env .*=/],
    ['a string as the input', module, { input: 'text' }, /input "text"/],
    ['a stream as onOutput', module, { onOutput: process.stdout }, /onOutput a \w+/],
    ['a fraction as maxDescriptors', module, { maxDescriptors: 4.5 }, /maxDescriptors/],
    ['a topic as the trace', module, { trace: 'syscall' }, /trace "syscall".*new Trace/],
  ])('for %s names the value', async (_name, program, options, message) => {
    const start = Reflect.apply(Guest.start, Guest, [program, options])
    await expect(start).rejects.toMatchObject({ name: 'ArgumentError', message: expect.stringMatching(message) })
  })
})

test('the driver jspi starts a guest if the engine supports it, and is refused otherwise', async () => {
  const start = Guest.start(await guestModule('behave'), { driver: 'jspi', args: ['behave', 'exit', '3'] })
  if (driver === 'jspi') expect(await (await start).exit).toBe(3)
  else await expect(start).rejects.toMatchObject({ message: expect.stringMatching(/driver 'jspi'.*worker/) })
})

/** The first bytes of every module. */
const MAGIC = [0, 97, 115, 109, 1, 0, 0, 0]

/** An input that never delivers bytes. */
async function* never(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {})
}
