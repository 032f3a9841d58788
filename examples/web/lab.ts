/**
 * A small network whose time passes as its viewer likes: on, in steps, and back. Everything that happens is a function
 * of a seed and of what the viewer has changed at which time, so to go back is to run again up to there.
 */
import { Guest } from 'libuv-wasm/guest'
import { type Capture, type SimMachine, type Simulation, simulate } from 'libuv-wasm/testing'
import { Client, type Note, PORT, Server } from './programs.js'

/** Virtual milliseconds from one moment to the next: what the viewer changes takes effect between two of them. */
export const MOMENT = 5

/** What the viewer can change, and what it is at first. */
export const DEFAULTS = {
  /** Milliseconds that a packet is under way between the server and a client. */
  latency: 40,
  /** The part of the packets that is lost, in per cent. */
  loss: 0,
  /** Kilobytes per second. */
  bandwidth: 1000,
  /** Whether the client in TypeScript reads: 1 or 0. */
  reading: 1,
  /** Whether its cable is plugged in. */
  cable: 1,
  /** Whether the server's machine is on. */
  power: 1,
  /** How many more clients there are. */
  crowd: 0,
} as const

/** The name of something that can be changed. */
export type Setting = keyof typeof DEFAULTS

/** Something that the viewer has changed. */
export interface Change {
  /** The number of the moment. */
  readonly moment: number
  readonly setting: Setting
  readonly value: number
}

/** What a lab is a function of. */
export interface Script {
  readonly seed: number
  readonly changes: readonly Change[]
}

/** What the viewer sees of the programs. */
export interface Facts {
  readonly answered: number
  readonly peers: number
  readonly queued: number
  readonly typescript: { readonly isConnected: boolean; readonly answers: number; readonly received: number }
}

/** The names of the machines, in the order in which they are shown. */
export const MACHINES = ['TypeScript', 'server', 'C'] as const

/** A network while it runs. */
export class Lab {
  /** Rejected when something has gone wrong that should not. */
  readonly over: Promise<void>
  readonly settings: Record<Setting, number> = { ...DEFAULTS }
  readonly #program: WebAssembly.Module
  readonly #changes: Change[]
  #moment = 0
  #goal = 0
  #isClosed = false
  #sim: Simulation | undefined
  #world: World | undefined
  #wake = (): void => {}
  #reach = (): void => {}

