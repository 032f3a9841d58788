/** Random code that is valid by construction: each expression leaves one value of the type that was asked for. */

import { unsigned } from '../../runtime/support/wasm-builder.js'
import type { Random } from '../../support/random.js'
import { type Code, F64, I32, I64, op } from '../guest/assembler.js'

/** Types of values beside integers and doubles. */
export const [F32, FUNCREF, EXTERNREF] = [0x7d, 0x70, 0x6f]

/** The type of a function. */
export interface Signature {
  readonly parameters: Code
  readonly results: Code
}

/** A global. The first one is what is left of the module's fuel. */
export interface Global {
  readonly type: number
  readonly mutable: boolean
}

/** What code may refer to. */
export interface Surroundings {
  readonly random: Random
  /** All functions by index: first those that are imported. */
  readonly functions: readonly Signature[]
  /** The index of a type. */
  typeOf(signature: Signature): number
  readonly globals: readonly Global[]
  /** The types of the elements of the tables. */
  readonly tables: readonly number[]
  readonly memories: number
  /** Whether segments of data and elements exist that are not placed, and a tag; and how exceptions are caught. */
  readonly hasSegments: boolean
  readonly catching: 'nothing' | 'all' | 'all-by-table'
  /** Whether loops end by themselves. */
  readonly isFuelled: boolean
}

/** The global with the fuel. */
const FUEL = 0

/** Operators of one or two operands, which take and leave the same type. */
const BINARY: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x6a, 0x6b, 0x6c, 0x6d, 0x6f, 0x71, 0x72, 0x73, 0x74, 0x76],
  [I64]: [0x7c, 0x7d, 0x7e, 0x7f, 0x83, 0x84, 0x86],
  [F64]: [0xa0, 0xa1, 0xa2, 0xa3],
  [F32]: [0x92, 0x93, 0x94],
}
/** Loads and stores of each type. */
const LOADS: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x28, 0x2c, 0x2d, 0x2f],
  [I64]: [0x29, 0x31, 0x35],
  [F64]: [0x2b],
  [F32]: [0x2a],
}
const STORES: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x36, 0x3a, 0x3b],
  [I64]: [0x37, 0x3e],
  [F64]: [0x39],
  [F32]: [0x38],
}

/** Numbers that calls may take for something. */
const SMALL = [0, 1, 2, 3, 4, 5, 7, 8, 16, 64, 128, 255, 256, 257, 1024, 4096] as const
const ODD = [-1, -8, 2 ** 31 - 1, -(2 ** 31), 65_535, 65_536, 0x7fff_0000] as const

/** Writes the code of one function. */
export class CodeWriter {
  readonly #given: Surroundings
  readonly #random: Random
  readonly #results: Code
  /** The types of parameters and locals. */
  readonly #locals: Code

  constructor(given: Surroundings, { parameters, results }: Signature, locals: Code) {
    this.#given = given
    this.#random = given.random
    this.#results = results
    this.#locals = [...parameters, ...locals]
  }

  /** The body: statements, and the results. Without fuel it returns at once. */
  body(statements: number): Code {
    const lines = Array.from({ length: statements }, () => this.#statement(3))
    return [...this.#spend(this.#return()), ...lines.flat(), ...this.#values(2)]
  }

  #spend(otherwise: Code): Code {
    if (!this.#given.isFuelled) return []
    const spent = [...op.getGlobal(FUEL), ...op.i32(1), ...op.sub, ...op.setGlobal(FUEL)]
    return [...spent, ...op.getGlobal(FUEL), ...op.i32(0), ...op.lessThan, ...op.if, ...otherwise, ...op.end]
  }

  #return(): Code {
    return [...this.#results.flatMap(zeroOf), ...op.return]
  }

  #values(depth: number): Code {
    return this.#results.flatMap((type) => this.#value(type, depth))
  }

  /** One of a list; `undefined` if it is empty. */
  #one<Item>(list: readonly Item[]): Item | undefined {
    return list[this.#random.int(0, Math.max(0, list.length - 1))]
  }

  #constant(type: number): Code {
    const random = this.#random
    if (type !== I32 && type !== I64) return zeroOf(type)
    const number = (random.chance(0.85) ? this.#one(SMALL) : this.#one(ODD)) ?? 0
    return type === I32 ? op.i32(number) : [...op.i32(number), ...op.extend]
  }

  /** Code that leaves a value. */
  #value(type: number, depth: number): Code {
    const random = this.#random
    if (depth <= 0 || random.chance(0.35)) return this.#leaf(type)
    const way = random.int(0, 9)
    if (way < 4) return this.#callFor(type, depth) ?? this.#leaf(type)
    if (way === 4) return [...this.#value(type, depth - 1), ...this.#drop(depth - 1)]
    if (way === 5)
      return this.#nested([0x04, type], this.#value(I32, depth - 1), [
        ...this.#value(type, depth - 1),
        ...op.else,
        ...this.#value(type, depth - 1),
      ])
    if (way === 6) return this.#nested([0x02, type], [], this.#value(type, depth - 1))
    const binary = this.#one(BINARY[type] ?? [])
    if (way === 7 && binary !== undefined)
      return [...this.#value(type, depth - 1), ...this.#value(type, depth - 1), binary]
    return this.#special(type, depth - 1) ?? this.#leaf(type)
  }

