/** The way from one end of a connection to the other. */
import { NO_BYTES } from '../../base/bytes.js'
import { Fifo } from '../../base/fifo.js'
import type { Line } from './line.js'
import type { Queue } from './queue.js'
import type { Schedule } from './schedule.js'
import type { PacketKind, Stamped, Voice } from './tap.js'

/** One direction of a connection. What is sent arrives in its order, once. */
export interface Path {
  /** Whether both ends are on one machine, so that each knows at once what the other has done. */
  readonly isLocal: boolean
  /**
   * Sends bytes, or a packet without any, whose arrival is the event.
   *
   * @param kind - what is told of it; `data` by default
   * @param read - how many bytes its sender has read
   */
  send(bytes: Uint8Array, arrival: () => void, kind?: PacketKind, read?: number): void
  /** Sends a reset, which is not sent again if it is lost. */
  sendOnce(arrival: () => void): void
  /** Forgets what was lost and would be sent again. */
  drop(): void
}

/** The path between two ends on one machine: everything arrives in the order in which it happens. */
export function localPath(queue: Queue): Path {
  const post = (arrival: () => void): void => queue.post(arrival)
  return { isLocal: true, send: (_bytes, arrival) => post(arrival), sendOnce: post, drop() {} }
}

/** What the headers of IPv4 and TCP take. */
export const HEADERS = 40

/** Milliseconds until what was lost is sent again, at first and at most, and how often: as on Linux. */
const FIRST_WAIT = 200
const LONGEST_WAIT = 120_000
const TRIES = 15

/** How a path tries again. */
export interface Patience {
  readonly first: number
  readonly tries: number
}

/** For an established connection: some 15 minutes. */
const ESTABLISHED: Patience = { first: FIRST_WAIT, tries: TRIES }

/** For one that is being established: 127 seconds. */
export const CONNECTING: Patience = { first: 1000, tries: 6 }

/** What waits to be sent again. */
interface Unsent {
  readonly size: number
  readonly arrival: () => void
  readonly stamped: Stamped | undefined
}

/**
 * The path over a line. What the line loses is sent again, and what was sent after it waits for it: the receiver gets
 * its bytes in their order.
 */
export class LinePath implements Path {
  readonly isLocal = false
  readonly #schedule: Schedule
  readonly #line: Line
  /** Called when the other end has not answered for too long. */
  readonly #onTimeout: () => void
  readonly #patience: Patience
  /** Tells of each packet, if anything listens. */
  readonly #voice: Voice | undefined
  readonly #unsent = new Fifo<Unsent>()
  /** When the last packet arrives, in nanoseconds. */
  #last = 0
  #tries = 0
  #cancel = (): void => {}

  constructor(schedule: Schedule, line: Line, voice: Voice | undefined, onTimeout: () => void, patience = ESTABLISHED) {
    this.#schedule = schedule
    this.#line = line
    this.#voice = voice
    this.#onTimeout = onTimeout
    this.#patience = patience
  }

  send(bytes: Uint8Array, arrival: () => void, kind: PacketKind = 'data', read = 0): void {
    this.#schedule.log.addBytes(bytes)
    const packet = this.#packet(bytes, arrival, kind, read)
    const isFirst = this.#unsent.length === 0
    if (isFirst && this.#carry(packet)) return
    this.#unsent.push(packet)
    if (isFirst) this.#retryLater(0)
  }

  sendOnce(arrival: () => void): void {
    this.#carry(this.#packet(NO_BYTES, arrival, 'reset', 0))
  }

  drop(): void {
    this.#unsent.clear()
    this.#cancel()
  }

  #packet(bytes: Uint8Array, arrival: () => void, kind: PacketKind, read: number): Unsent {
    const size = bytes.length
    const voice = this.#voice
    if (voice === undefined) return { size, arrival, stamped: undefined }
    const stamped = voice.stamp(kind, bytes, read)
    const told = (): void => {
      voice.arrives(stamped)
      arrival()
      voice.arrived(this.#schedule.now, stamped)
    }
    return { size, arrival: told, stamped }
  }

  #carry({ size, arrival, stamped }: Unsent): boolean {
    const at = this.#line.carry(size + HEADERS)
    if (stamped !== undefined) this.#voice?.sent(this.#schedule.now, at, stamped)
    if (at === undefined) return false
    this.#last = Math.max(this.#last, at)
    this.#schedule.plan(this.#last, arrival)
    return true
  }

  #retryLater(tries: number): void {
    this.#tries = tries
    const wait = Math.min(this.#patience.first * 2 ** tries, LONGEST_WAIT)
    this.#cancel = this.#schedule.after(wait, () => this.#retry())
  }

  #retry(): void {
    if (this.#tries >= this.#patience.tries) {
      this.#unsent.clear()
      this.#onTimeout()
      return
    }
    for (let next = this.#unsent.first; next !== undefined; next = this.#unsent.first) {
      if (!this.#carry(next)) {
        this.#retryLater(this.#tries + 1)
        return
      }
      this.#unsent.shift()
      this.#tries = -1
    }
  }
}
