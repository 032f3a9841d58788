/** The lines of traces that differ from those of native libuv, and why. All other lines are the same. */

import { tcpWrap } from '../../../src/host/node/tcp-wrap.js'

/** Scenarios of a group. */
interface Some {
  readonly group: string
  /** All of the group by default. */
  readonly scenarios?: readonly string[]
  /** The hosts that have the difference; all by default. */
  readonly places?: readonly ('virtual' | 'handle' | 'net')[]
  readonly why: string
}

/** Scenarios in which the order of some events is not determined. */
export interface Raced extends Some {
  /**
   * The order that is compared: that of the events of each `actor`, or of each kind of `event` of each actor; or that
   * of all events, with several `rounds` (iterations) of only prepare and check counted as one.
   */
  readonly by: 'actor' | 'event' | 'rounds'
}

/** A known difference. */
export interface Difference extends Some {
  /** Consecutive lines of the native trace. */
  readonly native: readonly string[]
  /** The lines that replace them here. */
  readonly ours: readonly string[]
}

/** The difference in older versions of Node. */
const unshared: Difference = {
  group: 'bind',
  scenarios: ['a shared port'],
  places: ['handle', 'net'],
  native: ['one bind = 0'],
  ours: ['one bind = ENOTSUP'],
  why: 'Node supports shared ports since 22.12',
}

export const raced: readonly Raced[] = [
  {
    group: 'write',
    scenarios: ['both ways at once'],
    by: 'event',
    why: 'the native order varies',
  },
  {
    group: 'foreign',
    by: 'actor',
    why: 'the end of a process is reported by another way than the bytes that it sent',
  },
  {
    group: 'shutdown',
    scenarios: ['both sides at once'],
    places: ['virtual'],
    by: 'actor',
    why: 'natively the first reader gets its end first, on the virtual network the end that was sent first is first',
  },
  {
    group: 'connect',
    scenarios: ['close early', 'reset early', 'shut down early'],
    places: ['handle', 'net'],
    by: 'actor',
    why: 'the handshake on the loopback interface ends within connect(), but is reported in a later turn of the host',
  },
  {
    group: 'connect',
    scenarios: ['again after a refusal'],
    by: 'actor',
    why: 'natively the client is watched since its first attempt, and comes before the new server',
  },
  {
    group: 'accept',
    scenarios: ['the listener closes at once'],
    places: ['handle', 'net'],
    by: 'actor',
    why: 'as above: events of the host are reported after the close callbacks of this turn',
  },
  {
    group: 'bind',
    scenarios: ['a port that was free again'],
    places: ['handle', 'net'],
    by: 'actor',
    why: 'as above',
  },
  {
    group: 'pipe',
    scenarios: ['closed early'],
    places: ['handle', 'net'],
    by: 'actor',
    why: 'as above',
  },
  {
    group: 'loop',
    scenarios: ['prepare and check around a wait', 'prepare and check around one wait'],
    by: 'rounds',
    why: 'uv_run() does not wait here: an iteration ends when the wait begins, and more follow before and after it',
  },
]

const NO_SECOND_CONNECT =
  'POSIX: EISCONN. Linux returns 0 for the first connect() after a success, to report that success'

const NAMES_STAY = 'sockets keep their names until close here; Linux frees the port at the end of the connection'

const LATE = 'node:net reports only later what it took, so nothing is sent at once'

const NO_FILES = 'paths of the virtual network are not files, so they need no folder'

