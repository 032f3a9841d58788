/** What a loop is opened with. */
import type { Host } from '../host/contract/host.js'
import type { ModuleSource } from '../runtime/module.js'
import type { Trace } from '../runtime/trace.js'
import type { WasiProvider } from '../wasi/provider.js'
import { ArgumentError, checkInteger, show } from './errors.js'

/** How a loop is opened. */
export interface LoopOptions {
  /** The world outside; the platform's by default. */
  readonly host?: Host
  /** libuv's module; the one that comes with this package by default. */
  readonly module?: ModuleSource
  /** Who answers WASI; `@wasmer/wasi` by default, and only where the module asks for it. */
  readonly wasi?: WasiProvider
  /** How many descriptors may be open at once, at least 4; 65,536 by default. The next one gets `EMFILE`. */
  readonly maxDescriptors?: number
  /** What to print while it runs; what the variable `UVWASM_DEBUG` says by default. */
  readonly trace?: Trace
  /** Make it the process's default loop; there is one at most. */
  readonly default?: boolean
}

/** @throws {ArgumentError} naming the option that is something else */
export function checkOptions(options: LoopOptions): void {
  // Who forgets the braces around a host would get the platform's own.
  if (typeof options !== 'object' || options === null || 'defer' in options) {
    throw new ArgumentError(`${show(options)} is not an object of options; give { host }`)
  }
  const { host, module, wasi, trace, maxDescriptors } = options
  if (maxDescriptors !== undefined) checkInteger(maxDescriptors, 'maxDescriptors', 4, 0x7fff_ffff)
  // By what they can do: they may come from another copy of this package.
  if (host !== undefined && typeof host?.defer !== 'function') {
    throw new ArgumentError(`host ${show(host)} is not a Host; make one with nodeHost() or virtualHost()`)
  }
  if (wasi !== undefined && typeof wasi?.imports !== 'function') {
    throw new ArgumentError(`wasi ${show(wasi)} is not a WasiProvider; make one with wasmerWasi()`)
  }
  if (trace !== undefined && typeof trace?.topic !== 'function') {
    throw new ArgumentError(`trace ${show(trace)} is not a Trace; make one with new Trace('syscall,pump,handle')`)
  }
  if (module !== undefined && typeof module !== 'object') {
    throw new ArgumentError(`module ${show(module)} is not a module; give its bytes, its URL, or it compiled`)
  }
}
