import { FileError } from '../errno.js'

/** The bytes that all files of a guest in memory may have together. */
const MAX_BYTES = 2 ** 31
/** The number of files, directories and links that a guest may have in memory. */
const MAX_NODES = 2 ** 20

/** How much of the host's memory the files of one guest may occupy. */
export class Space {
  #bytes = MAX_BYTES
  #nodes = MAX_NODES

  /** The bytes and nodes that are free, and how many there are altogether. */
  get room(): { readonly bytes: number; readonly nodes: number; readonly allBytes: number; readonly allNodes: number } {
    return { bytes: this.#bytes, nodes: this.#nodes, allBytes: MAX_BYTES, allNodes: MAX_NODES }
  }

  /** Takes bytes, or gives them back if the number is negative. @throws {FileError} NOSPC */
  take(bytes: number): void {
    if (bytes > this.#bytes) throw new FileError('NOSPC')
    this.#bytes -= bytes
  }

  /** Takes the room of a new node. @throws {FileError} NOSPC */
  takeNode(): void {
    if (this.#nodes === 0) throw new FileError('NOSPC')
    this.#nodes--
  }

  /** Gives the room of a node back. */
  giveNode(): void {
    this.#nodes++
  }
}
