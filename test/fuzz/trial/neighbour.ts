/**
 * A correct guest next to the one under test: it sends a message to itself by way of a peer repeatedly, and reports
 * each.
 */
import type { Guest } from 'libuv-wasm/guest'
import { within } from '../../support/deadline.js'
import { ARENA, PATTERN } from '../guest/layout.js'
import { Script } from '../script/script.js'
import type { Library } from './library.js'
import type { Stage } from './stage.js'

/** Milliseconds for one round, on a busy machine. */
const PATIENCE = 15_000

/** Bytes of its message. */
const MESSAGE = 16

/** A guest that works while others run. */
export class Neighbour {
  readonly #guest: Guest
  #onBeat: (() => void) | undefined

  private constructor(guest: Guest) {
    this.#guest = guest
  }

  /** Starts one. @returns after its first report */
  static async start(
    library: Library,
    stage: Stage,
    module: WebAssembly.Module,
    driver: Guest['driver'],
  ): Promise<Neighbour> {
    const input = honest(library, stage).encode(false, 0)
    const beats = { heard: (): void => {} }
    const onOutput = (): void => beats.heard()
    const neighbour = new Neighbour(
      await library.guest.Guest.start(module, { host: stage.host, driver, input, onOutput }),
    )
    beats.heard = () => neighbour.#onBeat?.()
    await neighbour.beat()
    return neighbour
  }

  /** Waits until it has completed another round. @throws {Error} if it does not */
  async beat(): Promise<void> {
    const beaten = new Promise<void>((resolve) => {
      this.#onBeat = resolve
    })
    const over = this.#guest.exit.then(
      (code) => Promise.reject(new Error(`the honest guest has exited with ${code}`)),
      (cause: unknown) => Promise.reject(new Error('the honest guest has failed', { cause })),
    )
    await within(Promise.race([beaten, over]), PATIENCE, 'the honest guest to answer')
  }

  async end(): Promise<void> {
    this.#guest.terminate()
    await this.#guest.exit.catch(() => {})
  }
}

function honest({ numbers }: Library, { places }: Stage): Script {
  const { constants: c, layout } = numbers
  const script = new Script(100)
  const [address, send, receive, tell, count] = [ARENA, ARENA + 64, ARENA + 80, ARENA + 96, ARENA + 112]
  const bytes = new DataView(new ArrayBuffer(layout.sockaddr_in.size))
  bytes.setUint16(layout.sockaddr_in.sin_family, c.AF_INET, true)
  bytes.setUint16(layout.sockaddr_in.sin_port, places.echo)
  bytes.setUint32(layout.sockaddr_in.sin_addr, 0x7f00_0001)
  script.poke(address, new Uint8Array(bytes.buffer))
  const buffer = (at: number, base: number, size: number): void =>
    script.poke(at, new Uint8Array(new Uint32Array([base, size]).buffer))
  buffer(send, PATTERN.at, MESSAGE)
  buffer(receive, ARENA + 256, MESSAGE)
  buffer(tell, PATTERN.at, 1)
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
  script.call('fd_write', [1, tell, 1, count])
  script.repeat(round)
  return script
}
