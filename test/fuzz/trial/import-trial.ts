/**
 * Modules with random imports: names, kinds and types. Either all of them are functions that guests are offered, or the
 * module is refused.
 */
import type { Random } from '../../support/random.js'
import { Assembly, type Code, F64, I32, I64, op } from '../guest/assembler.js'
import { SIGNATURES } from '../guest/signatures.js'
import { type DriverName, driverOf } from '../work/task.js'
import { runGuest, type Where } from './run-guest.js'

/** Types of values beside numbers. */
const [F32, V128, FUNCREF, EXTERNREF] = [0x7d, 0x7b, 0x70, 0x6f]

/** An import of the module. */
interface Wish {
  readonly module: string
  readonly name: string
  readonly kind: 'function' | 'global' | 'memory' | 'table' | 'tag'
  readonly parameters: Code
  readonly results: Code
  /** Whether guests are offered a function with that name, and with exactly that type. */
  readonly offered: boolean
  readonly exact: boolean
}

/** The outcome. */
export interface ImportVerdict {
  readonly problems: readonly string[]
  readonly imports: readonly string[]
}

/** Properties of every object, and of functions. */
const INHERITED = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...[
    'prototype',
    'name',
    'length',
    'apply',
    'bind',
    'call',
    'create',
    'defineProperty',
    'setPrototypeOf',
    'freeze',
    'keys',
    'then',
  ],
]
const ODD_NAMES = [
  '',
  'é',
  '\u{1f600}',
  '\0',
  'a b',
  'x'.repeat(300),
  'default',
  'memory',
  '_start',
  'toJSON',
  'eval',
  'Function',
]
const MODULES = [
  ...['uv_host_1', 'wasi_snapshot_preview1', 'uv_pump_1', 'env'],
  ...[
    'uv_host_0',
    'uv_host_2',
    'uv_host_01',
    'uv_face_1',
    'wasi_unstable',
    'wasi_snapshot_preview2',
    'WASI_SNAPSHOT_PREVIEW1',
  ],
  ...[
    'a',
    'go',
    'gojs',
    'wbg',
    'wasi:sockets/tcp@0.2.0',
    'wasm:js-string',
    'node:fs',
    'GOT.mem',
    'index',
    'process',
    'globalThis',
  ],
]

/** Starts a module of random imports. */
export async function tryImports(where: Where, random: Random): Promise<ImportVerdict> {
  const sensible = random.chance(0.25)
  const count = sensible ? random.int(0, 12) : random.pick([0, 1, 1, 2, 3, 8])
  const wishes = Array.from({ length: count }, () => (sensible ? realWish(random) : wish(random)))
  const marks = random.chance(0.5)
  const starts = random.chance(0.15)
  const bytes = moduleOf(wishes, driverOf(where.runner), { marks, starts })
  const imports = wishes.map(({ module, name, kind }) => `${kind} ${JSON.stringify([module, name])}`)
  const offered = wishes.every((one) => one.offered)
  const valid = WebAssembly.validate(bytes)
  const problems: string[] = []
  try {
    const { outcome, output } = await runGuest(where, { bytes }, { files: new Map() })
    if (!offered) problems.push('it was started, though it asks for what is not offered')
    if (!valid) problems.push('it was started, though it is not valid')
    if (marks && offered && output.length !== 1 && outcome.kind === 'exited')
      problems.push(`it has printed ${output.length} bytes, not 1`)
  } catch (error) {
    const known =
      error instanceof WebAssembly.LinkError || error instanceof WebAssembly.CompileError || error instanceof TypeError
    if (!known) problems.push(`starting it was rejected with ${String(error)}`)
    if (valid && !starts && wishes.every((one) => one.exact)) problems.push(`it was refused: ${String(error)}`)
  }
  return { problems, imports }
}

/** An offered function, with its own type. */
function realWish(random: Random): Wish {
  const { module, name, parameters, result } = SIGNATURES[random.int(0, SIGNATURES.length - 1)] ?? {
    module: '',
    name: '',
    parameters: '',
    result: '',
  }
  // Functions that wait or exit are left out.
  if (name === 'leave' || name === 'run' || name === 'proc_exit' || name.startsWith('poll') || name === 'fd_read')
    return realWish(random)
  const types = (letters: string): number[] =>
    Array.from(letters, (letter) => (letter === 'I' ? I64 : letter === 'd' ? F64 : I32))
  return {
    module,
    name,
    kind: 'function',
    parameters: types(parameters),
    results: types(result),
    offered: true,
    exact: true,
  }
}

