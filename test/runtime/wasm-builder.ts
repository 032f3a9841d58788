/** Small WebAssembly modules, byte by byte. */

/** A number that is not negative, as LEB128. */
export const unsigned = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)])

/** A vector of WebAssembly's binary format. */
export const vector = (...items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
]

/** A name, or other bytes with their length in front. */
export const name = (text: string): number[] => {
  const bytes = new TextEncoder().encode(text)
  return [...unsigned(bytes.length), ...bytes]
}

/** A section of a module. */
export const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
]

/** A module of these sections. */
export const wasm = (...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()])

/** Types: 0 takes nothing and gives nothing, 1 gives an `i32`. */
export const types = section(1, vector([0x60, 0, 0], [0x60, 0, 1, 0x7f]))

/**
 * A module that exports functions without parameters.
 *
 * @param functions - what each returns, 0 to 63; or that it traps
 * @param more - whether there is a memory, and a text that stands at 8
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

/** What a module of ours exports, at least; each returns the same. */
export const libuv = (result: number | 'trap'): Record<string, number | 'trap'> => ({
  _initialize: result,
  uvw_describe: result,
  uvw_scratch: result,
  uvw_loop_init: result,
  uvw_loop_run: result,
})
