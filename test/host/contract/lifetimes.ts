/**
 * Tests of connections whose ends act at random and close at random moments. Each byte encodes its position in the
 * stream, and a buffer is overwritten with a marker as soon as the contract returns it to its writer. So no peer may
 * receive the marker, the received bytes are a prefix of the written ones, bytes that were reported as written arrive
 * in full, and nothing stays open in the end.
 */
import type { SocketAddress } from '../../../src/base/address.js'
import { ChunkOwner } from '../../support/chunk-owner.js'
import { describe } from '../../support/harness.js'
import { MARKER, Pattern } from '../../support/pattern.js'
import { Random, seeded } from '../../support/random.js'
import { type ContractOptions, contract, Lab, type MakeHost } from './lab.js'
import type { Socket } from './socket.js'
import { UnixLab } from './unix.js'

/** The connections of one test: the number of groups, and the number of connections that are open together in each. */
const GROUPS = 6
const SIDE_BY_SIDE = 25

/** The bytes that all ends send, each from a different offset. */
const base = new Pattern(new Random(1))

/** Turns of the event loop that an end waits for its peer before it continues anyway. */
const PATIENCE = 30

/** How an end will behave; chosen at random before it starts. */
interface Character {
  readonly reads: 'at once' | 'slowly' | 'late' | 'never' | 'then closes' | 'then resets'
  readonly leaves: 'closes' | 'resets' | 'waits and closes' | 'finishes' | 'is left'
  /** How many random calls it makes, and the usual maximum of bytes in one write. */
  readonly acts: number
  readonly most: number
}

/** Registers the test. */
export function lifetimesContract(make: MakeHost, options?: ContractOptions): void {
  describe('lifetimes', () => {
    const { test } = contract(make, options)

    test('random connections lose no reported byte, receive no foreign byte and leave nothing open', async () => {
      const random = seeded('lifetimes')
      for (let group = 0; group < GROUPS; group++) await liveTogether(make, options, random)
    })
  })
}

/** Runs some connections at the same time, over a host of their own; nothing of them may stay open. */
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
  /** Buffers that still belong to the host. */
  readonly #outstanding: Uint8Array[] = []
  #wasReset = false
  /** Whether it reads until the peer ends. */
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

  /** Must be called before {@link live}. */
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

  /** Makes its random calls, then closes as it was chosen to. */
  async live(): Promise<void> {
    const { reads, acts } = this.#character
    if (reads !== 'late' && reads !== 'never') this.#socket.readStart()
    for (let count = 0; count < acts && !this.#over; count++) await this.#act()
    if (!this.#socket.over) await this.#leave()
  }

  /** Reads the rest of the stream, if this end reads at all. */
  async readOn(): Promise<void> {
    const { reads } = this.#character
    if (this.#socket.over || reads === 'never' || reads === 'then closes' || reads === 'then resets') return
    this.#readsOn = true
    this.#socket.readStart()
    await this.#socket.ended()
  }

  /** Closes, in any state. */
  close(): void {
    this.#socket.close()
    this.#giveBack()
  }

  /** The faults in what it received. */
  faults(): string[] {
    const peer = this.#peer
    if (peer === undefined) return ['it had no peer']
    if (this.#received > peer.#written) return ['more came than was written']
    // A reset drops the bytes under way, and so does a close with unread bytes.
    if (peer.#wasReset || peer.#received < this.#written) return []
    if (this.#readsOn && !this.#socket.saw('end')) return ['the end did not come']
    if (this.#socket.saw('end') && this.#received < peer.#reported) return ['bytes are missing']
    return []
  }

  get #received(): number {
    return this.#owner.received(this.#socket)
  }

  /** Whether nothing more can be written. */
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

  /** Called when all bytes were written, or no more ever will be. */
  #settle(): void {
    if (!this.#socket.refused) this.#reported = this.#written
    this.#giveBack()
  }

  /** Takes back the buffers, and overwrites them with the marker. */
  #giveBack(): void {
    for (const buffer of this.#outstanding.splice(0)) buffer.fill(MARKER)
  }

  #pauseReading(): void {
    this.#socket.readStop()
    this.#lab.host.defer(() => {
      if (!this.#socket.over) this.#socket.readStart()
    })
  }

  /** Called within a delivery, when enough bytes have come. */
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
