import type { WasmMemory } from '../base/platform-types.js'

/**
 * A module's memory. No other code reads or writes it. Growth detaches every view, so the views are created again
 * whenever the buffer has changed; other code must not keep a view.
 *
 * Numbers are little-endian. WebAssembly passes addresses as signed numbers; this class treats them as unsigned
 * 32-bit numbers. An address outside the memory throws a `RangeError`.
 */
export class Memory {
  readonly #memory: WasmMemory
  readonly #onGrowth: (size: number) => void
  #heap: Uint8Array
  #view: DataView

  /**
   * @param memory - the memory that the module exports
   * @param onGrowth - called when it is first used after it has grown, with its size in bytes
   */
  constructor(memory: WasmMemory, onGrowth: (size: number) => void = () => {}) {
    this.#memory = memory
    this.#onGrowth = onGrowth
    this.#heap = new Uint8Array(memory.buffer)
    this.#view = new DataView(memory.buffer)
  }

  /** The whole memory. The view must not be kept across a call into the module. */
  get heap(): Uint8Array {
    // A detached view has length 0. Asking the memory for its buffer would cost more than the access itself.
    if (this.#heap.length === 0) this.#renew()
    return this.#heap
  }

  // A method, not a getter: engines do not inline private getters.
  #data(): DataView {
    if (this.#heap.length === 0) this.#renew()
    return this.#view
  }

  #renew(): void {
    this.#heap = new Uint8Array(this.#memory.buffer)
    this.#view = new DataView(this.#memory.buffer)
    this.#onGrowth(this.#heap.length)
  }

  /** The size of the memory in bytes, a multiple of 64 KiB. */
  get size(): number {
    return this.heap.length
  }

  /** Reads an `unsigned char`. */
  u8(address: number): number {
    return this.#data().getUint8(address >>> 0)
  }

  /** Reads an `unsigned short`. */
  u16(address: number): number {
    return this.#data().getUint16(address >>> 0, true)
  }

  /** Reads a 16-bit number in network byte order. */
  u16be(address: number): number {
    return this.#data().getUint16(address >>> 0, false)
  }

  /** Reads an `int`. */
  i32(address: number): number {
    return this.#data().getInt32(address >>> 0, true)
  }

  /** Reads an `unsigned int` or a pointer. */
  u32(address: number): number {
    return this.#data().getUint32(address >>> 0, true)
  }

  /** Reads a 64-bit unsigned number. */
  u64(address: number): bigint {
    return this.#data().getBigUint64(address >>> 0, true)
  }

  /** Reads a `double`. */
  f64(address: number): number {
    return this.#data().getFloat64(address >>> 0, true)
  }

  /** Writes an `unsigned char`. */
  setU8(address: number, value: number): void {
    this.#data().setUint8(address >>> 0, value)
  }

  /** Writes an `unsigned short`. */
  setU16(address: number, value: number): void {
    this.#data().setUint16(address >>> 0, value, true)
  }

  /** Writes a 16-bit number in network byte order. */
  setU16be(address: number, value: number): void {
    this.#data().setUint16(address >>> 0, value, false)
  }

  /** Writes an `int`. */
  setI32(address: number, value: number): void {
    this.#data().setInt32(address >>> 0, value, true)
  }

  /** Writes an `unsigned int` or a pointer. */
  setU32(address: number, value: number): void {
    this.#data().setUint32(address >>> 0, value, true)
  }

  /** Writes a 64-bit unsigned number. */
  setU64(address: number, value: bigint): void {
    this.#data().setBigUint64(address >>> 0, value, true)
  }

  /** Writes a `double`. */
  setF64(address: number, value: number): void {
    this.#data().setFloat64(address >>> 0, value, true)
  }

  /**
   * Whether the `length` bytes at `address` are inside the memory. No range starts at 0, which is C's `NULL`; an
   * empty range is inside at any address.
   *
   * @param address - any number, since guests choose it
   * @param length - 0 or more
   */
  contains(address: number, length: number): boolean {
    const start = address >>> 0
    return length === 0 || (start > 0 && length > 0 && start + length <= this.heap.length)
  }

  /** A view of the bytes, valid until the memory grows. An empty range may be at any address. */
  view(address: number, length: number): Uint8Array {
    if (!this.contains(address, length))
      throw new RangeError(`Cannot access ${length} bytes at ${address}: they are outside the memory`)
    const start = address >>> 0
    return this.heap.subarray(start, start + length)
  }

  /** Writes bytes. An empty array may be written to any address. */
  setBytes(address: number, bytes: Uint8Array): void {
    if (bytes.length > 0) this.heap.set(bytes, address >>> 0)
  }

  /** Fills `length` bytes from `address` with zeros. */
  clear(address: number, length: number): void {
    this.view(address, length).fill(0)
  }

  /** Reads a NUL-terminated string and decodes it as UTF-8. */
  string(address: number): string {
    const heap = this.heap
    const start = address >>> 0
    const end = start > 0 ? heap.indexOf(0, start) : -1
    if (end < 0) throw new RangeError(`Cannot read a string at ${start}: no NUL ends it`)
    return decoder.decode(heap.subarray(start, end))
  }

  /**
   * Writes a string in UTF-8 with a terminating NUL.
   *
   * @param room - the number of bytes that may be written, including the NUL
   * @returns `false` when the room is too small or the text contains a NUL; the bytes in the room are then undefined
   */
  setString(address: number, text: string, room: number): boolean {
    if (text.includes('\0')) return false
    const { read, written } = encoder.encodeInto(text, this.heap.subarray(address, address + room))
    if (read < text.length || written >= room) return false
    this.heap[address + written] = 0
    return true
  }
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()
