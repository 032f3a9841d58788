/**
 * Callbacks as Node makes them. Between two callbacks of its own loop Node does what was put off: `process.nextTick()` and
 * what awaits a promise. Programs rely on it. Here several callbacks come in one turn, so the same is done behind each.
 */
import { createRequire } from 'node:module'
import { whichRuntime } from '../host/platform/runtime-name.js'

/**
 * Does what was put off. Node has kept it for who makes callbacks in JavaScript, Bun has it in a module of its own, Deno among
 * its internals. Where it is not to be had it is done when the turn ends, and `close` may come before `error`.
 */
const runPutOff = findPutOff()

function findPutOff(): unknown {
  if (whichRuntime() === 'bun') return Reflect.get(Object(createRequire(import.meta.url)('bun:jsc')), 'drainMicrotasks')
  const deno = Object(Reflect.get(globalThis, 'Deno'))
  const { core } = Object(Reflect.get(deno, deno.internal))
  return core === undefined ? Reflect.get(process, '_tickCallback') : core.runNextTicks
}

/** To be called behind a callback. What is thrown is the process's affair, not the callback's. */
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

/** Throws where nobody catches, as an exception of a callback of Node's. */
export function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
