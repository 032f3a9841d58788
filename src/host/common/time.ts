/** The time, as far as every JavaScript platform knows it. */

// Captured at load time, so that a test that replaces the global does not affect it. The module that also exports
// `performance` contains much else, and loading it takes 0.6 ms of the startup.
const { performance } = globalThis

/**
 * Where monotonic clocks start, in nanoseconds: 1000 seconds. On Linux they count from the start of the machine, and
 * programs take 0 for "never". The real time since then is not for guests to know, and not every platform tells it.
 */
const START = 1e12

/**
 * Monotonic nanoseconds, an integer; exact for the first 104 days.
 *
 * @param since - the start of the clock, in milliseconds of `performance.now()`: that of the process (or worker)
 */
export const monotonicTime = (since = 0): number => START + Math.trunc((performance.now() - since) * 1e6)

/** The wall clock, in milliseconds since 1970 when `performance.now()` was 0. */
let origin = performance.timeOrigin

/**
 * The wall clock, in milliseconds since 1970, with a fraction that is exact to 256 ns. It is never another millisecond
 * than `Date.now()`, so it follows when the system's clock is set, and when the machine has slept.
 */
export const wallTime = (): number => {
  const now = performance.now()
  const whole = Date.now()
  const fine = origin + now
  if (fine >= whole && fine < whole + 1) return fine
  const nearest = fine < whole ? whole : whole + 0.999
  origin = nearest - now
  return nearest
}
