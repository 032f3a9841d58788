/** The machines of a simulation. */
import type { Host } from '../host/contract/host.js'
import type { Machine as VirtualMachine } from '../host/virtual-world.js'
import { Async } from '../uv/async.js'
import { Loop } from '../uv/loop/loop.js'

/** What a machine needs of its simulation. */
export interface MachineContext {
  /** Lets time stand still until a promise settles. */
  outside<Value>(promise: Promise<Value>): Promise<Value>
  /** Receives what callbacks of the machine's loop throw. */
  onError(error: unknown): void
}

/** A machine of a simulation, with a loop of its own that runs as long as the machine does. */
export class SimMachine {
  /** Its name, which the other machines can look up. */
  readonly name: string
  /** The host of its loop, also for guests: `Guest.start(module, { driver: 'pump', host: machine.host })`. */
  readonly host: Host
  readonly #machine: VirtualMachine
  readonly #context: MachineContext
  #loop: Loop

  private constructor(machine: VirtualMachine, context: MachineContext, loop: Loop) {
    this.name = machine.name
    this.host = machine
    this.#machine = machine
    this.#context = context
    this.#loop = loop
  }

  /** Starts a machine. */
  static async start(machine: VirtualMachine, context: MachineContext): Promise<SimMachine> {
    return new SimMachine(machine, context, await begin(machine, context))
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

  /** The machine in the world. */
  get virtual(): VirtualMachine {
    return this.#machine
  }

  /** Starts it again after a crash, with a new loop. */
  async restart(): Promise<void> {
    this.#loop = await begin(this.#machine, this.#context)
  }

  /** Closes its loop. */
  async stop(): Promise<void> {
    await this.#loop[Symbol.asyncDispose]()
  }
}

async function begin(machine: VirtualMachine, { outside, onError }: MachineContext): Promise<Loop> {
  const loop = await outside(Loop.open({ host: machine }))
  loop.onError = onError
  // Without a referenced handle libuv would end the run.
  new Async({ loop })
  loop.run().catch(onError)
  return loop
}
