/** Complete WebAssembly modules for the fuzzer's guests, made with the builder of the tests. */
import { name, section, unsigned, vector, wasm } from '../../runtime/support/wasm-builder.js'

/** Bytes of code or of a type. */
export type Code = readonly number[]

/** Types of values. */
export const I32 = 0x7f
export const I64 = 0x7e
export const F64 = 0x7c

/** The types of a signature's letters. */
export function typesOf(letters: string): number[] {
  return Array.from(letters, (letter) => (letter === 'I' ? I64 : letter === 'd' ? F64 : I32))
}

/** A signed number of 32 bits, as LEB128. */
function signed(value: number): number[] {
  const rest = value >> 7
  const done = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0)
  return done ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)]
}

/** Instructions. */
export const op = {
  unreachable: [0x00],
  block: [0x02, 0x40],
  blockI32: [0x02, I32],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  ifI32: [0x04, I32],
  else: [0x05],
  tryI32: [0x06, I32],
  throw: [0x08, 0],
  end: [0x0b],
  return: [0x0f],
  catchAll: [0x19],
  /** `try_table` with a result and one clause, which branches to the enclosing block for every exception. */
  tryTableI32: [0x1f, I32, 1, 2, 0],
  drop: [0x1a],
  eqz: [0x45],
  eq: [0x46],
  lessThan: [0x48],
  add: [0x6a],
  sub: [0x6b],
  shl: [0x74],
  wrap: [0xa7],
  reinterpret: [0xbf],
  extend: [0xac],
  extendUnsigned: [0xad],
  truncate: [0xfc, 2],
  memorySize: [0x3f, 0],
  memoryGrow: [0x40, 0],
  memoryCopy: [0xfc, 10, 0, 0],
  br: (depth: number): number[] => [0x0c, depth],
  brIf: (depth: number): number[] => [0x0d, depth],
  call: (index: number): number[] => [0x10, ...unsigned(index)],
  callIndirect: (type: number): number[] => [0x11, ...unsigned(type), 0],
  get: (local: number): number[] => [0x20, ...unsigned(local)],
  set: (local: number): number[] => [0x21, ...unsigned(local)],
  tee: (local: number): number[] => [0x22, ...unsigned(local)],
  getGlobal: (index: number): number[] => [0x23, ...unsigned(index)],
  setGlobal: (index: number): number[] => [0x24, ...unsigned(index)],
  load: (offset = 0): number[] => [0x28, 0, ...unsigned(offset)],
  load64: (offset = 0): number[] => [0x29, 0, ...unsigned(offset)],
  store: (offset = 0): number[] => [0x36, 0, ...unsigned(offset)],
  i32: (value: number): number[] => [0x41, ...signed(value | 0)],
} as const

interface Body {
  readonly type: number
  code: Code
  locals: number
}

/** Builds a module. Imports come first. */
export class Assembly {
  readonly #types: number[][] = []
  readonly #imports: number[][] = []
  readonly #bodies: Body[] = []
  readonly #exports: number[][] = []
  readonly #data: number[][] = []
  #importedFunctions = 0
  /** Globals of type `i32` that the code may change, all 0 at first. */
  globals = 0
  /** Functions of the table, by their indices. */
  table: readonly number[] = []
  /** Pages of the memory, at first and at most; `undefined` where it is imported. */
  memory: readonly [number, number] | undefined = [1, 1]
  /** Whether there is a tag, 0, without parameters. */
  tag = false
  /** The function that is called while the module is instantiated. */
  start: number | undefined

  /** The index of a function's type. */
  type(parameters: Code, results: Code): number {
    const bytes = [0x60, ...vector(...parameters.map((one) => [one])), ...vector(...results.map((one) => [one]))]
    const known = this.#types.findIndex((type) => type.join() === bytes.join())
    return known < 0 ? this.#types.push(bytes) - 1 : known
  }

  /** @returns its index */
  importFunction(module: string, text: string, parameters: Code, results: Code): number {
    this.#imports.push([...name(module), ...name(text), 0, ...unsigned(this.type(parameters, results))])
    return this.#importedFunctions++
  }

  /** Imports something other than a function. @param description - its kind and what follows that */
  importOther(module: string, text: string, description: Code): void {
    this.#imports.push([...name(module), ...name(text), ...description])
  }

  /** Adds a function, with its code now or later. @returns its index */
  function(parameters: Code, results: Code, code: readonly Code[] = [], locals = 0): number {
    const body = { type: this.type(parameters, results), code: code.flat(), locals }
    return this.#importedFunctions + this.#bodies.push(body) - 1
  }

  /** Gives code to a function. @param locals - how many of type `i32` it has beside its parameters */
  code(index: number, code: readonly Code[], locals = 0): void {
    const body = this.#bodies[index - this.#importedFunctions]
    if (body === undefined) throw new RangeError(`there is no function ${index} to give code to`)
    body.code = code.flat()
    body.locals = locals
  }

  /** Exports a function. */
  export(text: string, index: number): void {
    this.#exports.push([...name(text), 0, ...unsigned(index)])
  }

  /** Bytes that lie in memory from the start. */
  data(at: number, bytes: Uint8Array): void {
    this.#data.push([0, ...op.i32(at), 0x0b, ...unsigned(bytes.length), ...bytes])
  }

  /** The module. It exports its memory. */
  build(): Uint8Array<ArrayBuffer> {
    const some = (id: number, items: readonly number[][]): number[] =>
      items.length > 0 ? section(id, vector(...items)) : []
    const tagType = this.tag ? [[0, ...unsigned(this.type([], []))]] : []
    const [least, most] = this.memory ?? [0, 0]
    const bodies = this.#bodies.map(({ code, locals }) => {
      const body = [...(locals === 0 ? [0] : [1, ...unsigned(locals), I32]), ...code, 0x0b]
      return [...unsigned(body.length), ...body]
    })
    return wasm(
      some(1, this.#types),
      some(2, this.#imports),
      some(
        3,
        this.#bodies.map(({ type }) => unsigned(type)),
      ),
      some(4, this.table.length > 0 ? [[0x70, 0, ...unsigned(this.table.length)]] : []),
      some(5, this.memory === undefined ? [] : [[1, ...unsigned(least), ...unsigned(most)]]),
      some(13, tagType),
      some(
        6,
        Array.from({ length: this.globals }, () => [I32, 1, 0x41, 0, 0x0b]),
      ),
      some(7, [...this.#exports, [...name('memory'), 2, 0]]),
      this.start === undefined ? [] : section(8, unsigned(this.start)),
      some(
        9,
        this.table.length > 0 ? [[0, 0x41, 0, 0x0b, ...vector(...this.table.map((index) => unsigned(index)))]] : [],
      ),
      some(10, bodies),
      some(11, this.#data),
    )
  }
}
