/** The standard streams of this process, as a guest can have them. */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import type { StreamAccess, StreamType } from '../contract/stream.js'
import { isImmediate } from './descriptor-stream.js'

/** A standard stream of this process. */
export interface StandardDescriptor {
  readonly type: StreamType
  readonly access: StreamAccess
  readonly appends: boolean
  /** The descriptor to use, which is the stream's own one where that is possible. */
  readonly fd: number
  /** Whether {@link StandardDescriptor.fd} has to be closed. */
  readonly isOwn: boolean
  /** Whether a read or a write may block the thread. */
  readonly mayBlock: boolean
}

/**
 * Opens a standard stream of this process.
 *
 * A pipe and a terminal are opened once more, so that they can be non-blocking: this process shares the standard
 * streams with others, for which that must not change.
 *
 * @param fd - 0, 1 or 2
 */
export function openStandardStream(fd: 0 | 1 | 2): StandardDescriptor {
  const type = typeOf(fstatSync(fd), fd)
  const flags = flagsOf(fd)
  const access = flags === undefined ? (fd === 0 ? 'read' : 'write') : accessOf(flags)
  const appends = flags !== undefined && (flags & constants.O_APPEND) !== 0
  if (isImmediate(type)) return { type, access, appends, fd, isOwn: false, mayBlock: false }
  const own = type === 'socket' || flags === undefined ? 'EACCES' : openAgain(fd, flags)
  // Without a reader, a write to the pipe fails and does not block.
  if (typeof own === 'string') return { type, access, appends, fd, isOwn: false, mayBlock: own !== 'ENXIO' }
  return { type, access, appends, fd: own, isOwn: true, mayBlock: false }
}

/** Closes the stream's own descriptor. */
export function closeStandardStream({ fd, isOwn }: StandardDescriptor): void {
  if (isOwn) closeSync(fd)
}

/** The major number that Linux has for /dev/null and other memory, which is never a terminal. */
const MEMORY = 1

function typeOf(stat: Stats, fd: number): StreamType {
  if (stat.isFile() || stat.isBlockDevice()) return 'file'
  if (stat.isDirectory()) return 'directory'
  if (stat.isFIFO()) return 'pipe'
  if (stat.isSocket()) return 'socket'
  // Daemons and tests have /dev/null for a stream, and loading `node:tty` takes 5 ms.
  if (process.platform === 'linux' && stat.rdev >> 8 === MEMORY) return 'device'
  return process.getBuiltinModule('node:tty').isatty(fd) ? 'terminal' : 'device'
}

/** The flags of an open file; `undefined` where the system does not tell them. */
function flagsOf(fd: number): number | undefined {
  try {
    const [, flags] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? []
    return flags === undefined ? undefined : Number.parseInt(flags, 8)
  } catch {
    return undefined
  }
}

function accessOf(flags: number): StreamAccess {
  const { O_RDONLY, O_RDWR, O_WRONLY } = constants
  const access = flags & (O_RDONLY | O_RDWR | O_WRONLY)
  if (access === O_RDWR) return 'both'
  return access === O_WRONLY ? 'write' : 'read'
}

/** @returns the new descriptor, or why there is none */
function openAgain(fd: number, flags: number): number | string {
  const { O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants
  try {
    return openSync(`/proc/self/fd/${fd}`, (flags & (O_RDONLY | O_RDWR | O_WRONLY)) | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    return String(Reflect.get(Object(error), 'code'))
  }
}
