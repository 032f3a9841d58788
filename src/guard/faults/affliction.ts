/** A fault on one connection. */
import type { SocketAddress } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import type { Random } from '../../base/random.js'
import type { FaultEntry } from './fault-entry.js'
import type { FaultLog } from './fault-log.js'
import type { Fault, FaultDirection } from './faults.js'
import { PointWatch } from './point-watch.js'

/** Which end of a connection this program is. */
export type Side = 'connect' | 'accept'

/** A connection that faults may affect. */
export interface Afflicted {
  readonly side: Side
  /** The address of the server. */
  readonly server: SocketAddress
  /** Faults were added or removed. */
  poke(): void
}

/** A fault on one connection. */
export class Affliction {
  readonly fault: Fault
  /** The draws of this fault on this connection. */
  readonly random: Random
  /** When it became active, in milliseconds of the host's clock; `undefined` while it is not. */
  since: number | undefined
  /** How many bytes have passed since then, by direction. */
  readonly passed = { upstream: 0, downstream: 0 }
  readonly #entry: FaultEntry
  readonly #note: (effect: string) => void
  readonly #after: PointWatch
  readonly #until: PointWatch | undefined
  #hasFired = false

  constructor(entry: FaultEntry, random: Random, now: number, note: (effect: string) => void) {
    this.fault = entry.fault
    this.random = random
    this.#entry = entry
    this.#note = note
    this.#after = new PointWatch(entry.fault.after ?? 0, now)
    this.#until = entry.fault.until === undefined ? undefined : new PointWatch(entry.fault.until, now)
  }

  /** Finds out whether it is active now. */
  update(now: number): void {
    const isActive = !this.#entry.isRemoved && this.#after.isReached(now) && this.#until?.isReached(now) !== true
    if (!isActive) this.since = undefined
    else this.since ??= now
  }

  /** Whether it has an effect on a direction. */
  affects(direction: FaultDirection, side: Side): boolean {
    const { fault } = this
    if (this.since === undefined) return false
    if (fault.toxic === 'short_read') return (direction === 'downstream') === (side === 'connect')
    if (fault.toxic === 'short_write') return (direction === 'upstream') === (side === 'connect')
    const isBoth = fault.toxic === 'hold' || fault.toxic === 'partition'
    const own = ('direction' in fault ? fault.direction : undefined) ?? (isBoth ? 'both' : 'downstream')
    return own === 'both' || own === direction
  }

  /** The milliseconds until time begins or ends it. */
  nextEdge(now: number): number {
    const edges = [this.#after.at, this.#until?.at ?? Number.POSITIVE_INFINITY].filter((at) => at > now)
    return Math.min(...edges, Number.POSITIVE_INFINITY) - now
  }

  /** How many bytes of a direction may pass at once, so that its beginning and its end are not missed. */
  room(direction: FaultDirection): number {
    return Math.min(this.#after.room(direction), this.#until?.room(direction) ?? Number.POSITIVE_INFINITY)
  }

  /** Takes note of bytes that pass. */
  pass(direction: FaultDirection, bytes: Uint8Array): void {
    this.#after.pass(direction, bytes)
    this.#until?.pass(direction, bytes)
    if (this.since !== undefined) this.passed[direction] += bytes.length
  }

  /** Tells once that it has had an effect. */
  fire(effect: string): void {
    if (this.#hasFired) return
    this.#hasFired = true
    this.#note(effect)
  }
}

/** The faults on one connection. */
export class Afflictions {
  readonly side: Side
  readonly #log: FaultLog
  readonly #random: Random
  readonly #on: string
  readonly #leave: () => void
  #list: Affliction[] = []

  /**
   * @param number - the connection's number among those of its side
   * @param leave - called when the connection is over
   */
  constructor({ side, server }: Afflicted, number: number, random: Random, log: FaultLog, leave: () => void) {
    this.side = side
    this.#random = random
    this.#log = log
    this.#on = `connection ${number} ${side === 'connect' ? 'to' : 'at'} ${formatEndpoint(server)}`
    this.#leave = leave
  }

  /** Adds a fault if it is drawn for this connection. */
  add(entry: FaultEntry, now: number): void {
    const random = this.#random.branch(entry.name)
    if (!entry.draw(random)) return
    const { toxic } = entry.fault
    this.#list.push(new Affliction(entry, random, now, (effect) => this.#log.add(entry.name, toxic, this.#on, effect)))
  }

  /** Whether there are none, active or not. */
  get isEmpty(): boolean {
    return this.#list.length === 0
  }

  /** Finds out which ones are active now. */
  update(now: number): void {
    for (const one of this.#list) one.update(now)
  }

  /** The active ones. */
  get active(): readonly Affliction[] {
    return this.#list.filter(({ since }) => since !== undefined)
  }

  /** Those that have an effect on a direction now. */
  on(direction: FaultDirection): readonly Affliction[] {
    return this.#list.filter((one) => one.affects(direction, this.side))
  }

  /** See {@link Affliction.nextEdge}. */
  nextEdge(now: number): number {
    return Math.min(...this.#list.map((one) => one.nextEdge(now)), Number.POSITIVE_INFINITY)
  }

  /** See {@link Affliction.room}. */
  room(direction: FaultDirection): number {
    return Math.min(...this.#list.map((one) => one.room(direction)), Number.POSITIVE_INFINITY)
  }

  /** Takes note of bytes that pass, which may begin or end a fault. */
  pass(direction: FaultDirection, bytes: Uint8Array, now: number): void {
    for (const one of this.#list) one.pass(direction, bytes)
    this.update(now)
  }

  /** The connection is over. */
  end(): void {
    this.#list = []
    this.#leave()
  }
}
