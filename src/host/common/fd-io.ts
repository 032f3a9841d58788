/**
 * POSIX `send()`, which Node's handles lack: their write keeps the bytes that the operating system does not accept,
 * so a caller that may change the bytes in the meantime would have to copy all of them first. If a handle has a
 * descriptor, the bytes are written to it.
 */
import { writeSync } from 'node:fs'
import { codeOf } from './errors.js'

/**
 * Sends the bytes that the operating system accepts immediately. The descriptor must be non-blocking.
 *
 * @returns the number of bytes accepted, from the front, or a negative status
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
