/**
 * A guest: a module with a `main()` of its own, made with libuv's archive. Whoever runs it decides how it waits; all the rest
 * is here: kernel, imports, WASI.
 */
import { isCall, type NumberCall } from '../abi/call.js'
import type { Description } from '../abi/description.js'
import { Memory } from '../abi/memory.js'
import { UV_HOST_MODULE, type UvHost } from '../abi/uv-host.js'
import type { Host } from '../host/host.js'
import { Kernel } from '../kernel/kernel.js'
import { createUvHost } from '../kernel/syscalls.js'
import type { Trace } from '../runtime/trace.js'
import { ownWasi, WASI_MODULE, type WasiOptions, wasmerWasi } from '../runtime/wasi.js'
import { ENV_MODULE, envShells } from './env.js'
import { type OnOutput, ownStdio } from './stdio.js'

/** What a guest is made of. */
export interface ProgramOptions {
  readonly module: WebAssembly.Module
  /** The numbers of its C library. */
  readonly abi: Description
  readonly host: Host
  readonly wasi: WasiOptions
  readonly onOutput: OnOutput
  readonly trace: Trace
  readonly maxDescriptors?: number | undefined
  /** Called whenever something happened that a waiting guest may wait for. */
  readonly onChange: () => void
  /** Puts the waiting calls in place of those that never wait. */
  readonly wait: (calls: UvHost, kernel: Kernel) => WebAssembly.ModuleImports
}

/** A guest that is ready to start. */
export interface Program {
  /** Runs its `main()`. */
  readonly start: NumberCall
  readonly kernel: Kernel
}

/**
 * Makes an instance of a guest.
 *
 * @throws {WebAssembly.LinkError} when it asks for imports we do not have
 * @throws {TypeError} when it has no `_start`, as a library has not
 */
export async function loadProgram(options: ProgramOptions): Promise<Program> {
  const { module, abi, host, trace } = options
  const kernel = new Kernel({
    host,
    firstDescriptor: abi.constants.UVH_FD_FIRST,
    maxDescriptors: options.maxDescriptors,
    onReady: () => {},
    onChange: options.onChange,
  })
  let bound: Memory | undefined
  const memory = (): Memory => {
    if (bound === undefined) throw new Error('the guest called an import while it was instantiated')
    return bound
  }
  const calls = createUvHost(() => ({
    kernel,
    memory: memory(),
    abi,
    turns: { spent: false, park: () => 0 },
    onDefect: (error) => options.onOutput(2, encoder.encode(`libuv-wasm: ${String(error)}\n`)),
  }))
  const provider = await wasmerWasi(options.wasi)
  const provided = provider.imports(module)
  const fdWrite = provided.fd_write
  const traced = trace.imports(calls, () => abi)
  const wasm = await WebAssembly.instantiate(module, {
    [UV_HOST_MODULE]: { ...traced, ...options.wait(traced, kernel) },
    [ENV_MODULE]: envShells(module, abi),
    [WASI_MODULE]: {
      ...provided,
      ...ownWasi(host, memory),
      ...ownStdio({
        memory,
        onOutput: options.onOutput,
        fdWrite: (...values) => (isCall(fdWrite) ? fdWrite(...values) : BADF),
      }),
    },
  })
  const exported = wasm.exports.memory
  const start = wasm.exports._start
  if (!(exported instanceof WebAssembly.Memory) || !isCall(start)) {
    throw new TypeError('Cannot run the module: it exports no memory and _start (link a main() with uvcc)')
  }
  bound = new Memory(exported)
  provider.bind(wasm)
  return { start, kernel }
}

/** `EBADF` of preview 1. */
const BADF = 8

const encoder = new TextEncoder()
