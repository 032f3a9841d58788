/**
 * The host on Node 20 and later.
 *
 * It has two ways to the network, with the same behaviour: `handle`, on the bare TCP handles that `node:net` is built on,
 * and `net`, on `node:net` itself. The first is faster, but Node promises no one that it will stay; so it is tried out at
 * first use and left alone where anything is amiss.
 *
 * | what                               | `handle` | `net`                                            |
 * |------------------------------------|----------|--------------------------------------------------|
 * | `bind` at once                     | yes      | Node 26.4 on, or where `process.binding` is        |
 * | shared ports (`reusePort`)         | Node 22.12 on | Node 22.12 on                                 |
 * | local address of a fresh connect   | yes      | as `bind`; else once connected                   |
 * | EMFILE when accepting              | libuv accepts and closes the peer; nobody is told | the same        |
 *
 * What is in flight keeps a process alive even here, since Node's libuv counts requests: a connect until it is decided, and
 * bytes that were written, before or after `close()`, until they are sent.
 */
import { HostError } from './host.js'
import { handleTransport } from './node/handle.js'
import { rungs } from './node/ladder.js'
import { netTransport } from './node/net.js'
import { NodeHost } from './node/node-host.js'
import { tcpWrap } from './node/tcp-wrap.js'
import { LINGER, type Transport } from './node/transport.js'

/** How {@link nodeHost} reaches the network. */
export interface NodeHostOptions {
  /**
   * `net` is `node:net`; `handle` the bare handles below it, faster and not public. `auto`, the default, is `handle` where
   * this Node has it, else `net`.
   */
  readonly transport?: 'auto' | 'net' | 'handle'
}

const chooseTransport = (wanted: 'auto' | 'net' | 'handle'): Transport => {
  const wrap = wanted === 'net' ? undefined : tcpWrap()
  if (wrap !== undefined) return handleTransport(wrap, LINGER)
  if (wanted === 'handle') {
    throw new HostError(
      'ENOTSUP',
      `Node ${process.versions.node} does not give its TCP handles away; use transport 'net'`,
    )
  }
  return netTransport(rungs(), LINGER)
}

/**
 * The outside world as Node has it: real sockets, real time.
 *
 * @throws {HostError} ENOTSUP when `transport` is `handle` and this Node has no such thing
 */
export const nodeHost = (options: NodeHostOptions = {}): NodeHost => {
  const { transport = 'auto' } = options
  if (transport !== 'auto' && transport !== 'net' && transport !== 'handle') {
    throw new TypeError(`nodeHost: transport is 'auto', 'net' or 'handle', not ${String(transport)}`)
  }
  return new NodeHost(chooseTransport(transport))
}

export type { NodeHost }
