/**
 * The host on Node 20 and later.
 *
 * It has two transports with the same behaviour: `handle` uses the bare TCP handles that `node:net` is built on, and
 * `net` uses `node:net` itself. `handle` is faster, but not part of Node's public API. So it is probed at first use,
 * rejected if anything differs from what is expected, and selected automatically only on Node versions on which our
 * tests have run.
 *
 * | what                           | `handle`                                | `net`                            |
 * |--------------------------------|-----------------------------------------|----------------------------------|
 * | available                      | Node 20 to 26, not under `--permission` | everywhere                       |
 * | synchronous `bind`             | yes                                     | yes                              |
 * | local address of a new connect | yes                                     | as for `bind`, or once connected |
 * | shared ports (`reusePort`)     | Node 22.12 on                           | as for `handle`                  |
 * | no descriptor left to accept   | libuv drops the connection silently     | the same                         |
 * | immediate sends (`tryWrite`)   | with descriptors: not on Windows        | no                               |
 *
 * Operations in progress keep the process alive even without `keepAlive()`, since Node's libuv counts requests: a
 * connect until its outcome is known, and written bytes until they are sent or the connection is closed.
 */

import { NodeHost } from './common/runtime-host.js'
import type { Transport } from './common/transport.js'
import { HostError } from './contract/error.js'
import { bindStrategies } from './node/bind-strategies.js'
import { handleTransport } from './node/handle.js'
import { netTransport } from './node/net.js'
import { tcpWrap } from './node/tcp-wrap.js'

/** The options of {@link nodeHost}. */
export interface NodeHostOptions {
  /**
   * `net` uses `node:net`; `handle` uses the bare handles below it, which are faster but not public. `auto`, the
   * default, selects `handle` on Node 20 to 26 if it is available, otherwise `net`.
   */
  readonly transport?: 'auto' | 'net' | 'handle'
}

/** The newest Node version with whose handles our tests have run. */
const NEWEST_TRIED = 26

const chooseTransport = (wanted: 'auto' | 'net' | 'handle'): Transport => {
  const major = Number.parseInt(process.versions.node, 10)
  const wrap = wanted === 'handle' || (wanted === 'auto' && major <= NEWEST_TRIED) ? tcpWrap() : undefined
  if (wrap !== undefined) return handleTransport(wrap)
  if (wanted === 'handle') {
    throw new HostError('ENOTSUP', `Node ${process.versions.node} does not expose its TCP handles; use transport 'net'`)
  }
  return netTransport(bindStrategies())
}

/**
 * Creates a host with Node's sockets and the real time.
 *
 * @throws {HostError} ENOTSUP when `transport` is `handle` and this Node does not expose its handles
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
    throw new TypeError(`Cannot make a host: transport is "${String(transport)}"; give 'auto', 'net' or 'handle'`)
  }
  return new NodeHost(chooseTransport(transport))
}

export type { NodeHost }