function wish(random: Random): Wish {
  const oneOf = (list: readonly string[]): string => list[random.int(0, list.length - 1)] ?? ''
  const real = SIGNATURES[random.int(0, SIGNATURES.length - 1)]
  const module = oneOf(random.chance(0.5) ? MODULES : [...INHERITED, ...ODD_NAMES])
  const name = oneOf(
    random.chance(0.4) ? [real?.name ?? '', 'sock_connect', 'fd_write2', '__syscall_x'] : [...INHERITED, ...ODD_NAMES],
  )
  const kind = random.pick<Wish['kind']>(['function', 'function', 'function', 'global', 'memory', 'table', 'tag'])
  const type = (): number => random.pick([I32, I32, I64, F64, F32, V128, FUNCREF, EXTERNREF, EXTERNREF])
  const list = (most: number): number[] => Array.from({ length: random.pick([0, 1, 1, 2, 3, most]) }, type)
  return {
    module,
    name,
    kind,
    parameters: list(100),
    results: list(3),
    offered: kind === 'function' && isOffered(module, name),
    exact: false,
  }
}

function isOffered(module: string, name: string): boolean {
  if (module === 'env') return name.startsWith('__syscall_') || name === 'emscripten_notify_memory_growth'
  return SIGNATURES.some((one) => one.module === module && one.name === name)
}

/** A module that imports them, and calls each function once. */
function moduleOf(
  wishes: readonly Wish[],
  driver: DriverName,
  { marks, starts }: { marks: boolean; starts: boolean },
): Uint8Array<ArrayBuffer> {
  const module = new Assembly()
  const calls: Code[] = []
  for (const { module: from, name, kind, parameters, results } of wishes) {
    if (kind === 'function') {
      const index = module.importFunction(from, name, parameters, results)
      calls.push([...parameters.flatMap(zeroOf), ...op.call(index), ...results.flatMap(() => op.drop)])
    } else {
      module.importOther(
        from,
        name,
        { global: [3, EXTERNREF, 0], memory: [2, 0, 1], table: [1, EXTERNREF, 0, 1], tag: [4, 0, module.type([], [])] }[
          kind
        ],
      )
      if (kind === 'memory') module.memory = undefined
    }
  }
  const write = module.importFunction('wasi_snapshot_preview1', 'fd_write', [I32, I32, I32, I32], [I32])
  const exit = module.importFunction('wasi_snapshot_preview1', 'proc_exit', [I32], [])
  const leave =
    driver === 'pump' ? [op.i32(0), op.call(module.importFunction('uv_pump_1', 'leave', [I32], [])), op.drop] : []
  const store = [...op.i32(16), ...op.i32(64), ...op.store(), ...op.i32(16), ...op.i32(1), ...op.store(4)]
  const mark = [...store, ...op.i32(1), ...op.i32(16), ...op.i32(1), ...op.i32(32), ...op.call(write), ...op.drop]
  const code = [...calls.flat(), ...(marks ? mark : []), ...op.i32(0), ...op.call(exit)]
  const main = module.function([], [], [code])
  // Imported only for its driver: the guest exits before it is called.
  if (leave.length > 0)
    for (const name of ['uvp_turn', 'uvp_turn_timeout', 'uvp_turn_alive'])
      module.export(name, module.function([I32], [I32], [op.i32(0)]))
  module.export('_start', main)
  if (starts) module.start = main
  return module.build()
}

function zeroOf(type: number): Code {
  switch (type) {
    case I64:
      return [0x42, 0]
    case F64:
      return [0x44, 0, 0, 0, 0, 0, 0, 0, 0]
    case F32:
      return [0x43, 0, 0, 0, 0]
    case V128:
      return [0xfd, 12, ...Array<number>(16).fill(0)]
    case FUNCREF:
    case EXTERNREF:
      return [0xd0, type]
    default:
      return [0x41, 0]
  }
}
