/**
 * Sockets, files and WASI on Node and compatible runtimes. package.json maps `#platform` to this file or to `page.ts`.
 */
import { readFileSync } from 'node:fs'
import type { processStreams } from '../common/process-streams.js'
import type { Host } from '../contract/host.js'
import { nodeHost } from '../node.js'
import { whichRuntime } from './runtime-name.js'
import type { TraceFiles } from './trace-files.js'

/**
 * Reads a file synchronously: it has 63 kB, and Node takes longer to load its promise-based file API than to read
 * that.
 *
 * @throws the errors of Node
 */
export async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(readFileSync(url))
}

/** Creates the host of loops that are opened without one. The modules of the other hosts are not loaded. */
export async function openHost(): Promise<Host> {
  switch (whichRuntime()) {
    case 'bun':
      return (await import('../bun.js')).bunHost()
    case 'deno':
      return (await import('../deno.js')).denoHost()
    case 'node':
      return nodeHost()
  }
}

/** See `processStreams()` of `process-streams.ts`. */
export async function standardStreams(): Promise<typeof processStreams> {
  return (await import('../common/process-streams.js')).processStreams
}

/** See `openTraceFiles()` of `trace-files.ts`. */
export async function traceFiles(): Promise<TraceFiles> {
  return (await import('../common/trace-files.js')).traceFiles
}

/** Loads the WASI implementation. webpack cannot bundle it and must leave the import as it is. */
export function loadWasi(): Promise<typeof import('@wasmer/wasi')> {
  return import(/* webpackIgnore: true */ '@wasmer/wasi')
}
