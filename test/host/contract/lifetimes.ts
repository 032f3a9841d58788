/**
 * Random lives of connections: whatever both ends do, and whenever they leave. Each byte says where it belongs, and a
 * buffer is written over with a marker as soon as it is its writer's again. So: no peer receives the marker, what
 * arrives is the beginning of what was written, what was reported as written arrives in full, and nothing is left in
 * the end.
 */
import type { SocketAddress } from '../../../src/base/address.js'
import { ChunkOwner } from '../../support/chunk-owner.js'
import { describe } from '../../support/harness.js'
import { MARKER, Pattern } from '../../support/pattern.js'
import { Random, seeded } from '../../support/random.js'
import { type ContractOptions, contract, Lab, type MakeHost } from './lab.js'
import type { Socket } from './socket.js'
import { UnixLab } from './unix.js'

/** Lives of one test: so many groups, in each of which so many go on side by side. */
const GROUPS = process.env.QUICK ? 8 : 25
const SIDE_BY_SIDE = 25

/** The bytes that all send, each from another place on. */
const base = new Pattern(new Random(1))

/** Turns of the event loop that an end waits for another before it goes on without. */
const PATIENCE = 30

/** What is decided about an end before it lives. */
interface Character {
  readonly reads: 'at once' | 'slowly' | 'late' | 'never' | 'then closes' | 'then resets'
  readonly leaves: 'closes' | 'resets' | 'waits and closes' | 'finishes' | 'is left'
  /** How often it acts, and how many bytes it mostly writes at once at the most. */
  readonly acts: number
  readonly most: number
}

/** Registers the test. */
export function lifetimesContract(make: MakeHost, options?: ContractOptions): void {
  describe('lifetimes', () => {
    const { test } = contract(make, options)

    test('random lives: no foreign byte, none lost that was reported, nothing left', async () => {
      const random = seeded('lifetimes')
      for (let group = 0; group < GROUPS; group++) await liveTogether(make, options, random)
    })
  })
}

/** Lives of a few connections at the same time, over a host of their own; nothing is left of them. */
export const liveTogether = (make: MakeHost, options: ContractOptions = {}, random: Random): Promise<void> =>
  Lab.try(make, async (lab) => {
    const canReset = options.refuses?.reset === undefined
    const paths = options.refuses?.unix === undefined && random.chance(0.4) ? new UnixLab(lab) : undefined
    const listener = paths === undefined ? lab.listen() : undefined
    const owner = new ChunkOwner(random)
    const lives: Life[] = []
    for (let count = 0; count < SIDE_BY_SIDE; count++) {
      const pair = paths === undefined ? await lab.pair(listener) : await paths.pair()
      lives.push(new Life(lab, pair, owner, random, canReset))
    }
    await Promise.all(lives.map((life) => life.live()))
    const faults = [...owner.faults(), ...lives.flatMap((life) => life.faults())]
    if (faults.length > 0) throw new Error(faults.join('\n'))
  })

/** One connection: an end that writes, and one that mostly reads. */
class Life {
  readonly #writer: End
  readonly #reader: End

