/**
 * The states of a TCP socket as one table: which operation is legal in which state, and which error an illegal one
 * returns. An operation that the table calls `ok` can still fail for other reasons.
 *
 * @see Linux `net/ipv4/af_inet.c` and `tcp.c`, where these answers come from
 */
import type { ErrnoName } from '../base/errno.js'

/**
 * - `unbound`: fresh from `socket()`
 * - `bound`: has a local address
 * - `listening`: accepts connections
 * - `connecting`: `connect()` is in progress
 * - `connected`: established; the state remains after both directions have ended
 * - `refused`: `connect()` failed. The next one reports that, and leaves the socket `unbound`. POSIX requires a new
 *   socket for another attempt, Linux does not
 * - `broken`: was connected and then failed (reset, timed out)
 */
export type SocketState = 'unbound' | 'bound' | 'listening' | 'connecting' | 'connected' | 'refused' | 'broken'

/** The system calls whose legality depends on the state. */
export type SocketOperation = 'bind' | 'listen' | 'accept' | 'connect' | 'getpeername' | 'read' | 'write' | 'shutdown'

/** The answer of every operation in every state. */
export const LEGAL_CALLS: Readonly<Record<SocketOperation, Readonly<Record<SocketState, 'ok' | ErrnoName>>>> = {
  bind: {
    unbound: 'ok',
    bound: 'EINVAL',
    listening: 'EINVAL',
    connecting: 'EINVAL',
    connected: 'EINVAL',
    refused: 'EINVAL',
    broken: 'EINVAL',
  },
  listen: {
    unbound: 'ok',
    bound: 'ok',
    listening: 'ok',
    connecting: 'EINVAL',
    connected: 'EINVAL',
    refused: 'EINVAL',
    broken: 'EINVAL',
  },
  accept: {
    unbound: 'EINVAL',
    bound: 'EINVAL',
    listening: 'ok',
    connecting: 'EINVAL',
    connected: 'EINVAL',
    refused: 'EINVAL',
    broken: 'EINVAL',
  },
  connect: {
    unbound: 'ok',
    bound: 'ok',
    listening: 'EISCONN',
    connecting: 'EALREADY',
    connected: 'EISCONN',
    refused: 'ECONNABORTED',
    broken: 'EISCONN',
  },
  getpeername: {
    unbound: 'ENOTCONN',
    bound: 'ENOTCONN',
    listening: 'ENOTCONN',
    connecting: 'ENOTCONN',
    connected: 'ok',
    refused: 'ENOTCONN',
    broken: 'ENOTCONN',
  },
  read: {
    unbound: 'ENOTCONN',
    bound: 'ENOTCONN',
    listening: 'ENOTCONN',
    connecting: 'EAGAIN',
    connected: 'ok',
    refused: 'ok',
    broken: 'ok',
  },
  write: {
    unbound: 'EPIPE',
    bound: 'EPIPE',
    listening: 'EPIPE',
    connecting: 'EAGAIN',
    connected: 'ok',
    refused: 'EPIPE',
    broken: 'EPIPE',
  },
  shutdown: {
    unbound: 'ENOTCONN',
    bound: 'ENOTCONN',
    listening: 'ok',
    connecting: 'ENOTCONN',
    connected: 'ok',
    refused: 'ENOTCONN',
    broken: 'ENOTCONN',
  },
}
