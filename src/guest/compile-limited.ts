/** Compiles programs with limits. The threads of guests do without this. */
import type { WasmModule } from '../base/platform-types.js'
import { type BoundedModule, boundModule } from '../runtime/bounded-module.js'
import { compileModule, type ModuleSource } from '../runtime/module.js'
import { type GuestLimits, requireBeginning } from './limits.js'

/**
 * Compiles a program, with its memory and tables bounded. One that is compiled already is left as it is; see
 * {@link file://./growth.ts | growth.ts}.
 *
 * @throws {TypeError} when it begins with more than a limit that was given
 */
export function compileLimited(program: ModuleSource, limits: GuestLimits): Promise<WasmModule> {
  const { ledger, isMemoryGiven } = limits
  const { memory, tableElements } = ledger.limits
  return compileModule(program, (module) => {
    const { bytes, begins }: BoundedModule = boundModule(module, { memory, elements: tableElements })
    if (begins !== undefined && isMemoryGiven) requireBeginning(begins.memory, memory)
    return bytes
  })
}
