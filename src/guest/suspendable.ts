/**
 * Imports that suspend the guest only where they have to. Those that engines make always suspend it, be it for a microtask,
 * and cannot be called where nobody may wait. So a function in WebAssembly stands before them, which asks first.
 */
import { isCall } from '../abi/call.js'
import type { WasmImports, WasmModule } from '../abi/platform-types.js'
import { isPromise, type SlowCall } from './stdio.js'

/** Whether this engine can suspend WebAssembly, in the standard form. */
export function hasJspi(): boolean {
  return WebAssembly.Suspending !== undefined && WebAssembly.promising !== undefined
}

/** Says that the answer is still to come. No call of ours answers this. */
const LATER = -(2 ** 31)

/**
 * Makes an import of a call that may answer with a promise.
 *
 * @param parameters - how many it has, all numbers of 32 bits; fewer than 60
 * @throws {TypeError} when the engine cannot suspend WebAssembly
 */
export function suspendable(call: SlowCall, parameters: number): WasmImports[string] {
  const { Suspending } = WebAssembly
  if (Suspending === undefined) throw new TypeError('this engine cannot suspend WebAssembly')
  let answer: Promise<number> | undefined
  const now = (...values: number[]): number => {
    const result = call(...values)
    if (!isPromise(result)) return result
    answer = result
    return LATER
  }
  const later = new Suspending(() => answer ?? LATER)
  const { exports } = new WebAssembly.Instance(moduleOf(parameters), { '': { now, later } })
  if (!isCall(exports.call)) throw new TypeError('the module is broken')
  return exports.call
}

/** The compiled modules, by number of parameters: guests have several imports of one shape. */
const modules = new Map<number, WasmModule>()

function moduleOf(parameters: number): WasmModule {
  const module = modules.get(parameters) ?? new WebAssembly.Module(askFirst(parameters))
  modules.set(parameters, module)
  return module
}

/**
 * A module that exports `call`: it calls the import `now` and returns what that does, unless it is {@link LATER}; then it
 * returns what the import `later` does.
 */
function askFirst(parameters: number): Uint8Array<ArrayBuffer> {
  const numbers = Array.from({ length: parameters }, () => I32)
  const get = Array.from({ length: parameters }, (_, index) => [LOCAL_GET, index]).flat()
  const code = [
    ...[1, 1, I32],
    ...[...get, CALL, 0, LOCAL_TEE, parameters, I32_CONST, ...SMALLEST, I32_EQ],
    ...[IF, I32, CALL, 1, ELSE, LOCAL_GET, parameters, END, END],
  ]
  return Uint8Array.from([
    ...[...bytes('\0asm'), 1, 0, 0, 0],
    ...section(1, [2, FUNCTION, ...counted(numbers), 1, I32, FUNCTION, 0, 1, I32]),
    ...section(2, [2, 0, ...counted(bytes('now')), 0, 0, 0, ...counted(bytes('later')), 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...counted(bytes('call')), 0, 2]),
    ...section(10, [1, ...counted(code)]),
  ])
}

/** Of the binary format: a section begins with its number, and what has a length with that. */
const section = (id: number, content: readonly number[]): number[] => [id, ...counted(content)]
const counted = (content: readonly number[]): number[] => [content.length, ...content]
const bytes = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0))

/** Of its numbers, and {@link LATER} as it writes it. */
const I32 = 0x7f
const FUNCTION = 0x60
const IF = 0x04
const ELSE = 0x05
const END = 0x0b
const CALL = 0x10
const LOCAL_GET = 0x20
const LOCAL_TEE = 0x22
const I32_CONST = 0x41
const I32_EQ = 0x46
const SMALLEST = [0x80, 0x80, 0x80, 0x80, 0x78]
