/** Decides what a guest may do: the rules of its policy, and the names that it has looked up. */
import type { Address, SocketAddress, UnixAddress } from '../base/address.js'
import { isLoopbackIp, isWildcardIp, parseIp } from '../base/ip.js'
import { HostError } from '../host/contract/error.js'
import type { LookupFamily } from '../host/contract/lookup.js'
import {
  type Attempt,
  attemptOn,
  type Decision,
  decidedBy,
  describe,
  isRefusal,
  lookupOf,
  type Refusal,
  refused,
} from './decision.js'
import { readLimits } from './limits/read-limits.js'
import { type Rate, TokenBucket } from './limits/token-bucket.js'
import { type Learn, NamedHosts } from './named-hosts.js'
import { isInternalIp } from './rules/internal-ranges.js'
import type { Protocol, Rule } from './rules/rule.js'
import { type AddressAttempt, type InterfaceOf, type NameAttempt, RuleSet } from './rules/rule-set.js'

/** What a host application is told, and asked. */
export interface PolicyHooks {
  /** Called for each refusal, as far as {@link PolicyHooks.refusalsPerSecond} allows. */
  readonly onRefusal?: (refusal: Refusal) => void
  /** Called for each decision, a refusal (as above) or not: see `auditLog()`. */
  readonly onDecision?: (decision: Decision) => void
  /**
   * Decides about connections and lookups that no rule allows or denies. A promise that is rejected refuses.
   *
   * @returns whether the attempt is allowed
   */
  readonly onAsk?: (attempt: Attempt) => boolean | Promise<boolean>
  /**
   * How many refusals are told: a guest that is refused in a loop must not fill a disk with them, nor keep its host
   * from other work. The rest is counted; see {@link Decision.omitted}. 100 by default, in a burst 4000.
   */
  readonly refusalsPerSecond?: Rate
}

const DEFAULTS: Required<Pick<PolicyHooks, 'refusalsPerSecond'>> = { refusalsPerSecond: { rate: 100, burst: 4000 } }

/** What a judge knows of the host. */
export interface JudgeParts {
  /** Monotonic, in nanoseconds. */
  readonly clock: () => number
  /** Finds the interfaces that rules refer to by name. */
  readonly interfaceOf: InterfaceOf
}

/** Decides for one guest. */
export class Judge {
  readonly #rules: RuleSet
  /** Whether any rule is about peers: most policies have none, and this is asked for each message. */
  readonly #judgesPeers: boolean
  readonly #names = new NamedHosts()
  readonly #hooks: PolicyHooks
  readonly #reports: TokenBucket
  /** The refusals that were not told. */
  #omitted = 0

  /**
   * @throws {TypeError} when a rule refers to an interface that does not exist, a hook is not a function, or a rate is
   *   not valid
   */
  constructor(rules: readonly Rule[], hooks: PolicyHooks, { clock, interfaceOf }: JudgeParts) {
    const { refusalsPerSecond, ...calls } = hooks
    for (const [name, hook] of Object.entries(calls)) {
      if (hook === undefined || typeof hook === 'function') continue
      throw new TypeError(`Cannot use the policy: ${name} is a ${typeof hook}; give a function, or leave it out`)
    }
    this.#rules = new RuleSet(rules, interfaceOf)
    this.#judgesPeers = rules.some(({ action }) => action === 'accept')
    this.#hooks = hooks
    this.#reports = new TokenBucket(readLimits({ refusalsPerSecond }, DEFAULTS).refusalsPerSecond, clock)
  }

