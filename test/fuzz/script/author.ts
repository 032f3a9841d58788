/** Writes scripts: mostly plausible calls, some with an argument made wrong. */
import type { Description } from '../../../src/abi/description.js'
import type { Random } from '../../support/random.js'
import { ARENA, PAGE, PAGES, PATTERN, SCRATCH } from '../guest/layout.js'
import type { CallName } from '../guest/signatures.js'
import { type CallOptions, Script, type Value } from './script.js'

/** The addresses that a guest may reach. */
export interface Places {
  /** Ports of 127.0.0.1 with a peer that echoes, one that never reads, one that sends and ends, and one that resets. */
  readonly echo: number
  readonly silent: number
  readonly talker: number
  readonly rude: number
  /** A port that echoes datagrams. */
  readonly messages: number
  /** Ports that the guest may bind. */
  readonly own: readonly [number, number, number]
}

/** The properties of one guest. */
export interface Character {
  readonly places: Places
  readonly driver: 'worker' | 'pump' | 'jspi'
  readonly hasFiles: boolean
  /** Whether it says that uvcc has linked it, so that all of its descriptors have numbers of one table. */
  readonly linked: boolean
  /**
   * Whether its standard input is given to calls as a wrong descriptor. After that, its number may be that of something
   * for which a read waits.
   */
  readonly attacksInput: boolean
  /** Whether its loop is run by the import `run`. */
  readonly byRun: boolean
  readonly maxDescriptors: number
  /** The rate of calls with an almost full stack, 0 to 1. */
  readonly deep: number
  /** The rate of calls with a wrong argument, 0 to 1. */
  readonly hostile: number
}

/** What a register probably holds. */
export type Kind =
  | 'nothing'
  | 'stream'
  | 'listener'
  | 'datagram'
  | 'unix'
  | 'reader'
  | 'epoll'
  | 'notifier'
  | 'counter'
  | 'timer'
  | 'writer'
  | 'lookup'
  | 'file'
  | 'folder'

/** An argument, and how it may be made wrong. */
export type Given =
  | { readonly as: 'descriptor' | 'flags' | 'length' | 'position'; readonly value: Value }
  /** A pointer to that many bytes that the call needs. */
  | { readonly as: 'needed'; readonly value: Value; readonly size: number }
  /** A pointer that may be NULL. */
  | { readonly as: 'optional'; readonly value: Value }
  /** A list of buffers: its address, which must be right if it is used as one, and its length. */
  | { readonly as: 'list'; readonly value: Value; readonly filled: boolean }
  | { readonly as: 'count'; readonly value: Value }
  /** Not changed. */
  | { readonly as: 'fixed'; readonly value: Value }

/** How many registers there are for descriptors. */
const SLOTS = 24

/** How many numbers a guest has from the start. */
const STREAMS = 3

/** Writes one script. */
export class Author {
  readonly random: Random
  readonly numbers: Description
  readonly guest: Character
  readonly script: Script
  /** Whether the guest is in a turn of its loop, in which it cannot wait for its input. */
  inTurn: boolean
  readonly #kinds: Kind[] = Array.from({ length: SLOTS }, () => 'nothing')
  /** The registers that hold something, the oldest one first. */
  readonly #open: number[] = []
  /** Names of files that were made. */
  readonly made: string[] = []
  #cursor = ARENA

  /** @param most - how many calls the script may have */
  constructor(random: Random, numbers: Description, guest: Character, most: number) {
    this.random = random
    this.numbers = numbers
    this.guest = guest
    this.inTurn = guest.byRun
    this.script = new Script(most)
    for (let slot = 0; slot < SLOTS; slot++) this.script.set(slot, -1)
  }

  /** One of a list. */
  oneOf<Item>(items: readonly Item[]): Item {
    const item = items[this.random.int(0, items.length - 1)]
    if (item === undefined) throw new RangeError('there is nothing to choose from')
    return item
  }

  /** Whether the guest may read its standard input at this point. */
  get readsInput(): boolean {
    return (!this.inTurn || this.guest.driver !== 'jspi') && !this.guest.attacksInput
  }

  /** A number of the C library. */
  get c(): Description['constants'] {
    return this.numbers.constants
  }

