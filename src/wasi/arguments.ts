/** What the calls of preview 1 are given: all of it is checked, by place and length, before anything is done. */
import { BufferList } from '../abi/iovec.js'
import { PATH_MAX } from '../abi/limits.js'
import type { Memory } from '../abi/memory.js'
import { FileError } from './errno.js'
import { IOVEC } from './layouts.js'

/** Reads arguments that lie in the memory of a guest. */
export class Arguments {
  readonly #memory: () => Memory
  readonly #list = new BufferList(IOVEC)

  /** @param memory - of the instance; asked at each call, since it does not exist yet */
  constructor(memory: () => Memory) {
    this.#memory = memory
  }

  /** Where they lie. */
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
   * Bytes as they lie there, to be read, or to be written as the result of the call: asked for before it does anything.
   *
   * @throws {FileError} FAULT when they are not all in memory
   */
  bytes(at: number, length: number): Uint8Array {
    const size = length >>> 0
    if (!this.memory.contains(at, size)) throw new FileError('FAULT')
    return this.memory.view(at, size)
  }

  /**
   * A path, or where a link leads.
   *
   * @throws {FileError} NAMETOOLONG, by its length alone; FAULT; INVAL when it has a NUL
   */
  path(at: number, length: number): string {
    if (length >>> 0 >= PATH_MAX) throw new FileError('NAMETOOLONG')
    const text = decoder.decode(this.bytes(at, length))
    if (text.includes('\0')) throw new FileError('INVAL')
    return text
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
