/**
 * Callbacks as Node makes them. Between two callbacks of its own loop Node does what was put off: `process.nextTick()` and
 * what awaits a promise. Programs rely on it. Here several callbacks come in one turn, so the same is done behind each.
 */

/** Does what was put off. Node has kept it for who makes callbacks in JavaScript; elsewhere it is done when the turn ends. */
const runPutOff: unknown = Reflect.get(process, '_tickCallback')

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