  /** Allocates room in the arena; the parts of one call do not overlap. */
  room(bytes: number): number {
    const at = this.#cursor + this.random.int(0, 3)
    this.#cursor = (at + bytes + 15) & ~15
    const end = PAGES.least * PAGE - PAGE
    if (this.#cursor <= end) return at
    this.#cursor = ARENA
    return this.room(bytes)
  }

  /** Bytes in the arena. */
  put(bytes: Uint8Array | readonly number[]): number {
    const at = this.room(bytes.length)
    this.script.poke(at, Uint8Array.from(bytes))
    return at
  }

  /** Numbers of 4 bytes in the arena. */
  words(...numbers: readonly number[]): number {
    return this.put(new Uint8Array(new Uint32Array(numbers).buffer))
  }

  /** The address of a word below the arena, which stays 0. */
  readonly quiet = SCRATCH + 24

  /** A text in the arena. */
  text(text: string): { readonly at: number; readonly length: number } {
    const bytes = new TextEncoder().encode(text)
    return { at: bytes.length > 0 ? this.put(bytes) : this.room(1), length: bytes.length }
  }

  /** A register with a descriptor, of one of these kinds if possible. */
  slot(...kinds: readonly Kind[]): number {
    const fitting = this.#kinds.flatMap((kind, index) => (kinds.includes(kind) ? [index] : []))
    const [first = this.random.int(0, SLOTS - 1), ...rest] = fitting
    return this.random.chance(0.05) ? this.random.int(0, SLOTS - 1) : this.random.pick([first, ...rest])
  }

  /** A free register; if there is none, or probably no free number, the oldest descriptor is closed. */
  free(kind: Kind): number {
    const open = this.#open.length
    const [oldest] = this.#open
    const full = open === SLOTS || (STREAMS + open >= this.guest.maxDescriptors && this.random.chance(0.8))
    if (oldest !== undefined && full) this.close(oldest)
    const slot = this.#kinds.indexOf('nothing')
    this.#kinds[slot] = kind
    this.#open.push(slot)
    return slot
  }

  /** Closes what a register holds. */
  close(slot: number): void {
    const kind = this.#kinds[slot]
    this.call(kind === 'file' || kind === 'folder' ? 'fd_close' : 'close', [descriptor(slot)])
    this.#kinds[slot] = 'nothing'
    this.#open.splice(this.#open.indexOf(slot) >>> 0, 1)
    this.script.set(slot, -1)
  }

  /** Closes some of what is open. */
  closeSome(): void {
    for (const [slot, kind] of this.#kinds.entries())
      if (kind !== 'nothing' && this.random.chance(0.2)) this.close(slot)
  }

  /** How many registers hold one of these kinds. */
  count(...kinds: readonly Kind[]): number {
    return this.#kinds.filter((kind) => kinds.includes(kind)).length
  }

  /** A piece of the pattern, of at most that many bytes. */
  piece(most: number): [at: number, length: number] {
    const length = this.random.int(0, Math.min(most, PATTERN.length))
    return [PATTERN.at + this.random.int(0, PATTERN.length - length), length]
  }

  /** Makes a call, sometimes with one wrong argument. */
  call(name: CallName, given: readonly Given[], options: CallOptions = {}): void {
    const { random, guest } = this
    const deep = random.chance(guest.deep)
    const wrong = given.length > 0 && random.chance(guest.hostile) ? random.int(0, given.length - 1) : -1
    let refused = options.refused ?? false
    const values = given.map((one, index) => {
      if (index !== wrong) return one.value
      const worse = this.#worsen(one)
      // Without buffers none can be wrong.
      refused = worse.refused || (refused && one.as !== 'count')
      return worse.value
    })
    this.script.call(name, values, { ...options, deep, refused })
  }

  #worsen(given: Given): { readonly value: Value; readonly refused: boolean } {
    const { random } = this
    const fine = (value: Value) => ({ value, refused: false })
    const bad = (value: Value) => ({ value, refused: true })
    switch (given.as) {
      case 'descriptor':
        // Not 1 and 2, the outputs in which every byte is checked.
        return fine(
          random.pick<Value>([
            -1,
            this.guest.attacksInput ? 0 : 3,
            3,
            4,
            255,
            256,
            257,
            65_535,
            2 ** 31 - 1,
            -(2 ** 31),
            { register: random.int(0, SLOTS - 1) },
          ]),
        )
      case 'flags':
        return fine(random.pick([-1, 0, 1, 2, 1 << random.int(0, 31), random.int(-(2 ** 31), 2 ** 31 - 1)]))
      case 'length':
        return fine(random.pick([0, 1, -1, 255, 256, 4095, 4096, 2 ** 31 - 1, -(2 ** 31), random.int(0, 100_000)]))
      case 'position':
        return fine(
          random.pick([
            0n,
            -1n,
            2n ** 31n,
            2n ** 32n,
            2n ** 53n,
            2n ** 63n - 1n,
            -(2n ** 63n),
            BigInt(random.int(0, 100_000)),
          ]),
        )
      case 'count':
        return fine(random.pick([0, -1, 1025, 65_536, 134_217_728, 2 ** 29, 2 ** 31 - 1, -(2 ** 31)]))
      case 'needed':
        return random.chance(0.3) ? fine({ end: -given.size }) : bad(this.#nowhere(given.size))
      case 'list':
        return given.filled ? bad(this.#nowhere(8)) : fine(this.#nowhere(8))
      case 'optional':
        return fine(this.#nowhere(16))
      case 'fixed':
        return fine(given.value)
    }
  }

  /** An address without that many bytes of memory. */
  #nowhere(size: number): Value {
    const beyond = { end: this.random.int(0, 16) }
    return this.random.pick<Value>([0, -1, -8, { end: 1 - size }, beyond, 2 ** 31 - 1, -(2 ** 31), 0x7fff_0000])
  }
}

/** Short forms of arguments. */
export const descriptor = (register: number): Given => ({ as: 'descriptor', value: { register } })
export const flags = (value: number): Given => ({ as: 'flags', value })
export const length = (value: number): Given => ({ as: 'length', value })
export const position = (value: bigint): Given => ({ as: 'position', value })
export const needed = (value: Value, size: number): Given => ({ as: 'needed', value, size })
export const optional = (value: Value): Given => ({ as: 'optional', value })
export const fixed = (value: Value): Given => ({ as: 'fixed', value })
