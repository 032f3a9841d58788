/**
 * Reads the imports and exports of a WebAssembly module with their signatures, which the JavaScript API
 * (`WebAssembly.Module.imports()`) does not provide.
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */

/** @typedef {{ params: string[], result: string }} Signature `result` is `void` for none. */
/** @typedef {{ kind: 'func', signature: Signature } | { kind: 'table' | 'memory' | 'global' | 'tag' }} Item */
/**
 * @typedef {{ imports: Map<string, Map<string, Item>>, exports: Map<string, Item> }} Surface imports by module and name
 */

/** @type {Record<number, string>} */
const VALUE_TYPES = { 127: 'i32', 126: 'i64', 125: 'f32', 124: 'f64', 123: 'v128', 112: 'funcref', 111: 'externref' }
const KINDS = /** @type {const} */ (['func', 'table', 'memory', 'global', 'tag'])
const [TYPES, IMPORTS, FUNCTIONS, EXPORTS] = [1, 2, 3, 7]

/** A cursor over the module's bytes. */
class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes
    this.at = 0
  }

  byte() {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new Error('the module ends too early')
    return byte
  }

  /** An unsigned LEB128 number. */
  number() {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  name() {
    const length = this.number()
    this.at += length
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at))
  }

  valueType() {
    const byte = this.byte()
    return VALUE_TYPES[byte] ?? `type 0x${byte.toString(16)}`
  }

  /**
   * @template T
   * @param {() => T} item
   * @returns {T[]}
   */
  vector(item) {
    return Array.from({ length: this.number() }, item)
  }

  limits() {
    const hasMaximum = (this.byte() & 1) === 1
    this.number()
    if (hasMaximum) this.number()
  }

  /** @returns {Signature} */
  signature() {
    const form = this.byte()
    if (form !== 0x60) throw new Error(`a type of form 0x${form.toString(16)} is not supported`)
    const params = this.vector(() => this.valueType())
    const results = this.vector(() => this.valueType())
    return { params, result: results.join(' ') || 'void' }
  }
}

/**
 * @param {Uint8Array} bytes - a binary module
 * @returns {Surface}
 */
export const readSurface = (bytes) => {
  const reader = new Reader(bytes)
  if (reader.bytes.subarray(0, 4).join() !== '0,97,115,109') throw new Error('this is not a WebAssembly module')
  reader.at = 8
  /** @type {Signature[]} */
  let types = []
  /** @type {Item[]} */
  const functions = []
  /** @type {Surface} */
  const surface = { imports: new Map(), exports: new Map() }

  /** @param {number} index */
  const func = (index) => {
    const signature = types[index]
    if (signature === undefined) throw new Error(`the module has no type ${index}`)
    return /** @type {Item} */ ({ kind: 'func', signature })
  }

  /** @returns {Item} */
  const importedItem = () => {
    const kind = KINDS[reader.byte()] ?? 'tag'
    if (kind === 'func') {
      const item = func(reader.number())
      functions.push(item)
      return item
    }
    // Skip its description.
    if (kind !== 'memory') reader.byte()
    if (kind === 'global') reader.byte()
    else if (kind === 'tag') reader.number()
    else reader.limits()
    return { kind }
  }

  /** @type {Record<number, () => void>} */
  const sections = {
    [TYPES]: () => {
      types = reader.vector(() => reader.signature())
    },
    [IMPORTS]: () =>
      reader.vector(() => {
        const module = reader.name()
        const name = reader.name()
        surface.imports.set(module, (surface.imports.get(module) ?? new Map()).set(name, importedItem()))
      }),
    [FUNCTIONS]: () => functions.push(...reader.vector(() => func(reader.number()))),
    [EXPORTS]: () =>
      reader.vector(() => {
        const name = reader.name()
        const kind = KINDS[reader.byte()] ?? 'tag'
        const item = functions[reader.number()]
        surface.exports.set(name, kind === 'func' && item !== undefined ? item : /** @type {Item} */ ({ kind }))
      }),
  }

  while (reader.at < bytes.length) {
    const id = reader.byte()
    const end = reader.number() + reader.at
    sections[id]?.()
    reader.at = end
  }
  return surface
}
