/** One timer for everything that has to be looked at now and then: it costs the same for one guest or a hundred. */

/** Something that is looked at. */
export interface Watched {
  /** Looks at it. @returns how soon it has to be looked at again, in milliseconds; `Infinity` for never */
  check(): number
}

/** The least time between two looks, in milliseconds. */
const LEAST = 5

const all = new Map<Watched, { due: number }>()
let timer: ReturnType<typeof setTimeout> | undefined
/** When the timer fires. */
let fires = Number.POSITIVE_INFINITY

/**
 * Looks at something from now on. The timer keeps no process alive.
 *
 * @param soon - when first, in milliseconds
 * @returns a function that ends it
 */
export function watch(watched: Watched, soon: number): () => void {
  const due = performance.now() + soon
  all.set(watched, { due })
  arm(due)
  return () => {
    all.delete(watched)
    if (all.size === 0) disarm()
  }
}

function arm(due: number): void {
  if (due >= fires) return
  disarm()
  if (due === Number.POSITIVE_INFINITY) return
  fires = due
  timer = setTimeout(look, Math.min(Math.max(LEAST, due - performance.now()), LONGEST))
  timer.unref()
}

/** The longest time of a timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1

function disarm(): void {
  clearTimeout(timer)
  fires = Number.POSITIVE_INFINITY
}

function look(): void {
  fires = Number.POSITIVE_INFINITY
  const now = performance.now()
  let next = Number.POSITIVE_INFINITY
  for (const [watched, state] of all) {
    // What is due soon is looked at now, so that the timer fires once for many.
    if (state.due <= now + LEAST) state.due = now + Math.max(LEAST, watched.check())
    next = Math.min(next, state.due)
  }
  arm(next)
}
