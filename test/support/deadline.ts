/**
 * Waiting with a deadline. A test awaits an event, never a length of time; the deadline only turns an event that does
 * not come into a failure that says what was awaited.
 */

/** Milliseconds an event may take, be it that another program has to be started first, on a slow, busy machine. */
const PATIENCE = 20_000

/**
 * Settles as `promise` does, or rejects once `ms` milliseconds went by.
 *
 * @param promise - the event
 * @param ms - milliseconds, below Jest's own 60 s so that this message is the one that is seen
 * @param what - the awaited thing, as `the server to accept`
 * @throws {Error} `waited 20000 ms for the server to accept`
 */
export const within = async <T>(promise: PromiseLike<T>, ms: number, what: string): Promise<T> => {
  // Made here, so that its stack names the test and not the timer.
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

/** {@link within} the patience that suits nearly every event: 20 s. */
export const soon = <T>(promise: PromiseLike<T>, what: string): Promise<T> => within(promise, PATIENCE, what)
