import { INSTANCE } from '../loop/loop-keys.js'
import type { Stream } from './stream.js'

/** A stream that can take over a descriptor. */
interface Opening extends Stream {
  open(fd: number): void
}

/**
 * Creates two handles that are connected to each other, without a network.
 *
 * @param make - creates one handle
 * @param check - throws the error of a negative status
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
