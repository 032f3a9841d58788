/**
 * WASI preview 1 for the modules of TypeScript's loops that need it. Such a module is trusted code: one provider may
 * serve all of them and does not restrict them. The provider is `@wasmer/wasi`, wrapped in an interface so that
 * another one can replace it. Clocks never come from the provider: time comes from the loop's host, so that a virtual
 * clock applies everywhere. Guests do not use a provider: all their functions are implemented here
 * (`src/wasi/preview1.ts`).
 */
import type { Memory } from '../abi/memory.js'
import type { WasmImports, WasmInstance, WasmModule } from '../base/platform-types.js'
import type { Host } from '../host/contract/host.js'
import { clockCalls } from './clock.js'
import { Errno } from './errno.js'

/** The import module's name. */
export const WASI_MODULE = 'wasi_snapshot_preview1'

/** An implementation of preview 1. */
export interface WasiProvider {
  /** The functions for a module; called once, before it is instantiated. */
  imports(module: WasmModule): WasmImports
  /** Passes the instance, whose memory the functions work on, to the provider; called before any of the functions. */
  bind(instance: WasmInstance): void
  /** Releases the instance after it has ended. A provider that keeps a reference to it keeps all of its memory. */
  close?(): void
}

/** What a guest can see of its environment besides sockets. Nothing else is visible. */
export interface WasiOptions {
  /** The arguments, beginning with the program's name. None by default. */
  readonly args?: readonly string[]
  /** The environment variables. None by default. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * The default provider, `@wasmer/wasi`.
 *
 * @returns a promise that resolves once the provider's own code is compiled, which happens once per process
 * @throws {TypeError} in a browser page, where its half megabyte is left out
 */
export async function wasmerWasi(options: WasiOptions = {}): Promise<WasiProvider> {
  const { loadWasi } = await import('#platform')
  const { init, WASI } = await loadWasi()
  wasmerReady ??= init()
  await wasmerReady
  const wasi = new WASI({ args: [...(options.args ?? [])], env: { ...options.env } })
  return {
    imports: (module) => {
      // The package types this as an object without members; it has one member per import module.
      const modules = new Map<string, WasmImports>(Object.entries(wasi.getImports(module)))
      return modules.get(WASI_MODULE) ?? {}
    },
    bind: (instance) => {
      wasi.instantiate(instance, {})
    },
    close: () => wasi.free(),
  }
}

let wasmerReady: Promise<unknown> | undefined

/**
 * The functions of preview 1 that are always implemented here for a module of TypeScript: time comes from the host,
 * and nothing waits inside WASI.
 *
 * @param memory - returns the instance's memory; called for each system call, since the memory does not exist yet
 */
export function ownWasi(host: Host, memory: () => Memory): WasmImports {
  return { ...clockCalls(host, memory), poll_oneoff: (): number => Errno.NOSYS }
}

/**
 * The functions that a module without streams and files still imports: to read, write and close descriptors that are
 * not sockets. They always answer EBADF. A provider would answer the same, but loading one takes ten times as long as
 * all the rest of opening a loop.
 */
export const noStreams: WasmImports = {
  fd_read: (): number => Errno.BADF,
  fd_write: (): number => Errno.BADF,
  fd_close: (): number => Errno.BADF,
}

/** Whether a module imports functions of WASI that neither `own` nor {@link noStreams} has. */
export function needsProvider(module: WasmModule, own: WasmImports): boolean {
  return WebAssembly.Module.imports(module).some(
    (entry) => entry.module === WASI_MODULE && !(entry.name in own) && !(entry.name in noStreams),
  )
}
