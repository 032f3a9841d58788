/** What a rule of a policy is, after its text or object was read. */
import type { IpRange } from '../../base/ip-range.js'
import type { Ports } from './ports.js'

/**
 * What a guest attempts: `connect` a stream; `listen` on an address, or bind it to receive messages; `accept` a peer
 * that has connected, or a message from it; `send` a message; `resolve` a name, or find the name of an address.
 */
export type Action = 'connect' | 'listen' | 'accept' | 'send' | 'resolve'

/** All actions, in the order in which they are listed. */
export const ACTIONS = ['connect', 'listen', 'accept', 'send', 'resolve'] as const satisfies readonly Action[]

/** The kind of a socket. */
export type Protocol = 'tcp' | 'udp' | 'unix'

/** Whether an attempt may go on. */
export type Verdict = 'allow' | 'deny'

/** What the path of a socket names: a file or an abstract name; or a service. */
export type PathKind = 'unix' | 'service'

/** What a rule is about. */
export type Target =
  /** Every address and every name. */
  | { readonly kind: 'all' }
  /** Addresses; with a zone a single link-local one, of that interface. */
  | { readonly kind: 'range'; readonly range: IpRange; readonly zone: string }
  /** Names; see `parsePattern()`. */
  | { readonly kind: 'name'; readonly pattern: string }
  /** A Unix socket or a service, by its `endpointKey()`. */
  | { readonly kind: 'path'; readonly key: string }
  /** Every Unix socket, or every service. */
  | { readonly kind: 'paths'; readonly of: PathKind }

/** A rule. */
export interface Rule {
  readonly verdict: Verdict
  readonly action: Action
  /** `undefined` for TCP and UDP; a rule about paths has none. */
  readonly protocol: 'tcp' | 'udp' | undefined
  readonly target: Target
  readonly ports: Ports
  /** The only ranges that the name may lead to; `undefined` for all but internal ones. */
  readonly resolvesTo: readonly IpRange[] | undefined
  /** Why the rule exists. */
  readonly comment: string | undefined
  /** The rule in text form, without its action, ranges and comment. */
  readonly text: string
}