  /**
   * Whether the guest may bind that address: to listen on it, or as a free port to connect from. A guest must not be
   * able to find out which other addresses the machine has.
   */
  mayTake(protocol: Protocol, local: SocketAddress): boolean {
    if (this.mayListen(protocol, local)) return true
    if (local.family === 'unix' || local.port !== 0 || !this.#mayStart()) return false
    return isWildcardIp(local.host) || isLoopbackIp(local.host)
  }

  /** Whether the guest may listen on that address. */
  mayListen(protocol: Protocol, local: SocketAddress): boolean {
    return this.#isAllowed({ action: 'listen', protocol, address: local })
  }

  /** @param bound - the address that the host has bound, with its choice of a port @throws {HostError} EACCES */
  requireListen(protocol: Protocol, local: SocketAddress, bound = local): void {
    this.#require(attemptOn('listen', protocol, local), this.#find({ action: 'listen', protocol, address: local }))
    const rule = this.#rules.byAddress('deny', { action: 'listen', protocol, address: bound })
    if (rule !== undefined) this.refuse(decidedBy(attemptOn('listen', protocol, bound), rule))
  }

  /** Whether a peer's connection or message may arrive. No rule can tell the peers of a path apart. */
  accepts(protocol: Protocol, peer: SocketAddress): boolean {
    if (!this.#judgesPeers || peer.family === 'unix') return true
    const attempt: AddressAttempt = { action: 'accept', protocol, address: peer }
    const rule = this.#rules.byAddress('deny', attempt) ?? this.#rules.byAddress('allow', attempt)
    const isAllowed = rule === undefined ? !this.#rules.allowsAny('accept') : rule.verdict === 'allow'
    // Without rules for it, accepting is no decision of its own.
    if (rule !== undefined || !isAllowed) {
      const told = attemptOn('accept', protocol, peer)
      this.#tell(rule === undefined ? refused(told) : decidedBy(told, rule))
    }
    return isAllowed
  }

  /** Whether the guest may send messages to that address. */
  maySend(remote: Address): boolean {
    return this.#isAllowed({ action: 'send', protocol: 'udp', address: remote })
  }

  /**
   * @param isAnswer - whether the address has sent a message to a socket that listens, which may answer it unless a
   *   rule denies that
   * @throws {HostError} EACCES
   */
  requireSend(remote: Address, isAnswer: boolean): void {
    const rule = this.#find({ action: 'send', protocol: 'udp', address: remote })
    const isAllowed = rule === undefined ? isAnswer : rule.verdict === 'allow'
    // Each message is asked about, so nothing is made of an attempt that is not told.
    if (isAllowed && (rule === undefined || this.#hooks.onDecision === undefined)) return
    this.#require(attemptOn('send', 'udp', remote, this.#namesOf(remote)), rule)
  }

  /** @returns `true` if the guest may connect; `undefined` if the broker has to be asked @throws {HostError} EACCES */
  requireConnect(protocol: 'tcp' | 'unix', remote: SocketAddress): true | undefined {
    const found = this.#find({ action: 'connect', protocol, address: remote })
    const attempt = attemptOn('connect', protocol, remote, this.#namesOf(remote))
    if (found === undefined && this.#hooks.onAsk !== undefined) return undefined
    this.#require(attempt, found)
    return true
  }

  /** Asks the broker about a connection. The promise is never rejected. */
  askConnect(protocol: 'tcp' | 'unix', remote: SocketAddress): Promise<boolean> {
    return this.#ask(attemptOn('connect', protocol, remote, this.#namesOf(remote)))
  }

  /** Asks the broker about the lookup of a name. The promise is never rejected. */
  askLookup(name: string): Promise<boolean> {
    return this.#ask(lookupOf(name))
  }

  /** @returns `true` if the guest may look up the name; `undefined` to ask the broker @throws {HostError} EACCES */
  requireLookup(name: string): true | undefined {
    const found = this.#rules.byLookup('deny', name) ?? this.#rules.byLookup('allow', name)
    if (found === undefined && this.#hooks.onAsk !== undefined) return undefined
    this.#require(lookupOf(name), found)
    return true
  }

  /** Must be called when a lookup of a name starts. @returns a function that must be called with the answer */
  learn(name: string, family: LookupFamily): Learn {
    return this.#names.ask(name, family)
  }

  /**
   * The addresses in an answer that the guest may learn.
   *
   * @param isAsked - whether the broker has allowed the name, so that it may lead to every address but internal ones
   */
  filter(name: string, texts: readonly string[], isAsked: boolean): readonly string[] {
    return texts.filter((text) => {
      const host = parseIp(text)?.host
      return host !== undefined && ((isAsked && !isInternalIp(host)) || this.#rules.mayLearn(name, host))
    })
  }

  /** Refuses an answer, all of whose addresses are withheld. */
  withhold(name: string, hosts: readonly string[]): void {
    const reason = `the name leads to ${hosts.join(', ')}, which no rule lets it lead to; a rule with resolvesTo would`
    this.#tell(refused(lookupOf(name), reason))
  }

  /** @throws {HostError} EACCES */
  requireReverse(address: Address): void {
    const attempt = lookupOf(address.host)
    const rule = this.#rules.byReverse('deny', address.host) ?? this.#rules.byReverse('allow', address.host)
    this.#require(attempt, rule ?? this.#find({ action: 'connect', protocol: 'tcp', address }))
  }

  /** The host's interfaces that the guest may see: the ones that rules name, or all if all addresses are granted. */
  interfaces(all: () => ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    return this.#rules.allowsAll('listen', 'connect') ? all() : this.#rules.interfaces
  }

  /** Whether the guest may see the name of a socket; with `change`, whether it may listen on it. */
  mayName(address: UnixAddress, change: boolean): boolean {
    if (this.mayListen('unix', address)) return true
    return !change && this.#isAllowed({ action: 'connect', protocol: 'unix', address })
  }

  /** @throws {HostError} EACCES, always */
  refuse(decision: Decision): never {
    this.#tell(decision)
    const hint = decision.rule === undefined ? 'grant it' : `the rule ${JSON.stringify(decision.rule)} denies it`
    throw new HostError('EACCES', `the guest may not ${describe(decision)}; ${hint}`)
  }

  /** The rule that decides; `undefined` if none does. Deny wins. */
  #find(attempt: AddressAttempt): Rule | undefined {
    const named = this.#named(attempt)
    return (
      this.#rules.byAddress('deny', attempt) ??
      first(named, (one) => this.#rules.byName('deny', one)) ??
      this.#rules.byAddress('allow', attempt) ??
      first(named, (one) => this.#rules.byName('allow', one))
    )
  }

  #named({ action, protocol, address }: AddressAttempt): readonly NameAttempt[] {
    if (address.family === 'unix') return []
    const { host, port } = address
    return this.#namesOf(address).map((name) => ({ action, protocol, name, port, host }))
  }

  #isAllowed(attempt: AddressAttempt): boolean {
    return this.#find(attempt)?.verdict === 'allow'
  }

  /** Whether the guest may connect or send anywhere, so that it needs a port to do so. */
  #mayStart(): boolean {
    return this.#hooks.onAsk !== undefined || this.#rules.allowsAny('connect', 'send')
  }

  #namesOf(address: SocketAddress): readonly string[] {
    // A name leads to no scope.
    if (address.family === 'unix' || (address.family === 'ipv6' && address.scopeId !== 0)) return []
    return this.#names.leadingTo(address.host)
  }

  #require(attempt: Attempt, rule: Rule | undefined): void {
    if (rule?.verdict !== 'allow') this.refuse(rule ? decidedBy(attempt, rule) : refused(attempt))
    if (this.#hooks.onDecision !== undefined) this.#tell(decidedBy(attempt, rule))
  }

  async #ask(attempt: Attempt): Promise<boolean> {
    const isAllowed = await this.#answer(attempt)
    this.#tell(
      isAllowed
        ? { ...attempt, verdict: 'allow', rule: undefined, comment: undefined, reason: 'the broker allows it' }
        : refused(attempt, 'the broker denies it'),
    )
    return isAllowed
  }

  async #answer(attempt: Attempt): Promise<boolean> {
    try {
      return (await this.#hooks.onAsk?.(attempt)) === true
    } catch {
      return false
    }
  }

  #tell(decision: Decision): void {
    if (!isRefusal(decision)) {
      this.#hooks.onDecision?.(decision)
      return
    }
    if (this.#reports.take(1) === 0) {
      this.#omitted++
      return
    }
    const told = this.#omitted === 0 ? decision : { ...decision, omitted: this.#omitted }
    this.#omitted = 0
    this.#hooks.onRefusal?.(told)
    this.#hooks.onDecision?.(told)
  }
}

function first<T, Result>(list: readonly T[], find: (item: T) => Result | undefined): Result | undefined {
  for (const item of list) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
