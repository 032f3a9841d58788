/**
 * Loads a guest: a module with a `main()`, linked with libuv's archive. The driver decides how it waits; everything
 * else is here: kernel, imports, WASI.
 */

import type { Memory } from '../abi/memory.js'
import { PREVIEW1_TYPES } from '../abi/preview1.js'
import { type FileCalls, type KernelCalls, UV_HOST_MODULE, UV_HOST_TYPES } from '../abi/uv-host.js'
import { UV_FACE_MODULE } from '../abi/uv-module.js'
import { UV_PUMP_MODULE, UV_PUMP_TYPES } from '../abi/uv-pump.js'
import { isCall, type NumberCall } from '../base/call.js'
import type { WasmExports, WasmImports, WasmMemory, WasmModule } from '../base/platform-types.js'
import { withheldClock } from '../guard/withheld-clock.js'
import { Arrivals } from '../kernel/arrivals.js'
import { Kernel } from '../kernel/kernel.js'
import { messageSockets } from '../kernel/local/message-sockets.js'
import { createProgramCalls } from '../kernel/syscalls/program/program-calls.js'
import { Gate } from '../runtime/import-gate.js'
import { linkError, type Offers } from '../runtime/imports.js'
import { linkedWith } from '../runtime/linked-with.js'
import type { SlowCall } from '../wasi/descriptor-calls.js'
import { ENV_MODULE, envShells } from '../wasi/emscripten-env.js'
import type { Directory } from '../wasi/fs/given.js'
import { loadFiles } from '../wasi/fs/load.js'
import { preview1 } from '../wasi/preview1.js'
import { WASI_MODULE } from '../wasi/provider.js'
import { absentCall } from './absent-calls.js'
import type { Driver } from './driver.js'
import type { Suspension } from './drivers/suspending-import.js'
import type { GuestExit } from './exit.js'
import { Growth } from './growth.js'
import { fileGauges, kernelGauges } from './limits.js'
import { pollingCalls } from './polling-calls.js'
import { PumpedLoops } from './pumped-loops.js'
import { tellDefects } from './report-defects.js'
import type { ProgramOptions } from './setup.js'

/** A guest that is ready to start. Its resources are released when it ends; see {@link GuestExit}. */
export interface Program {
  /** Runs its `main()`. */
  readonly start: NumberCall
  /** The loops that it leaves to its host. */
  readonly loops: PumpedLoops
  /** Its files in memory. */
  readonly files: () => Directory
  /** The signals that it handles or blocks. */
  readonly arrivals: Arrivals
}

/**
 * Instantiates a guest.
 *
 * @throws {WebAssembly.LinkError} when it has imports that are not available
 * @throws {TypeError} when it has no `_start` without parameters, like a library, or calls an import before it is
 *   started
 */
