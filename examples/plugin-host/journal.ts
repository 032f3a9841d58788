/** What the page shows of the past: refusals, each once with a count, and the starts and ends of plugins. */
import type { ManagedPlugin, PluginOutcome } from 'libuv-wasm/plugin'

/** A refusal, and how often there was the same. */
interface RefusalEntry {
  time: number
  readonly filter: string
  readonly action: string
  readonly address: string
  readonly rule: string
  times: number
}

/** How many lines the page has of each. */
const LINES = 12

/** Collects what happens to plugins. */
export class Journal {
  readonly #refusals = new Map<string, RefusalEntry>()
  readonly #events: { readonly time: number; readonly filter: string; readonly text: string }[] = []

  /** Follows a plugin. */
  follow(plugin: ManagedPlugin): void {
    const { name } = plugin
    plugin.on('refusal', ({ action, target, rule = 'no rule allows it' }) => {
      const key = `${name} ${action} ${target}`
      const known = this.#refusals.get(key)
      if (known === undefined) {
        this.#refusals.set(key, { time: Date.now(), filter: name, action, address: target, rule, times: 1 })
      } else {
        known.times++
        known.time = Date.now()
      }
    })
    plugin.on('limit', ({ limit }) => this.note(name, `has reached its limit ${limit}`))
    plugin.on('exit', ({ outcome, isReplaced }) => {
      this.note(name, `${isReplaced ? 'the old program' : 'the program'} ${tell(outcome)}`)
    })
  }

  /** Adds an event. */
  note(filter: string, text: string): void {
    this.#events.push({ time: Date.now(), filter, text })
    if (this.#events.length > LINES) this.#events.shift()
  }

  /** The latest refusals and events, the newest first. */
  get latest() {
    const refusals = [...this.#refusals.values()].sort((one, other) => other.time - one.time)
    return { refusals: refusals.slice(0, LINES), events: this.#events.toReversed() }
  }
}

/** How a plugin has ended, in words. */
export function tell(outcome: PluginOutcome): string {
  switch (outcome.kind) {
    case 'exited':
      return `exited with ${outcome.code}`
    case 'stopped':
      return 'stopped when it was asked to'
    case 'signalled':
      return `was ended by ${outcome.signal}`
    case 'limit':
      return `was ended by its limit ${outcome.limit}`
    case 'killed':
      return 'was killed'
    default:
      return `${outcome.kind}: ${String(outcome.error)}`
  }
}
