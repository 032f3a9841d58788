import { BufferList } from '../abi/iovec.js'
import { PATH_MAX } from '../abi/limits.js'
import type { Memory } from '../abi/memory.js'
import { FileError } from './errno.js'
import { fromBytes } from './fs/byte-names.js'
import { IOVEC } from './layouts.js'

/**
 * Reads the arguments of preview 1 calls from a guest's memory. Addresses and lengths are checked before a call does
 * anything.
 */
export class Arguments {
  readonly #memory: () => Memory
  readonly #list = new BufferList(IOVEC)

  /** @param memory - returns the instance's memory; called for each system call, since the memory does not exist yet */
  constructor(memory: () => Memory) {
    this.#memory = memory
  }

  /** Drops its references to the guest's memory, once the guest has ended. */
  forget(): void {
    this.#list.forget()
  }

  /** The guest's memory. */
  get memory(): Memory {
    return this.#memory()
  }

  /**
   * The buffers of a call, valid until the next call.
   *
   * @throws {FileError} INVAL, FAULT; see {@link BufferList.read}
   */
  buffers(at: number, count: number): BufferList {
    const total = this.#list.read(this.memory, at, count)
    if (typeof total === 'string') throw new FileError(total === 'EFAULT' ? 'FAULT' : 'INVAL')
    return this.#list
  }

  /**
   * A view of bytes in the guest's memory, to read, or to write the result of a call. A call requests it before it
   * does anything else.
   *
   * @throws {FileError} FAULT when they are not all in memory
   */
  bytes(at: number, length: number): Uint8Array {
    const size = length >>> 0
    if (!this.memory.contains(at, size)) throw new FileError('FAULT')
    return this.memory.view(at, size)
  }

  /**
   * A path, or the target of a link, as a byte string.
   *
   * @throws {FileError} NAMETOOLONG, for its length alone; FAULT; INVAL when it contains a NUL
   */
  path(at: number, length: number): string {
    if (length >>> 0 >= PATH_MAX) throw new FileError('NAMETOOLONG')
    const text = fromBytes(this.bytes(at, length))
    if (text.includes('\0')) throw new FileError('INVAL')
    return text
  }
}
