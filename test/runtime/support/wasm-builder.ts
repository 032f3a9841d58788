/** Small WebAssembly modules, byte by byte. */

/** A number that is not negative, as LEB128. */
export const unsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]

/** A vector of WebAssembly's binary format. */
export const vector = (...items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
]

/** A name, or other bytes, preceded by their length. */
export const name = (text: string | Uint8Array): number[] => {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  return [...unsigned(bytes.length), ...bytes]
}

/** A section of a module. */
export const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
]

/** A module with these sections. */
export const wasm = (...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()])

/** Types: 0 has no parameters and no result, 1 returns an `i32`. */
export const types = section(1, vector([0x60, 0, 0], [0x60, 0, 1, 0x7f]))

/**
 * A module that exports functions without parameters.
 *
 * @param functions - the result of each, 0 to 63, or `trap`
 * @param more - whether there is a memory, and a text at address 8
 */
export function exporting(
  functions: Readonly<Record<string, number | 'trap'>>,
  more: { memory?: boolean; text?: string } = {},
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(functions)
  const bodies = Object.values(functions).map((result) => {
    const body = result === 'trap' ? [0, 0x00, 0x0b] : [0, 0x41, result, 0x0b]
    return [body.length, ...body]
  })
  const exports = names.map((text, index) => [...name(text), 0, index])
  if (more.memory !== false) exports.push([...name('memory'), 2, 0])
  const data = more.text === undefined ? [] : [section(11, vector([0, 0x41, 8, 0x0b, ...name(`${more.text}\0`)]))]
  return wasm(
    types,
    section(3, vector(...names.map(() => [1]))),
    section(5, vector([0, 1])),
    section(7, vector(...exports)),
    section(10, vector(...bodies)),
    ...data,
  )
}

/** The minimal exports of a module with libuv; all return the same. */
export const libuv = (result: number | 'trap'): Record<string, number | 'trap'> => ({
  _initialize: result,
  uvw_describe: result,
  uvw_scratch: result,
  uvw_loop_init: result,
  uvw_loop_run: result,
})

/** Types of values. */
export const I32 = 0x7f
export const I64 = 0x7e
export const F64 = 0x7c
export const EXTERNREF = 0x6f

/** The instructions that tests need. */
export const op = {
  unreachable: [0x00],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  else: [0x05],
  /** Exception handling: what is thrown before `catchAll` is caught there. */
  try: [0x06, 0x40],
  catchAll: [0x19],
  end: [0x0b],
  drop: [0x1a],
  add: [0x6a],
  sub: [0x6b],
  eqz: [0x45],
  br: (depth: number): number[] => [0x0c, depth],
  brIf: (depth: number): number[] => [0x0d, depth],
  call: (index: number): number[] => [0x10, ...unsigned(index)],
  get: (local: number): number[] => [0x20, local],
  set: (local: number): number[] => [0x21, local],
  tee: (local: number): number[] => [0x22, local],
  /** Grows the table by elements that are null. */
  growTable: (count: number): number[] => [0xd0, 0x70, 0x41, ...signed(count), 0xfc, 15, 0],
  i32: (value: number): number[] => [0x41, ...signed(value)],
  load: [0x28, 2, 0],
  store: [0x36, 2, 0],
  /** The number of pages, and how many more are wanted. */
  size: [0x3f, 0],
  grow: [0x40, 0],
  shiftLeft: [0x74],
  zero: (type: number): number[] => {
    if (type === F64) return [0x44, 0, 0, 0, 0, 0, 0, 0, 0]
    return [type === I64 ? 0x42 : 0x41, 0]
  },
}

const signed = (value: number): number[] => {
  const rest = value >> 7
  const done = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0)
  return done ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)]
}

/** An import: a function of some type, or another kind. */
export interface ImportPart {
  readonly module: string
  readonly name: string
  readonly params?: readonly number[]
  readonly results?: readonly number[]
  /** In place of a function: its kind and what follows in the binary format. */
  readonly other?: readonly number[]
}

/** A function, which an export may name. */
export interface FunctionPart {
  readonly params?: readonly number[]
  readonly results?: readonly number[]
  /** The number of locals of type `i32` besides the parameters. */
  readonly locals?: number
  readonly code: readonly (readonly number[])[]
  readonly export?: string
}

/** The parts of a module. */
export interface ModuleParts {
  readonly imports?: readonly ImportPart[]
  readonly functions: readonly FunctionPart[]
  /** The index of the start function; imports count first. */
  readonly start?: number
  /** Texts and other bytes, by their addresses. */
  readonly data?: Readonly<Record<number, string | Uint8Array>>
  /** The elements of a table, if there is one. */
  readonly table?: number
  /** A custom section at the end. */
  readonly custom?: readonly number[]
}

/** A module that exports its memory, which is one page unless it imports one. */
export function build({
  imports = [],
  functions,
  start,
  data = {},
  table,
  custom,
}: ModuleParts): Uint8Array<ArrayBuffer> {
  const all: number[][] = []
  const typeOf = ({ params = [], results = [] }: ImportPart | FunctionPart): number =>
    all.push([0x60, ...vector(...params.map((one) => [one])), ...vector(...results.map((one) => [one]))]) - 1
  const imported = imports.map((one) => [
    ...name(one.module),
    ...name(one.name),
    ...(one.other ?? [0, ...unsigned(typeOf(one))]),
  ])
  const declared = functions.map((one) => unsigned(typeOf(one)))
  const first = imports.filter(({ other }) => other === undefined).length
  const exports = functions.flatMap((one, index) =>
    one.export === undefined ? [] : [[...name(one.export), 0, ...unsigned(first + index)]],
  )
  const bodies = functions.map(({ locals = 0, code }) => {
    const body = [...(locals === 0 ? [0] : [1, ...unsigned(locals), I32]), ...code.flat(), 0x0b]
    return [...unsigned(body.length), ...body]
  })
  const texts = Object.entries(data).map(([at, text]) => [0, ...op.i32(Number(at)), 0x0b, ...name(text)])
  return wasm(
    section(1, vector(...all)),
    section(2, vector(...imported)),
    section(3, vector(...declared)),
    ...(table === undefined ? [] : [section(4, vector([0x70, 0, ...unsigned(table)]))]),
    ...(imports.some(({ other }) => other?.[0] === 2) ? [] : [section(5, vector([0, 1]))]),
    section(7, vector(...exports, [...name('memory'), 2, 0])),
    ...(start === undefined ? [] : [section(8, unsigned(start))]),
    section(10, vector(...bodies)),
    section(11, vector(...texts)),
    ...(custom === undefined ? [] : [section(0, custom)]),
  )
}
