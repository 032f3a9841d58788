/** The host with the sockets of whichever runtime this is. */
import { bunHost } from '../bun.js'
import type { Host } from '../contract/host.js'
import { denoHost } from '../deno.js'
import { nodeHost } from '../node.js'
import { whichRuntime } from './runtime-name.js'

/** The outside world: real sockets, real time. */
export function realHost(): Host {
  return { bun: bunHost, deno: denoHost, node: nodeHost }[whichRuntime()]()
}
