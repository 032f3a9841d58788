/**
 * `readv()` and `writev()`: bytes between a descriptor and a guest's buffers, or without a copy in the module's
 * memory (`UVH_PAYLOAD`). All buffers are checked before a byte moves, so that a wrong one loses no data.
 */

import { BufferList } from '../../abi/iovec.js'
import { SSIZE_MAX } from '../../abi/limits.js'
import type { Memory } from '../../abi/memory.js'
import { gathered } from '../../base/bytes.js'
import { HostError } from '../../host/contract/error.js'
import type { ByteDescriptor, Result } from '../descriptor.js'
import type { Payload } from '../payload.js'
import type { PayloadBridge } from '../payload-bridge.js'
import { Poll } from '../readiness.js'
import type { SyscallContext } from './context.js'

/** Up to this many bytes, several buffers are gathered into one: copying costs less than a write for each buffer. */
const TOGETHER = 65_536

/** The most bytes of several buffers that one call sends; the buffers may refer to the same bytes repeatedly. */
const MOST = 1_048_576

/** Reads and writes for the memory of one module. */
export class Transfer {
  readonly #payloads: PayloadBridge | undefined
  readonly #memory: Memory
  readonly #payload: number
  /** The buffers of the current call. */
  readonly #list: BufferList
  #together: Uint8Array | undefined

  constructor({ payloads, abi, memory }: SyscallContext) {
    this.#payloads = payloads
    this.#memory = memory
    this.#payload = abi.constants.UVH_PAYLOAD
    this.#list = new BufferList(abi.layout.iovec, payloads && this.#payload)
  }

  /**
   * Receives into the buffers, in order.
   *
   * @param peek - leave the bytes in the descriptor
   * @param waits - the caller waits for as many bytes as `SO_RCVLOWAT` says
   */
  read(from: ByteDescriptor, bufs: number, nbufs: number, peek: boolean, waits: boolean): Result {
    if (from.access === 'write') return 'EBADF'
    const list = this.#list
    const wanted = list.read(this.#memory, bufs, nbufs)
    // A read of 0 bytes succeeds whatever the state of the descriptor, as on Linux.
    if (typeof wanted === 'string' || wanted === 0) return wanted
    if (peek && list.beyond) return 'EINVAL'
    const arrived = from.arrived(wanted)
    if (typeof arrived === 'string' || arrived === 0) return arrived
    if (waits && from.domain !== undefined && arrived < wanted && awaitsMore(from, arrived)) return 'EAGAIN'
    if (list.beyond) {
      const bytes = from.takePayload(wanted)
      this.#payloads?.deliver(bytes)
      return bytes.length
    }
    if (peek && nbufs > 1) return this.#peekParts(from, Math.min(arrived, wanted))
    let done = 0
    for (let index = 0; done < arrived && index < nbufs; index++) {
      // An empty buffer may have any address.
      const length = list.length(index)
      if (length > 0) done += from.take(this.#memory.heap, list.base(index), length, peek)
    }
    return done
  }

  /** Receives as many bytes as the buffers could hold, and drops them. */
  discard(from: ByteDescriptor, bufs: number, nbufs: number): Result {
    const wanted = this.#list.read(this.#memory, bufs, nbufs)
    if (typeof wanted === 'string' || wanted === 0) return wanted
    const arrived = from.arrived(wanted)
    if (typeof arrived === 'string') return arrived
    const count = Math.min(arrived, wanted)
    for (let left = count; left > 0; ) {
      const chunk = from.takePayload(left)
      left -= chunk.length
      from.recycle(chunk)
    }
    return count
  }

  #peekParts(from: ByteDescriptor, count: number): number {
    const bytes = new Uint8Array(count)
    from.take(bytes, 0, count, true)
    return this.#list.scatter(bytes)
  }

  /** Sends the bytes of the buffers, in order, as far as there is room for them. */
  write(to: ByteDescriptor, bufs: number, nbufs: number): Result {
    if (to.access === 'read') return 'EBADF'
    const list = this.#list
    const wanted = list.read(this.#memory, bufs, nbufs)
    if (typeof wanted === 'string' || nbufs === 0) return wanted
    const base = list.base(0)
    if (list.beyond) return this.#sendPayload(to, base - this.#payload, wanted)
    if (nbufs > 1) return this.#writeParts(to, wanted)
    return to.write(this.#memory.heap.subarray(base, base + wanted))
  }

  /** Sends the payload with that number: lent bytes, or a request. */
  #sendPayload(to: ByteDescriptor, number: number, wanted: number): Result {
    const payload = this.#payloads?.find(number)
    if (payload === undefined) return 'EFAULT'
    if (!payload.lent) return sendRequest(to, payload, wanted)
    return wanted > payload.left ? 'EFAULT' : to.sendPayload(payload, wanted)
  }

  /** Sends several buffers: small ones gathered, large ones straight from memory. */
  #writeParts(to: ByteDescriptor, wanted: number): Result {
    if (wanted <= TOGETHER) {
      this.#together ??= new Uint8Array(TOGETHER)
      const bytes = this.#together.subarray(0, wanted)
      this.#list.gather(bytes)
      return to.write(bytes)
    }
    let done = 0
    for (const part of gathered(this.#list.views(MOST))) {
      const taken = done === 0 ? to.write(part) : rest(to, part)
      if (typeof taken === 'string') return done > 0 ? done : taken
      done += taken
      if (taken < part.length) break
    }
    return done
  }
}

/** Whether fewer bytes have arrived than `SO_RCVLOWAT` asks for, and more may come. */
function awaitsMore(from: ByteDescriptor, arrived: number): boolean {
  const least = from.getOption('receiveLowat')
  return typeof least === 'number' && arrived < least && (from.readiness(Poll.IN) & Poll.IN) === 0
}

/** Sends a part after others that were taken. A refusal here is dropped, since the next call reports it. */
function rest(to: ByteDescriptor, part: Uint8Array): Result {
  try {
    return to.write(part)
  } catch (error) {
    if (error instanceof HostError) return error.code
    throw error
  }
}

/**
 * Sends a request, at most {@link SSIZE_MAX} bytes of it at once, since some hosts report sizes as 32 bits.
 *
 * @param weight - 0 for a request without bytes
 * @returns the weight when the whole request has been sent, 0 while some is left
 */
function sendRequest(to: ByteDescriptor, payload: Payload, weight: number): Result {
  const { left } = payload
  const taken = to.sendPayload(payload, Math.min(left, SSIZE_MAX))
  if (typeof taken === 'string') return taken
  return taken === left ? weight : 0
}
