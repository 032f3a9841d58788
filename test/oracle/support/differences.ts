/** Where ours is not native's, and why. Every other line of every trace is the same. */

import { tcpWrap } from '../../../src/host/node/tcp-wrap.js'

/** Scenarios of a group. */
interface Some {
  readonly group: string
  /** All of the group by default. */
  readonly scenarios?: readonly string[]
  /** Where it is seen; at every place by default. */
  readonly places?: readonly ('virtual' | 'handle' | 'net')[]
  readonly why: string
}

/** Scenarios in which the order of all events is nobody's promise. */
export interface Raced extends Some {
  /**
   * Whose order counts: that of each `actor`'s events, or of each kind of `event` of each actor; or that of all events,
   * where `rounds` with nothing but prepare and check are told once.
   */
  readonly by: 'actor' | 'event' | 'rounds'
}

/** A known difference. */
export interface Difference extends Some {
  /** Lines, one after the other, of native's trace. */
  readonly native: readonly string[]
  /** What stands in their place in ours. */
  readonly ours: readonly string[]
}

/** Where the running Node is an older one. */
const unshared: Difference = {
  group: 'bind',
  scenarios: ['a shared port'],
  places: ['handle', 'net'],
  native: ['one bind = 0'],
  ours: ['one bind = ENOTSUP'],
  why: 'Node has come to share ports with 22.12',
}

export const raced: readonly Raced[] = [
  {
    group: 'write',
    scenarios: ['both ways at once'],
    by: 'event',
    why: 'native has it in any order',
  },
  {
    group: 'foreign',
    by: 'actor',
    why: 'the end of a process is told by another way than what it sent',
  },
  {
    group: 'shutdown',
    scenarios: ['both sides at once'],
    places: ['virtual'],
    by: 'actor',
    why: 'native lets the reader that began first come first, the virtual network the end that was sent first',
  },
  {
    group: 'connect',
    scenarios: ['close early', 'reset early', 'shut down early'],
    places: ['handle', 'net'],
    by: 'actor',
    why: 'the handshake on the loopback interface is over within connect(), but we hear of it in a later turn of the host',
  },
  {
    group: 'accept',
    scenarios: ['the listener closes at once'],
    places: ['handle', 'net'],
    by: 'actor',
    why: 'as above: news of the host comes after the close callbacks of this turn',
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
    why: 'nobody waits inside of uv_run(): a round ends where the wait begins, and others follow before and behind it',
  },
]

const NO_SECOND_CONNECT =
  'POSIX: EISCONN. Linux answers the first connect() after a success with 0, for it has not told the success yet'

const NO_SECOND_ATTEMPT =
  'POSIX leaves the state open after a failed connect(); Linux forgives at the second try. Take a new handle'

const NAMES_STAY = 'our sockets keep their names to the end; Linux lets go of the port with the connection'

const LATE = 'node:net says only later what it took, so nothing is sent at once'

const NO_FILES = 'names are no files on the virtual network, so they need no folder'

export const differences: readonly Difference[] = [
  {
    group: 'states',
    scenarios: ['connecting'],
    native: ['client peername = 127.0.0.1 port'],
    ours: ['client peername = ENOTCONN'],
    why: 'the handshake on the loopback interface is over within connect(); elsewhere native says ENOTCONN too',
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
    why: 'a delay of 0 is wrong input whenever it comes; native forgets it where there is no socket yet',
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
    scenarios: ['again after a refusal'],
    native: ['client connect = 0', 'client connect 0', 'server connection 0'],
    ours: ['client connect = ECONNABORTED'],
    why: NO_SECOND_ATTEMPT,
  },
  {
    group: 'connect',
    scenarios: ['again after a refusal'],
    native: ['client peername = 127.0.0.1 port'],
    ours: ['client peername = ENOTCONN'],
    why: NO_SECOND_ATTEMPT,
  },
  {
    group: 'connect',
    scenarios: ['reset early'],
    places: ['net'],
    native: ['peer read ECONNRESET'],
    ours: ['peer read EOF'],
    why: 'node:net cannot reset what is not connected yet, only close it',
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
    why: "glibc's own error; other C libraries say that there is no such name",
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
    why: "Node's handles do not tell the name of who has connected",
  },
  {
    group: 'udp',
    scenarios: ['everybody, when that was said'],
    places: ['net'],
    native: ['one try = EACCES'],
    ours: ['one try = 4'],
    why: 'node:dgram says a tick later why a message could not be sent',
  },
]
