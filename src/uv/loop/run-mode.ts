/**
 * How a loop runs.
 *
 * @see https://docs.libuv.org/en/v1.x/loop.html#c.uv_run
 */
export const RunMode = {
  /** Until no active and referenced handle and no request is left, or until `stop()`. */
  DEFAULT: 'UV_RUN_DEFAULT',
  /** One iteration; waits for an event if none is pending. */
  ONCE: 'UV_RUN_ONCE',
  /** One iteration; does not wait. */
  NOWAIT: 'UV_RUN_NOWAIT',
} as const

/** One of {@link RunMode}. */
export type RunMode = (typeof RunMode)[keyof typeof RunMode]
