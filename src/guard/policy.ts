/**
 * What a guest may do with the network: nothing, but what it was granted. The same contract as the host below, so it works
 * over any of them.
 */
import ipaddr from 'ipaddr.js'
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

/** Something a guest wanted and may not. */
export interface Refusal {
  /** What it wanted to do. */
  readonly action: 'listen' | 'connect'
  /** Where. */
  readonly address: Address
}

/**
 * What is granted. A rule is an address as {@link formatEndpoint} writes it (`127.0.0.1:80`, `[::1]:80`), and stands for
 * exactly that address as the guest asks for it: port 0 is a free one, `0.0.0.0` every interface. `*` stands for all.
 */
export interface Policy {
  /** Where the guest may listen, and take a port of its choice. */
  readonly listen?: readonly string[]
  /** Where it may connect. */
  readonly connect?: readonly string[]
  /** Told of each refusal. */
  readonly onRefusal?: (refusal: Refusal) => void
}

/** An address as rules have it: `127.0.0.1:80`, `[::1]:80`, `[fe80::1%2]:80` where it has a scope. */
export function formatEndpoint(address: Address): string {
  const { family, host, port } = address
  if (family === 'ipv4') return `${host}:${port}`
  return `[${host}${address.scopeId === 0 ? '' : `%${address.scopeId}`}]:${port}`
}

/**
 * A host that does what the one below does, where the policy grants it, and refuses with `EACCES` where not.
 *
 * To bind is never refused, since a guest that may not listen is to learn that from `listen()`; but what is not granted is
 * not taken either.
 *
 * @param host - the real one
 * @throws {TypeError} when a rule is no address
 */
export function policyHost(host: Host, policy: Policy): Host {
  return new PolicyHost(host, new Grants(policy))
}

/** The policy, ready to be asked. */
class Grants {
  readonly #listen: ReadonlySet<string>
  readonly #connect: ReadonlySet<string>
  readonly #onRefusal: ((refusal: Refusal) => void) | undefined

  constructor({ listen = [], connect = [], onRefusal }: Policy) {
    this.#listen = new Set(listen.map(readRule))
    this.#connect = new Set(connect.map(readRule))
    this.#onRefusal = onRefusal
  }

  /** Whether the guest may take that address: to listen there, or a free port to connect from. */
  mayTake(local: Address): boolean {
    return grants(this.#listen, local) || (local.port === 0 && this.#connect.size > 0)
  }

  /** @throws {HostError} EACCES */
  requireListen(local: Address): void {
    if (!grants(this.#listen, local)) this.refuse({ action: 'listen', address: local })
  }

  /** @throws {HostError} EACCES */
  requireConnect(remote: Address): void {
    if (!grants(this.#connect, remote)) this.refuse({ action: 'connect', address: remote })
  }

  /** @throws {HostError} EACCES, always */
  refuse(refusal: Refusal): never {
    this.#onRefusal?.(refusal)
    const { action, address } = refusal
    const preposition = action === 'listen' ? 'on' : 'to'
    throw new HostError('EACCES', `the guest may not ${action} ${preposition} ${formatEndpoint(address)}: grant it`)
  }
}

function grants(rules: ReadonlySet<string>, address: Address): boolean {
  return rules.has('*') || rules.has(formatEndpoint(address))
}

/** A rule in the form that {@link formatEndpoint} gives it. */
function readRule(rule: string): string {
  if (rule === '*') return rule
  const [, v6, v4, port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(rule) ?? []
  if (Number(port) <= 65_535) {
    if (v4 !== undefined && ipaddr.IPv4.isValidFourPartDecimal(v4)) return `${ipaddr.IPv4.parse(v4)}:${Number(port)}`
    if (v6 !== undefined && ipaddr.IPv6.isValid(v6)) {
      const { parts, zoneId } = ipaddr.IPv6.parse(v6)
      const host = new ipaddr.IPv6(parts).toRFC5952String()
      return `[${host}${zoneId === undefined ? '' : `%${zoneId}`}]:${Number(port)}`
    }
  }
  throw new TypeError(
    `${JSON.stringify(rule)} is no address: give HOST:PORT in numbers, as 127.0.0.1:80 or [::1]:80, or *`,
  )
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
