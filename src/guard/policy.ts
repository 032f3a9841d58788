/**
 * What a guest may do with the network: nothing, but what it was granted. The same contract as the host below, so it works
 * over any of them.
 */
import type { Address } from '../abi/address.js'
import {
  type BindOptions,
  type ConnectionEvents,
  Host,
  type HostConnection,
  HostError,
  type HostListener,
  HostPort,
  type HostTimer,
  type ListenerEvents,
} from '../host/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../host/lookup.js'
import { formatEndpoint, NamedHosts, readRules } from './rules.js'

export { formatEndpoint }

/** Something a guest wanted and may not. */
export type Refusal =
  | {
      /** What it wanted to do. */
      readonly action: 'listen' | 'connect'
      /** Where. */
      readonly address: Address
    }
  | {
      /** It wanted to know what addresses a name has, or what name an address has. */
      readonly action: 'lookup'
      /** The one that it has. */
      readonly name: string
    }

/**
 * What is granted. A rule is an address as {@link formatEndpoint} writes it (`127.0.0.1:80`, `[::1]:80`), and stands for
 * exactly that address as the guest asks for it: port 0 is a free one, `0.0.0.0` every interface. `localhost:80` stands for
 * both loopback addresses, `*` for all.
 */
export interface Policy {
  /** Where the guest may listen, and take a port of its choice. */
  readonly listen?: readonly string[]
  /**
   * Where it may connect. A name, as `example.com:443`, lets it look that name up too, and connect to the addresses that it is
   * told. What an address is called it may ask where it may connect.
   */
  readonly connect?: readonly string[]
  /** Told of each refusal. */
  readonly onRefusal?: (refusal: Refusal) => void
}

/**
 * A host that does what the one below does, where the policy grants it, and refuses with `EACCES` where not.
 *
 * To bind is never refused, since a guest that may not listen is to learn that from `listen()`; but what is not granted is
 * not taken either.
 *
 * @param host - the real one
 * @throws {TypeError} when a rule is no address
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
export function policyHost(host: Host, policy: Policy): Host {
  return new PolicyHost(host, new Grants(policy))
}

/** The policy, ready to be asked. */
class Grants {
  readonly #listen: ReadonlySet<string>
  readonly #connect: ReadonlySet<string>
  readonly #names: NamedHosts
  readonly #onRefusal: ((refusal: Refusal) => void) | undefined

  constructor({ listen = [], connect = [], onRefusal }: Policy) {
    this.#names = new NamedHosts()
    this.#listen = readRules(listen, undefined)
    this.#connect = readRules(connect, this.#names)
    this.#onRefusal = onRefusal
  }

  /** Whether the guest may take that address: to listen there, or a free port to connect from. */
  mayTake(local: Address): boolean {
    return grants(this.#listen, local) || (local.port === 0 && this.#connect.size + this.#names.size > 0)
  }

  /** @throws {HostError} EACCES */
  requireListen(local: Address): void {
    if (!grants(this.#listen, local)) this.refuse({ action: 'listen', address: local })
  }

  /** @throws {HostError} EACCES */
  requireConnect(remote: Address): void {
    if (!this.#mayConnect(remote)) this.refuse({ action: 'connect', address: remote })
  }

  /** Lets the guest look a name up. @returns what learns the answer @throws {HostError} EACCES */
  requireLookup(name: string): (hosts: readonly string[]) => void {
    if (!this.#connect.has('*') && !this.#names.has(name)) this.refuse({ action: 'lookup', name })
    return (hosts) => this.#names.learn(name, hosts)
  }

  /** @throws {HostError} EACCES */
  requireReverse(address: Address): void {
    if (!this.#mayConnect(address)) this.refuse({ action: 'lookup', name: address.host })
  }

  /** @throws {HostError} EACCES, always */
  refuse(refusal: Refusal): never {
    this.#onRefusal?.(refusal)
    throw new HostError('EACCES', `the guest may not ${describe(refusal)}: grant it`)
  }

  #mayConnect(remote: Address): boolean {
    return grants(this.#connect, remote) || this.#names.grants(remote)
  }
}

function describe(refusal: Refusal): string {
  if (refusal.action === 'lookup') return `look ${refusal.name} up`
  const { action, address } = refusal
  return `${action} ${action === 'listen' ? 'on' : 'to'} ${formatEndpoint(address)}`
}

function grants(rules: ReadonlySet<string>, address: Address): boolean {
  return rules.has('*') || rules.has(formatEndpoint(address))
}

class PolicyHost extends Host {
  readonly name: string
  override readonly prompt: boolean
  readonly #host: Host
  readonly #grants: Grants

  constructor(host: Host, grants: Grants) {
    super()
    this.name = host.name
    this.prompt = host.prompt
    this.#host = host
    this.#grants = grants
  }

  override clock(): number {
    return this.#host.clock()
  }

  override wallClock(): number {
    return this.#host.wallClock()
  }

  override defer(callback: () => void): void {
    this.#host.defer(callback)
  }

  override timer(callback: () => void): HostTimer {
    return this.#host.timer(callback)
  }

  override keepAlive(): () => void {
    return this.#host.keepAlive()
  }

  override bind(local: Address, options: BindOptions): HostPort {
    const port = this.#grants.mayTake(local) ? this.#host.bind(local, options) : undefined
    return new PolicyPort(local, port, this.#grants)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    this.#grants.requireConnect(remote)
    return this.#host.connect(remote, events)
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    const learn = this.#grants.requireLookup(name)
    return this.#host.lookup(name, family, {
      onAnswer: (texts) => {
        learn(texts)
        events.onAnswer(texts)
      },
      onError: (code) => events.onError(code),
    })
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    this.#grants.requireReverse(address)
    return this.#host.reverse(address, events)
  }
}

class PolicyPort extends HostPort {
  readonly #asked: Address
  /** `undefined` when it was not taken. */
  readonly #port: HostPort | undefined
  readonly #grants: Grants

  constructor(asked: Address, port: HostPort | undefined, grants: Grants) {
    super()
    this.#asked = asked
    this.#port = port
    this.#grants = grants
  }

  override get local(): Address {
    return this.#port?.local ?? this.#asked
  }

  override close(): void {
    this.#port?.close()
  }

  override listen(backlog: number, events: ListenerEvents): HostListener {
    this.#grants.requireListen(this.#asked)
    return this.#taken().listen(backlog, events)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    this.#grants.requireConnect(remote)
    return this.#taken().connect(remote, events)
  }

  #taken(): HostPort {
    return this.#port ?? this.#grants.refuse({ action: 'listen', address: this.#asked })
  }
}
