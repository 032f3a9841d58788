/**
 * `send()` of POSIX, which handles do not have: theirs keeps what the operating system does not take, so whoever may change the
 * bytes meanwhile would have to copy all of them first. Where a handle has a descriptor, the bytes go to that.
 */
import { writeSync, writevSync } from 'node:fs'
import { codeOf } from './errors.js'

/** How much of what the operating system did not take at once is queued for it: it says when that is gone, and else nothing. */
export const TAIL = 16_384

/**
 * Sends what the operating system takes at once. The descriptor must be one that does not block.
 *
 * @returns how many bytes it took, from the front, or a negative status
 */
export const sendNow = (fd: number, list: readonly Uint8Array[]): number => {
  try {
    const [first] = list
    return list.length === 1 && first !== undefined ? writeSync(fd, first) : writevSync(fd, list)
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 0
    const { errno } = error as NodeJS.ErrnoException
    if (errno === undefined) throw error
    return errno
  }
}

/** A copy of some bytes behind the first `sent` ones, at most `most`; none where these were all. */
export const behind = (list: readonly Uint8Array[], sent: number, most: number): Uint8Array => {
  let offset = sent
  for (const data of list) {
    if (offset < data.length) return data.slice(offset, offset + most)
    offset -= data.length
  }
  return NOTHING
}

const NOTHING = new Uint8Array()
