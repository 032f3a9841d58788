/**
 * Writes WebAssembly's binary format, as far as the small generated modules need it. They are generated whenever a
 * guest starts with a new set of imports, so bytes are written in place and not collected in pieces first.
 */
import type { Signature } from '../abi/signature.js'

/** The opcodes of the format that are used. */
export const Op = {
  UNREACHABLE: 0x00,
  IF: 0x04,
  ELSE: 0x05,
  END: 0x0b,
  RETURN: 0x0f,
  CALL: 0x10,
  CALL_INDIRECT: 0x11,
  LOCAL_GET: 0x20,
  LOCAL_SET: 0x21,
  GLOBAL_GET: 0x23,
  GLOBAL_SET: 0x24,
  I32_CONST: 0x41,
  I32_EQZ: 0x45,
  I32_EQ: 0x46,
  I32_NE: 0x47,
  REF_NULL: 0xd0,
  REF_FUNC: 0xd2,
} as const

/** The value types. */
export const Type = { I32: 0x7f, I64: 0x7e, F64: 0x7c, V128: 0x7b, FUNCREF: 0x70, NONE: 0x40 } as const

/** The kinds of exports. */
export const Kind = { FUNCTION: 0, TABLE: 1, GLOBAL: 3 } as const

/** The section numbers. */
export const Section = { TYPE: 1, IMPORT: 2, FUNCTION: 3, TABLE: 4, MEMORY: 5, GLOBAL: 6, EXPORT: 7, CODE: 10 } as const

const FUNCTION = 0x60

/** Writes a module. Numbers have 21 bits. */
export class Writer {
  #bytes = new Uint8Array(4096)
  #at = 0

  constructor() {
    this.put(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
  }

  /** The finished module. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at)
  }

  /** Writes bytes; a number below 128 is one byte. */
  put(...bytes: number[]): void {
    this.add(bytes)
  }

  /** Writes an array of bytes. */
  add(bytes: readonly number[]): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Writes a number of up to 21 bits. */
  number(value: number): void {
    this.#reserve(3)
    this.#number(value, this.#at)
    this.#at += 3
  }

  /** Writes a name; ASCII only. */
  name(text: string): void {
    this.number(text.length)
    for (let index = 0; index < text.length; index++) this.put(text.charCodeAt(index))
  }

  /** Writes a section with the given number of items. */
  section(id: number, items: number, write: () => void): void {
    this.put(id)
    this.#sized(() => {
      this.number(items)
      write()
    })
  }

  /** Writes the type of a function. */
  type(parameters: readonly number[], results: readonly number[]): void {
    this.put(FUNCTION)
    for (const values of [parameters, results]) {
      this.number(values.length)
      this.add(values)
    }
  }

  /** Writes the import of a function, from the module with an empty name. */
  import(text: string, type: number): void {
    this.put(0)
    this.name(text)
    this.put(Kind.FUNCTION)
    this.number(type)
  }

  /** Writes an export. */
  export(text: string, kind: number, index: number): void {
    this.name(text)
    this.put(kind)
    this.number(index)
  }

  /** Writes a function's code, and the type of its local variable, if it has one. */
  code(local: number | undefined, write: () => void): void {
    this.#sized(() => {
      if (local === undefined) this.put(0)
      else this.put(1, 1, local)
      write()
      this.put(Op.END)
    })
  }

  #sized(write: () => void): void {
    const at = this.#at
    this.number(0)
    write()
    this.#number(this.#at - at - 3, at)
  }

  #number(value: number, at: number): void {
    this.#bytes[at] = (value & 0x7f) | 0x80
    this.#bytes[at + 1] = ((value >> 7) & 0x7f) | 0x80
    this.#bytes[at + 2] = value >> 14
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.#at + more))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

/** The types of a {@link Signature}. */
export function typesOf(signature: Signature): {
  readonly parameters: readonly number[]
  readonly results: readonly number[]
} {
  const [parameters = '', results = ''] = signature.split(':')
  return { parameters: Array.from(parameters, typeOf), results: Array.from(results, typeOf) }
}

function typeOf(letter: string): number {
  return letter === 'i' ? Type.I32 : letter === 'I' ? Type.I64 : Type.F64
}
