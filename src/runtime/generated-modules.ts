/**
 * The modules that this package generates, compiled once: to compile them takes a thread longer than to load its guest,
 * so a thread is given those of an earlier thread with the same program.
 */
import type { WasmModule } from '../base/platform-types.js'

/** Compiled modules, by what they were generated from. */
export type GeneratedModules = ReadonlyMap<string, WasmModule>

const modules = new Map<string, WasmModule>()

/** How many are kept: the guests of a process often have the same few sets of imports. */
const KEPT = 32

/**
 * Compiles a generated module, or returns the one that was compiled before.
 *
 * @param key - what its code depends on
 */
export function generatedModule(key: string, code: () => Uint8Array<ArrayBuffer>): WasmModule {
  const known = modules.get(key)
  if (known !== undefined) return known
  const made = new WebAssembly.Module(code())
  if (modules.size >= KEPT) modules.clear()
  modules.set(key, made)
  return made
}

/** Those that are kept. */
export function generatedModules(): GeneratedModules {
  return modules
}

/** Takes over those of another thread. */
export function adoptModules(others: GeneratedModules): void {
  for (const [key, module] of others) modules.set(key, module)
}
