/** The options of a loop, and their checks. */
import type { RunFileOptions } from '../../guard/record/run-file.js'
import type { Host } from '../../host/contract/host.js'
import type { ModuleSource } from '../../runtime/module.js'
import type { Trace } from '../../runtime/trace.js'
import type { WasiProvider } from '../../wasi/provider.js'
import { ArgumentError, checkInteger, show } from '../errors.js'

/** The options of {@link Loop.open}. */
export interface LoopOptions extends RunFileOptions {
  /** The host: the loop's access to the outside world. The platform's host by default. */
  readonly host?: Host
  /** libuv's module; the one that this package ships by default. */
  readonly module?: ModuleSource
  /** The WASI provider; `@wasmer/wasi` by default, and only if the module needs WASI. */
  readonly wasi?: WasiProvider
  /**
   * The limit of descriptors that are open at once, at least 4; 65,536 by default. Beyond it, calls fail with
   * `EMFILE`.
   */
  readonly maxDescriptors?: number
  /** What to print while the loop runs; the value of the variable `UVWASM_DEBUG` by default. */
  readonly trace?: Trace
  /** Make this the process's default loop; there is at most one. */
  readonly default?: boolean
}

/** Checks the options of a loop. @throws {ArgumentError} naming the option that is not valid */
export function checkOptions(options: LoopOptions): void {
  // Catches forgotten braces around a host, with which the platform's own host would be used.
  if (typeof options !== 'object' || options === null || 'defer' in options) {
    throw new ArgumentError(`Cannot use ${show(options)} as options: it is not an options object; give { host }`)
  }
  checkRunFile(options)
  const { host, module, wasi, trace, maxDescriptors } = options
  if (maxDescriptors !== undefined) checkInteger(maxDescriptors, 'maxDescriptors', 4, 0x7fff_ffff)
  // Checked by their methods: they may come from another copy of this package.
  if (host !== undefined && typeof host?.defer !== 'function') {
    throw new ArgumentError(
      `Cannot use host ${show(host)}: it is not a Host; create one with nodeHost() or virtualHost()`,
    )
  }
  if (wasi !== undefined && typeof wasi?.imports !== 'function') {
    throw new ArgumentError(`Cannot use wasi ${show(wasi)}: it is not a WasiProvider; create one with wasmerWasi()`)
  }
  if (trace !== undefined && typeof trace?.topic !== 'function') {
    throw new ArgumentError(
      `Cannot use trace ${show(trace)}: it is not a Trace; create one with new Trace('syscall,pump,handle')`,
    )
  }
  if (module !== undefined && typeof module !== 'object') {
    throw new ArgumentError(
      `Cannot use module ${show(module)}: it is not a module; give its bytes, its URL or a compiled module`,
    )
  }
}

/** Whether a run is recorded in a file, or replayed from one. */
export function hasRunFile({ record, replay, recordIfMissing }: RunFileOptions): boolean {
  return record !== undefined || replay !== undefined || recordIfMissing !== undefined
}

function checkRunFile({ record, replay, recordIfMissing }: RunFileOptions): void {
  const given = Object.entries({ record, replay, recordIfMissing }).filter(([, path]) => path !== undefined)
  for (const [name, path] of given) {
    if (typeof path !== 'string' || path === '')
      throw new ArgumentError(`Cannot use ${name} ${show(path)}: it is not a path; give that of a file`)
  }
  if (given.length > 1)
    throw new ArgumentError(`Cannot use ${given.map(([name]) => name).join(' and ')} together; give one of them`)
}
