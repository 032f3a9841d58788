import { INSTANCE } from './loop.js'
import type { Stream } from './stream.js'

/** A stream that takes descriptors over. */
interface Opening extends Stream {
  open(fd: number): void
}

/**
 * Two handles connected to each other, without any network.
 *
 * @param make - makes one
 * @param check - throws what a status says
 */
export function openPair<Kind extends Opening>(
  make: () => Kind,
  check: (one: Kind, status: number) => void,
): [Kind, Kind] {
  const [one, other] = [make(), make()]
  const { exports, memory, scratch } = one.loop[INSTANCE]
  try {
    check(one, exports.uvw_socketpair(scratch))
  } catch (error) {
    void one.close()
    void other.close()
    throw error
  }
  const [first, second] = [memory.i32(scratch), memory.i32(scratch + 4)]
  one.open(first)
  other.open(second)
  return [one, other]
}
