/** The demand for reading: what the guest wants, and what the ring has room for. */

/** A source that can be read, such as a host's connection or datagram socket. */
interface Source {
  readStart(): void
  readStop(): void
}

/** Reads from a source while the guest is reading and the ring to the guest has room. */
export class ReadDemand {
  #wanted = false
  #held = false

  /** Sets whether the guest is reading. */
  want(source: Source, wanted: boolean): void {
    this.#set(source, wanted, this.#held)
  }

  /** Sets whether reading is suspended because the ring has no room. */
  hold(source: Source, held: boolean): void {
    this.#set(source, this.#wanted, held)
  }

  #set(source: Source, wanted: boolean, held: boolean): void {
    const before = this.#wanted && !this.#held
    this.#wanted = wanted
    this.#held = held
    const now = wanted && !held
    if (now && !before) source.readStart()
    if (before && !now) source.readStop()
  }
}
