import type { FileCalls } from '../../abi/uv-host.js'
import type { Arguments } from '../arguments.js'
import { FileError } from '../errno.js'
import { type Entry, keyOf } from './inodes.js'
import { hostCall } from './working-directory.js'

/** How many mappings a guest can have: each costs something whenever a file is written. */
const MOST = 1024

/** A part of a file that is also in the guest's memory. */
interface Mapping {
  readonly file: string
  /** Where it begins in the file. */
  readonly offset: number
  readonly address: number
  readonly length: number
}

/** The shared mappings of one guest: what is written to a file is written to its mappings as well. */
export class Mappings {
  readonly #given: Arguments
  readonly #byAddress = new Map<number, Mapping>()
  readonly #byFile = new Map<string, Set<Mapping>>()

  /** @param given - has the guest's memory */
  constructor(given: Arguments) {
    this.#given = given
  }

  /** Adds a mapping. The memory has the contents of the file already. @throws {FileError} NOMEM */
  add(entry: Entry, offset: number, address: number, length: number): void {
    this.remove(address)
    if (this.#byAddress.size >= MOST) throw new FileError('NOMEM')
    const mapping = { file: keyOf(entry), offset, address, length }
    this.#byAddress.set(address, mapping)
    const others = this.#byFile.get(mapping.file)
    if (others === undefined) this.#byFile.set(mapping.file, new Set([mapping]))
    else others.add(mapping)
  }

  /** Ends the mapping at an address. */
  remove(address: number): void {
    const mapping = this.#byAddress.get(address)
    if (mapping === undefined) return
    this.#byAddress.delete(address)
    const others = this.#byFile.get(mapping.file)
    others?.delete(mapping)
    if (others?.size === 0) this.#byFile.delete(mapping.file)
  }

  /** Copies what was written to a file. @param count - how many bytes of the pieces were written */
  written(entry: Entry, offset: number, pieces: readonly Uint8Array[], count: number): void {
    for (const mapping of this.#of(entry)) {
      let at = offset
      for (const piece of pieces) {
        this.#copy(mapping, at, piece.subarray(0, Math.max(0, offset + count - at)))
        at += piece.length
      }
    }
  }

  /** Clears what is beyond the end of a file that has another size now. */
  resized(entry: Entry, size: number): void {
    for (const { offset, address, length } of this.#of(entry)) {
      const kept = Math.min(length, Math.max(0, size - offset))
      if (kept < length) this.#given.bytes(address + kept, length - kept).fill(0)
    }
  }

  #of(entry: Entry): Iterable<Mapping> {
    return this.#byFile.size === 0 ? [] : (this.#byFile.get(keyOf(entry)) ?? [])
  }

  #copy({ offset, address, length }: Mapping, at: number, bytes: Uint8Array): void {
    const skipped = Math.max(0, offset - at)
    const part = bytes.subarray(skipped, Math.max(skipped, offset + length - at))
    if (part.length > 0) this.#given.bytes(address + at + skipped - offset, part.length).set(part)
  }
}

/**
 * The function of `uv_host_1` that maps files.
 *
 * @param find - the entry that a descriptor refers to
 */
export function mappingCalls(
  mappings: Mappings,
  given: Arguments,
  find: (fd: number) => Entry,
): Pick<FileCalls, 'map'> {
  return {
    map: hostCall((fd = 0, offset = 0, address = 0, length = 0) => {
      given.bytes(address, length || 1)
      if (length === 0) return mappings.remove(address)
      if (!Number.isSafeInteger(offset) || offset < 0) throw new FileError('INVAL')
      mappings.add(find(fd), offset, address, length)
    }),
  }
}
