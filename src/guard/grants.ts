/** What a policy grants, and what it refuses. */
import type { Address, SocketAddress, UnixAddress } from '../abi/address.js'
import { HostError } from '../host/host.js'
import { formatEndpoint, NamedHosts, readRules } from './rules.js'

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
 * What is granted. A rule is an address as {@link formatEndpoint} writes it (`127.0.0.1:80`, `[::1]:80`), and stands for
 * exactly that address as the guest asks for it: port 0 is a free one, `0.0.0.0` every interface. `localhost:80` stands for
 * both loopback addresses, `*` for all of these. `unix:/path` is the name of a socket as the guest says it, `unix:@name` an
 * abstract one, and `unix:*` stands for all names.
 */
export interface Policy {
  /**
   * Where the guest may listen, and take a port of its choice: for connections, and for messages (UDP), which it may answer. A
   * group is joined where the group's own address is granted here.
   */
  readonly listen?: readonly string[]
  /**
   * Where it may connect, and send messages and hear answers. A name, as `example.com:443`, lets it look that name up too, and
   * connect to the addresses that it is told. What an address is called it may ask where it may connect.
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
  readonly #onRefusal: ((refusal: Refusal) => void) | undefined

  /** @throws {TypeError} when a rule is no address, or `onRefusal` no function */
  constructor({ listen = [], connect = [], onRefusal }: Policy) {
    if (onRefusal !== undefined && typeof onRefusal !== 'function') {
      throw new TypeError(`onRefusal is a ${typeof onRefusal}: give a function, or leave it out`)
    }
    this.#names = new NamedHosts()
    this.#listen = readRules(listen, undefined)
    this.#connect = readRules(connect, this.#names)
    this.#onRefusal = onRefusal
  }

  /** Whether the guest may take that address: to listen there, or a free port to connect from. */
  mayTake(local: SocketAddress): boolean {
    if (this.mayListen(local)) return true
    return local.family !== 'unix' && local.port === 0 && this.#connect.size + this.#names.size > 0
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
  requireLookup(name: string): (hosts: readonly string[]) => void {
    if (!this.#connect.has('*') && !this.#names.has(name)) this.refuse({ action: 'lookup', name })
    return (hosts) => this.#names.learn(name, hosts)
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
  return rules.has(address.family === 'unix' ? 'unix:*' : '*') || rules.has(formatEndpoint(address))
}
