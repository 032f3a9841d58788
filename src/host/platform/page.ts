/**
 * The counterpart of `node.ts` for pages, which have none of it. A bundler for pages takes this file, and thus no
 * Node code.
 */
import { HostError } from '../contract/error.js'
import type { Host } from '../contract/host.js'

/** @throws {HostError} ENOTSUP always */
export async function openHost(): Promise<Host> {
  throw new HostError('ENOTSUP', 'this platform has no sockets; give Loop.open({ host: virtualHost() })')
}

/** @throws {TypeError} always */
export async function readFile(url: URL): Promise<Uint8Array> {
  throw new TypeError(`Cannot read ${url.href}: a page has no files; give a URL that it can fetch`)
}

/** @throws {TypeError} always */
export async function standardStreams(): Promise<never> {
  throw new TypeError('Cannot use the standard streams of the process: a page has none; give input and onOutput')
}

/** @throws {TypeError} always */
export async function traceFiles(): Promise<never> {
  throw new TypeError('Cannot record in a file: a page has none; give a host made by recordingHost() or replayHost()')
}

/** @throws {TypeError} always */
export async function loadWasi(): Promise<never> {
  throw new TypeError('Cannot run a module that needs WASI: a page has no WASI; give a provider as `wasi`')
}
