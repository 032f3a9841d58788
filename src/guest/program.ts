/**
 * A guest: a module with a `main()` of its own, made with libuv's archive. Whoever runs it decides how it waits; all the rest
 * is here: kernel, imports, WASI.
 */
import { isCall, type NumberCall } from '../abi/call.js'
import type { Description } from '../abi/description.js'
import { Memory } from '../abi/memory.js'
import type { WasmImports, WasmModule } from '../abi/platform-types.js'
import { UV_HOST_MODULE } from '../abi/uv-host.js'
import type { Host } from '../host/host.js'
import { Kernel } from '../kernel/kernel.js'
import { createUvHost } from '../kernel/syscalls.js'
import type { Trace } from '../runtime/trace.js'
import { WASI_MODULE, type WasiOptions } from '../runtime/wasi.js'
import { GuestExit } from './end.js'
import { ENV_MODULE, envShells } from './env.js'
import type { Folder } from './folder.js'
import { preview1 } from './preview1.js'
import { PumpedLoops, UV_PUMP_MODULE } from './pumped.js'
import type { SlowCall, Streams } from './stdio.js'

/** How a guest waits, and where its standard streams lead: what drivers differ in. */
export interface Driver extends Streams {
  /** Whether it runs the loops that a guest leaves to it; see {@link PumpedLoops.pump}. */
  readonly pumps: boolean
  /**
   * Asks until the answer is not 0 or the time is over.
   *
   * @param ask - never waits
   * @param timeout - milliseconds; 0 does not wait, a negative one waits for ever
   */
  wait(ask: () => number, timeout: number): number | Promise<number>
  /** An import made of a call that waits by the driver's means, and has so many parameters. */
  importOf(call: SlowCall, parameters: number): WasmImports[string]
  /** Calls an export while the guest waits. Whatever it waits for there, everybody waits for. */
  enter(call: NumberCall, argument: number): number
  /** Told whenever something happened that a waiting guest may wait for, and how many bytes came, if it was that. */
  onChange(bytes: number): void
}

/** What a guest is made of. */
export interface ProgramOptions {
  readonly module: WasmModule
  /** The numbers of its C library. */
  readonly abi: Description
  readonly host: Host
  readonly wasi: WasiOptions
  /** The root of its file system; `undefined` for none. */
  readonly files?: Folder | undefined
  readonly trace: Trace
  readonly maxDescriptors: number | undefined
}

/** A guest that is ready to start. */
export interface Program {
  /** Runs its `main()`. */
  readonly start: NumberCall
  /** The loops it leaves to its host. */
  readonly loops: PumpedLoops
  /** Lets everything go that it left behind, as the end of a process does; called when `start()` is over. */
  readonly end: () => void
}

/**
 * Makes an instance of a guest.
 *
 * @throws {WebAssembly.LinkError} when it asks for imports we do not have
 * @throws {TypeError} when it has no `_start`, as a library has not
 */
export async function loadProgram(options: ProgramOptions, driver: Driver): Promise<Program> {
  const { module, abi, host } = options
  requireMain(module)
  const kernel = new Kernel({
    host,
    firstDescriptor: abi.constants.UVH_FD_FIRST,
    maxDescriptors: options.maxDescriptors,
    onReady: (bytes) => loops.wake(bytes),
    onChange: (bytes) => driver.onChange(bytes),
  })
  const loops = new PumpedLoops(kernel, driver)
  let bound: Memory | undefined
  const memory = (): Memory => {
    if (bound === undefined) throw new Error('the guest called an import while it was instantiated')
    return bound
  }
  const wasi = preview1(options, driver, memory)
  const wasm = await WebAssembly.instantiate(module, {
    [UV_HOST_MODULE]: systemCalls(options, driver, { kernel, memory, loops }),
    [UV_PUMP_MODULE]: loops.imports(),
    [ENV_MODULE]: envShells(module, abi),
    [WASI_MODULE]: {
      ...wasi,
      fd_read: driver.importOf(wasi.fd_read, 4),
      fd_write: driver.importOf(wasi.fd_write, 4),
      poll_oneoff: driver.importOf(wasi.poll_oneoff, 4),
      proc_exit: (code: number): never => {
        throw new GuestExit(code)
      },
    },
  })
  const { memory: exported, _start: start } = wasm.exports
  if (!(exported instanceof WebAssembly.Memory) || !isCall(start)) throw new TypeError('the module changed its exports')
  bound = new Memory(exported)
  loops.bind(wasm.exports)
  return { start, loops, end: () => kernel.closeAll() }
}

/** @throws {TypeError} when a module is no program */
function requireMain(module: WasmModule): void {
  const kinds = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]))
  if (kinds.get('_start') === 'function' && kinds.get('memory') === 'memory') return
  throw new TypeError('Cannot run the module: it exports no memory and no _start; link a main() with uvcc')
}

/** What the system calls of a guest work on. */
interface Surroundings {
  readonly kernel: Kernel
  readonly memory: () => Memory
  readonly loops: PumpedLoops
}

/** The import module of libuv's system calls, with two among them that wait. */
function systemCalls(
  { abi, trace }: ProgramOptions,
  driver: Driver,
  { kernel, memory, loops }: Surroundings,
): WasmImports {
  const calls = createUvHost(() => ({
    kernel,
    memory: memory(),
    abi,
    turns: loops,
    // Nobody waits for it: a receiver that fails here will fail the guest's own output too.
    onDefect: (error) => void driver.output(2, encoder.encode(`libuv-wasm: ${String(error)}\n`))?.catch(() => {}),
  }))
  const slow: { readonly poll_wait: SlowCall; readonly poll: SlowCall } = {
    poll_wait: (events = 0, max = 0, timeout = 0) =>
      loops.inTurn
        ? calls.poll_wait(events, max, timeout)
        : driver.wait(() => calls.poll_wait(events, max, 0), timeout),
    poll: (fds = 0, nfds = 0, timeout = 0) => driver.wait(() => calls.poll(fds, nfds, 0), timeout),
  }
  const traced = trace.imports({ ...calls, ...slow }, () => abi)
  return { ...traced, poll_wait: driver.importOf(traced.poll_wait, 3), poll: driver.importOf(traced.poll, 3) }
}

const encoder = new TextEncoder()
