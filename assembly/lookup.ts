/** Looking up host names. */
import { POLLIN } from './base/constants'
import { ErrorCode } from './base/errors'
import { vectorOf } from './base/memory'
import { readv, lookup as uvh_lookup } from './imports/uv_host_1'
import { closeSource, hold, later, release, Source, watch } from './loop'

/** Which addresses of a name are wanted. */
export enum Family {
  ANY = 0,
  IPV4 = 2,
  IPV6 = 10,
}

/** Room for the answer. */
const SIZE: i32 = 8192

/**
 * Looks up the addresses of a host name.
 *
 * ```ts
 * class Where extends Lookup {
 *   onAddresses(addresses: string[]): void { console.log(addresses.join(" ")) }
 *   onError(code: i32): void { console.error(errorName(code)) }
 * }
 * new Where().start("example.com")
 * ```
 */
export class Lookup extends Source {
  private status: i32 = 0
  private started: bool = false

  /** Called with the addresses, the best first. */
  onAddresses(addresses: string[]): void {}

  /**
   * Called when there is no answer: `EACCES` (the name is not granted), `ENOENT` (it does not exist), `ETIMEDOUT`, ...
   *
   * @param code - see `errorName()`
   */
  onError(code: i32): void {}

  /** Starts the lookup; one that runs already is cancelled. */
  start(name: string, family: Family = Family.ANY): void {
    this.cancel()
    this.started = true
    hold()
    const bytes = String.UTF8.encode(name)
    const fd = uvh_lookup(changetype<usize>(bytes), bytes.byteLength, family)
    if (fd < 0) {
      this.status = fd
      later(this)
      return
    }
    this.fd = fd
    watch(this, POLLIN)
  }

  /** Ends the lookup: nothing is called. */
  cancel(): void {
    if (!this.started) return
    this.started = false
    this.status = 0
    closeSource(this)
    release()
  }

  onTurn(): void {
    const status = this.status
    if (!this.started || status == 0) return
    this.cancel()
    this.onError(status)
  }

  onEvents(events: i32): void {
    const texts = heap.alloc(SIZE)
    const count = readv(this.fd, vectorOf(texts, SIZE), 1, 0)
    const addresses = count > 0 ? split(texts, count) : ([] as string[])
    heap.free(texts)
    if (count == ErrorCode.EAGAIN) return
    this.cancel()
    if (count < 0) this.onError(count)
    else if (addresses.length == 0) this.onError(ErrorCode.ENOENT)
    else this.onAddresses(addresses)
  }
}

/** Texts that end with a NUL each. */
function split(at: usize, length: i32): string[] {
  const texts: string[] = []
  const end = at + length
  let start = at
  for (let here = at; here < end; here++) {
    if (load<u8>(here) != 0) continue
    texts.push(String.UTF8.decodeUnsafe(start, here - start))
    start = here + 1
  }
  return texts
}
