/** A fault in the set of a host. */
import type { SocketAddress } from '../../base/address.js'
import type { Random } from '../../base/random.js'
import type { NamedHosts } from '../named-hosts.js'
import { matchesPattern } from '../rules/names.js'
import { type InterfaceOf, RuleSet } from '../rules/rule-set.js'
import { readText } from '../rules/rule-text.js'
import type { Side } from './affliction.js'
import type { Fault, Toxic } from './faults.js'
import { PointWatch } from './point-watch.js'

/** Faults of what happens once: the making of a connection, an accept, a lookup, a jump. */
const ONCE: ReadonlySet<Toxic> = new Set(['refuse', 'accept', 'descriptors', 'lookup', 'clock'])

/** A fault, whom it is about, and how often it has been drawn. */
export class FaultEntry {
  readonly name: string
  readonly fault: Fault
  isRemoved = false
  readonly #servers: RuleSet | undefined
  readonly #names: NamedHosts
  readonly #after: PointWatch
  readonly #until: PointWatch | undefined
  #matched = 0
  #affected = 0

  /**
   * @param names - the names that were looked up
   * @param now - milliseconds of the host's clock
   * @throws {TypeError} when the zone of its address is not an interface
   */
  constructor(name: string, fault: Fault, names: NamedHosts, interfaceOf: InterfaceOf, now: number) {
    this.name = name
    this.fault = fault
    this.#names = names
    this.#after = new PointWatch(fault.after ?? 0, now)
    this.#until = fault.until === undefined ? undefined : new PointWatch(fault.until, now)
    const to = 'to' in fault ? fault.to : undefined
    if (to !== undefined) {
      // What is denied is matched in the widest sense.
      const rule = { verdict: 'deny', action: 'connect', comment: undefined } as const
      this.#servers = new RuleSet(
        readText(to).map((text) => ({ ...text, ...rule })),
        interfaceOf,
      )
    }
  }

  /** Whether it is about a server. */
  isAbout(server: SocketAddress, protocol: 'stream' | 'datagram' = 'stream'): boolean {
    if (this.#servers === undefined) return true
    const own = server.family === 'unix' ? 'unix' : protocol === 'stream' ? 'tcp' : 'udp'
    const attempt = { action: 'connect', protocol: own } as const
    if (this.#servers.byAddress('deny', { ...attempt, address: server }) !== undefined) return true
    if (server.family === 'unix') return false
    const { host, port } = server
    return this.#names
      .leadingTo(host)
      .some((name) => this.#servers?.byName('deny', { ...attempt, name, port, host }) !== undefined)
  }

  /** Whether it is about connections of a side. */
  isOn(side: Side): boolean {
    const { fault } = this
    return !('on' in fault) || fault.on === undefined || fault.on === side
  }

  /** Whether it is about a name. */
  isAboutName(name: string): boolean {
    const { fault } = this
    return fault.toxic !== 'lookup' || fault.host === undefined || matchesPattern(name, fault.host)
  }

  /** Whether it is active, where only time begins and ends it. */
  isActive(now: number): boolean {
    return !this.isRemoved && this.#after.isReached(now) && this.#until?.isReached(now) !== true
  }

  /** When time begins and ends it, in milliseconds of the host's clock. */
  get times(): { readonly from: number; readonly to: number } {
    return { from: this.#after.at, to: this.#until?.at ?? Number.POSITIVE_INFINITY }
  }

  /** Whether it is a fault of connections, once they have begun. */
  get isOfConnections(): boolean {
    return !ONCE.has(this.fault.toxic)
  }

  /** Decides whether the next one that it is about is affected. */
  draw(random: Random): boolean {
    const { skip = 0, times = Number.POSITIVE_INFINITY, toxicity = 1 } = this.fault
    if (++this.#matched <= skip || this.#affected >= times) return false
    if (toxicity < 1 && !random.chance(toxicity)) return false
    this.#affected++
    return true
  }
}
