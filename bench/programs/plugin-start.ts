/**
 * Starts plugins with the isolation `thread`, and bare threads that instantiate the same module, by turns. Prints the
 * median of the milliseconds that each takes, and of their ratio. The argument is the compiled program.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { Plugin } from 'libuv-wasm/plugin'
import { alternately } from './alternately.js'

const module = new WebAssembly.Module(readFileSync(process.argv[2] ?? ''))

async function plugin(): Promise<number> {
  const began = performance.now()
  const plugin = await Plugin.start(module, { args: ['echo'], grant: { listen: ['127.0.0.1:0'] } })
  const took = performance.now() - began
  plugin.kill()
  await plugin.outcome
  return took
}

async function bare(): Promise<number> {
  const began = performance.now()
  const worker = new Worker(new URL('bare-thread.js', import.meta.url), { workerData: module, execArgv: [] })
  await once(worker, 'message')
  const took = performance.now() - began
  await worker.terminate()
  return took
}

console.log(JSON.stringify(await alternately(plugin, bare, 30)))