  constructor(
    lab: Lab,
    { client, server }: { client: Socket<SocketAddress>; server: Socket<SocketAddress> },
    owner: ChunkOwner,
    random: Random,
    canReset: boolean,
  ) {
    const [one, other] = random.chance(0.5) ? [client, server] : [server, client]
    this.#writer = new End(lab, one, owner, random, {
      reads: random.pick(['at once', 'at once', 'slowly', 'never']),
      leaves: random.pick([
        'closes',
        'closes',
        'waits and closes',
        'finishes',
        'is left',
        canReset ? 'resets' : 'closes',
      ]),
      acts: random.int(0, 20),
      most: random.pick([1_000, 20_000, 20_000, 300_000]),
    })
    this.#reader = new End(lab, other, owner, random, {
      reads: random.pick([
        ...(['at once', 'slowly', 'slowly', 'late', 'late', 'never', 'then closes'] as const),
        canReset ? 'then resets' : 'then closes',
      ]),
      leaves: random.pick(['finishes', 'is left']),
      acts: random.chance(0.25) ? random.int(1, 10) : 0,
      most: 5_000,
    })
    this.#writer.meet(this.#reader)
    this.#reader.meet(this.#writer)
  }

  async live(): Promise<void> {
    const left = this.#writer.live()
    await Promise.all([left, this.#reader.live()])
    // As at the end of a loop.
    this.#writer.close()
    await this.#reader.readOn()
    this.#reader.close()
  }

  faults(): string[] {
    return [...this.#writer.faults(), ...this.#reader.faults()].map(
      (fault) => `${fault}: writer ${this.#writer}, reader ${this.#reader}`,
    )
  }
}

/** One end of a connection. */
class End {
  readonly #lab: Lab
  readonly #socket: Socket<SocketAddress>
  readonly #owner: ChunkOwner
  readonly #random: Random
  readonly #character: Character
  readonly #pattern: Pattern
  #peer: End | undefined
  /** Bytes handed over, and those of them that were reported as written. */
  #written = 0
  #reported = 0
  /** Buffers that may not be touched yet. */
  readonly #outstanding: Uint8Array[] = []
  #wasReset = false
  /** It reads until the peer ends. */
  #readsOn = false

  constructor(lab: Lab, socket: Socket<SocketAddress>, owner: ChunkOwner, random: Random, character: Character) {
    this.#lab = lab
    this.#socket = socket
    this.#owner = owner
    this.#random = random
    this.#character = character
    this.#pattern = new Pattern(random, base)
  }

  toString(): string {
    const { reads, leaves } = this.#character
    const bytes = `${this.#reported} of ${this.#written} reported, ${this.#received} received`
    return `[reads ${reads}, ${leaves}: ${bytes}, saw ${this.#socket.events.join(' ')}]`
  }

  /** To be called before it lives. */
  meet(peer: End): void {
    this.#peer = peer
    const enough = this.#random.int(0, 100_000)
    this.#socket.onEvent = (event) => {
      if (event === 'data') {
        for (const chunk of this.#socket.take()) this.#owner.take(this.#socket, chunk, peer.#pattern)
        if (this.#received >= enough) this.#hadEnough()
      } else if (event === 'drain') this.#settle()
      else if (event !== 'connect' && event !== 'end') this.#giveBack()
    }
  }

  /** Acts, and leaves. */
  async live(): Promise<void> {
    const { reads, acts } = this.#character
    if (reads !== 'late' && reads !== 'never') this.#socket.readStart()
    for (let count = 0; count < acts && !this.#over; count++) await this.#act()
    if (!this.#socket.over) await this.#leave()
  }

  /** Reads what is left to be read, if it is one that does. */
  async readOn(): Promise<void> {
    const { reads } = this.#character
    if (this.#socket.over || reads === 'never' || reads === 'then closes' || reads === 'then resets') return
    this.#readsOn = true
    this.#socket.readStart()
    await this.#socket.ended()
  }

  /** Lets go, whatever there is. */
  close(): void {
    this.#socket.close()
    this.#giveBack()
  }

  /** What was wrong with what it received. */
  faults(): string[] {
    const peer = this.#peer
    if (peer === undefined) return ['it had no peer']
    if (this.#received > peer.#written) return ['more came than was written']
    // A reset destroys what is under way, and so does a close that leaves bytes unread.
    if (peer.#wasReset || peer.#received < this.#written) return []
    if (this.#readsOn && !this.#socket.saw('end')) return ['the end did not come']
    if (this.#socket.saw('end') && this.#received < peer.#reported) return ['bytes are missing']
    return []
  }

  get #received(): number {
    return this.#owner.received(this.#socket)
  }

  /** Nothing more can be written. */
  get #over(): boolean {
    return this.#socket.over || this.#socket.refused
  }

  async #act(): Promise<void> {
    const random = this.#random
    const { most, reads } = this.#character
    switch (random.int(0, 6)) {
      case 0:
        if (reads === 'slowly') this.#pauseReading()
        await this.#lab.turn()
        break
      case 1:
        await this.#wait(() => this.#outstanding.length === 0)
        break
      case 2:
        if (random.chance(0.1)) this.#write(random.int(1, 8_000_000))
        break
      case 3:
      case 4:
        this.#try(random.int(0, most))
        break
      case 5:
        this.#gather(Array.from({ length: random.int(0, 20) }, () => random.int(0, most / 10)))
        break
      default:
        this.#write(random.int(0, most))
    }
  }

  #next(length: number): Uint8Array {
    const data = this.#pattern.bytes(this.#written, length)
    this.#written += length
    return data
  }

  #write(length: number): void {
    const data = this.#next(length)
    this.#outstanding.push(data)
    if (this.#socket.write(data)) this.#settle()
  }

  #gather(lengths: readonly number[]): void {
    const list = lengths.map((length) => this.#next(length))
    this.#outstanding.push(...list)
    if (this.#socket.writev(list)) this.#settle()
  }

  #try(length: number): void {
    if (this.#outstanding.length > 0) return
    const data = this.#pattern.bytes(this.#written, length)
    const taken = this.#socket.tryWrite(data)
    data.fill(MARKER)
    this.#written += taken
    this.#settle()
  }

  /** The outside has all, or will never have more. */
  #settle(): void {
    if (!this.#socket.refused) this.#reported = this.#written
    this.#giveBack()
  }

  /** The buffers are ours again. */
  #giveBack(): void {
    for (const buffer of this.#outstanding.splice(0)) buffer.fill(MARKER)
  }

  #pauseReading(): void {
    this.#socket.readStop()
    this.#lab.host.defer(() => {
      if (!this.#socket.over) this.#socket.readStart()
    })
  }

  /** After so many bytes, in the middle of a delivery. */
  #hadEnough(): void {
    const { reads } = this.#character
    if (this.#socket.over) return
    if (reads === 'slowly' && this.#random.chance(0.3)) this.#pauseReading()
    if (reads === 'then closes') this.close()
    if (reads === 'then resets') this.#reset()
  }

  #reset(): void {
    this.#wasReset = true
    this.#socket.reset()
    this.#giveBack()
  }

  async #leave(): Promise<void> {
    switch (this.#character.leaves) {
      case 'closes':
        this.close()
        break
      case 'resets':
        this.#reset()
        break
      case 'finishes':
        if (!this.#over) this.#socket.shutdown()
        await this.#wait(() => this.#socket.saw('end'))
        break
      case 'waits and closes':
        await this.#wait(() => this.#outstanding.length === 0)
        this.close()
        break
      case 'is left':
        break
    }
  }

  /** Waits a little. */
  async #wait(reached: () => boolean): Promise<void> {
    for (let turns = 0; turns < PATIENCE && !this.#socket.over && !reached(); turns++) await this.#lab.turn()
  }
}
