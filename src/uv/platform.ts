/** Which host a loop gets when its author did not choose one. */
import { type Host, HostError } from '../host/host.js'

let host: Promise<Host> | undefined

/**
 * The host of the platform this runs on, one for all loops.
 *
 * @throws {HostError} ENOTSUP where there is none, as in a page
 */
export function platformHost(): Promise<Host> {
  host ??= find()
  return host
}

async function find(): Promise<Host> {
  if (globalThis.process?.versions?.node !== undefined) {
    const { nodeHost } = await import('../host/node.js')
    return nodeHost()
  }
  throw new HostError('ENOTSUP', 'this platform has no sockets of its own; give Loop.open({ host: virtualHost() })')
}
