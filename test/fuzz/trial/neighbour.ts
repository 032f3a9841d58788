/**
 * A correct guest next to the one under test: it sends a secret to itself by way of a peer repeatedly, and prints what
 * comes back.
 */
import { randomBytes } from 'node:crypto'
import { within } from '../../support/deadline.js'
import { ARENA, register } from '../guest/layout.js'
import { Script } from '../script/script.js'
import type { Library } from './library.js'
import { patience } from './patience.js'
import { type Program, type Running, startGuest, type Where } from './run-guest.js'
import type { Stage } from './stage.js'

/** Milliseconds for one round. */
const PATIENCE = 15_000

/** A guest that works while others run. */
export class Neighbour {
  /** What no other guest may find in its memory. */
  readonly secret: Uint8Array = randomBytes(16)
  readonly #guest: Promise<Running>
  #printed = 0
  #isWrong = false
  #onBeat: (() => void) | undefined

  private constructor({ library, stage, runner }: Where, program: Program) {
    const input = honest(library, stage, this.secret).encode(false, 0)
    this.#guest = startGuest({ library, stage, runner }, program, { input }, (_, bytes) => this.#take(bytes))
  }

  /** Starts one. @returns after its first report */
  static async start(where: Where, program: Program): Promise<Neighbour> {
    const neighbour = new Neighbour(where, program)
    await neighbour.beat()
    return neighbour
  }

  /** Waits until it has completed another round. @throws {Error} if it does not, or has received something else */
  async beat(): Promise<void> {
    const beaten = new Promise<void>((resolve) => {
      this.#onBeat = resolve
    })
    const guest = await this.#guest
    const over = guest.outcome.then((outcome) => {
      throw new Error(`the honest guest has ended: ${JSON.stringify(outcome)}`)
    })
    await within(Promise.race([beaten, over]), patience(PATIENCE), 'the honest guest to answer')
    if (this.#isWrong) throw new Error('the honest guest has received bytes that it did not send')
  }

  async end(): Promise<void> {
    const guest = await this.#guest
    guest.terminate()
    await guest.outcome
  }

  #take(bytes: Uint8Array): void {
    for (const byte of bytes) this.#isWrong ||= byte !== this.secret[this.#printed++ % this.secret.length]
    this.#onBeat?.()
  }
}

function honest({ numbers }: Library, { places }: Stage, secret: Uint8Array): Script {
  const { constants: c, layout } = numbers
  const script = new Script(100)
  const [address, send, receive, tell, count] = [ARENA, ARENA + 64, ARENA + 80, ARENA + 96, ARENA + 112]
  const [outgoing, incoming] = [ARENA + 256, ARENA + 512]
  const bytes = new DataView(new ArrayBuffer(layout.sockaddr_in.size))
  bytes.setUint16(layout.sockaddr_in.sin_family, c.AF_INET, true)
  bytes.setUint16(layout.sockaddr_in.sin_port, places.echo)
  bytes.setUint32(layout.sockaddr_in.sin_addr, 0x7f00_0001)
  script.poke(address, new Uint8Array(bytes.buffer))
  const buffer = (at: number, base: number, size: number): void =>
    script.poke(at, new Uint8Array(new Uint32Array([base, size]).buffer))
  script.poke(outgoing, secret)
  buffer(send, outgoing, secret.length)
  buffer(receive, incoming, secret.length)
  buffer(tell, incoming, 0)
  script.call('socket', [c.AF_INET, c.SOCK_STREAM, 0], { result: 0 })
  script.call('connect', [{ register: 0 }, address, layout.sockaddr_in.size])
  const round = script.here
  script.wait(2)
  script.call('writev', [{ register: 0 }, send, 1, 0], { result: 1 })
  script.until(1, round)
  const answer = script.here
  script.wait(2)
  script.call('readv', [{ register: 0 }, receive, 1, 0], { result: 1 })
  script.until(1, answer)
  script.copy(tell + 4, register(1))
  script.call('fd_write', [1, tell, 1, count])
  script.repeat(round)
  return script
}
