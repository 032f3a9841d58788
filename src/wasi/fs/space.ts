import { Gauge } from '../../base/gauge.js'
import { FileError } from '../errno.js'

/** The bytes that all files of a guest in memory may have together, whatever its limits. */
const MAX_BYTES = 2 ** 31
/** The number of files, directories and links that a guest may have in memory, whatever its limits. */
const MAX_NODES = 2 ** 20

/** What counts the files of one guest. */
export interface FileGauges {
  /** Bytes of its files. */
  readonly bytes: Gauge
  /** Files, directories and links. */
  readonly entries: Gauge
}

/** How much of the host's memory the files of one guest may occupy. */
export class Space {
  readonly #bytes: Gauge
  readonly #entries: Gauge

  /** @param gauges - without them, only the limits of this library hold */
  constructor({ bytes, entries }: FileGauges = { bytes: new Gauge(MAX_BYTES), entries: new Gauge(MAX_NODES) }) {
    this.#bytes = bytes
    this.#entries = entries
  }

  /** The bytes and nodes that are free, and how many there are altogether. */
  get room(): { readonly bytes: number; readonly nodes: number; readonly allBytes: number; readonly allNodes: number } {
    const allBytes = Math.min(this.#bytes.limit, MAX_BYTES)
    const allNodes = Math.min(this.#entries.limit, MAX_NODES)
    return {
      bytes: Math.max(0, allBytes - this.#bytes.used),
      nodes: Math.max(0, allNodes - this.#entries.used),
      allBytes,
      allNodes,
    }
  }

  /** Takes bytes, or gives them back if the number is negative. @throws {FileError} NOSPC */
  take(bytes: number): void {
    if (bytes < 0) this.#bytes.give(-bytes)
    else if (bytes > MAX_BYTES - this.#bytes.used || !this.#bytes.take(bytes)) throw new FileError('NOSPC')
  }

  /** Takes the room of a new node. @throws {FileError} NOSPC */
  takeNode(): void {
    if (this.#entries.used >= MAX_NODES || !this.#entries.take(1)) throw new FileError('NOSPC')
  }

  /** Gives the room of a node back. Those of a given directory were not taken. */
  giveNode(): void {
    if (this.#entries.used > 0) this.#entries.give(1)
  }
}
