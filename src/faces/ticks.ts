/**
 * Drains `process.nextTick()` and the microtasks after each callback. Node does so between two callbacks of its own
 * loop, and programs rely on it. Here one turn runs several callbacks, so it has to be done explicitly.
 */
import { createRequire } from 'node:module'
import { whichRuntime } from '../host/platform/runtime-name.js'

/**
 * Drains the queues. Node still has the function, for callbacks made from JavaScript; Bun has it in a module, and
 * Deno among its internals. Where it is missing, the queues are drained when the turn ends, and `close` may be
 * emitted before `error`.
 */
const runPutOff = findPutOff()

function findPutOff(): unknown {
  if (whichRuntime() === 'bun') return Reflect.get(Object(createRequire(import.meta.url)('bun:jsc')), 'drainMicrotasks')
  const deno = Object(Reflect.get(globalThis, 'Deno'))
  const { core } = Object(Reflect.get(deno, deno.internal))
  return core === undefined ? Reflect.get(process, '_tickCallback') : core.runNextTicks
}

/**
 * Drains the queues after a callback. Exceptions are uncaught exceptions of the process, and do not affect the
 * callback.
 */
export function runTicks(): void {
  if (typeof runPutOff !== 'function') return
  for (;;) {
    try {
      runPutOff.call(process)
      return
    } catch (error) {
      throwUncaught(error)
    }
  }
}

/** Throws an error outside of any `try`, like an exception in a callback of Node's. */
export function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
