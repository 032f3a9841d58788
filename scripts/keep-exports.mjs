/**
 * Takes out of a module's export section what our header does not declare: emscripten exports a few functions and a table
 * for its own JavaScript, which is not used here. Nothing else of the module changes.
 *
 *     node scripts/keep-exports.mjs MODULE HEADER
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
import { readFileSync, writeFileSync } from 'node:fs'

const [path, header] = process.argv.slice(2)
if (path === undefined || header === undefined) throw new Error('usage: keep-exports.mjs MODULE HEADER')

const EXPORTS = 7
const declared = [...readFileSync(header, 'utf8').matchAll(/^UVW_EXPORT\((\w+)\)/gm)].map(([, name]) => name)
// The memory and the constructor of every WASI reactor.
const kept = new Set([...declared, 'memory', '_initialize'])
const bytes = readFileSync(path)
let at = 8

/** The unsigned LEB128 number at `at`. */
const number = () => {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes.readUInt8(at++)
    value += (byte & 127) * scale
    if (byte < 128) return value
  }
}

/**
 * @param {number} value
 * @returns {number[]} its LEB128 form
 */
const encoded = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...encoded(value >>> 7)])

/** The export at `at`: its name, and its bytes. */
const item = () => {
  const start = at
  const length = number()
  const name = bytes.toString('utf8', at, at + length)
  // The name, its kind, its index.
  at += length + 1
  number()
  return { name, bytes: bytes.subarray(start, at) }
}

/** @type {Uint8Array[]} */
const parts = [bytes.subarray(0, at)]
while (at < bytes.length) {
  const start = at
  const id = bytes.readUInt8(at++)
  const end = number() + at
  if (id === EXPORTS) {
    const items = Array.from({ length: number() }, item).filter(({ name }) => kept.has(name))
    const content = [Uint8Array.from(encoded(items.length)), ...items.map((one) => one.bytes)]
    const length = content.reduce((sum, part) => sum + part.length, 0)
    parts.push(Uint8Array.from([id, ...encoded(length)]), ...content)
  } else {
    parts.push(bytes.subarray(start, end))
  }
  at = end
}
writeFileSync(path, Buffer.concat(parts))