  #leaf(type: number): Code {
    const random = this.#random
    const local = this.#one([...this.#locals.entries()].filter(([, one]) => one === type))
    if (local !== undefined && random.chance(0.3)) return op.get(local[0])
    const global = this.#one([...this.#given.globals.entries()].filter(([, one]) => one.type === type))
    if (global !== undefined && random.chance(0.2)) return op.getGlobal(global[0])
    if (type === FUNCREF && random.chance(0.5))
      return [0xd2, ...unsigned(random.int(0, this.#given.functions.length - 1))]
    return this.#constant(type)
  }

  /** Values of memory and tables. */
  #special(type: number, depth: number): Code | undefined {
    const { memories, tables } = this.#given
    const load = this.#one(LOADS[type] ?? [])
    if (memories > 0 && load !== undefined && this.#random.chance(0.6))
      return [...this.#address(depth), load, 0, ...unsigned(this.#one([0, 0, 8, 65_536]) ?? 0)]
    if (type === I32 && memories > 0 && this.#random.chance(0.5)) return op.memorySize
    if (type === I32 && memories > 0 && this.#random.chance(0.3))
      return [...op.i32(this.#one([0, 1, 1, 20, 65_536]) ?? 0), ...op.memoryGrow]
    const table = this.#one([...tables.entries()].filter(([, one]) => one === type))
    if (table !== undefined) return [...this.#constant(I32), 0x25, ...unsigned(table[0])]
    if (type === I32 && tables.length > 0) return [0xfc, 16, ...unsigned(this.#random.int(0, tables.length - 1))]
    return undefined
  }

  #address(depth: number): Code {
    return this.#random.chance(0.8) ? op.i32(this.#random.int(0, 60_000)) : this.#value(I32, depth)
  }

  /** A call with that result, of a function or through the table. */
  #callFor(type: number | undefined, depth: number): Code | undefined {
    const { functions, tables, typeOf } = this.#given
    const fitting = [...functions.entries()].filter(
      ([, { results }]) => results.length === (type === undefined ? 0 : 1) && results[0] === type,
    )
    const chosen = this.#one(fitting)
    if (chosen === undefined) return undefined
    const [index, { parameters }] = chosen
    const given = parameters.flatMap((one) => this.#value(one, depth - 1))
    if (tables[0] !== FUNCREF || this.#random.chance(0.8)) return [...given, ...op.call(index)]
    return [...given, ...this.#constant(I32), ...op.callIndirect(typeOf(chosen[1]))]
  }

  #drop(depth: number): Code {
    const type = this.#random.pick([I32, I32, I64, F64, EXTERNREF])
    return [...this.#value(type, depth), ...op.drop]
  }

  #nested(head: Code, before: Code, code: Code): Code {
    return [...before, ...head, ...code, ...op.end]
  }

  /** Statements inside of a block. */
  #block(depth: number): Code {
    return Array.from({ length: this.#random.int(1, 3) }, () => this.#statement(depth - 1)).flat()
  }

  #statement(depth: number): Code {
    const random = this.#random
    if (depth <= 0) return this.#drop(1)
    switch (random.int(0, 15)) {
      case 0:
        return this.#nested(op.if, this.#value(I32, depth), this.#block(depth))
      case 1:
        return this.#loop(depth)
      case 2:
        return this.#nested(op.block, [], [...this.#block(depth), ...this.#leave(depth)])
      case 3:
        return this.#setLocal(depth)
      case 4:
        return this.#setGlobal(depth)
      case 5:
      case 6:
        return this.#store(depth)
      case 7:
        return this.#bulk()
      case 8:
        return this.#tables()
      case 9:
        return this.#guarded(depth)
      case 10:
        return random.chance(0.1) ? this.#end(depth) : []
      case 11:
        return this.#callFor(undefined, depth) ?? []
      default:
        return [...(this.#callFor(I32, depth) ?? this.#constant(I32)), ...op.drop]
    }
  }

  /** A loop, which goes on as long as there is fuel and a value is not 0. */
  #loop(depth: number): Code {
    const again = [...this.#value(I32, depth), ...op.brIf(0)]
    const out = this.#given.isFuelled ? this.#spend(op.br(2)) : []
    return [...op.block, ...op.loop, ...out, ...this.#block(depth), ...again, ...op.end, ...op.end]
  }

  /** Leaves the innermost block, which has no result. */
  #leave(depth: number): Code {
    return this.#random.chance(0.5) ? [...this.#value(I32, depth), ...op.brIf(0)] : []
  }

  #setLocal(depth: number): Code {
    const local = this.#one([...this.#locals.entries()])
    return local === undefined ? [] : [...this.#value(local[1], depth), ...op.set(local[0])]
  }

  #setGlobal(depth: number): Code {
    const changeable = [...this.#given.globals.entries()].filter(([index, { mutable }]) => index !== FUEL && mutable)
    const global = this.#one(changeable)
    return global === undefined ? [] : [...this.#value(global[1].type, depth), ...op.setGlobal(global[0])]
  }

  #store(depth: number): Code {
    if (this.#given.memories === 0) return []
    const type = this.#random.pick([I32, I32, I64, F64, F32])
    const store = this.#one(STORES[type] ?? []) ?? 0x36
    return [...this.#address(depth), ...this.#value(type, depth), store, 0, 0]
  }

  /** Copies, fills and takes from segments. */
  #bulk(): Code {
    if (this.#given.memories === 0) return []
    const three = [...this.#address(1), ...this.#address(1), ...op.i32(this.#random.int(0, 300))]
    const ways: Code[] = [
      [...three, ...op.memoryCopy],
      [...three, 0xfc, 11, 0],
    ]
    if (this.#given.hasSegments) ways.push([...three, 0xfc, 8, 0, 0], [0xfc, 9, 0])
    return this.#one(ways) ?? []
  }

  #tables(): Code {
    const { tables } = this.#given
    const chosen = this.#one([...tables.entries()])
    if (chosen === undefined) return []
    const [index, type] = [unsigned(chosen[0]), chosen[1]]
    const at = this.#constant(I32)
    return (
      this.#one<Code>([
        [...at, ...this.#leaf(type), 0x26, ...index],
        [...this.#leaf(type), ...op.i32(this.#random.pick([0, 1, 100, 100_000])), 0xfc, 15, ...index, ...op.drop],
        [...at, ...this.#leaf(type), ...this.#constant(I32), 0xfc, 17, ...index],
        [...at, ...at, ...this.#constant(I32), 0xfc, 14, ...index, ...index],
      ]) ?? []
    )
  }

  /** Statements whose exceptions are caught. */
  #guarded(depth: number): Code {
    const { catching } = this.#given
    if (catching === 'nothing') return []
    const code = this.#block(depth)
    if (catching === 'all') return [0x06, 0x40, ...code, ...op.catchAll, ...op.end]
    return [...op.block, 0x1f, 0x40, 1, 2, 0, ...code, ...op.end, ...op.end]
  }

  #end(depth: number): Code {
    if (this.#random.chance(0.3)) return op.unreachable
    if (this.#given.catching !== 'nothing' && this.#random.chance(0.5)) return op.throw
    return [...this.#values(depth), ...op.return]
  }
}

/** Code that leaves the zero of a type. */
export function zeroOf(type: number): Code {
  if (type === I64) return [0x42, 0]
  if (type === F64) return [0x44, 0, 0, 0, 0, 0, 0, 0, 0]
  if (type === F32) return [0x43, 0, 0, 0, 0]
  return type === FUNCREF || type === EXTERNREF ? [0xd0, type] : [0x41, 0]
}
