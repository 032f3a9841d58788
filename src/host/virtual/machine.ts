/** A machine of a simulated world, as the host of its loops. */
import type { Address } from '../../base/address.js'
import type { Random } from '../../base/random.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../contract/datagram.js'
import type { BindOptions } from '../contract/error.js'
import { Host, type HostTimer } from '../contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../contract/lookup.js'
import type { HostUnix } from '../contract/unix.js'
import type { HostsTable } from './hosts-table.js'
import type { Ip } from './ip.js'
import { Network } from './network.js'
import { Site } from './site.js'
import type { World } from './world.js'

/** What a machine is made of. */
export interface MachineParts {
  readonly name: string
  readonly world: World
  readonly addresses: readonly Ip[]
  /** The names that all machines know. */
  readonly names: HostsTable
}

/** The wall clock when a world begins: the first second of 2000, in milliseconds since 1970. */
export const EPOCH = 946_684_800_000

const INTERFACES: ReadonlyMap<string, number> = new Map([
  ['lo', 1],
  ['eth0', 2],
])

/** A machine: its addresses, its sockets, its clock. */
export class Machine extends Host {
  readonly name: string
  readonly site: Site
  readonly network: Network
  /** Its number in the world, from 0. */
  readonly number: number
  /** Milliseconds by which its wall clock is wrong. */
  skew = 0
  /** Whether it has crashed, and was not started again. */
  isDown = false
  readonly #world: World
  readonly #random: Random
  readonly #names: HostsTable
  #keepers = 0

  constructor({ name, world, addresses, names }: MachineParts) {
    super()
    this.name = name
    this.site = new Site(addresses)
    this.#world = world
    this.number = world.machines.length
    this.#names = names
    this.#random = world.random.branch(`machine ${name}`)
    const seed = this.#random.int(0, 2 ** 31 - 1)
    const surroundings = world.around(() => this)
    this.network = new Network({ seed, queue: world.schedule, site: this.site, surroundings })
    world.add(this)
  }

  /** How many loops want to be kept alive. */
  get keepers(): number {
    return this.#keepers
  }

  clock(): number {
    return this.#world.schedule.now
  }

  wallClock(): number {
    return EPOCH + this.#world.schedule.elapsed + this.skew
  }

  override random(into: Uint8Array): void {
    this.#random.fill(into)
  }

  defer(callback: () => void): void {
    this.#world.schedule.post(callback)
  }

  timer(callback: () => void): HostTimer {
    return this.#world.schedule.timer(callback)
  }

  override sharesPorts(): boolean {
    return true
  }

  override keepAlive(): () => void {
    this.#keepers++
    let isHeld = true
    return () => {
      if (isHeld) this.#keepers--
      isHeld = false
    }
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    return this.network.bind(local, options)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return this.network.connect(remote, events)
  }

  override get unix(): HostUnix {
    return this.network.unix
  }

  override interfaces(): ReadonlyMap<string, number> {
    return INTERFACES
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return this.#answer(this.#names.lookup(name, family), events)
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    const name = this.#names.reverse(address)
    return this.#answer(name === undefined ? [] : [name, String(address.port)], events)
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return this.network.datagrams.bind(local, options, events)
  }

  #answer(texts: readonly string[], events: LookupEvents): CancelLookup {
    return this.#world.schedule.after(0, () => {
      if (texts.length > 0) events.onAnswer(texts)
      else events.onError('ENOENT')
    })
  }
}
