/** Descriptors on their way from one socket of a kernel to another: the rights of `SCM_RIGHTS`. */
import type { ErrnoName } from '../base/errno.js'
import type { Descriptor } from './descriptor.js'

/** What a message carries besides its bytes. It refers to the descriptors, as numbers do, from when it is sent on. */
export type Rights = readonly Descriptor[]

/** The most descriptors of one message, as on Linux. */
export const RIGHTS_MAX = 253

/** What is needed of the kernel. */
export interface PassingContext {
  /** How many descriptors may be on their way at once. */
  readonly limit: number
  /** Everything that has a number. */
  descriptors(): Iterable<Descriptor>
  /** Closes a descriptor to which nothing refers any more. */
  end(descriptor: Descriptor): void
}

/**
 * Counts the descriptors that are on their way in one kernel, and closes those that never arrive. Calls do not wait, so
 * only one at a time sends or receives, and what it passes is kept here meanwhile.
 */
export class Passing {
  readonly #kernel: PassingContext
  /** How many messages refer to each. */
  readonly #flying = new Map<Descriptor, number>()
  #count = 0
  /** What the current call sends. */
  #outgoing: Rights | undefined
  #sent = false
  /** What the current call has received; `undefined` if it asks for nothing. */
  #incoming: Descriptor[] | undefined
  readonly #released: Descriptor[] = []
  #releasing = false

  /** @param kernel - see {@link PassingContext} */
  constructor(kernel: PassingContext) {
    this.#kernel = kernel
  }

  /**
   * Makes a call that sends descriptors with its bytes.
   *
   * @returns the result of the call; ETOOMANYREFS when too many are on their way
   */
  send<Result>(rights: Rights, call: () => Result): Result | ErrnoName {
    if (this.#count + rights.length > this.#kernel.limit) return 'ETOOMANYREFS'
    this.#outgoing = rights
    this.#sent = false
    try {
      return call()
    } finally {
      this.#outgoing = undefined
    }
  }

  /** What the current call sends; to be asked for by a socket once it sends, and the same until the call ends. */
  outgoing(): Rights | undefined {
    if (this.#outgoing !== undefined && !this.#sent) this.#hold(this.#outgoing)
    this.#sent = true
    return this.#outgoing
  }

  /**
   * Makes a call that receives descriptors with its bytes.
   *
   * @returns its result, and the descriptors, which are to be given to {@link Passing.release} in the end
   */
  receive<Result>(call: () => Result): readonly [result: Result, rights: Rights] {
    const incoming: Descriptor[] = []
    this.#incoming = incoming
    try {
      return [call(), incoming]
    } finally {
      this.#incoming = undefined
    }
  }

  /**
   * Gives the rights of a message to the current call, or drops them if it does not ask for any.
   *
   * @param stays - the message stays in the socket, with its rights
   */
  arrive(rights: Rights, stays: boolean): void {
    if (this.#incoming === undefined) {
      if (!stays) this.release(rights)
      return
    }
    if (stays) this.#hold(rights)
    this.#incoming.push(...rights)
  }

  /** Ends the references of a message that was dropped, or whose descriptors have got numbers. */
  release(rights: Rights): void {
    this.#released.push(...rights)
    // What is closed may hold messages with more of them: a loop, since a chain of sockets can be any length.
    if (this.#releasing) return
    this.#releasing = true
    let lost = false
    try {
      for (let one = this.#released.pop(); one !== undefined; one = this.#released.pop()) lost = this.#drop(one) || lost
    } finally {
      this.#releasing = false
    }
    if (lost) this.#collect()
  }

  /** Notes that a descriptor has lost a number, but is still referred to. */
  unnumbered(descriptor: Descriptor): void {
    if (this.#flying.size > 0 && this.#isLost(descriptor)) this.#collect()
  }

  #hold(rights: Rights): void {
    this.#count += rights.length
    for (const one of rights) {
      one.references++
      this.#flying.set(one, (this.#flying.get(one) ?? 0) + 1)
    }
  }

  /** @returns whether it may be unreachable now */
  #drop(descriptor: Descriptor): boolean {
    this.#count--
    const left = (this.#flying.get(descriptor) ?? 1) - 1
    if (left === 0) this.#flying.delete(descriptor)
    else this.#flying.set(descriptor, left)
    if (--descriptor.references > 0) return this.#isLost(descriptor)
    this.#kernel.end(descriptor)
    return false
  }

  /** Whether only messages refer to a descriptor, of which some may wait in itself. */
  #isLost(descriptor: Descriptor): boolean {
    return descriptor.passesRights && this.#flying.get(descriptor) === descriptor.references
  }

  /**
   * Closes the sockets to which only messages refer that wait in these sockets themselves, since no program can receive
   * them any more. It is what `unix_gc()` of Linux does.
   */
  #collect(): void {
    const reached = new Set<Descriptor>()
    const pending = [...this.#kernel.descriptors()]
    for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
      if (reached.has(one)) continue
      reached.add(one)
      pending.push(...one.heldRights())
    }
    const unreachable = [...this.#flying.keys()].filter((one) => !reached.has(one))
    this.release(unreachable.flatMap((one) => one.dropRights()))
  }
}
