/** What a policy grants, and what it refuses. */
import type { Address, SocketAddress, UnixAddress } from '../base/address.js'
import { endpointKey, formatEndpoint } from '../base/endpoint.js'
import { isLoopbackIp, isWildcardIp } from '../base/ip.js'
import { HostError } from '../host/contract/error.js'
import type { LookupFamily } from '../host/contract/lookup.js'
import { type Learn, NamedHosts } from './named-hosts.js'
import { readRules } from './rules.js'

/** Something a guest wanted and may not. */
export type Refusal =
  | {
      /** What it wanted to do. */
      readonly action: 'listen' | 'connect' | 'send'
      /** Where. */
      readonly address: SocketAddress
    }
  | {
      /** It wanted to know what addresses a name has, or what name an address has. */
      readonly action: 'lookup'
      /** The one that it has. */
      readonly name: string
    }

/**
 * What is granted. A rule is an address with a port, as `127.0.0.1:80`, `[::1]:80` or `[fe80::1%eth0]:80`, and stands for exactly
 * that address as the guest asks for it: port 0 is a free one, `0.0.0.0` every interface, and `[::ffff:127.0.0.1]:80` is another
 * rule than `127.0.0.1:80`. `localhost:80` stands for both loopback addresses, `*` for all of these.
 *
 * `unix:/path` is the name of a socket as the guest says it, byte for byte: what lies behind a link is what the file system makes
 * of it. `unix:@name` is an abstract name, `unix:./@name` the file `@name`, and `unix:*` stands for all names.
 */
export interface Policy {
  /**
   * Where the guest may listen, and take a port of its choice: for connections, and for messages (UDP), which it may answer. A
   * group is joined where the group's own address is granted here.
   */
  readonly listen?: readonly string[]
  /**
   * Where it may connect, and send messages and hear answers. A name, as `example.com:443`, lets it look that name up too, and
   * connect to the addresses that it was told last. A name's owner may point it anywhere: to loopback, link-local (169.254.0.0/16
   * included), unspecified, multicast and broadcast addresses no name leads, but a rule with the address. What an address is called
   * the guest may ask where it may connect.
   */
  readonly connect?: readonly string[]
  /** Told of each refusal. */
  readonly onRefusal?: (refusal: Refusal) => void
}

/** The policy, ready to be asked. */
export class Grants {
  readonly #listen: ReadonlySet<string>
  readonly #connect: ReadonlySet<string>
  readonly #names: NamedHosts
  /** Those that rules have by name. */
  readonly #interfaces = new Map<string, number>()
  readonly #onRefusal: ((refusal: Refusal) => void) | undefined

  /**
   * @param interfaces - the host's, which rules may have by name
   * @throws {TypeError} when a rule is no address, or `onRefusal` no function
   */
  constructor({ listen = [], connect = [], onRefusal }: Policy, interfaces: () => ReadonlyMap<string, number>) {
    if (onRefusal !== undefined && typeof onRefusal !== 'function') {
      throw new TypeError(`onRefusal is a ${typeof onRefusal}: give a function, or leave it out`)
    }
    this.#names = new NamedHosts()
    const interfaceOf = (name: string): number | undefined => {
      const index = interfaces().get(name)
      if (index !== undefined) this.#interfaces.set(name, index)
      return index
    }
    this.#listen = readRules(listen, { names: undefined, interfaceOf })
    this.#connect = readRules(connect, { names: this.#names, interfaceOf })
    this.#onRefusal = onRefusal
  }

  /**
   * Whether the guest may take that address: to listen there, or a free port to connect from. Which other addresses the machine has
   * is not for it to find out.
   */
  mayTake(local: SocketAddress): boolean {
    if (this.mayListen(local)) return true
    if (local.family === 'unix' || local.port !== 0 || this.#connect.size + this.#names.size === 0) return false
    return isWildcardIp(local.host) || isLoopbackIp(local.host)
  }

  /** Whether the guest may listen there. */
  mayListen(local: SocketAddress): boolean {
    return grants(this.#listen, local)
  }

  /** Whether the guest may connect there. */
  mayConnect(remote: SocketAddress): boolean {
    return grants(this.#connect, remote) || (remote.family !== 'unix' && this.#names.grants(remote))
  }

  /** @throws {HostError} EACCES */
  requireListen(local: SocketAddress): void {
    if (!this.mayListen(local)) this.refuse({ action: 'listen', address: local })
  }

  /** @throws {HostError} EACCES */
  requireConnect(remote: SocketAddress): void {
    if (!this.mayConnect(remote)) this.refuse({ action: 'connect', address: remote })
  }

  /** Lets the guest look a name up. @returns what learns the answer @throws {HostError} EACCES */
  requireLookup(name: string, family: LookupFamily): Learn {
    if (!this.#connect.has('*') && !this.#names.has(name)) this.refuse({ action: 'lookup', name })
    return this.#names.ask(name, family)
  }

  /** Of the host's interfaces, those that the guest may know: the ones that rules name, or all where all addresses are granted. */
  interfaces(all: () => ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    return this.#listen.has('*') || this.#connect.has('*') ? all() : this.#interfaces
  }

  /** @throws {HostError} EACCES */
  requireReverse(address: Address): void {
    if (!this.mayConnect(address)) this.refuse({ action: 'lookup', name: address.host })
  }

  /** Whether the guest may see the name of a socket, and, to `change` it, listen there. */
  mayName(address: UnixAddress, change: boolean): boolean {
    return grants(this.#listen, address) || (!change && grants(this.#connect, address))
  }

  /** @throws {HostError} EACCES, always */
  refuse(refusal: Refusal): never {
    this.#onRefusal?.(refusal)
    throw new HostError('EACCES', `the guest may not ${describe(refusal)}: grant it`)
  }
}

function describe(refusal: Refusal): string {
  if (refusal.action === 'lookup') return `look ${refusal.name} up`
  const { action, address } = refusal
  return `${action} ${action === 'listen' ? 'on' : 'to'} ${formatEndpoint(address)}`
}

function grants(rules: ReadonlySet<string>, address: SocketAddress): boolean {
  return rules.has(address.family === 'unix' ? 'unix:*' : '*') || rules.has(endpointKey(address))
}
