/** One run of a scenario: machines, links, time, and what goes wrong on purpose. */

import { parseIp } from '../base/ip.js'
import type { Random } from '../base/random.js'
import { EPOCH, HostsTable, type Ip, type LineOptions, Machine, type SocketRow, World } from '../host/virtual-world.js'
import { compileModule } from '../runtime/module.js'
import { ArgumentError, show } from '../uv/errors.js'
import type { Loop } from '../uv/loop/loop.js'
import { Driver } from './driver.js'
import type { Profile } from './faults/draw.js'
import { FaultPlan } from './faults/fault-plan.js'
import type { SimFault } from './faults/sim-fault.js'
import { replaceGlobals } from './globals.js'
import { SimMachine, type StartMachine } from './machine.js'
import { MachineRecordings } from './machine-recordings.js'
import type { Capture } from './views/capture.js'
import { WorldCapture } from './views/world-capture.js'

/** The options of a machine. */
export interface MachineOptions {
  /** Its addresses, of IPv4 and IPv6; by default one of each, such as 10.0.0.1 and fd00::1. */
  readonly addresses?: readonly string[]
  /**
   * Starts what runs on it, at its beginning and again after each crash. Faults that are drawn crash only machines that
   * have one.
   */
  readonly start?: StartMachine
}

/** Virtual time. */
export interface SimClock {
  /** The milliseconds since the run began. */
  readonly now: number
  /** Resolves after so many milliseconds. @throws {ArgumentError} when it is not a number of at least 0 */
  advance(ms: number): Promise<void>
  /** Resolves when a condition is true, which is asked after each event. */
  runUntil(isTrue: () => boolean): Promise<void>
  /** Resolves after the next event. */
  step(): Promise<void>
}

/** How a scenario is run. */
export interface RunOptions {
  /** The most milliseconds of virtual time. */
  readonly until: number
  /** See `SimulateOptions`. */
  readonly globals: 'simulated' | 'real'
  readonly speed: number
}

/** The faults of a run. */
export interface RunFaults {
  /** A list of them, or what they are drawn from. */
  readonly source: readonly SimFault[] | Profile
  /** When they all end, in milliseconds of virtual time. */
  readonly safety: number
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
  readonly #faults: FaultPlan | undefined
  /** The compiled module of all loops. */
  readonly #module = compileModule()
  readonly #capture: WorldCapture | undefined
  readonly #recordings: MachineRecordings | undefined
  /** What the scenario waits for, and since when. */
  readonly #awaited = new Map<symbol, string>()
  #fail: (error: unknown) => void = () => {}
  /** Rejected with the first exception of a callback. */
  readonly #failure: Promise<never>

