import { FILE_EVENT, WatchReport } from '../../../abi/events.js'
import { Fifo } from '../../../base/fifo.js'
import { ByteDescriptor, type Descriptor, type Result } from '../../../kernel/descriptor.js'
import { Poll } from '../../../kernel/readiness.js'
import { toBytes } from '../byte-names.js'

/** How many events wait at most, as on Linux. */
const MOST_EVENTS = 16_384

/** One event, as it is read. */
interface Told {
  /** The number of the watch. */
  readonly watch: number
  readonly mask: number
  /** The same for both ends of a move. */
  readonly cookie: number
  /** The name in a directory, a byte string; empty for what is watched itself. */
  readonly name: string
}

/** `inotify_init1()`: a queue of events of the files that it watches, which a read takes. */
export class Inotify extends ByteDescriptor {
  readonly #changed: (descriptor: Descriptor) => void
  readonly #ended: (instance: Inotify) => void
  readonly #queue = new Fifo<Told>()
  #newest: Told | undefined
  #hasOverflowed = false
  /** The size of what waits. */
  #size = 0
  /** The events of the current read, how many they are, and how many of their bytes have been taken. */
  #held = new Uint8Array(0)
  #count = 0
  #taken = 0

  /**
   * @param changed - called when the readiness may have changed
   * @param ended - called when it is closed
   */
  constructor(changed: (descriptor: Descriptor) => void, ended: (instance: Inotify) => void) {
    super(undefined, 'read')
    this.#changed = changed
    this.#ended = ended
  }

  /** Adds an event, unless the newest one that waits says the same. */
  tell(watch: number, mask: number, cookie = 0, name = ''): void {
    const newest = this.#newest
    const isSame = newest?.watch === watch && newest.mask === mask && newest.name === name
    if (isSame && mask !== WatchReport.IGNORED) return
    if (this.#queue.length < MOST_EVENTS) this.#push({ watch, mask, cookie, name })
    else if (!this.#hasOverflowed) this.#push({ watch: -1, mask: WatchReport.OVERFLOW, cookie: 0, name: '' })
  }

  override readiness(): number {
    return this.#queue.length > 0 ? Poll.IN : 0
  }

  override queued(which: 'received' | 'sent'): Result {
    return which === 'received' ? this.#size : 'ENOTTY'
  }

  override arrived(wanted: number): Result {
    if (this.#queue.length === 0) return 'EAGAIN'
    let [size, count] = [0, 0]
    for (const event of this.#queue) {
      const next = size + sizeOf(event)
      if (next > wanted) break
      size = next
      count++
    }
    if (count === 0) return 'EINVAL'
    this.#hold(size, count)
    return size
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    const bytes = this.#held.subarray(this.#taken, this.#taken + length)
    heap.set(bytes, address)
    this.#taken += bytes.length
    if (this.#taken === this.#held.length && !peek) this.#consume()
    return bytes.length
  }

  override takePayload(): Uint8Array {
    this.#consume()
    return this.#held
  }

  override write(): Result {
    return 'EBADF'
  }

  override sendPayload(): Result {
    return 'EFAULT'
  }

  override close(): void {
    this.#ended(this)
    this.#queue.clear()
  }

  #push(event: Told): void {
    this.#newest = event
    this.#hasOverflowed ||= event.mask === WatchReport.OVERFLOW
    this.#size += sizeOf(event)
    this.#queue.push(event)
    this.#changed(this)
  }

  #hold(size: number, count: number): void {
    this.#held = new Uint8Array(size)
    this.#count = count
    this.#taken = 0
    const view = new DataView(this.#held.buffer)
    let at = 0
    for (const event of this.#queue) {
      if (at === size) break
      view.setInt32(at + FILE_EVENT.watch, event.watch, true)
      view.setUint32(at + FILE_EVENT.mask, event.mask, true)
      view.setUint32(at + FILE_EVENT.cookie, event.cookie, true)
      view.setUint32(at + FILE_EVENT.length, sizeOf(event) - FILE_EVENT.size, true)
      this.#held.set(toBytes(event.name), at + FILE_EVENT.size)
      at += sizeOf(event)
    }
  }

  #consume(): void {
    for (; this.#count > 0; this.#count--) {
      const event = this.#queue.shift()
      if (event === undefined) break
      this.#size -= sizeOf(event)
      if (event.mask === WatchReport.OVERFLOW) this.#hasOverflowed = false
      if (event === this.#newest) this.#newest = undefined
    }
    this.#changed(this)
  }
}

/** The size of an event with its name, which ends with a NUL and fills a multiple of the size without one. */
function sizeOf({ name }: Told): number {
  return name === '' ? FILE_EVENT.size : FILE_EVENT.size * (1 + Math.ceil((name.length + 1) / FILE_EVENT.size))
}
