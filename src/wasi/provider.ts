/**
 * WASI preview 1 for modules of TypeScript's loops that ask for it: trusted code, since one provider may serve all, and does what
 * it is told. It is `@wasmer/wasi`, behind this interface so that another can take its place. Clocks are never the provider's:
 * time comes from the loop's host, so that a virtual clock is one for all. Guests have none: all of theirs is ours
 * (`src/wasi/preview1.ts`).
 */
import type { Memory } from '../abi/memory.js'
import type { WasmImports, WasmInstance, WasmModule } from '../base/platform-types.js'
import type { Host } from '../host/contract/host.js'
import { clockCalls } from './clock.js'
import { Errno } from './errno.js'

/** The import module's name. */
export const WASI_MODULE = 'wasi_snapshot_preview1'

/** Somebody who answers preview 1. */
export interface WasiProvider {
  /** The functions for a module; called once, before it is instantiated. */
  imports(module: WasmModule): WasmImports
  /** Gives the provider the instance whose memory its functions work on; called before any of them. */
  bind(instance: WasmInstance): void
  /** Lets the instance go, which has ended. A provider that holds on to it holds all its memory. */
  close?(): void
}

/** What a guest sees of the world beside sockets: nothing but what stands here. */
export interface WasiOptions {
  /** Arguments, the program's name first. None by default. */
  readonly args?: readonly string[]
  /** Environment variables. None by default. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * The default provider, `@wasmer/wasi`.
 *
 * @returns once its own code is compiled, which happens once in a process
 * @throws {TypeError} in a page, where its half a megabyte is left out
 */
export async function wasmerWasi(options: WasiOptions = {}): Promise<WasiProvider> {
  const { loadWasi } = await import('#platform')
  const { init, WASI } = await loadWasi()
  wasmerReady ??= init()
  await wasmerReady
  const wasi = new WASI({ args: [...(options.args ?? [])], env: { ...options.env } })
  return {
    imports: (module) => {
      // The package types this as an object without members; it has one per import module.
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
 * The functions of preview 1 that are always ours in a module for TypeScript: time is the host's, and nothing waits inside WASI.
 *
 * @param memory - of the instance; asked at each call, since it does not exist yet
 */
export function ownWasi(host: Host, memory: () => Memory): WasmImports {
  return { ...clockCalls(host, memory), poll_oneoff: (): number => Errno.NOSYS }
}

/**
 * What a module asks for that has no streams and no files: to read, write and close what is no socket. Nothing is there. A
 * provider would say the same, but to load one takes ten times as long as all the rest of opening a loop.
 */
export const noStreams: WasmImports = {
  fd_read: (): number => Errno.BADF,
  fd_write: (): number => Errno.BADF,
  fd_close: (): number => Errno.BADF,
}

/** Whether a module asks WASI for more than what is ours and {@link noStreams}. */
export function needsProvider(module: WasmModule, own: WasmImports): boolean {
  return WebAssembly.Module.imports(module).some(
    (entry) => entry.module === WASI_MODULE && !(entry.name in own) && !(entry.name in noStreams),
  )
}
