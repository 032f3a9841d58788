/** The options of a guest. */
import type { WasmExports, WasmImports, WasmModule } from '../base/platform-types.js'
import type { SignalName } from '../base/signals.js'
import type { Host } from '../host/contract/host.js'
import type { Trace } from '../runtime/trace.js'
import { ArgumentError, checkInteger, show } from '../uv/errors.js'
import type { Dirs } from '../wasi/fs/given.js'
import type { WasiOptions } from '../wasi/provider.js'
import type { OnOutput } from '../wasi/stdio.js'
import { DRIVERS, type DriverName } from './drivers/choice.js'
import type { InputSource } from './input.js'
import type { LimitOptions } from './limits.js'

/**
 * Instantiates a module with the imports that it is to have, and returns its exports. The import object may be
 * extended, but functions that the module imports are found in it alone.
 */
export type Instantiate = (
  module: WasmModule,
  imports: Record<string, WasmImports>,
) => WasmExports | PromiseLike<WasmExports>

/** The options of a guest. It has access to nothing else. */
export interface GuestOptions extends WasiOptions, LimitOptions {
  /**
   * The network, or a promise of it. None by default: every `listen` and `connect` gets `EACCES`. See
   * {@link policyHost}.
   */
  readonly host?: Host | Promise<Host>
  /**
   * The initial files, by absolute path. They are private to the guest: what it writes stays in memory, also in
   * directories of the host, which are read as it needs them; only a directory with `access: 'rw'` is changed on the
   * disk. By default there is no file system, so every path gets `ENOENT`; with `{}` it is empty.
   */
  readonly dirs?: Dirs
  /** How the guest waits; `auto` by default. */
  readonly driver?: DriverName
  /**
   * Instantiates the module, for programs whose functions this application calls: with `@assemblyscript/loader`, or
   * with the bindings that asc made. By default `WebAssembly.instantiate()` does. Only for programs that leave their
   * loop to their host, like those in AssemblyScript, under the driver `pump`. See
   * `docs/guests-in-assemblyscript.md`.
   */
  readonly instantiate?: Instantiate
  /** Its standard input, consumed as the guest reads it. Empty by default. */
  readonly input?: InputSource
  /** Receives the output as it is written. Dropped by default. */
  readonly onOutput?: OnOutput
  /**
   * `inherit` connects its standard streams to those of this process, in place of `input` and `onOutput`: they have the
   * type that they have here (file, pipe, terminal), the guest reads no more of its input than it asks for, and a write
   * that fails reports the reason to the guest.
   */
  readonly stdio?: 'inherit'
  /**
   * Called when the guest changes what it does with signals, with those that would not end it although they usually do:
   * it has a handler for them, blocks or ignores them. A program that passes the signals of its own process on with
   * {@link Guest.kill} needs to take only these, and leaves the others to the operating system.
   */
  readonly onSignals?: (names: readonly SignalName[]) => void
  /**
   * Whether it may know the time of day; `true` by default. With `false`, its clock of real time starts at 1970-01-01
   * 00:00:00 when it is started. Files of the host's disk and peers may still tell it the time.
   */
  readonly wallClock?: boolean
  /** What to trace while it runs; by default the topics in the environment variable `UVWASM_DEBUG`. */
  readonly trace?: Trace
}

/** @throws {ArgumentError} naming the argument that is not valid */
export function checkStart(program: unknown, options: GuestOptions): void {
  const { driver = 'auto', instantiate, args, env, input, onOutput, onSignals, stdio, maxDescriptors } = options
  const { wallClock, trace } = options
  // Checked by capability, since they may come from another copy of this package or from another realm.
  if (typeof program !== 'object' || program === null) {
    throw new ArgumentError(
      `Cannot start the guest: program ${show(program)} is not a module; give its bytes, its URL or a compiled module`,
    )
  }
  if (driver !== 'auto' && !Object.hasOwn(DRIVERS, driver)) {
    throw new ArgumentError(
      `Cannot start the guest: driver ${show(driver)} is not a driver; use one of auto, ${Object.keys(DRIVERS).join(', ')}`,
    )
  }
  if (instantiate !== undefined && (typeof instantiate !== 'function' || driver === 'worker' || driver === 'jspi')) {
    throw new ArgumentError(
      `Cannot start the guest: instantiate ${show(instantiate)} is not valid; give a function, and the driver 'pump'`,
    )
  }
  if (args !== undefined && !(Array.isArray(args) && args.every(isText))) {
    throw new ArgumentError(
      `Cannot start the guest: args ${show(args)} is not valid; give a list of strings without NUL`,
    )
  }
  if (env !== undefined && !(typeof env === 'object' && env !== null && Object.entries(env).every(isVariable))) {
    throw new ArgumentError(
      `Cannot start the guest: env ${show(env)} is not valid; give an object of strings without NUL, and no "=" in names`,
    )
  }
  if (input !== undefined && !(input instanceof Uint8Array || typeof input?.[Symbol.asyncIterator] === 'function')) {
    throw new ArgumentError(
      `Cannot start the guest: input ${show(input)} is not valid; give a Uint8Array or an async iterable of them`,
    )
  }
  if (onOutput !== undefined && typeof onOutput !== 'function') {
    throw new ArgumentError(`Cannot start the guest: onOutput ${show(onOutput)} is not valid; give a function`)
  }
  if (onSignals !== undefined && typeof onSignals !== 'function') {
    throw new ArgumentError(`Cannot start the guest: onSignals ${show(onSignals)} is not valid; give a function`)
  }
  if (stdio !== undefined && (stdio !== 'inherit' || input !== undefined || onOutput !== undefined)) {
    throw new ArgumentError(
      `Cannot start the guest: stdio ${show(stdio)} is not valid; give 'inherit', without input and onOutput`,
    )
  }
  if (wallClock !== undefined && typeof wallClock !== 'boolean') {
    throw new ArgumentError(`Cannot start the guest: wallClock ${show(wallClock)} is not valid; give true or false`)
  }
  if (maxDescriptors !== undefined) checkInteger(maxDescriptors, 'maxDescriptors', 4, 0x7fff_ffff)
  if (trace !== undefined && typeof trace?.topic !== 'function') {
    throw new ArgumentError(
      `Cannot start the guest: trace ${show(trace)} is not a Trace; make one with new Trace('syscall')`,
    )
  }
}

/** Whether the value can be a C string. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

function isVariable([name, value]: readonly [string, unknown]): boolean {
  return isText(name) && !name.includes('=') && isText(value)
}
