/**
 * A host that restricts a guest's network access. It implements the same contract as the host below it, so it works
 * over any host.
 */
import { type Address, unspecified } from '../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../host/contract/datagram.js'
import { type BindOptions, HostError } from '../host/contract/error.js'
import type { Host } from '../host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../host/contract/lookup.js'
import { AskedConnection } from './asked-connection.js'
import { Judge, type PolicyHooks } from './judge.js'
import { isPolicy, Policy } from './policy.js'
import { PolicyBoundSocket } from './policy-bound-socket.js'
import { PolicyDatagram } from './policy-datagram.js'
import { PolicyUnix } from './policy-unix.js'
import type { PolicyRules } from './rules/policy-rules.js'
import { requireHost, WrappedHost } from './wrapped-host.js'

/**
 * Creates a host that passes on to the one below what the policy grants, and refuses everything else with `EACCES`.
 *
 * Binding is never refused, since a guest that may not listen should get the error from `listen()`; but an address
 * that is not granted is not bound either. For messages, binding to a port of the guest's choice counts as listening;
 * a guest that may only send binds a free port.
 *
 * @param host - the host that provides the sockets
 * @param policy - rules, which may have hooks beside them, or a policy made of them; nothing is granted by default
 * @param hooks - what is told of decisions, and the broker
 * @throws {TypeError} when a rule is not valid, or `host` is not a host
 *
 * @example
 * ```ts
 * import { Loop, policyHost, TCP, UVError, virtualHost } from 'libuv-wasm'
 *
 * const host = policyHost(virtualHost(), { listen: ['127.0.0.1:80'] })
 * const loop = await Loop.open({ host })
 * const server = new TCP({ loop })
 * server.bind(['127.0.0.1', 8080])
 * try {
 *   server.listen()
 * } catch (error) {
 *   if (error instanceof UVError) console.log(error.code)
 * }
 * await loop[Symbol.asyncDispose]()
 * ```
 * ```text
 * EACCES
 * ```
 */
export function policyHost(
  host: Host,
  policy: Policy | (PolicyRules & PolicyHooks) = {},
  hooks: PolicyHooks = {},
): Host {
  requireHost(host, 'policy host')
  const { rules, told } = readPolicy(policy, hooks)
  const parts = { clock: () => host.clock(), interfaceOf: (name: string) => host.interfaces().get(name) }
  return new PolicyHost(host, new Judge(rules, told, parts))
}

/** Separates rules and hooks, which may be in one object. */
function readPolicy(policy: Policy | (PolicyRules & PolicyHooks), hooks: PolicyHooks) {
  if (isPolicy(policy)) return { rules: new Policy(policy).rules, told: hooks }
  // Whatever is no object of rules is refused there.
  if (typeof policy !== 'object' || Array.isArray(policy)) return { rules: new Policy(policy).rules, told: hooks }
  const { onRefusal, onDecision, onAsk, refusalsPerSecond, ...rules } = policy
  const all = { onRefusal, onDecision, onAsk, refusalsPerSecond }
  const given: PolicyHooks = Object.fromEntries(Object.entries(all).filter(([, hook]) => hook !== undefined))
  return { rules: new Policy(rules).rules, told: { ...given, ...hooks } }
}

class PolicyHost extends WrappedHost {
  readonly #judge: Judge
  #unix: PolicyUnix | undefined

  constructor(inner: Host, judge: Judge) {
    super(inner)
    this.#judge = judge
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    const port = this.#judge.mayTake('tcp', local) ? this.inner.bind(local, options) : undefined
    return new PolicyBoundSocket(local, port, this.#judge)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    if (this.#judge.requireConnect('tcp', remote)) return this.inner.connect(remote, events)
    return new AskedConnection({
      local: unspecified(remote.family),
      remote,
      events,
      allowed: this.#judge.askConnect('tcp', remote),
      connect: (events) => this.inner.connect(remote, events),
      cancel() {},
    })
  }

  override get unix(): PolicyUnix | undefined {
    const { unix } = this.inner
    this.#unix ??= unix && new PolicyUnix(unix, this.#judge)
    return this.#unix
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return new PolicyDatagram(this.inner, this.#judge, local, options, events)
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    if (this.#judge.requireLookup(name)) return this.#resolve(name, family, events, false)
    let cancel: CancelLookup | undefined
    let isCanceled = false
    void this.#judge.askLookup(name).then((isAllowed) => {
      if (isCanceled) return
      try {
        if (!isAllowed) throw new HostError('EACCES', `the broker has refused to look up ${name}`)
        cancel = this.#resolve(name, family, events, true)
      } catch (error) {
        if (!(error instanceof HostError)) throw error
        events.onError(error.code)
      }
    })
    return () => {
      isCanceled = true
      cancel?.()
    }
  }

  override interfaces(): ReadonlyMap<string, number> {
    return this.#judge.interfaces(() => this.inner.interfaces())
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    this.#judge.requireReverse(address)
    return this.inner.reverse(address, events)
  }

  /** Looks up a name, and passes on those of its addresses that the guest may learn. */
  #resolve(name: string, family: LookupFamily, events: LookupEvents, isAsked: boolean): CancelLookup {
    const learn = this.#judge.learn(name, family)
    return this.inner.lookup(name, family, {
      onAnswer: (texts) => {
        const hosts = this.#judge.filter(name, texts, isAsked)
        learn(hosts)
        if (hosts.length > 0) events.onAnswer(hosts)
        else {
          this.#judge.withhold(name, texts)
          events.onError('EACCES')
        }
      },
      onError: (code) => {
        if (code === 'ENOENT') learn([])
        events.onError(code)
      },
    })
  }
}
