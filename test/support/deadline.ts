/**
 * Waiting with a deadline. A test awaits an event, never a length of time; the deadline makes the test fail, with the
 * name of the awaited event, if it does not happen.
 */

/** Milliseconds that an event may take, also if a program has to be started first on a slow, busy machine. */
const PATIENCE = 20_000

/**
 * Settles like `promise`, or is rejected after `ms` milliseconds.
 *
 * @param promise - the event
 * @param ms - milliseconds, less than Jest's 60 s, so that this message is reported
 * @param what - the awaited event, like `the server to accept`
 * @throws {Error} `waited 20000 ms for the server to accept`
 */
export const within = async <T>(promise: PromiseLike<T>, ms: number, what: string): Promise<T> => {
  // Created here, so that its stack names the test and not the timer.
  const late = new Error(`waited ${ms} ms for ${what}`)
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(reject, ms, late)
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** {@link within} 20 s, which are enough for nearly every event. */
export const soon = <T>(promise: PromiseLike<T>, what: string): Promise<T> => within(promise, PATIENCE, what)
