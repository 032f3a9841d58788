/** What a plugin tells its host application. */
import type { Refusal } from '../guard/decision.js'
import type { Usage } from '../guard/limits/ledger.js'
import { ArgumentError, show } from '../uv/errors.js'
import type { PluginOutcome } from './outcome.js'

/** Bytes that a plugin has written. */
export interface OutputEvent {
  /** 1 is the standard output, 2 the standard error. */
  readonly stream: 1 | 2
  /** They belong to the receivers of the event. */
  readonly bytes: Uint8Array
}

/** The use of a limit. */
export interface LimitEvent {
  /** Its name. */
  readonly limit: string
  /** Its use. */
  readonly usage: Usage
}

/** The end of a plugin's guest. */
export interface PluginExit {
  /** How it ended. */
  readonly outcome: PluginOutcome
  /** Whether a newer guest has taken its place. */
  readonly isReplaced: boolean
}

/** The events of a plugin, by their names. */
export interface PluginEvents {
  /** It has written. Without a listener, and without the option `onOutput`, output is dropped. */
  readonly output: OutputEvent
  /** Its policy has refused something. */
  readonly refusal: Refusal
  /** It uses 80 % of a limit. */
  readonly warning: LimitEvent
  /** A limit keeps it from something, delays it, or ends it. */
  readonly limit: LimitEvent
  /** Its guest has ended. */
  readonly exit: PluginExit
}

/** A function for each kind of event. */
export type PluginListeners = { readonly [Name in keyof PluginEvents]?: (event: PluginEvents[Name]) => void }

/**
 * The listeners of one plugin. Neither `EventTarget`, which knows no types of events, nor `EventEmitter`, which not
 * every platform has.
 */
export class Listeners {
  readonly #listeners: { readonly [Name in keyof PluginEvents]: Set<(event: PluginEvents[Name]) => void> } = {
    output: new Set(),
    refusal: new Set(),
    warning: new Set(),
    limit: new Set(),
    exit: new Set(),
  }

  /** Adds a listener. @returns a function that removes it */
  add<Name extends keyof PluginEvents>(name: Name, listener: (event: PluginEvents[Name]) => void): () => void {
    this.#require(name)
    if (typeof listener !== 'function')
      throw new ArgumentError(`Cannot listen to ${show(name)}: ${show(listener)} is no listener; give a function`)
    const set: Set<(event: PluginEvents[Name]) => void> = this.#listeners[name]
    // Each call is a listener of its own, also of the same function.
    const one = (event: PluginEvents[Name]): void => listener(event)
    set.add(one)
    return () => void set.delete(one)
  }

  /** Adds a listener for each of some events. @throws {ArgumentError} when there is no such event */
  addAll(listeners: PluginListeners): void {
    for (const name of Object.keys(listeners)) this.#require(name)
    const { output, refusal, warning, limit, exit } = listeners
    if (output) this.add('output', output)
    if (refusal) this.add('refusal', refusal)
    if (warning) this.add('warning', warning)
    if (limit) this.add('limit', limit)
    if (exit) this.add('exit', exit)
  }

  /** Calls the listeners of an event. */
  tell<Name extends keyof PluginEvents>(name: Name, event: PluginEvents[Name]): void {
    for (const listener of [...this.#listeners[name]]) {
      try {
        listener(event)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  #require(name: string): void {
    if (Object.hasOwn(this.#listeners, name)) return
    const names = Object.keys(this.#listeners).join(', ')
    throw new ArgumentError(`Cannot listen to ${show(name)}: there is no such event; use one of ${names}`)
  }
}