  /** @param program - the compiled client in C */
  constructor({ seed, changes }: Script, program: WebAssembly.Module) {
    this.#program = program
    this.#changes = changes.map((change) => ({ ...change }))
    const options = { seed, until: Number.MAX_SAFE_INTEGER, globals: 'real', capture: true } as const
    this.over = simulate(options, (sim) => this.#run(sim)).then(() => {})
  }

  /** The number of the present moment. */
  get moment(): number {
    return this.#moment
  }

  /** What the viewer has changed so far, and will have changed in a run that repeats another one. */
  get changes(): readonly Change[] {
    return this.#changes
  }

  /** A hash of everything that has happened. */
  get hash(): string {
    return this.#sim?.hash ?? ''
  }

  /** What was sent so far; it grows. */
  get capture(): Capture | undefined {
    return this.#sim?.capture
  }

  get facts(): Facts | undefined {
    return this.#world?.facts
  }

  /** Lets time pass up to a moment. @returns a promise that resolves when it is reached */
  go(moment: number): Promise<void> {
    this.#goal = Math.max(this.#goal, moment)
    if (this.#moment >= this.#goal) return Promise.resolve()
    const reached = new Promise<void>((resolve) => {
      this.#reach = resolve
    })
    this.#wake()
    return Promise.race([reached, this.over])
  }

  /** Changes something from the present moment on; what was to be changed later is forgotten. */
  change(setting: Setting, value: number): void {
    const before = this.#changes.filter(({ moment }) => moment <= this.#moment)
    const others = before.filter((one) => one.moment !== this.#moment || one.setting !== setting)
    this.#changes.splice(0, this.#changes.length, ...others, { moment: this.#moment, setting, value })
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    await this.over
  }

  async #run(sim: Simulation): Promise<void> {
    const world = await World.start(sim, this.#program)
    this.#sim = sim
    this.#world = world
    while (!this.#isClosed) {
      if (this.#moment >= this.#goal) {
        this.#reach()
        await sim.outside(this.#wanted())
        continue
      }
      for (const { moment, setting, value } of this.#changes) {
        if (moment !== this.#moment) continue
        this.settings[setting] = value
        await world.apply(setting, this.settings)
      }
      this.#moment++
      await sim.clock.advance(MOMENT)
    }
    await world.end()
  }

  #wanted(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** The machines and their programs. */
class World {
  readonly #sim: Simulation
  readonly #server: SimMachine
  readonly #typescript: SimMachine
  readonly #c: SimMachine
  readonly #crowd: SimMachine
  readonly #program: WebAssembly.Module
  #serving: Server
  readonly #client: Client
  readonly #others: Client[] = []
  #guest: Guest | undefined

  private constructor(sim: Simulation, machines: readonly SimMachine[], program: WebAssembly.Module) {
    const [typescript, server, c, crowd] = machines
    if (typescript === undefined || server === undefined || c === undefined || crowd === undefined)
      throw new Error('Cannot start the lab: a machine is missing')
    this.#sim = sim
    this.#typescript = typescript
    this.#server = server
    this.#c = c
    this.#crowd = crowd
    this.#program = program
    this.#link(DEFAULTS)
    this.#serving = this.#serve()
    this.#client = new Client(typescript.loop, server.address, this.#noteOf(typescript))
  }

  static async start(sim: Simulation, program: WebAssembly.Module): Promise<World> {
    const machines: SimMachine[] = []
    for (const name of [...MACHINES, 'crowd']) machines.push(await sim.machine(name))
    const world = new World(sim, machines, program)
    await world.#startGuest()
    return world
  }

  get facts(): Facts {
    const { answered, peers, queued } = this.#serving
    const { isConnected, answers, received } = this.#client
    return { answered, peers, queued, typescript: { isConnected, answers, received } }
  }

  /** Makes a setting true. */
  async apply(setting: Setting, settings: Readonly<Record<Setting, number>>): Promise<void> {
    const value = settings[setting]
    if (setting === 'reading') this.#client.isReading = value === 1
    else if (setting === 'cable') this.#plug(value === 1)
    else if (setting === 'power') await this.#power(value === 1)
    else if (setting === 'crowd') this.#gather(value)
    else this.#link(settings)
  }

  async end(): Promise<void> {
    this.#guest?.terminate()
    await this.#sim.outside(this.#guest?.exit ?? Promise.resolve(0))
  }

  #link({ latency, loss, bandwidth }: Readonly<Record<'latency' | 'loss' | 'bandwidth', number>>): void {
    for (const client of [this.#typescript, this.#c, this.#crowd])
      this.#sim.link(client, this.#server, { latency, loss: loss / 100, bandwidth: bandwidth * 1000 })
  }

  #plug(isIn: boolean): void {
    this.#sim.note(this.#typescript, isIn ? 'cable plugged in' : 'cable pulled')
    if (isIn) this.#sim.repair()
    else this.#sim.partition(this.#typescript, this.#server)
  }

  async #power(isOn: boolean): Promise<void> {
    if (isOn === !this.#server.isDown) return
    if (!isOn) return this.#sim.crash(this.#server)
    await this.#sim.restart(this.#server)
    this.#serving = this.#serve()
  }

  #serve(): Server {
    return new Server(this.#server.loop, this.#server.address, this.#noteOf(this.#server))
  }

  /** They ask at different times, as people do. */
  #gather(count: number): void {
    while (this.#others.length < count) {
      const waits = (this.#others.length * 37) % 1000
      this.#others.push(new Client(this.#crowd.loop, this.#server.address, () => {}, waits))
    }
  }

  async #startGuest(): Promise<void> {
    const note = this.#noteOf(this.#c)
    const decoder = new TextDecoder()
    const options = {
      driver: 'pump',
      host: this.#c.host,
      args: ['pinger', this.#server.address, String(PORT)],
      onOutput: (_stream: 1 | 2, bytes: Uint8Array) => {
        for (const line of decoder.decode(bytes).split('\n')) if (line !== '') note(line)
      },
    } as const
    this.#guest = await this.#sim.outside(Guest.start(this.#program, options))
  }

  #noteOf(machine: SimMachine): Note {
    return (text) => this.#sim.note(machine, text)
  }
}