export async function loadProgram(given: ProgramOptions, driver: Driver, ending: GuestExit): Promise<Program> {
  const options = given.wallClock ? given : { ...given, host: withheldClock(given.host) }
  const { module, host } = options
  requireProgram(module)
  const { revision } = linkedWith(module)
  const Files = await loadFiles(module, options.files)
  const kernel = new Kernel({
    host,
    messageSockets,
    firstDescriptor: revision < UNIFIED ? SEPARATE_SOCKETS : 0,
    gauges: kernelGauges(options.limits.ledger),
    onReady: (bytes) => loops.wake(bytes),
    onChange: (bytes) => driver.onChange(bytes),
  })
  const loops = new PumpedLoops(kernel, driver)
  let bound: Memory | undefined
  let gate: Gate | undefined
  const memory = (): Memory => {
    if (bound === undefined)
      throw new Error('Cannot run the module: it called an import during instantiation; link a main() with uvcc')
    return bound
  }
  const arrivals = new Arrivals(memory, () => {
    driver.onChange(0)
    loops.wake()
  })
  const growth = new Growth(options.limits, ending)
  const signals = { arrivals, calls: driver.signals }
  const onDefect = tellDefects((bytes) => driver.streams[2]?.write(bytes, false))
  const context = { kernel, abi: options.abi, turns: loops, signals, onDefect }
  const calls = createProgramCalls(() => ({ ...context, memory: memory() }))
  const fileParts = { Files, preopens: revision < UNIFIED, fileGauges: fileGauges(options.limits.ledger) }
  const { imports, files } = preview1(options, {
    ...{ kernel, calls, driver, memory, ...fileParts },
    interrupted: () => arrivals.some,
  })
  const wasi = { ...imports, proc_exit: (code: number): void => ending.exit(code) }
  const offers: Offers = new Map([
    [
      UV_HOST_MODULE,
      {
        functions: waitingCalls(options, driver, { memory, calls, loops, growth, files: files.hostCalls() }),
        types: UV_HOST_TYPES,
      },
    ],
    [UV_PUMP_MODULE, { functions: loops.imports(), types: UV_PUMP_TYPES }],
    [
      ENV_MODULE,
      {
        functions: envShells(module, options.abi, { check: () => gate?.check(), onAbsent: options.onAbsent }),
        types: {},
      },
    ],
    [WASI_MODULE, { functions: wasi, types: PREVIEW1_TYPES }],
  ])
  gate = openGate(module, offers, driver, ending)
  requireMain(module)
  const { exports: wasm } = await instantiate(options, gate, ending)
  const { memory: exported, start } = partsOf(wasm)
  bound = growth.watch(exported, wasm)
  loops.bind(wasm)
  ending.whenOver(() => {
    loops.close()
    kernel.closeAll()
    files.close()
    // What keeps the run, and can read its files, must not keep its memory. A global keeps its instance on newer V8.
    bound = undefined
    gate = undefined
  })
  return { start, loops, arrivals, files: () => files.contents() }
}

/**
 * Checked before the imports: for libuv's own module, "not a program" says more than the names of the callbacks that
 * it imports.
 */
function requireProgram(module: WasmModule): void {
  if (WebAssembly.Module.imports(module).some((entry) => entry.module === UV_FACE_MODULE)) requireMain(module)
}

/** @throws {TypeError} when the module is not a program */
function requireMain(module: WasmModule): void {
  const kinds = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]))
  if (kinds.get('_start') === 'function' && kinds.get('memory') === 'memory') return
  throw new TypeError('Cannot run the module: it does not export both memory and _start; link a main() with uvcc')
}

/** What a program has to export. @throws {TypeError} when the instance does not */
function partsOf({ memory, _start: start }: WasmExports): { readonly memory: WasmMemory; readonly start: NumberCall } {
  if (!(memory instanceof WebAssembly.Memory) || !isCall(start))
    throw new TypeError('Cannot run the module: its instance lacks memory or _start; link a main() with uvcc')
  if (start.length > 0) throw new TypeError('Cannot run the module: its _start has parameters; link a main() with uvcc')
  return { memory, start }
}

/** Makes the gate between the guest and its imports. An exception there ends the guest, which cannot catch it. */
function openGate(module: WasmModule, offers: Offers, { suspension, onCall }: Driver, ending: GuestExit): Gate {
  const gate = new Gate(module, offers, {
    // It calls the guest for each turn.
    reenters: ({ module: from, name }) => from === UV_PUMP_MODULE && name === 'run',
    before: (call, parameters) => contained(watched(call, onCall, ending), parameters, suspension, ending),
    ...(suspension && { later: suspension.later }),
  })
  ending.shuts(gate)
  return gate
}

/** Wraps a call so that time is measured before it. What the guest does after its time is up has no effect. */
function watched(call: NumberCall, onCall: Driver['onCall'], ending: GuestExit): NumberCall {
  if (onCall === undefined) return call
  return (...values) => {
    onCall()
    return ending.outcome === undefined ? call(...values) : 0
  }
}

