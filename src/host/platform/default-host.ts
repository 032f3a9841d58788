/** Which host a loop gets when its author did not choose one. */
import type { Host } from '../contract/host.js'

let host: Promise<Host> | undefined

/**
 * The host of the platform this runs on, one for all loops.
 *
 * @throws {HostError} ENOTSUP where there is none, as in a page
 */
export function defaultHost(): Promise<Host> {
  host ??= find()
  return host
}

async function find(): Promise<Host> {
  // A page without a bundler does not know what `#platform` is.
  const isPage = globalThis.process?.versions?.node === undefined
  const { openHost } = await (isPage ? import('./page.js') : import('#platform'))
  return openHost()
}
