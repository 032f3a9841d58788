/** WebAssembly's binary format, as far as the small modules need it that are made here. */
import type { Signature } from '../abi/signature.js'

/** Numbers of the format. */
export const Op = {
  UNREACHABLE: 0x00,
  IF: 0x04,
  ELSE: 0x05,
  END: 0x0b,
  CALL: 0x10,
  CALL_INDIRECT: 0x11,
  LOCAL_GET: 0x20,
  LOCAL_SET: 0x21,
  LOCAL_TEE: 0x22,
  GLOBAL_GET: 0x23,
  GLOBAL_SET: 0x24,
  I32_CONST: 0x41,
  I32_EQ: 0x46,
  I32_NE: 0x47,
} as const

/** Types of values. */
export const Type = { I32: 0x7f, I64: 0x7e, F64: 0x7c, V128: 0x7b, FUNCREF: 0x70, NONE: 0x40 } as const

/** What an export is. */
export const Kind = { FUNCTION: 0, GLOBAL: 3 } as const

/** What sections are called. */
export const Section = { TYPE: 1, IMPORT: 2, FUNCTION: 3, TABLE: 4, GLOBAL: 6, EXPORT: 7, CODE: 10 } as const

/** Bytes, in pieces. */
export type Bytes = readonly number[]

/** A number that is not negative. */
export function unsigned(value: number): Bytes {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** Many of one kind, with their number first. */
export function vector(items: readonly Bytes[]): Bytes {
  return [...unsigned(items.length), ...items.flat()]
}

/** A name; ASCII only. */
export function name(text: string): Bytes {
  return [...unsigned(text.length), ...Array.from(text, (character) => character.charCodeAt(0))]
}

/** The type of a function. */
export function functionType(parameters: Bytes, results: Bytes): Bytes {
  return [0x60, ...unsigned(parameters.length), ...parameters, ...unsigned(results.length), ...results]
}

/** An import of a function, from the module without a name. */
export function imported(text: string, type: number): Bytes {
  return [0, ...name(text), 0, ...unsigned(type)]
}

/** A function: how many locals of which type, and its code. */
export function body(locals: number, type: number, code: Bytes): Bytes {
  const all = [...(locals === 0 ? [0] : [1, ...unsigned(locals), type]), ...code, Op.END]
  return [...unsigned(all.length), ...all]
}

/** A module; a section that is empty is left out. */
export function module(sections: readonly (readonly [id: number, items: readonly Bytes[]])[]): Uint8Array<ArrayBuffer> {
  const parts = sections.flatMap(([id, items]) => {
    const content = vector(items)
    return items.length === 0 ? [] : [id, ...unsigned(content.length), ...content]
  })
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...parts])
}

/** The types of a {@link Signature}. */
export function typesOf(signature: Signature): { readonly parameters: Bytes; readonly results: Bytes } {
  const [parameters = '', results = ''] = signature.split(':')
  return { parameters: Array.from(parameters, typeOf), results: Array.from(results, typeOf) }
}

function typeOf(letter: string): number {
  return letter === 'i' ? Type.I32 : letter === 'I' ? Type.I64 : Type.F64
}
