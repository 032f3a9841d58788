/** Bytes that wait until there is room to send them. */
import { ErrorCode } from './base/errors'
import { vectorOf } from './base/memory'
import { writev } from './imports/uv_host_1'

/** The least room, in bytes. */
const LEAST: i32 = 4096

/** More room than this is given back when nothing waits. */
const KEPT: i32 = 65536

/** A queue of bytes. */
export class Outgoing {
  private bytes: ArrayBuffer | null = null
  private start: i32 = 0
  private end: i32 = 0

  /** How many bytes wait. */
  get length(): i32 {
    return this.end - this.start
  }

  /** Adds a copy of bytes. */
  push(from: usize, length: i32): void {
    const room = this.makeRoom(length)
    memory.copy(changetype<usize>(room) + this.end, from, length)
    this.end += length
  }

  /** Sends what there is room for. @returns 0, or an error other than `EAGAIN` */
  flush(fd: i32): i32 {
    while (this.length > 0) {
      const at = changetype<usize>(this.bytes) + this.start
      const count = writev(fd, vectorOf(at, this.length), 1, 0)
      if (count < 0) return count == ErrorCode.EAGAIN ? 0 : count
      if (count == 0) return 0
      this.start += count
    }
    this.clear()
    return 0
  }

  /** Drops what waits. */
  clear(): void {
    this.start = this.end = 0
    const bytes = this.bytes
    if (bytes != null && bytes.byteLength > KEPT) this.bytes = null
  }

  private makeRoom(length: i32): ArrayBuffer {
    const bytes = this.bytes
    const needed = this.length + length
    if (bytes != null && this.end + length <= bytes.byteLength) return bytes
    // Moving is cheap if half of the room is free; otherwise each byte would be moved again and again.
    const fits = bytes != null && needed <= bytes.byteLength / 2
    const room = fits ? bytes! : new ArrayBuffer(max(LEAST, 2 * needed))
    if (bytes != null) memory.copy(changetype<usize>(room), changetype<usize>(bytes) + this.start, this.length)
    this.end = this.length
    this.start = 0
    this.bytes = room
    return room
  }
}
