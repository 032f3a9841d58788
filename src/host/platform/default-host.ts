/** The host of loops that are opened without one. */
import type { Host } from '../contract/host.js'

let host: Promise<Host> | undefined

/**
 * The host of the current platform, shared by all loops.
 *
 * @throws {HostError} ENOTSUP if the platform has no host, such as a page
 */
export function defaultHost(): Promise<Host> {
  host ??= find()
  return host
}

async function find(): Promise<Host> {
  // Pages without a bundler cannot resolve `#platform`.
  const isPage = globalThis.process?.versions?.node === undefined
  const { openHost } = await (isPage ? import('./page.js') : import('#platform'))
  return openHost()
}
