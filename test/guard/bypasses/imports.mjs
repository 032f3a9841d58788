/** Imports by name: a module that wants something else than the functions that guests are offered is never started. */
import { Guest } from 'libuv-wasm/guest'

const [I32, I64, FUNCREF, EXTERNREF] = [0x7f, 0x7e, 0x70, 0x6f]

/** @param {number[]} bytes */
const sized = (bytes) => [...number(bytes.length), ...bytes]

/** An unsigned number in LEB128. @param {number} value @returns {number[]} */
const number = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...number(value >> 7)])

/** @param {string} text */
const string = (text) => sized([...new TextEncoder().encode(text)])

/**
 * A function of that type, which is the module's first one.
 *
 * @param {string} module
 * @param {string} name
 * @param {number[]} params
 * @param {number[]} results
 */
const call = (module, name, params = [I32], results = [I32]) => ({
  module,
  name,
  entry: [0, 0],
  type: [0x60, ...sized(params), ...sized(results)],
  what: 'function',
})

/** @param {string} module @param {string} name @param {string} what @param {number[]} entry */
const other = (module, name, what, entry) => ({ ...call(module, name), what, entry })

/** A program with one import, and without any code. @param {ReturnType<typeof call>} wish */
const programOf = ({ module, name, entry, type }) => {
  const isFunction = entry[0] === 0
  const exported = [...string('_start'), 0, isFunction ? 1 : 0, ...string('memory'), 2, 0]
  const sections = [
    [1, [2, ...type, 0x60, 0, 0]],
    [2, [1, ...string(module), ...string(name), ...entry]],
    [3, [1, 1]],
    ...(entry[0] === 2 ? [] : [[5, [1, 0, 1]]]),
    [7, [2, ...exported]],
    [10, [1, 2, 0, 0x0b]],
  ]
  const bytes = sections.flatMap(([id, body]) => [Number(id), ...sized(/** @type {number[]} */ (body))])
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes])
}

const [UV, WASI, PUMP] = ['uv_host_1', 'wasi_snapshot_preview1', 'uv_pump_1']
const INHERITED = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'name', 'length', 'then']

const WISHES = [
  // What objects inherit, as a module and as a function.
  ...INHERITED.map((name) => call(name, 'constructor', [EXTERNREF], [EXTERNREF])),
  ...INHERITED.flatMap((name) => [UV, WASI, PUMP, 'env'].map((module) => call(module, name, [], []))),
  ...['defineProperty', 'getPrototypeOf', 'create', 'keys', 'prototype'].map((name) =>
    call('constructor', name, [EXTERNREF], [EXTERNREF]),
  ),
  ...['globalThis', 'process', 'node:fs', 'fs', 'Function', 'eval', 'Object', 'WebAssembly', '', '\0'].map((module) =>
    call(module, 'constructor'),
  ),
  // Names that differ a little.
  ...['uv_host_0', 'uv_host_2', 'uv_host_01', 'UV_HOST_1', 'uv_host_1 ', 'uv_face_1', 'wasi_unstable'].map((module) =>
    call(module, 'socket', [I32, I32, I32]),
  ),
  ...['Socket', 'socket ', 'socket\0', ' socket', 'sockets', 'on_read', 'toJSON'].map((name) => call(UV, name)),
  // Offered names of another kind or type: objects of the host never enter a guest.
  call(UV, 'close', [EXTERNREF], [I32]),
  call(UV, 'close', [I32], [EXTERNREF]),
  call(UV, 'close', [I32], [FUNCREF]),
  call(UV, 'close', [I64], [I32]),
  call(UV, 'close', [], [I32]),
  call(WASI, 'fd_close', [FUNCREF], [I32]),
  call(WASI, 'proc_exit', [I32], [EXTERNREF]),
  call(PUMP, 'leave', [EXTERNREF], []),
  ...[UV, WASI, 'env', 'constructor'].flatMap((module) => [
    other(module, 'prototype', 'global', [3, EXTERNREF, 0]),
    other(module, 'close', 'global', [3, FUNCREF, 0]),
    other(module, 'memory', 'memory', [2, 0, 1]),
    other(module, 'table', 'table', [1, FUNCREF, 0, 1]),
    other(module, 'table', 'table', [1, EXTERNREF, 0, 1]),
  ]),
]

/**
 * Tries them all.
 *
 * @param {import('libuv-wasm/guest').DriverName} driver
 * @param {(problem: string) => void} tell
 * @returns {Promise<number>} how many were tried
 */
export const tryImports = async (driver, tell) => {
  // A thread is started for each of them, and the check in it is the same.
  const tried = driver === 'worker' ? WISHES.filter((_, index) => index % 12 === 0) : WISHES
  for (const wish of tried) {
    const bytes = programOf(wish)
    const title = `the ${wish.what} ${JSON.stringify([wish.module, wish.name])}`
    if (!WebAssembly.validate(bytes)) tell(`${title} makes no module`)
    else {
      const error = await Guest.start(bytes, { driver }).then(
        () => 'it was started',
        (/** @type {unknown} */ reason) => (reason instanceof WebAssembly.LinkError ? undefined : String(reason)),
      )
      if (error !== undefined) tell(`${title}: ${error}`)
    }
  }
  return tried.length
}
