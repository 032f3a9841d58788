/** Evaluation of policies. */
import type { Address, SocketAddress, UnixAddress } from '../base/address.js'
import { endpointKey, formatEndpoint } from '../base/endpoint.js'
import { isLoopbackIp, isWildcardIp } from '../base/ip.js'
import { HostError } from '../host/contract/error.js'
import type { LookupFamily } from '../host/contract/lookup.js'
import { type Learn, NamedHosts } from './named-hosts.js'
import { readRules } from './rules.js'

/** An action that the policy refused to a guest. */
export type Refusal =
  | {
      /** The attempted action. */
      readonly action: 'listen' | 'connect' | 'send'
      /** The address of the attempt. */
      readonly address: SocketAddress
    }
  | {
      /** A lookup of the addresses of a name, or of the name of an address. */
      readonly action: 'lookup'
      /** The name or the address that was looked up. */
      readonly name: string
    }

/**
 * The access granted to a guest. A rule is an address with a port, such as `127.0.0.1:80`, `[::1]:80` or
 * `[fe80::1%eth0]:80`, and means exactly that address in the form in which the guest requests it: port 0 means a free
 * port, `0.0.0.0` every interface, and `[::ffff:127.0.0.1]:80` is a different rule than `127.0.0.1:80`.
 * `localhost:80` means both loopback addresses, `*` all of these.
 *
 * `unix:/path` is the name of a socket in the form in which the guest requests it, byte for byte; the file system
 * resolves symbolic links. `unix:@name` is an abstract name, `unix:./@name` the file `@name`, and `unix:*` means all
 * names.
 */
export interface Policy {
  /**
   * The addresses that the guest may listen on, and bind with a port of its choice: for connections, and for messages
   * (UDP), which it may answer. The guest may join a multicast group if the address of the group is granted here.
   */
  readonly listen?: readonly string[]
  /**
   * The addresses that the guest may connect to, send messages to and receive answers from. A name, such as
   * `example.com:443`, also lets it look up that name, and connect to the addresses in the latest answer. Since the
   * owner of a name may point it anywhere, a name never grants loopback, link-local (including 169.254.0.0/16),
   * unspecified, multicast or broadcast addresses; these require a rule with the address. The guest may look up the
   * names of all addresses that it may connect to.
   */
  readonly connect?: readonly string[]
  /** Called for each refusal. */
  readonly onRefusal?: (refusal: Refusal) => void
}

/** The rules of a policy in evaluated form. */
export class Grants {
  readonly #listen: ReadonlySet<string>
  readonly #connect: ReadonlySet<string>
  readonly #names: NamedHosts
  /** The interfaces that rules refer to by name. */
  readonly #interfaces = new Map<string, number>()
  readonly #onRefusal: ((refusal: Refusal) => void) | undefined

  /**
   * @param interfaces - returns the interfaces of the host, which rules may refer to by name
   * @throws {TypeError} when a rule is not an address, or `onRefusal` is not a function
   */
  constructor({ listen = [], connect = [], onRefusal }: Policy, interfaces: () => ReadonlyMap<string, number>) {
    if (onRefusal !== undefined && typeof onRefusal !== 'function') {
      throw new TypeError(`Cannot use the policy: onRefusal is a ${typeof onRefusal}; give a function, or leave it out`)
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
   * Whether the guest may bind that address: to listen on it, or as a free port to connect from. A guest must not be
   * able to find out which other addresses the machine has.
   */
  mayTake(local: SocketAddress): boolean {
    if (this.mayListen(local)) return true
    if (local.family === 'unix' || local.port !== 0 || this.#connect.size + this.#names.size === 0) return false
    return isWildcardIp(local.host) || isLoopbackIp(local.host)
  }

  /** Whether the guest may listen on that address. */
  mayListen(local: SocketAddress): boolean {
    return grants(this.#listen, local)
  }

  /** Whether the guest may connect to that address. */
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

  /** Allows the lookup of a name. @returns a function that takes the answer @throws {HostError} EACCES */
  requireLookup(name: string, family: LookupFamily): Learn {
    if (!this.#connect.has('*') && !this.#names.has(name)) this.refuse({ action: 'lookup', name })
    return this.#names.ask(name, family)
  }

  /** The host's interfaces that the guest may see: the ones that rules name, or all if all addresses are granted. */
  interfaces(all: () => ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    return this.#listen.has('*') || this.#connect.has('*') ? all() : this.#interfaces
  }

  /** @throws {HostError} EACCES */
  requireReverse(address: Address): void {
    if (!this.mayConnect(address)) this.refuse({ action: 'lookup', name: address.host })
  }

  /** Whether the guest may see the name of a socket; with `change`, whether it may listen on it. */
  mayName(address: UnixAddress, change: boolean): boolean {
    return grants(this.#listen, address) || (!change && grants(this.#connect, address))
  }

  /** @throws {HostError} EACCES, always */
  refuse(refusal: Refusal): never {
    this.#onRefusal?.(refusal)
    throw new HostError('EACCES', `the guest may not ${describe(refusal)}; grant it`)
  }
}

function describe(refusal: Refusal): string {
  if (refusal.action === 'lookup') return `look up ${refusal.name}`
  const { action, address } = refusal
  return `${action} ${action === 'listen' ? 'on' : 'to'} ${formatEndpoint(address)}`
}

function grants(rules: ReadonlySet<string>, address: SocketAddress): boolean {
  return rules.has(address.family === 'unix' ? 'unix:*' : '*') || rules.has(endpointKey(address))
}
