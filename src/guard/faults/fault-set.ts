/** The faults of one host. */
import type { SocketAddress } from '../../base/address.js'
import { Random } from '../../base/random.js'
import type { Host } from '../../host/contract/host.js'
import { NamedHosts } from '../named-hosts.js'
import { type Afflicted, Afflictions } from './affliction.js'
import { FaultEntry } from './fault-entry.js'
import { FaultLog, type FaultReport } from './fault-log.js'
import type { Fault, Toxic } from './faults.js'
import { checkFault } from './read-fault.js'

/** A fault that was added. */
export interface AddedFault {
  /** Its name. */
  readonly name: string
  /** Ends it. What it holds goes on, and what it has delayed keeps its delay. Harmless when called again. */
  remove(): void
}

/** The faults of a host, which may be changed while it runs. */
export interface Faults {
  /**
   * Adds a fault, to connections that exist as well.
   *
   * @throws {TypeError} when it is not valid, or its name is taken
   */
  add(fault: Fault): AddedFault
  /** Removes a fault by its name. @returns whether there was one */
  remove(name: string): boolean
  /** Removes all faults. */
  clear(): void
  /** The faults, in the order in which they were added. */
  readonly list: readonly Fault[]
  /** Which faults have fired, when and on what. */
  explain(): FaultReport
}

/** A fault of a certain kind. */
export type FaultOf<Kind extends Toxic> = Extract<Fault, { readonly toxic: Kind }>

/** See {@link Faults}. */
export class FaultSet implements Faults {
  /** The names that were looked up over this host. */
  readonly names = new NamedHosts()
  readonly #host: Host
  readonly #random: Random
  readonly #log: FaultLog
  readonly #entries = new Map<string, FaultEntry>()
  readonly #connections = new Map<Afflicted, Afflictions>()
  readonly #counts = new Map<string, number>()
  #added = 0
  /** Called when faults were added or removed. */
  onChange: () => void = () => {}

  /** @param host - the host below */
  constructor(host: Host, seed: number) {
    this.#host = host
    this.#random = new Random(seed).branch('faults')
    this.#log = new FaultLog(() => this.now())
  }

  /** Milliseconds of the monotonic clock of the host below. */
  now(): number {
    return this.#host.clock() / 1e6
  }

  get list(): readonly Fault[] {
    return [...this.#entries.values()].map(({ fault }) => fault)
  }

  /** The faults with what is known of them. */
  get entries(): Iterable<FaultEntry> {
    return this.#entries.values()
  }

  add(fault: Fault): AddedFault {
    checkFault(fault)
    this.#added++
    const name = fault.name ?? `${fault.toxic}_${this.#added}`
    if (this.#entries.has(name))
      throw new TypeError(`Cannot add the fault ${JSON.stringify(name)}: there is one of that name; give another name`)
    const interfaceOf = (zone: string): number | undefined => this.#host.interfaces().get(zone)
    const entry = new FaultEntry(name, { ...fault }, this.names, interfaceOf, this.now())
    this.#entries.set(name, entry)
    for (const [connection, afflictions] of this.#connections)
      if (isFor(entry, connection)) afflictions.add(entry, this.now())
    this.#changed()
    return { name, remove: () => this.#remove(entry) }
  }

  remove(name: string): boolean {
    const entry = this.#entries.get(name)
    if (entry !== undefined) this.#remove(entry)
    return entry !== undefined
  }

  clear(): void {
    for (const entry of [...this.#entries.values()]) this.#remove(entry)
  }

  explain(): FaultReport {
    return this.#log.report()
  }

  /** Notes what a fault has done. */
  note(entry: FaultEntry, on: string, effect: string): void {
    this.#log.add(entry.name, entry.fault.toxic, on, effect)
  }

  /** The faults on a new connection, until it ends. */
  afflict(connection: Afflicted): Afflictions {
    const number = this.#count(`connection ${connection.side}`)
    const random = this.#random.branch(`connection ${connection.side} ${number}`)
    const leave = (): void => void this.#connections.delete(connection)
    const afflictions = new Afflictions(connection, number, random, this.#log, leave)
    this.#connections.set(connection, afflictions)
    for (const entry of this.#entries.values()) if (isFor(entry, connection)) afflictions.add(entry, this.now())
    return afflictions
  }

  /**
   * The first active fault of a kind that is drawn for something new.
   *
   * @param isAbout - whether a fault is about it
   */
  strike<Kind extends Toxic>(kind: Kind, isAbout: (entry: FaultEntry) => boolean): Struck<Kind> | undefined {
    const number = this.#count(kind)
    const now = this.now()
    for (const entry of this.#entries.values()) {
      const { fault } = entry
      if (!isOf(fault, kind) || !entry.isActive(now) || !isAbout(entry)) continue
      if (entry.draw(this.#random.branch(`${kind} ${number}`).branch(entry.name))) return { entry, fault }
    }
    return undefined
  }

  /** Whether messages to or from an address are lost. */
  loses(peer: SocketAddress, direction: 'upstream' | 'downstream'): FaultEntry | undefined {
    const now = this.now()
    for (const entry of this.#entries.values()) {
      const { fault } = entry
      if (fault.toxic !== 'partition' || !entry.isActive(now)) continue
      const isIn = (fault.direction ?? 'both') === 'both' || fault.direction === direction
      if (isIn && entry.isAbout(peer, 'datagram')) return entry
    }
    return undefined
  }

  #count(what: string): number {
    const number = (this.#counts.get(what) ?? 0) + 1
    this.#counts.set(what, number)
    return number
  }

  #remove(entry: FaultEntry): void {
    if (entry.isRemoved) return
    entry.isRemoved = true
    this.#entries.delete(entry.name)
    this.#changed()
  }

  #changed(): void {
    for (const connection of this.#connections.keys()) connection.poke()
    this.onChange()
  }
}

/** A fault that is drawn. */
export interface Struck<Kind extends Toxic> {
  readonly entry: FaultEntry
  readonly fault: FaultOf<Kind>
}

/** Whether a fault is about a connection. */
function isFor(entry: FaultEntry, { side, server }: Afflicted): boolean {
  return entry.isOfConnections && entry.isOn(side) && entry.isAbout(server)
}

function isOf<Kind extends Toxic>(fault: Fault, kind: Kind): fault is FaultOf<Kind> {
  return fault.toxic === kind
}
