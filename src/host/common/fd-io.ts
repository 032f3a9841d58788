/**
 * `send()` of POSIX, which handles do not have: theirs keeps what the operating system does not take, so a caller that may change
 * the bytes meanwhile would have to copy all of them first. Where a handle has a descriptor, the bytes go to that.
 */
import { writeSync } from 'node:fs'
import { codeOf } from './errors.js'

/**
 * Sends what the operating system takes at once. The descriptor must be one that does not block.
 *
 * @returns how many bytes it took, from the front, or a negative status
 */
export const sendNow = (fd: number, data: Uint8Array): number => {
  try {
    return writeSync(fd, data)
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 0
    const { errno } = error as NodeJS.ErrnoException
    if (errno === undefined) throw error
    return errno
  }
}
