/** A thread that does nothing but instantiate a module, whose imports do nothing. */
import { parentPort, workerData } from 'node:worker_threads'

const imports = new Map<string, Record<string, () => number>>()
for (const { module, name } of WebAssembly.Module.imports(workerData)) {
  imports.set(module, { ...imports.get(module), [name]: () => 0 })
}
await WebAssembly.instantiate(workerData, Object.fromEntries(imports))
parentPort?.postMessage('ready')
