/** The machines of a simulation. */
import type { WasmModule } from '../base/platform-types.js'
import type { Faults } from '../guard/faults/fault-set.js'
import { type FaultyHost, faultyHost } from '../guard/faults/faulty-host.js'
import type { Host } from '../host/contract/host.js'
import type { Machine as VirtualMachine } from '../host/virtual-world.js'
import { Async } from '../uv/async.js'
import { Loop } from '../uv/loop/loop.js'

/** What a machine runs, from its start on and again after each crash. */
export type StartMachine = (machine: SimMachine) => void | Promise<void>

/** What a machine needs of its simulation. */
export interface MachineContext {
  /** The seed of its faults. */
  readonly seed: number
  readonly start: StartMachine | undefined
  /** The module of its loops. */
  readonly module: WasmModule
  /** Receives what callbacks of the machine's loop throw. */
  onError(error: unknown): void
  /** Records a host, if that is wanted. */
  record(host: FaultyHost): FaultyHost
}

/** A machine of a simulation, with a loop of its own that runs as long as the machine does. */
export class SimMachine {
  /** Its name, which the other machines can look up. */
  readonly name: string
  /** The host of its loop, also for guests: `Guest.start(module, { driver: 'pump', host: machine.host })`. */
  readonly host: FaultyHost
  readonly #machine: VirtualMachine
  readonly #context: MachineContext
  #loop: Loop
  #life = new AbortController()

  private constructor(machine: VirtualMachine, host: FaultyHost, context: MachineContext, loop: Loop) {
    this.name = machine.name
    this.host = host
    this.#machine = machine
    this.#context = context
    this.#loop = loop
  }

  /** Starts a machine. */
  static start(machine: VirtualMachine, context: MachineContext): SimMachine {
    const host = context.record(faultyHost(machine, { seed: context.seed }))
    return new SimMachine(machine, host, context, begin(host, context))
  }

  /** Its loop; another one after a crash. */
  get loop(): Loop {
    return this.#loop
  }

  /** Its addresses beside loopback, those of IPv4 first. */
  get addresses(): readonly string[] {
    return this.#machine.site.addresses.map(({ host }) => host)
  }

  /** Its first address. */
  get address(): string {
    return this.addresses[0] ?? '127.0.0.1'
  }

  /** Whether it has crashed. */
  get isDown(): boolean {
    return this.#machine.isDown
  }

  /** Aborted when it crashes; another one after that. It is for what runs beside its loop, like a guest. */
  get signal(): AbortSignal {
    return this.#life.signal
  }

  /** The faults of its host, which may be changed while it runs. */
  get faults(): Faults {
    return this.host.faults
  }

  /** Whether its programs are started again after a crash, without the scenario. */
  get startsAgain(): boolean {
    return this.#context.start !== undefined
  }

  /** The machine in the world. */
  get virtual(): VirtualMachine {
    return this.#machine
  }

  /** Starts what runs on it. */
  async boot(): Promise<void> {
    const life = this.#life
    try {
      await Promise.resolve(this.#context.start?.(this))
    } catch (error) {
      // It has crashed while it started.
      if (!life.signal.aborted) throw error
    }
  }

  /** Ends all that runs on it, without a word to its peers. */
  async crash(): Promise<void> {
    this.#machine.isDown = true
    this.#machine.network.crash()
    this.#life.abort()
    await this.stop()
  }

  /** Starts it again after a crash, with a new loop. */
  async restart(): Promise<void> {
    this.#machine.isDown = false
    this.#life = new AbortController()
    this.#loop = begin(this.host, this.#context)
    await this.boot()
  }

  /** Closes its loop. */
  async stop(): Promise<void> {
    await this.#loop[Symbol.asyncDispose]()
  }
}

/** At once: how long an engine takes must not decide the order in which machines begin. */
function begin(host: Host, { module, onError }: MachineContext): Loop {
  const loop = Loop.openSync({ host, module })
  loop.onError = onError
  // Without a referenced handle libuv would end the run.
  new Async({ loop })
  loop.run().catch(onError)
  return loop
}
