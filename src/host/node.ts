/**
 * The host on Node 20 and later.
 *
 * It has two ways to the network, with the same behaviour: `handle`, on the bare TCP handles that `node:net` is built on,
 * and `net`, on `node:net` itself. The first is faster, but Node promises no one that it will stay; so it is tried out at
 * first use, left alone where anything is amiss, and chosen by itself only on the Nodes that our tests have run on.
 *
 * | what                             | `handle`                                  | `net`                                      |
 * |----------------------------------|-------------------------------------------|--------------------------------------------|
 * | where                            | Node 20 to 26, not under `--permission`   | everywhere                                 |
 * | `bind` at once                   | yes                                       | from Node 26.4 on, or where `handle` is    |
 * | local address of a fresh connect | yes                                       | as `bind`; else once it is connected       |
 * | shared ports (`reusePort`)       | from Node 22.12 on                        | as `handle`                                |
 * | no descriptor left to accept     | libuv turns the peer away and tells nobody | the same                                  |
 * | sends at once (`tryWrite`)       | where it has descriptors: not on Windows  | no                                        |
 *
 * What is in flight keeps a process alive even here, since Node's libuv counts requests: a connect until it is decided, and
 * bytes that were written until they are sent or the connection is closed.
 */

import { NodeHost } from './common/runtime-host.js'
import type { Transport } from './common/transport.js'
import { HostError } from './contract/error.js'
import { bindStrategies } from './node/bind-strategies.js'
import { handleTransport } from './node/handle.js'
import { netTransport } from './node/net.js'
import { tcpWrap } from './node/tcp-wrap.js'

/** How {@link nodeHost} reaches the network. */
export interface NodeHostOptions {
  /**
   * `net` is `node:net`; `handle` the bare handles below it, faster and not public. `auto`, the default, is `handle` on
   * Node 20 to 26 where it can be had, else `net`.
   */
  readonly transport?: 'auto' | 'net' | 'handle'
}

/** The newest Node whose handles our tests have run on. */
const NEWEST_TRIED = 26

const chooseTransport = (wanted: 'auto' | 'net' | 'handle'): Transport => {
  const major = Number.parseInt(process.versions.node, 10)
  const wrap = wanted === 'handle' || (wanted === 'auto' && major <= NEWEST_TRIED) ? tcpWrap() : undefined
  if (wrap !== undefined) return handleTransport(wrap)
  if (wanted === 'handle') {
    throw new HostError(
      'ENOTSUP',
      `Node ${process.versions.node} does not give its TCP handles away; use transport 'net'`,
    )
  }
  return netTransport(bindStrategies())
}

/**
 * The outside world as Node has it: real sockets, real time.
 *
 * @throws {HostError} ENOTSUP when `transport` is `handle` and this Node has no such thing
 *
 * @example
 * ```ts
 * import { Loop } from 'libuv-wasm'
 * import { nodeHost } from 'libuv-wasm/node'
 *
 * const host = nodeHost({ transport: 'net' })
 * const loop = await Loop.open({ host })
 * console.log(host.transport)
 * loop.close()
 * ```
 * ```text
 * net
 * ```
 */
export const nodeHost = (options: NodeHostOptions = {}): NodeHost => {
  const { transport = 'auto' } = options
  if (transport !== 'auto' && transport !== 'net' && transport !== 'handle') {
    throw new TypeError(`nodeHost: transport is 'auto', 'net' or 'handle', not ${String(transport)}`)
  }
  return new NodeHost(chooseTransport(transport))
}

export type { NodeHost }
