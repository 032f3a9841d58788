/** A world of several machines in virtual time: all that happens in it is a function of its seed. */
import type { Address } from '../../base/address.js'
import { NO_BYTES } from '../../base/bytes.js'
import { Random } from '../../base/random.js'
import type { ConnectionEvents } from '../contract/connection.js'
import { VirtualConnection, WINDOW } from './connection.js'
import type { Message } from './datagram.js'
import { addressOf, type Ip } from './ip.js'
import { Line, type LineOptions } from './line.js'
import type { Machine } from './machine.js'
import type { Ends, Network, Surroundings, VirtualListener } from './network.js'
import { CONNECTING, LinePath } from './path.js'
import { RunLog } from './run-log.js'
import { Schedule } from './schedule.js'
import { type Tap, Voice } from './tap.js'

/** The machines of a world, and the lines between them. */
export class World {
  /** What tells two runs apart. */
  readonly log = new RunLog()
  readonly schedule = new Schedule(this.log)
  readonly random: Random
  /** Sees each packet between machines. */
  tap: Tap | undefined
  readonly #machines: Machine[] = []
  readonly #lines = new Map<string, Line>()

  /** @param seed - 0 to 2^32-1 */
  constructor(seed: number) {
    this.random = new Random(seed)
  }

  /** The machines, in the order in which they were added. */
  get machines(): readonly Machine[] {
    return this.#machines
  }

  /** Adds a machine. */
  add(machine: Machine): void {
    this.#machines.push(machine)
  }

  /** The machine that has an address beside loopback. */
  machineAt(ip: Ip): Machine | undefined {
    return this.#machines.find(({ site }) => site.addresses.some(({ host }) => host === ip.host))
  }

  /** The line in one direction. */
  line(from: Machine, to: Machine): Line {
    const key = `${from.name} > ${to.name}`
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    const made = new Line(
      this.schedule,
      this.random.branch(key),
      (size, at) => this.log.add(from.number, to.number, size, at ?? 0),
      () => from.isDown || to.isDown,
    )
    this.#lines.set(key, made)
    return made
  }

  /** Sets what both directions of a link are like. */
  link(one: Machine, other: Machine, options: LineOptions): void {
    this.line(one, other).set(options)
    this.line(other, one).set(options)
  }

  /** Lets everything pass again that was cut. */
  repair(): void {
    for (const line of this.#lines.values()) line.isCut = false
  }

  /** What a machine sees of the others. */
  around(machine: () => Machine): Surroundings {
    return {
      has: (ip) => {
        const found = this.machineAt(ip)
        return found !== undefined && found !== machine()
      },
      connect: (from, ends, events) => this.#connect(machine(), { from, ends, events }),
      send: (_from, message) => this.#send(machine(), message),
    }
  }

  #send(machine: Machine, message: Message): void {
    const target = this.machineAt(message.to)
    if (target === undefined) return
    const line = this.line(machine, target)
    const back = this.line(target, machine)
    // "Port unreachable" (RFC 792) takes its way, too, and may be lost.
    const refuse = (): void => {
      const at = back.carry(0)
      if (at !== undefined && message.onRefused !== undefined) this.schedule.plan(at, message.onRefused)
    }
    this.log.addBytes(message.bytes)
    const times = line.repeats() ? 2 : 1
    for (let count = 0; count < times; count++) {
      const at = line.carry(message.bytes.length)
      const bytes = times > 1 ? message.bytes.slice() : message.bytes
      this.#tellMessage(machine, target, message, at, count > 0)
      if (at !== undefined)
        this.schedule.plan(at, () =>
          target.network.datagrams.arrive({ ...message, bytes, onRefused: message.onRefused && refuse }),
        )
    }
  }

  /** The handshake: SYN, SYN and ACK, ACK; or RST where nothing listens. */
  #connect(machine: Machine, { from, ends, events }: Attempt): VirtualConnection {
    const target = this.machineAt(ends.destination)
    if (target === undefined) throw new Error(`Cannot connect to ${ends.destination.host}: no machine has it`)
    const there = this.line(machine, target)
    const back = this.line(target, machine)
    const [voice, answer] = this.#voices(machine, target, ends)
    const syn = new LinePath(this.schedule, there, voice, () => client.expire(), CONNECTING)
    const client = VirtualConnection.distant(from, ends.local, ends.remote, syn)
    client.events = events
    syn.send(
      NO_BYTES,
      () => {
        const { network } = target
        const listener = network.ports.listenerAt(ends.destination, ends.remote.port)
        let isOffered = false
        // What was never offered to its listener ends unseen.
        const endServer = (): void => (isOffered ? server?.expire() : server?.vanish())
        const answers = new LinePath(this.schedule, back, answer, endServer)
        const acks = new LinePath(this.schedule, there, voice, () => {
          client.expire()
          if (!isOffered) server?.vanish()
        })
        const offer = (): void => {
          isOffered = true
          if (server !== undefined) listener?.offer(server)
        }
        const server = listener && client.accept(...mirrored(ends, listener), network, answers)
        if (listener === undefined || server === undefined) {
          answers.send(NO_BYTES, () => client.decline(), 'reset')
          return
        }
        network.join(server)
        answers.send(
          NO_BYTES,
          () => {
            client.follow(acks)
            // One that was closed meanwhile answers with RST.
            if (client.isOver) acks.send(NO_BYTES, () => server.vanish(), 'reset')
            else acks.send(NO_BYTES, offer, 'read')
            client.established()
          },
          'accept',
        )
      },
      'syn',
    )
    return client
  }

  /** What tells of the packets of a connection; nothing if there is no tap. */
  #voices(machine: Machine, target: Machine, { source, destination, local, remote }: Ends): Partial<[Voice, Voice]> {
    if (this.tap === undefined) return []
    const there = { machine: machine.number, host: source.host, port: local.port }
    const back = { machine: target.number, host: destination.host, port: remote.port }
    return Voice.pair(this.tap, there, back, WINDOW)
  }

  #tellMessage(machine: Machine, target: Machine, message: Message, arrives: number | undefined, again: boolean): void {
    const { bytes, from, fromPort, to, port } = message
    const words = [...(again ? ['arrives twice'] : []), ...(arrives === undefined ? ['lost'] : [])]
    this.tap?.({
      time: this.schedule.now,
      arrives,
      from: { machine: machine.number, host: from.host, port: fromPort },
      to: { machine: target.number, host: to.host, port },
      tcp: undefined,
      length: bytes.length,
      bytes,
      comment: words.length === 0 ? undefined : words.join(', '),
    })
  }
}

/** The ends as the accepting one reports them. */
function mirrored({ local, remote, source, destination }: Ends, listener: VirtualListener): [Address, Address] {
  const { family } = listener.local
  return [addressOf(family, destination, remote.port), addressOf(family, source, local.port)]
}

/** What connecting needs. */
interface Attempt {
  readonly from: Network
  readonly ends: Ends
  readonly events: ConnectionEvents
}
