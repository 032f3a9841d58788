/**
 * Whole modules, random but valid by construction: what they import, of which type, their memories, tables, globals,
 * segments, exports, start function and code.
 */
import { name, section, unsigned, vector, wasm } from '../../runtime/support/wasm-builder.js'
import type { Random } from '../../support/random.js'
import { type Code, F64, I32, I64, op, typesOf } from '../guest/assembler.js'
import { SIGNATURES } from '../guest/signatures.js'
import { CodeWriter, EXTERNREF, F32, FUNCREF, type Global, type Signature, type Surroundings, zeroOf } from './code.js'

/** What the host must do with a module. */
export type Fate =
  /** Nothing is wrong with it. */
  | 'runs'
  /** It asks for what no guest is offered, or is no program. */
  | 'refused'
  /** It may run, or trap while it is instantiated. */
  | 'either'

/** A module, and what is known of it. */
export interface RandomModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly fate: Fate
  /** Whether it may compute without end. */
  readonly spins: boolean
  /** Its imports and exports, and what is unusual, as readable text. */
  readonly parts: readonly string[]
}

/** How many times functions are entered and loops go round. */
const FUEL = 400

/** What the host calls of a guest whose loop it runs. */
const PUMPED = [
  ...['uvp_turn', 'uvp_turn_timeout', 'uvp_turn_alive'].map((name) => ({ name, parameters: [I32], results: [I32] })),
  { name: 'uvp_end', parameters: [I32], results: [] },
] as const

/** How a guest lets its host run its loop. */
const LOOPS = [
  { module: 'uv_pump_1', name: 'leave', parameters: [I32], results: [] },
  { module: 'uv_pump_1', name: 'run', parameters: [I32], results: [I32] },
] as const

interface Import extends Signature {
  readonly module: string
  readonly name: string
}

/** Exports that the library looks for, and names that an object may have by itself. */
const HOSTILE_NAMES = [
  ...['__proto__', 'constructor', 'then', 'toString', 'valueOf', 'hasOwnProperty', 'prototype', '', '\0', 'é'],
  ...['__indirect_function_table', '__stack_pointer', '_initialize', '__wasm_call_ctors', 'malloc', 'free', 'default'],
  ...['libuv-wasm: the first table', 'asyncify_start_unwind', '__new', '__pin', 'cabi_realloc'],
] as const

/** Makes one. @param mayCatch - the ways of catching exceptions that the engine knows */
export function randomModule(
  random: Random,
  mayCatch: readonly Surroundings['catching'][],
  maySpin: boolean,
): RandomModule {
  return new ModuleWriter(random, mayCatch, maySpin).write()
}

/** Writes one module. */
class ModuleWriter {
  readonly #random: Random
  readonly #types: Code[] = []
  readonly #parts: string[] = []
  readonly #catching: Surroundings['catching']
  readonly #isFuelled: boolean
  /** Whether it lets the host run its loop, with functions of the right types. */
  readonly #isPumped: boolean
  #fate: Fate = 'runs'

  constructor(random: Random, mayCatch: readonly Surroundings['catching'][], maySpin: boolean) {
    this.#random = random
    this.#catching = mayCatch[random.int(0, mayCatch.length - 1)] ?? 'nothing'
    this.#isFuelled = !(maySpin && random.chance(0.2))
    this.#isPumped = random.chance(0.15)
  }

