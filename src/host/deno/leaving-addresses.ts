/**
 * Listening and connecting while closed listeners still hold their addresses: Deno releases an address later, when
 * the accept in progress has ended.
 */
import type { DenoConn, DenoListener, DenoSockets, DenoTarget } from './api.js'
import { denoCode, denoError } from './errors.js'

/** An address that has been released by its owner but is not free yet. */
interface Leaving {
  /** Resolves once the address is free. */
  readonly freed: Promise<void>
  /** Whether the address is reserved for another listener. */
  promised: boolean
}

const leaving = new Map<string, Leaving>()

const keyOf = (target: DenoTarget): string => JSON.stringify(target)

/** Records that an address has been released and will be free later. */
export const leave = (target: DenoTarget, freed: Promise<void>): void => {
  const key = keyOf(target)
  const entry: Leaving = { freed, promised: false }
  leaving.set(key, entry)
  void freed.then(() => {
    if (leaving.get(key) === entry) leaving.delete(key)
  })
}

/**
 * Listens: immediately, or, if only a recently closed listener holds the address, once that is gone.
 *
 * @param what - the attempted action, for the error message
 * @returns the listener; a promise rejects with Deno's error if another program has taken the address in the meantime
 * @throws {HostError} Deno's error
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

/** Connects once every closed listener is gone, and the listeners that wait for their addresses are listening. */
export const connect = (deno: DenoSockets, target: DenoTarget): Promise<DenoConn> => {
  if (leaving.size === 0) return deno.connect(target)
  return Promise.all([...leaving.values()].map(({ freed }) => freed)).then(() => deno.connect(target))
}
