/**
 * Listening and connecting, while listeners that were closed still have their addresses: Deno frees one in a turn to come, when
 * the accept that was under way has ended.
 */
import type { DenoConn, DenoListener, DenoSockets, DenoTarget } from './api.js'
import { denoCode, denoError } from './errors.js'

/** An address that was given back and is not free yet. */
interface Leaving {
  /** Resolves once it is free. */
  readonly freed: Promise<void>
  /** Another listener has been promised it. */
  promised: boolean
}

const leaving = new Map<string, Leaving>()

const keyOf = (target: DenoTarget): string => JSON.stringify(target)

/** Notes that an address is given back and will be free later. */
export const leave = (target: DenoTarget, freed: Promise<void>): void => {
  const key = keyOf(target)
  const entry: Leaving = { freed, promised: false }
  leaving.set(key, entry)
  void freed.then(() => {
    if (leaving.get(key) === entry) leaving.delete(key)
  })
}

/**
 * Listens: at once, or where only a listener is in the way that was closed a moment ago, after that is gone.
 *
 * @param what - to be said where that cannot be
 * @returns the listener; a promise is rejected with what Deno throws when another program was faster
 * @throws {HostError} what Deno says
 */
export const listen = (deno: DenoSockets, target: DenoTarget, what: string): DenoListener | Promise<DenoListener> => {
  try {
    return deno.listen(target)
  } catch (error) {
    const before = leaving.get(keyOf(target))
    if (before === undefined || before.promised || denoCode(error) !== 'EADDRINUSE') throw denoError(error, what)
    before.promised = true
    return before.freed.then(() => deno.listen(target))
  }
}

/** Connects once every listener that was closed is gone, and those that were promised its address listen. */
export const connect = (deno: DenoSockets, target: DenoTarget): Promise<DenoConn> => {
  if (leaving.size === 0) return deno.connect(target)
  return Promise.all([...leaving.values()].map(({ freed }) => freed)).then(() => deno.connect(target))
}
