/**
 * Guests that resist: they catch everything, exit twice, trap inside of a callback, use up the stack in an import, or
 * grow their memory while a call runs. Each ends once, with the right outcome, and leaves nothing open.
 */
import { describe, expect, test } from '@jest/globals'
import type { Outcome } from '../../src/guest/outcome.js'
import { SIGNATURES, type Signature } from '../fuzz/guest/signatures.js'
import { build, F64, type FunctionPart, I32, I64, type ImportPart, op } from '../runtime/support/wasm-builder.js'
import { soon } from '../support/deadline.js'
import { seeded } from '../support/random.js'
import { driver, Guest, virtualHost } from './support/built.js'

const [UV, WASI, PUMP] = ['uv_host_1', 'wasi_snapshot_preview1', 'uv_pump_1']
const TYPES = { i: I32, I: I64, d: F64 } as const
const DRIVERS = driver === 'worker' ? (['worker', 'pump'] as const) : ([driver] as const)

const typesOf = (letters: string): number[] => Array.from(letters, (letter) => TYPES[letter as keyof typeof TYPES])
const importOf = ({ module, name, parameters, result }: Signature): ImportPart => ({
  module,
  name,
  params: typesOf(parameters),
  results: typesOf(result),
})
const known = (module: string, name: string): ImportPart => {
  const found = SIGNATURES.find((one) => one.module === module && one.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return importOf(found)
}

const IMPORTS = [
  ...[known(PUMP, 'leave'), known(WASI, 'proc_exit'), known(WASI, 'fd_write'), known(UV, 'socket')],
  ...[known(UV, 'bind'), known(UV, 'listen'), known(PUMP, 'run'), known(UV, 'getsockname')],
]
const [LEAVE, EXIT, WRITE, SOCKET, BIND, LISTEN, RUN, NAME] = [0, 1, 2, 3, 4, 5, 6, 7]

type Code = readonly (readonly number[])[]

const caught = (...code: Code): Code => [op.try, ...code, op.catchAll, op.end]
const exit = (code: number): Code => [op.i32(code), op.call(EXIT)]
/** Writes the five bytes at 64. */
const SAY: Code = [
  ...[op.i32(16), op.i32(64), op.store, op.i32(20), op.i32(5), op.store],
  ...[op.i32(1), op.i32(16), op.i32(1), op.i32(24), op.call(WRITE), op.drop],
]
/** Listens on a free port, which shows whether all is released. */
const HOLD: Code = [
  ...[op.i32(2), op.i32(1), op.i32(0), op.call(SOCKET), op.set(0)],
  ...[op.get(0), op.i32(96), op.i32(16), op.call(BIND), op.drop, op.get(0), op.i32(8), op.call(LISTEN), op.drop],
]
const DATA = { 64: 'here\n', 96: '\x02\0\0\0\x7f\0\0\x01\0\0\0\0\0\0\0\0' }

/** A guest's life. */
interface Life {
  readonly outcome: Outcome
  readonly said: string
  readonly left: readonly string[]
}

/** @param parts - its functions; the one that is exported as `_start` is its program */
const live = async (
  driver: (typeof DRIVERS)[number],
  { functions, more = [] }: { functions: readonly FunctionPart[]; more?: readonly ImportPart[] },
): Promise<Life> => {
  const host = virtualHost()
  let said = ''
  const module = build({ imports: [...IMPORTS, ...more], functions, data: DATA })
  const guest = await Guest.start(module, {
    driver,
    host,
    maxDescriptors: 64,
    onOutput: (_stream, bytes) => {
      said += Buffer.from(bytes).toString('latin1')
    },
  })
  const outcome = await soon(guest.outcome, 'the guest to end')
  return { outcome, said, left: host.open().filter((what) => !what.endsWith(' events')) }
}

const main = (...code: Code): FunctionPart => ({ locals: 3, code, export: '_start' })
/** What a loop that the host runs calls: once, and it is not alive after it. */
const turns = (...code: Code): readonly FunctionPart[] => [
  { params: [I32], results: [I32], locals: 3, code, export: 'uvp_turn' },
  { params: [I32], results: [I32], code: [op.i32(0)], export: 'uvp_turn_timeout' },
  { params: [I32], results: [I32], code: [op.i32(0)], export: 'uvp_turn_alive' },
  { params: [I32], code: [...exit(9)], export: 'uvp_end' },
]

describe.each(DRIVERS)('under %s', (driver) => {
  const exited = (code: number): unknown => ({ outcome: { kind: 'exited', code }, said: '', left: [] })
  const trapped = { outcome: { kind: 'trapped' }, said: '', left: [] }

  test('the first of two exits counts, whatever is caught', async () => {
    const code = [...HOLD, ...caught(...exit(3)), ...caught(...exit(4)), ...caught(...SAY), op.unreachable]
    expect(await live(driver, { functions: [main(...code)] })).toEqual(exited(3))
  })

  test('an exit in a callback ends a guest that catches it and exits again', async () => {
    const turn = turns(...caught(...exit(5)), ...SAY, op.i32(0))
    const code = [...HOLD, ...caught(op.i32(1), op.call(RUN), op.drop), ...caught(...exit(6)), ...SAY]
    expect(await live(driver, { functions: [main(...code), ...turn] })).toEqual(exited(5))
  })

  test.each([
    ['that runs a loop', [op.i32(1), op.call(RUN), op.drop]],
    ['that leaves its loop', [op.i32(1), op.call(LEAVE), op.i32(1), op.call(RUN), op.drop]],
  ])('a trap in a callback ends a guest %s, whatever is caught', async (_what, enter) => {
    const turn = turns(...caught(op.unreachable), op.i32(0))
    const code = [...HOLD, ...caught(...enter), ...caught(...SAY), ...exit(0)]
    expect(await live(driver, { functions: [main(...code), ...turn] })).toMatchObject(trapped)
  })

  test('memory that grows in a callback is used by the calls in it and after it', async () => {
    const page: Code = [op.size, op.i32(1), op.sub, op.i32(16), op.shiftLeft]
    // In the new page: the list of one buffer, which is the text at 64.
    const turn = turns(
      ...[op.i32(1), op.grow, op.drop, ...page, op.set(1)],
      ...[op.get(1), op.i32(64), op.store, op.get(1), op.i32(4), op.add, op.i32(5), op.store],
      ...[op.i32(1), op.get(1), op.i32(1), op.get(1), op.i32(8), op.add, op.call(WRITE), op.drop, op.i32(0)],
    )
    // The name of the socket goes to the new page, and the exit code is its family.
    const code = [
      ...[...HOLD, op.i32(1), op.call(RUN), op.drop, ...page, op.set(1)],
      ...[op.get(1), op.i32(28), op.store, op.get(0), op.get(1), op.i32(32), op.add, op.get(1), op.call(NAME), op.drop],
      ...[op.get(1), op.i32(32), op.add, op.load, op.i32(65_535), [0x71], op.call(EXIT)],
    ]
    expect(await live(driver, { functions: [main(...code), ...turn] })).toEqual({
      outcome: { kind: 'exited', code: 2 },
      said: 'here\n',
      left: [],
    })
  })

  /** Large frames, each of which makes the call before the next one: the last has hardly any stack left. */
  const overflowing = (one: Signature): FunctionPart[] => {
    const parameters = typesOf(one.parameters).map(op.zero)
    const call = [...parameters, op.call(IMPORTS.length), ...(one.result === '' ? [] : [op.drop])]
    const dive: FunctionPart = {
      locals: 2000,
      code: [...caught(...call), op.call(IMPORTS.length + 1)],
    }
    return [dive, main(...HOLD, ...caught(op.call(IMPORTS.length + 1)), ...caught(...SAY), ...exit(0))]
  }
  const calls = SIGNATURES.filter(({ name }) => name !== 'leave' && name !== 'run' && name !== 'proc_exit')
  // A thread for each of them takes long.
  const random = seeded('stubborn')
  const some = driver === 'worker' ? calls.filter(() => random.chance(0.06)) : calls

  test.each(some.map((one) => [one.name, one] as const))(
    'a stack that is used up in %s ends a guest',
    async (_, one) => {
      const life = await live(driver, { functions: overflowing(one), more: [importOf(one)] })
      expect(life).toMatchObject({
        outcome: { kind: 'trapped', error: { message: expect.stringMatching(/call stack/) } },
        left: [],
      })
      expect(life.said).not.toContain('here')
    },
  )
})