export const differences: readonly Difference[] = [
  {
    group: 'states',
    scenarios: ['connecting'],
    native: ['client peername = 127.0.0.1 port'],
    ours: ['client peername = ENOTCONN'],
    why: 'the handshake on the loopback interface ends within connect(); elsewhere it is ENOTCONN natively too',
  },
  {
    group: 'states',
    scenarios: [
      'connected',
      'reading',
      'writing',
      'shutting down',
      'shutting down behind a write',
      'ended by the peer',
      'closed by the peer, unseen',
    ],
    native: ['client connect = 0'],
    ours: ['client connect = EISCONN'],
    why: NO_SECOND_CONNECT,
  },
  {
    group: 'states',
    scenarios: ['reset'],
    native: ['client connect = ECONNABORTED'],
    ours: ['client connect = EISCONN'],
    why: NO_SECOND_CONNECT,
  },
  {
    group: 'states',
    scenarios: ['reset, unseen'],
    native: ['client connect = ECONNRESET'],
    ours: ['client connect = EISCONN'],
    why: NO_SECOND_CONNECT,
  },
  {
    group: 'states',
    scenarios: ['refused', 'reset', 'reset, unseen', 'over both ways'],
    native: ['client bind = 0'],
    ours: ['client bind = EINVAL'],
    why: NAMES_STAY,
  },
  {
    group: 'states',
    scenarios: ['over both ways'],
    native: ['client peername = ENOTCONN'],
    ours: ['client peername = 127.0.0.1 port'],
    why: NAMES_STAY,
  },
  {
    group: 'states',
    scenarios: ['fresh'],
    native: ['client setKeepAlive 0 = 0'],
    ours: ['client setKeepAlive 0 = EINVAL'],
    why: 'a delay of 0 is always wrong input here; native libuv ignores it without a socket',
  },
  {
    group: 'connect',
    scenarios: ['again when connected'],
    native: ['client connect = 0', 'client connect 0'],
    ours: ['client connect = EISCONN'],
    why: NO_SECOND_CONNECT,
  },
  {
    group: 'connect',
    scenarios: ['reset early'],
    places: ['net'],
    native: ['peer read ECONNRESET'],
    ours: ['peer read EOF'],
    why: 'node:net cannot reset a socket that is not connected yet, only close it',
  },
  {
    group: 'states',
    scenarios: ['connected', 'reading', 'ended by the peer', 'closed by the peer, unseen'],
    places: ['net'],
    native: ['client tryWrite = 1'],
    ours: ['client tryWrite = EAGAIN'],
    why: LATE,
  },
  {
    group: 'write',
    scenarios: ['from a callback'],
    places: ['net'],
    native: ['client tryWrite = 4'],
    ours: ['client tryWrite = EAGAIN'],
    why: LATE,
  },
  {
    group: 'write',
    scenarios: ['from a callback'],
    places: ['net'],
    native: ['peer read 10'],
    ours: [],
    why: LATE,
  },
  {
    group: 'write',
    scenarios: ['tryWrite right after a reset'],
    places: ['net'],
    native: ['client tryWrite = ECONNRESET', 'client tryWrite = EPIPE'],
    ours: ['client tryWrite = EAGAIN', 'client tryWrite = EAGAIN'],
    why: LATE,
  },
  ...(tcpWrap()?.tcp.constants.UV_TCP_REUSEPORT === undefined ? [unshared] : []),
  {
    group: 'lookup',
    scenarios: ['of the other family'],
    native: ['found EAI_ADDRFAMILY'],
    ours: ['found EAI_NONAME'],
    why: "glibc's own error; other C libraries have EAI_NONAME",
  },
  {
    group: 'pipe',
    scenarios: ['no folder'],
    places: ['virtual'],
    native: ['one bind = EACCES'],
    ours: ['one bind = 0'],
    why: NO_FILES,
  },
  {
    group: 'pipe',
    scenarios: ['no folder'],
    places: ['virtual'],
    native: ['one connect ENOENT', "one sockname is ''"],
    ours: ['one connect ECONNREFUSED', "one sockname is 'such'"],
    why: NO_FILES,
  },
  {
    group: 'pipe',
    scenarios: ['connected by a name'],
    places: ['handle', 'net'],
    native: ["other peername is 'one'"],
    ours: ["other peername is ''"],
    why: "Node's handles do not report the path of a client",
  },
  {
    group: 'udp',
    scenarios: ['everybody, when that was said'],
    places: ['net'],
    native: ['one try = EACCES'],
    ours: ['one try = 4'],
    why: 'node:dgram reports a tick later that a message could not be sent',
  },
]
