/** A thread that does nothing but instantiate a module, whose imports do nothing. */
import { parentPort, workerData } from 'node:worker_threads'

const imports: Record<string, Record<string, () => number>> = {}
for (const { module, name, kind } of WebAssembly.Module.imports(workerData)) {
  if (kind === 'function') (imports[module] ??= {})[name] = () => 0
}
await WebAssembly.instantiate(workerData, imports)
parentPort?.postMessage('ready')
