/** Keeps the packets of a simulated world, and what happens beside them. */
import { EPOCH, type WirePacket, type World } from '../../host/virtual-world.js'
import type { Capture, CapturedMachine, CapturedNote, CapturedPacket } from './capture.js'

/** A capture that grows while its world goes on. */
export class WorldCapture implements Capture {
  readonly machines: CapturedMachine[] = []
  readonly packets: CapturedPacket[] = []
  readonly notes: CapturedNote[] = []
  readonly begins = EPOCH
  readonly names = new Map<string, readonly string[]>()
  readonly about: string
  readonly #world: World

  constructor(world: World, seed: number) {
    this.#world = world
    this.about = `A simulated network with the seed ${seed}, packet by packet; what stays on a machine is not in it`
    world.tap = (packet) => this.packets.push(this.#timed(packet))
  }

  /** Adds a machine of the world; in their order. */
  add(name: string, addresses: readonly string[]): void {
    this.machines.push({ name, about: `The machine ${name}, ${addresses.join(' and ')}: what it sends` })
    for (const host of addresses) this.names.set(host, [name])
  }

  /** Notes something at the present time. @param machine - the name of the machine that it happens to */
  note(machine: string, text: string): void {
    const number = this.machines.findIndex(({ name }) => name === machine)
    this.notes.push({ time: this.#since(this.#world.schedule.now), machine: Math.max(0, number), text })
  }

  #timed(packet: WirePacket): CapturedPacket {
    const { time, arrives } = packet
    return { ...packet, time: this.#since(time), arrives: arrives === undefined ? undefined : this.#since(arrives) }
  }

  /** Nanoseconds since the world began. */
  #since(at: number): number {
    return Math.round(this.#world.schedule.elapsedAt(at) * 1e6)
  }
}