/** Wraps a call so that it never throws, and so that the guest is suspended for an answer that comes later. */
function contained(
  call: NumberCall,
  parameters: number,
  suspension: Suspension | undefined,
  ending: GuestExit,
): NumberCall {
  const settle = (answer: number | PromiseLike<number>): number =>
    typeof answer === 'object' ? (suspension?.setAside(answer) ?? 0) : answer
  if (parameters > FEW) {
    return (...values: number[]) => {
      try {
        return settle(call(...values))
      } catch (error) {
        ending.trap(error)
        return 0
      }
    }
  }
  // The common number of parameters is written out, since rest parameters would allocate an array for every call.
  return (a: number, b: number, c: number, d: number, e: number, f: number) => {
    try {
      return settle(call(a, b, c, d, e, f))
    } catch (error) {
      ending.trap(error)
      return 0
    }
  }
}

/** The most parameters of a call that is made often. */
const FEW = 6

/**
 * Instantiates a module. Its exports are never the result of a promise: one with the name `then` would be called.
 *
 * @throws {WebAssembly.LinkError} when an import has another type; {TypeError} when its start function traps, or when
 *   it exports `then` to a loader
 */
async function instantiate(
  options: ProgramOptions,
  gate: Gate,
  ending: GuestExit,
): Promise<{ readonly exports: WasmExports }> {
  const { module, instantiate } = options
  if (instantiate !== undefined && WebAssembly.Module.exports(module).some(({ name }) => name === 'then'))
    throw new TypeError("Cannot run the module: it exports 'then', like a promise; give the export another name")
  try {
    if (instantiate === undefined) return await WebAssembly.instantiate(module, gate.imports)
    // A copy, since loaders add to it.
    const made = instantiate(module, Object.assign(Object.create(null), gate.imports))
    return { exports: await Promise.resolve(made) }
  } catch (error) {
    const { outcome } = ending
    const reason = outcome !== undefined && 'error' in outcome ? outcome.error : linkError(error)
    if (reason instanceof WebAssembly.LinkError) throw reason
    throw new TypeError(
      `Cannot run the module: it trapped during instantiation (${String(reason)}); link a main() with uvcc`,
    )
  }
}

/** What the calls that wait work with. */
interface WaitingParts {
  readonly memory: () => Memory
  readonly calls: KernelCalls
  readonly files: Partial<FileCalls>
  readonly loops: PumpedLoops
  readonly growth: Growth
}

/** The import module of libuv's system calls: two of them wait, and others are made by programs that do not wait. */
function waitingCalls(
  { abi, trace, onAbsent }: ProgramOptions,
  driver: Driver,
  { memory, calls, loops, growth, files }: WaitingParts,
): WasmImports {
  // A function of its own: what a closure refers to is allocated when the function around it is entered.
  const waitLong: SlowCall = (events = 0, max = 0, timeout = 0) => {
    growth.look()
    return driver.wait(() => calls.poll_wait(events, max, 0), timeout)
  }
  const slow: Readonly<Record<'poll_wait' | 'poll' | 'epoll_wait', SlowCall>> = {
    poll_wait: (events = 0, max = 0, timeout = 0) =>
      loops.inTurn ? calls.poll_wait(events, max, timeout) : waitLong(events, max, timeout),
    poll: (fds = 0, nfds = 0, timeout = 0) => {
      growth.look()
      return driver.wait(() => calls.poll(fds, nfds, 0), timeout)
    },
    // A program that finds nothing waits in poll(). One that always finds something would starve the rest without this.
    epoll_wait: (epoll = 0, events = 0, max = 0) => {
      const ready = calls.epoll_wait(epoll, events, max)
      return ready > 0 ? driver.wait(() => ready, 0) : ready
    },
  }
  const all = { ...calls, ...pollingCalls(calls, driver, abi), ...slow, ...files }
  return { ...trace.imports(all, () => abi), absent: absentCall(memory, abi, onAbsent) }
}

/**
 * The revision from which on there is one table of descriptors. Guests of earlier ones take numbers from 256 on for
 * sockets, and find their root as a descriptor.
 */
const UNIFIED = 2
const SEPARATE_SOCKETS = 256
