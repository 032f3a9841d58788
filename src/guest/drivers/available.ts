/** Which drivers can run a program here. Known before one of them is loaded. */
import { UV_PUMP_MODULE } from '../../abi/uv-pump.js'
import type { WasmModule } from '../../base/platform-types.js'

/** Whether this engine can suspend WebAssembly, in the standard form. */
export function hasJspi(): boolean {
  return WebAssembly.Suspending !== undefined && WebAssembly.promising !== undefined
}

/** Whether a program may leave its loop to its host, that is, whether it is linked with `uvp_run_and_exit()`. */
export function letsPump(module: WasmModule): boolean {
  return WebAssembly.Module.imports(module).some(({ module, name }) => module === UV_PUMP_MODULE && name === 'leave')
}
