/** One run of a scenario: machines, links, time, and what goes wrong on purpose. */

import { parseIp } from '../base/ip.js'
import type { Random } from '../base/random.js'
import { EPOCH, HostsTable, type Ip, type LineOptions, Machine, World } from '../host/virtual-world.js'
import { ArgumentError, show } from '../uv/errors.js'
import { Driver } from './driver.js'
import { replaceGlobals } from './globals.js'
import { SimMachine } from './machine.js'

/** The options of a machine. */
export interface MachineOptions {
  /** Its addresses, of IPv4 and IPv6; by default one of each, such as 10.0.0.1 and fd00::1. */
  readonly addresses?: readonly string[]
}

/** Virtual time. */
export interface SimClock {
  /** The milliseconds since the run began. */
  readonly now: number
  /** Resolves after so many milliseconds. @throws {ArgumentError} when it is not a number of at least 0 */
  advance(ms: number): Promise<void>
}

/** The world of one run. */
export class Simulation {
  /** The seed that determines everything in it. */
  readonly seed: number
  /** Random numbers for the scenario. */
  readonly random: Random
  /** Its time. */
  readonly clock: SimClock
  readonly #world: World
  readonly #driver: Driver
  readonly #names = new HostsTable({})
  readonly #machines = new Map<string, SimMachine>()
  #fail: (error: unknown) => void = () => {}
  /** Rejected with the first exception of a callback. */
  readonly #failure: Promise<never>

  /** @param seed - 0 to 2^32-1 @throws {ArgumentError} when it is none */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff)
      throw new ArgumentError(`Cannot simulate: the seed is ${show(seed)}; give an integer from 0 to 4294967295`)
    this.seed = seed
    this.#world = new World(seed)
    this.random = this.#world.random.branch('scenario')
    this.#driver = new Driver(this.#world.schedule, () => this.#waiting())
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#failure.catch(() => {})
    const { schedule } = this.#world
    this.clock = {
      get now() {
        return schedule.elapsed
      },
      advance: (ms) => this.#advance(ms),
    }
  }

  /** A hash of everything that has happened: the same seed gives the same, on every platform. */
  get hash(): string {
    return this.#world.log.hash
  }

  /** How many events and packets there were. */
  get events(): number {
    return this.#world.log.count
  }

  /**
   * Adds a machine, with a loop that runs. Others reach it by its name and its addresses.
   *
   * @throws {ArgumentError} when the name or an address is in use or not valid
   */
  async machine(name: string, { addresses }: MachineOptions = {}): Promise<SimMachine> {
    if (typeof name !== 'string' || name === '' || this.#machines.has(name))
      throw new ArgumentError(`Cannot add the machine ${show(name)}: its name is empty or in use; give another`)
    const number = this.#world.machines.length + 1
    const texts = addresses ?? [`10.0.${number >> 8}.${number & 255}`, `fd00::${number.toString(16)}`]
    const ips = texts.map((text) => this.#read(name, text))
    this.#names.add(name, texts)
    const virtual = new Machine({ name, world: this.#world, addresses: ips, names: this.#names })
    const machine = await SimMachine.start(virtual, {
      outside: (promise) => this.outside(promise),
      onError: (error) => this.#fail(error),
    })
    this.#machines.set(name, machine)
    return machine
  }

  /** Sets what both directions between two machines are like; what is left out stays. @throws {RangeError} */
  link(one: SimMachine, other: SimMachine, options: LineOptions): void {
    this.#world.link(one.virtual, other.virtual, options)
  }

  /** Lets nothing pass between two machines, in both directions or only from the first to the second. */
  partition(one: SimMachine, other: SimMachine, { oneWay = false }: { readonly oneWay?: boolean } = {}): void {
    this.#world.cut(one.virtual, other.virtual, true)
    if (!oneWay) this.#world.cut(other.virtual, one.virtual, true)
  }

  /** Ends all partitions; machines that are down stay so. */
  repair(): void {
    this.#setCuts()
  }

  /** Ends a machine: its programs stop without a word, and its peers hear nothing any more. */
  async crash(machine: SimMachine): Promise<void> {
    const { virtual, loop } = machine
    virtual.isDown = true
    this.#setCuts()
    virtual.network.crash()
    await loop[Symbol.asyncDispose]()
  }

  /** Starts a machine again after a crash, with a new loop. What arrives for connections of before is reset. */
  async restart(machine: SimMachine): Promise<void> {
    machine.virtual.isDown = false
    this.#setCuts()
    await machine.restart()
  }

  /** Lets time stand still until a promise settles that something outside the simulation settles. */
  outside<Value>(promise: Promise<Value>): Promise<Value> {
    return this.#driver.outside(promise)
  }

  /**
   * Lets time pass until a condition is true.
   *
   * @param isTrue - asked after each millisecond in which something happens
   */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await this.#advance(1)
  }

  /**
   * Runs a scenario in this world, then ends all machines.
   *
   * @param until - the most milliseconds
   * @param globals - see `SimulateOptions`
   * @internal
   */
  async run<Value>(
    scenario: (sim: Simulation) => Value | Promise<Value>,
    until: number,
    globals: 'simulated' | 'real',
  ): Promise<Value> {
    const restore = globals === 'real' ? () => {} : this.#replaceGlobals()
    try {
      return await this.#drive(scenario, until)
    } finally {
      restore()
    }
  }

  #replaceGlobals(): () => void {
    const { schedule, random } = this.#world
    return replaceGlobals({
      elapsed: () => schedule.elapsed,
      wall: () => EPOCH + schedule.elapsed,
      after: (ms, callback) =>
        schedule.after(ms, () => {
          try {
            callback()
          } catch (error) {
            this.#fail(error)
          }
        }),
      random,
    })
  }

  async #drive<Value>(scenario: (sim: Simulation) => Value | Promise<Value>, until: number): Promise<Value> {
    const whole = (async () => {
      const value = await Promise.race([scenario(this), this.#failure])
      for (const machine of this.#machines.values()) if (!machine.isDown) await machine.stop()
      return value
    })()
    return this.#driver.run(whole, { until })
  }

  #advance(ms: number): Promise<void> {
    if (typeof ms !== 'number' || !(ms >= 0))
      throw new ArgumentError(`Cannot let ${show(ms)} ms pass: it is not a time; give a number of at least 0`)
    return new Promise((resolve) => {
      this.#world.schedule.after(ms, resolve)
    })
  }

  #setCuts(): void {
    const all = this.#world.machines
    for (const one of all) for (const other of all) if (one !== other) this.#world.cut(one, other, false)
  }

  #read(name: string, text: string): Ip {
    const ip = parseIp(text)
    if (ip === undefined || ip.zone !== '')
      throw new ArgumentError(`Cannot add the machine ${show(name)}: ${show(text)} is not an IP address`)
    const read: Ip = { version: text.includes(':') ? 6 : 4, host: ip.host }
    const owner = this.#world.machineAt(read)
    if (owner !== undefined)
      throw new ArgumentError(`Cannot add the machine ${show(name)}: ${owner.name} has the address ${text}`)
    return read
  }

  #waiting(): string[] {
    return this.#world.machines.flatMap(({ name, network }) => network.open().map((line) => `${name}: ${line}`))
  }
}