  /**
   * @param seed - 0 to 2^32-1
   * @param captures - whether packets are kept, or also recordings of the machines
   * @throws {ArgumentError} when the seed is none
   */
  constructor(seed: number, faults?: RunFaults, captures: boolean | 'all' = false) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff)
      throw new ArgumentError(`Cannot simulate: the seed is ${show(seed)}; give an integer from 0 to 4294967295`)
    this.seed = seed
    this.#world = new World(seed)
    this.#capture = captures === false ? undefined : new WorldCapture(this.#world, seed)
    this.#recordings = captures === 'all' ? new MachineRecordings() : undefined
    this.random = this.#world.random.branch('scenario')
    this.#driver = new Driver(this.#world.schedule, () => this.#describe())
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
      runUntil: (isTrue) => this.#waiting('clock.runUntil()', this.#driver.when(isTrue)),
      step: () => this.#driver.step(),
    }
    this.#faults = faults && this.#plan(faults)
  }

  /** A hash of everything that has happened: the same seed gives the same, on every platform. */
  get hash(): string {
    return this.#world.log.hash
  }

  /** How many events and packets there were. */
  get events(): number {
    return this.#world.log.count
  }

  /** The faults of this run, those that have not happened yet too. */
  get faults(): readonly SimFault[] {
    return this.#faults?.list ?? []
  }

  /**
   * The packets between the machines so far; it grows.
   *
   * @throws {ArgumentError} when they are not kept
   */
  get capture(): Capture {
    if (this.#capture !== undefined) return this.#capture
    throw new ArgumentError('Cannot give the packets: they are not kept; simulate with capture: true')
  }

  /** Ends the recordings of the machines. @returns the traces, by the names of the machines @internal */
  endRecordings(): ReadonlyMap<string, Uint8Array> {
    return this.#recordings?.end() ?? new Map()
  }

  /** The sockets of all machines, like `netstat -an` on each; `console.table()` shows them. */
  netstat(): (SocketRow & { readonly machine: string })[] {
    return this.#world.machines.flatMap(({ name, network }) =>
      network.netstat().map((socket) => ({ machine: name, ...socket })),
    )
  }

  /** Adds a few words about a machine to the capture, at the present time. */
  note(machine: SimMachine, text: string): void {
    this.#capture?.note(machine.name, text)
  }

  /** What the faults of the machines' hosts have done, one line each. */
  explain(): string[] {
    return [...this.#machines.values()].flatMap(({ name, faults }) =>
      faults.explain().fired.map(({ at, fault, on, effect }) => `${at} ms  ${name}: ${fault}: ${on} ${effect}`),
    )
  }

  /**
   * Adds a machine, with a loop that runs. Others reach it by its name and its addresses.
   *
   * @throws {ArgumentError} when the name or an address is in use or not valid
   */
  async machine(name: string, { addresses, start }: MachineOptions = {}): Promise<SimMachine> {
    if (typeof name !== 'string' || name === '' || this.#machines.has(name))
      throw new ArgumentError(`Cannot add the machine ${show(name)}: its name is empty or in use; give another`)
    const number = this.#world.machines.length + 1
    const texts = addresses ?? [`10.0.${number >> 8}.${number & 255}`, `fd00::${number.toString(16)}`]
    const ips = texts.map((text) => this.#read(name, text))
    this.#names.add(name, texts)
    this.#capture?.add(name, texts)
    const virtual = new Machine({ name, world: this.#world, addresses: ips, names: this.#names })
    const machine = SimMachine.start(virtual, {
      seed: this.#world.random.branch(`faults of ${name}`).int(0, 0x7fff_ffff),
      start,
      module: await this.#module,
      onError: (error) => this.#fail(error),
      record: (host) => this.#recordings?.add(name, host) ?? host,
    })
    this.#machines.set(name, machine)
    this.#faults?.add(machine)
    await machine.boot()
    return machine
  }

  /** Sets what both directions between two machines are like; what is left out stays. @throws {RangeError} */
  link(one: SimMachine, other: SimMachine, options: LineOptions): void {
    this.#world.link(one.virtual, other.virtual, options)
  }

  /** Lets nothing pass between two machines, in both directions or only from the first to the second. */
  partition(one: SimMachine, other: SimMachine, { oneWay = false }: { readonly oneWay?: boolean } = {}): void {
    this.note(one, `cut off from ${other.name}`)
    this.#world.line(one.virtual, other.virtual).isCut = true
    if (!oneWay) this.#world.line(other.virtual, one.virtual).isCut = true
  }

  /** Ends all partitions; machines that are down stay so. */
  repair(): void {
    for (const machine of this.#machines.values()) this.note(machine, 'repaired')
    this.#world.repair()
  }

  /** Ends a machine: its programs stop without a word, and its peers hear nothing any more. */
  crash(machine: SimMachine): Promise<void> {
    this.note(machine, 'crashes')
    return machine.crash()
  }

  /** Starts a machine again after a crash, with a new loop. What arrives for connections of before is reset. */
  restart(machine: SimMachine): Promise<void> {
    this.note(machine, 'starts again')
    return machine.restart()
  }

  /** Lets time stand still until a promise settles that something outside the simulation settles. */
  outside<Value>(promise: Promise<Value>): Promise<Value> {
    return this.#driver.outside(promise)
  }

  /**
   * Runs a scenario in this world, then ends all machines.
   *
   * @internal
   */
  async run<Value>(scenario: (sim: Simulation) => Value | Promise<Value>, options: RunOptions): Promise<Value> {
    await this.#module
    const restore = options.globals === 'real' ? () => {} : this.#replaceGlobals()
    try {
      return await this.#drive(scenario, options)
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

  async #drive<Value>(
    scenario: (sim: Simulation) => Value | Promise<Value>,
    { until, speed }: RunOptions,
  ): Promise<Value> {
    const whole = (async () => {
      const value = await Promise.race([scenario(this), this.#failure])
      for (const machine of this.#machines.values()) if (!machine.isDown) await machine.stop()
      this.#faults?.requireAllUsed()
      return value
    })()
    return this.#driver.run(whole, { until, speed })
  }

  #plan({ source, safety }: RunFaults): FaultPlan {
    const { schedule } = this.#world
    const plan = new FaultPlan({
      world: this.#world,
      random: this.#world.random.branch('faults'),
      source,
      crash: (machine) => this.crash(machine),
      restart: (machine) => this.restart(machine),
      tell: (machine, text) => this.#capture?.note(machine, text),
      fail: (error) => this.#fail(error),
    })
    schedule.after(safety, () => plan.stop())
    return plan
  }

  /** Remembers what the scenario waits for. */
  async #waiting(what: string, promise: Promise<void>): Promise<void> {
    const key = Symbol(what)
    this.#awaited.set(key, `the scenario: ${what} since ${this.clock.now} ms`)
    try {
      await promise
    } finally {
      this.#awaited.delete(key)
    }
  }

  #advance(ms: number): Promise<void> {
    if (typeof ms !== 'number' || !(ms >= 0))
      throw new ArgumentError(`Cannot let ${show(ms)} ms pass: it is not a time; give a number of at least 0`)
    return new Promise((resolve) => {
      this.#world.schedule.after(ms, resolve)
    })
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

  /** What is open, and what it waits for, one line each. */
  #describe(): string[] {
    const names = new Map(
      this.#world.machines.flatMap(({ site, name }) => site.addresses.map(({ host }) => [host, name])),
    )
    const phase = this.#faults?.isOver === true ? ['all faults have ended'] : []
    const machines = [...this.#machines.values()].flatMap((machine) => {
      const { name, virtual, loop } = machine
      if (machine.isDown) return [`${name}: is down`]
      const lines = virtual.network.open((host) => names.get(host))
      return [...lines, describeHandles(loop)].map((line) => `${name}: ${line}`)
    })
    return [...phase, ...this.#awaited.values(), ...machines]
  }
}

/** The handles of a loop, beside the one that keeps it running. */
function describeHandles({ handles }: Loop): string {
  const counts = new Map<string, number>()
  for (const handle of handles) {
    const { name } = handle.constructor
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  counts.set('Async', (counts.get('Async') ?? 1) - 1)
  const texts = [...counts].filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`)
  return `open handles: ${texts.join(', ') || 'none'}`
}
