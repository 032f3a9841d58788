/**
 * The imports from the module `env` that plain emcc leaves in a program. System calls that nothing here implements
 * answer ENOSYS, so that a program that never makes them still runs.
 */
import type { Description } from '../abi/description.js'
import type { WasmImports, WasmModule } from '../base/platform-types.js'

/** The import module's name. */
export const ENV_MODULE = 'env'

/** What the stubs of one guest do before they answer. */
export interface EnvShells {
  /** Called first; it traps when the guest has ended. */
  readonly check: () => void
  /** Receives the name of each call that no guest has. */
  readonly onAbsent: (name: string) => void
}

/**
 * Stubs for those `env` imports of a module that can be answered; the others are left out and fail to link. The types
 * of the imports are not known, so the stubs ignore their arguments.
 */
export function envShells(module: WasmModule, abi: Description, { check, onAbsent }: EnvShells): WasmImports {
  const shells: WasmImports = {}
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from !== ENV_MODULE || kind !== 'function') continue
    // Views of the memory are renewed elsewhere.
    if (name === 'emscripten_notify_memory_growth') shells[name] = () => check()
    else if (name.startsWith('__syscall_')) {
      shells[name] = () => {
        check()
        onAbsent(name.slice('__syscall_'.length))
        return -abi.errno.ENOSYS
      }
    }
  }
  return shells
}
