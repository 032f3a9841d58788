/**
 * What plain emcc leaves over: imports of the module `env`. System calls that no layer of ours has answer ENOSYS, so that a
 * program which never makes them still runs.
 */
import type { Description } from '../abi/description.js'
import type { WasmImports, WasmModule } from '../base/platform-types.js'

/** The import module's name. */
export const ENV_MODULE = 'env'

/**
 * Functions for the `env` imports of a module that we know how to answer; the others are left out, and fail to link. Their types
 * are not known, so they make nothing of what they are given.
 *
 * @param check - called first; it traps where the guest is over
 */
export function envShells(module: WasmModule, abi: Description, check: () => void): WasmImports {
  const shells: WasmImports = {}
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from !== ENV_MODULE || kind !== 'function') continue
    // Our views of the memory renew themselves.
    if (name === 'emscripten_notify_memory_growth') shells[name] = () => check()
    else if (name.startsWith('__syscall_')) {
      shells[name] = () => {
        check()
        return -abi.errno.ENOSYS
      }
    }
  }
  return shells
}