  write(): RandomModule {
    const random = this.#random
    const imports = [...this.#imports(), ...(this.#isPumped ? LOOPS : [])]
    const own = Array.from({ length: random.int(1, 8) }, () => this.#signature())
    const main = this.#main()
    const pumped = PUMPED.map((one) => (this.#isPumped || random.chance(0.8) ? one : this.#signature()))
    const functions = [...imports, main, ...own, ...pumped]
    const globals = [{ type: I32, mutable: true }, ...Array.from({ length: random.int(0, 4) }, () => this.#global())]
    const tables = Array.from({ length: random.pick([0, 1, 1, 2]) }, () => random.pick([FUNCREF, FUNCREF, EXTERNREF]))
    const memory = this.#memory()
    const hasSegments = memory !== undefined && tables[0] === FUNCREF && random.chance(0.5)
    const typeOf = (signature: Signature): number => this.#typeOf(signature)
    const surroundings: Surroundings = {
      ...{ random, functions, typeOf, globals, tables, hasSegments },
      ...{ memories: memory === undefined ? 0 : 1, catching: this.#catching, isFuelled: this.#isFuelled },
    }
    const bodies = functions
      .slice(imports.length)
      .map((signature) => this.#body(surroundings, signature, signature === main ? this.#leave(imports.length) : []))
    const start = random.chance(0.1) ? this.#start(imports.length, functions) : undefined
    const exported = this.#exports(imports.length, functions.length, memory !== undefined, tables.length)
    const imported = imports.map((one) => [...name(one.module), ...name(one.name), 0, ...unsigned(typeOf(one))])
    const declared = functions.slice(imports.length).map((one) => unsigned(typeOf(one)))
    const data = this.#data(memory !== undefined, hasSegments)
    const elements = this.#elements(functions.length, tables, hasSegments)
    const tag = this.#catching === 'nothing' ? [] : [[0, ...unsigned(typeOf({ parameters: [], results: [] }))]]
    const bytes = wasm(
      some(1, this.#types),
      some(2, imported),
      some(3, declared),
      some(
        4,
        tables.map((type) => this.#table(type)),
      ),
      some(5, memory === undefined ? [] : [memory]),
      some(13, tag),
      some(
        6,
        globals.map(({ type, mutable }, index) => initial(type, mutable, index === 0 ? FUEL : 0)),
      ),
      some(7, exported),
      start === undefined ? [] : section(8, unsigned(start)),
      some(9, elements),
      hasSegments ? section(12, unsigned(data.length)) : [],
      some(10, bodies),
      some(11, data),
      random.chance(0.2) ? this.#custom() : [],
    )
    return { bytes, fate: this.#fate, spins: !this.#isFuelled, parts: this.#parts }
  }

  #say(text: string, fate: Fate = 'runs'): void {
    this.#parts.push(text)
    if (fate === 'refused' || (fate === 'either' && this.#fate === 'runs')) this.#fate = fate
  }

  #typeOf({ parameters, results }: Signature): number {
    const bytes = [0x60, ...unsigned(parameters.length), ...parameters, ...unsigned(results.length), ...results]
    const known = this.#types.findIndex((type) => type.join() === bytes.join())
    return known < 0 ? this.#types.push(bytes) - 1 : known
  }

  #type(): number {
    return this.#random.pick([I32, I32, I32, I64, F64, F32, FUNCREF, EXTERNREF])
  }

  #signature(): Signature {
    const parameters = Array.from({ length: this.#random.int(0, 3) }, () => this.#type())
    return { parameters, results: Array.from({ length: this.#random.pick([0, 1, 1, 1, 2]) }, () => this.#type()) }
  }

  #main(): Signature {
    const main = this.#random.chance(0.97) ? { parameters: [], results: [] } : this.#signature()
    if (main.parameters.length > 0) this.#say('a _start with parameters', 'refused')
    return main
  }

  #global(): Global {
    return { type: this.#type(), mutable: this.#random.chance(0.7) }
  }

  #imports(): Import[] {
    const random = this.#random
    return Array.from({ length: random.int(0, 14) }, () => {
      const real = SIGNATURES[random.int(0, SIGNATURES.length - 1)]
      if (real === undefined) throw new RangeError('there are no imports')
      const right = { parameters: typesOf(real.parameters), results: typesOf(real.result) }
      const { module } = real
      const text = `${module}.${real.name}`
      if (random.chance(0.04)) {
        const name = random.pick(['__syscall_fork', '__syscall_openat', 'emscripten_notify_memory_growth'])
        this.#say(`import env.${name}`, 'either')
        return {
          module: 'env',
          name,
          parameters: random.pick([[I32], [I32, I32, I32]]),
          results: random.pick([[], [I32]]),
        }
      }
      if (random.chance(0.98)) {
        this.#say(`import ${text}`)
        return { module, name: real.name, ...right }
      }
      if (random.chance(0.5)) {
        const signature = this.#signature()
        const isWrong = JSON.stringify(signature) !== JSON.stringify(right)
        this.#say(`import ${text} with a type of its own`, isWrong ? 'refused' : 'runs')
        return { module, name: real.name, ...signature }
      }
      this.#say(`import ${text}_`, 'refused')
      return { module, name: `${real.name}_`, ...right }
    })
  }

  #memory(): Code | undefined {
    const random = this.#random
    if (random.chance(0.02)) {
      this.#say('no memory', 'refused')
      return undefined
    }
    const least = random.pick([0, 1, 1, 2, 3, 16])
    const most = random.pick([undefined, least, least + 1, 20, 65_536])
    if (random.chance(0.02) && most !== undefined) {
      this.#say('a shared memory', 'either')
      return [3, ...unsigned(least), ...unsigned(most)]
    }
    if (random.chance(0.02)) {
      this.#say('a memory of 64 bits', 'either')
      return [4, ...unsigned(least)]
    }
    return most === undefined || most < least ? [0, ...unsigned(least)] : [1, ...unsigned(least), ...unsigned(most)]
  }

  #table(type: number): Code {
    const least = this.#random.pick([0, 1, 8, 8, 100])
    return this.#random.chance(0.5) ? [type, 0, ...unsigned(least)] : [type, 1, ...unsigned(least), ...unsigned(200)]
  }

  /** Lets the host run the loop. @param end - how many imports there are, the last of which are for that */
  #leave(end: number): Code {
    if (!this.#isPumped) return []
    const [leave, run] = [end - LOOPS.length, end - LOOPS.length + 1]
    return this.#random.chance(0.7) ? [...op.i32(1), ...op.call(leave)] : [...op.i32(1), ...op.call(run), ...op.drop]
  }

  /** @param before - code that comes first */
  #body(surroundings: Surroundings, signature: Signature, before: Code): Code {
    const locals = Array.from({ length: this.#random.int(0, 3) }, () => this.#type())
    const code = new CodeWriter(surroundings, signature, locals).body(this.#random.int(1, 8))
    const body = [...vector(...locals.map((type) => [1, type])), ...before, ...code, 0x0b]
    return [...unsigned(body.length), ...body]
  }

  /** A function that runs while the module is instantiated, when no import may be called. */
  #start(first: number, functions: readonly Signature[]): number | undefined {
    const fitting = functions.findIndex(
      ({ parameters, results }, index) => index >= first && parameters.length === 0 && results.length === 0,
    )
    if (fitting < 0) return undefined
    this.#say('a start function', 'either')
    return fitting
  }

  #exports(first: number, end: number, hasMemory: boolean, tables: number): Code[] {
    const random = this.#random
    const all = new Map<string, Code>()
    if (random.chance(0.98)) all.set('_start', [0, ...unsigned(first)])
    else this.#say('no _start', 'refused')
    if (hasMemory && random.chance(0.98)) all.set('memory', [2, 0])
    else if (random.chance(0.5)) all.set('memory', [0, ...unsigned(first)])
    if (all.get('memory')?.[0] !== 2) this.#say('no exported memory', 'refused')
    for (const [index, { name: text }] of PUMPED.entries())
      if (this.#isPumped || random.chance(0.7)) all.set(text, [0, ...unsigned(end - PUMPED.length + index)])
    for (let count = random.int(0, 3); count > 0; count--) {
      const text = HOSTILE_NAMES[random.int(0, HOSTILE_NAMES.length - 1)] ?? ''
      const what = random.pick<Code>([[0, ...unsigned(first)], [3, 0], tables > 0 ? [1, 0] : [3, 0]])
      // The library adds an export of this name, so that the module would have two.
      const isTaken = text === 'libuv-wasm: the first table' && tables > 0
      this.#say(`export ${JSON.stringify(text)}`, isTaken ? 'either' : 'runs')
      all.set(text, what)
    }
    return [...all].map(([text, what]) => [...name(text), ...what])
  }

  #data(hasMemory: boolean, isPassive: boolean): Code[] {
    const random = this.#random
    if (!hasMemory) return []
    const bytes = (): Uint8Array => random.bytes(random.int(0, 200))
    const passive = isPassive ? [[1, ...name(bytes())]] : []
    const placed = Array.from({ length: random.int(0, 3) }, () => {
      const at = random.pick([0, 8, 1000, 60_000])
      this.#say(`data at ${at}`, 'either')
      return [0, ...op.i32(at), 0x0b, ...name(bytes())]
    })
    return [...passive, ...placed]
  }

  /** All functions are declared, so that code may refer to them. */
  #elements(functions: number, tables: readonly number[], isPassive: boolean): Code[] {
    const random = this.#random
    const indices = Array.from({ length: functions }, (_, index) => unsigned(index))
    const passive = isPassive ? [[1, 0, ...vector(...indices.slice(0, 3))]] : []
    const placed = tables[0] === FUNCREF && random.chance(0.8)
    if (placed) this.#say('elements at 0', 'either')
    const active = placed ? [[0, ...op.i32(0), 0x0b, ...vector(...indices.slice(0, random.int(0, 8)))]] : []
    return [...passive, [3, 0, ...vector(...indices)], ...active]
  }

  #custom(): number[] {
    const random = this.#random
    const text = random.pick(['libuv-wasm', 'name', 'producers', '', 'sourceMappingURL', 'dylink.0'])
    this.#say(`section ${JSON.stringify(text)}`, 'either')
    const said = random.pick([
      random.bytes(20),
      new TextEncoder().encode('revision 2, version 0.1.0'),
      new TextEncoder().encode('revision 99999999999999999999'),
    ])
    return section(0, [...name(text), ...said])
  }
}

function some(id: number, items: readonly Code[]): number[] {
  return items.length > 0 ? section(id, vector(...items)) : []
}

/** A global with its first value. */
function initial(type: number, mutable: boolean, value: number): Code {
  return [type, mutable ? 1 : 0, ...(type === I32 ? op.i32(value) : zeroOf(type)), 0x0b]
}
