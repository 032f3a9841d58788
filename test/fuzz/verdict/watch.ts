/** Detects effects on the process that no guest may have. */
import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/**
 * The maximum of milliseconds for which the event loop may be blocked, if the process has computed that long: on a busy
 * machine it may have waited for a processor.
 */
const LONGEST_STALL = 5000

/** The allowed growth of the memory of the process, in bytes. */
const GROWTH = 96 * 1024 * 1024

/** Records what goes wrong in this process. */
export class Watch {
  readonly #problems: string[] = []
  readonly #delay = monitorEventLoopDelay({ resolution: 20 })
  readonly #intrinsics = intrinsics()
  #held: number | undefined
  #cpu = process.cpuUsage()

  constructor() {
    this.#delay.enable()
    process.on('unhandledRejection', (reason) => this.#problems.push(`an unhandled rejection: ${text(reason)}`))
    process.on('uncaughtException', (error) => this.#problems.push(`an uncaught exception: ${text(error)}`))
  }

  /** The faults since the last call. */
  take(): string[] {
    const problems = this.#problems.splice(0)
    const { user, system } = process.cpuUsage(this.#cpu)
    this.#cpu = process.cpuUsage()
    const stall = Math.round(Math.min(this.#delay.max / 1e6, (user + system) / 1e3))
    this.#delay.reset()
    if (stall > LONGEST_STALL) problems.push(`the event loop stood still for ${stall} ms`)
    const files = readdirSync('.')
    if (files.length > 0) problems.push(`there are files in the folder of the process: ${files.join(', ')}`)
    return problems
  }

  /** The changes to the shared objects of the realm since the beginning. */
  changed(): string[] {
    const now = intrinsics()
    const changes = [...now].filter(([key, value]) => !Object.is(this.#intrinsics.get(key), value)).map(([key]) => key)
    const gone = [...this.#intrinsics.keys()].filter((key) => !now.has(key))
    return changes.length + gone.length === 0
      ? []
      : [`shared objects were changed: ${[...changes, ...gone].slice(0, 5).join(', ')}`]
  }

  /** Whether the process uses much more memory than at the first call. */
  growth(): string[] {
    globalThis.gc?.()
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    const held = heapUsed + external
    this.#held ??= held
    const more = held - this.#held
    return more > GROWTH ? [`the process holds ${Math.round(more / 1024 / 1024)} MiB more than at first`] : []
  }
}

function text(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const ROOTS: readonly (readonly [string, object])[] = [
  ...[
    'Object',
    'Function',
    'Array',
    'String',
    'Number',
    'BigInt',
    'Boolean',
    'Symbol',
    'RegExp',
    'Promise',
    'Map',
    'Set',
  ],
  ...[
    'WeakMap',
    'Error',
    'TypeError',
    'RangeError',
    'Uint8Array',
    'ArrayBuffer',
    'DataView',
    'Date',
    'JSON',
    'Math',
    'Reflect',
  ],
  ...['WebAssembly', 'Atomics', 'Proxy', 'TextDecoder', 'TextEncoder', 'URL'],
].flatMap((name) => {
  const value: unknown = Reflect.get(globalThis, name)
  return isObject(value) ? [[name, value] as const] : []
})

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Every property of the shared objects, by its path; getters are not called. */
function intrinsics(): Map<string, unknown> {
  const all = new Map<string, unknown>()
  const add = (path: string, object: object): void => {
    all.set(`${path}.[[Prototype]]`, Object.getPrototypeOf(object))
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(object, key) ?? {}
      // These properties have the last match of a regular expression.
      if (path === 'RegExp') continue
      all.set(`${path}.${String(key)}`, value)
      all.set(`${path}.${String(key)} get`, get)
      all.set(`${path}.${String(key)} set`, set)
    }
  }
  for (const [name, object] of ROOTS) {
    add(name, object)
    const prototype: unknown = Reflect.get(object, 'prototype')
    if (isObject(prototype)) add(`${name}.prototype`, prototype)
  }
  return all
}
