/**
 * The calls of preview 1 that every descriptor has, whatever it refers to: reading and writing, closing, flags, type
 * and position. They need none of the code for files.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import { type Description, errnoNumber } from '../abi/description.js'
import type { KernelCalls } from '../abi/uv-host.js'
import type { WasmImports } from '../base/platform-types.js'
import type { Descriptor, OptionName } from '../kernel/descriptor.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Arguments } from './arguments.js'
import { type Action, answer, Errno, FileError } from './errno.js'
import { putAnonymous, putStat, putStream, putType } from './filestat.js'
import type { OpenDirectory, OpenFile } from './fs/open-file.js'
import { FdFlag, FileType, Right, Size, Whence } from './layouts.js'
import type { Waiter } from './poll-oneoff.js'
import { StandardStream } from './standard-streams.js'

/** A call whose answer may come later. */
export type SlowCall = (...values: number[]) => number | Promise<number>

/** Reads or writes at once; the result is that of `uvh_readv()` and `uvh_writev()`. */
type Transfer = (fd: number, iovs: number, count: number) => number

/** What these calls work with. */
export interface DescriptorCallParts {
  readonly kernel: Kernel
  /** The system calls of the same kernel; reading and writing is the same in both. */
  readonly calls: Pick<KernelCalls, 'readv' | 'writev'>
  readonly abi: Description
  /** Waits on behalf of a call that has no answer yet. */
  readonly waiter: Waiter
  /** Whether a signal has arrived that the guest has not taken: it ends a wait. */
  readonly interrupted: () => boolean
  /** Reads the guest's arguments. */
  readonly given: Arguments
  /** The descriptor, if it is an open file or directory. */
  readonly openedBy: (descriptor: Descriptor) => OpenFile | OpenDirectory | undefined
}

/** Makes the calls. */
export function descriptorCalls(parts: DescriptorCallParts): WasmImports & Record<'fd_read' | 'fd_write', SlowCall> {
  const { kernel, calls, given, openedBy } = parts
  const get = (fd: number): Descriptor => {
    const descriptor = kernel.get(fd)
    if (descriptor === undefined) throw new FileError('BADF')
    return descriptor
  }
  const actions: Record<string, Action> = {
    fd_close: (fd = 0) => {
      get(fd)
      kernel.close(fd)
    },
    fd_renumber: (from = 0, to = 0) => {
      get(from)
      get(to)
      if (from === to) return
      kernel.replace(from, to)
      kernel.close(from)
    },
    fd_fdstat_get: (fd = 0, out = 0) => {
      const descriptor = get(fd)
      given.bytes(out, Size.FDSTAT).fill(0)
      given.memory.setU8(out, openedBy(descriptor)?.fileType ?? typeOf(descriptor))
      given.memory.setU16(
        out + 2,
        (descriptor.append ? FdFlag.APPEND : 0) | (descriptor.nonBlocking ? FdFlag.NONBLOCK : 0),
      )
      given.memory.setU64(out + 8, openedBy(descriptor)?.rights ?? rightsOf(descriptor))
      given.memory.setU64(out + 16, Right.ALL)
    },
    fd_fdstat_set_flags: (fd = 0, flags = 0) => setStatus(get(fd), flags),
    fd_filestat_get: (fd = 0, out = 0) => {
      const descriptor = get(fd)
      given.bytes(out, Size.FILESTAT)
      const opened = openedBy(descriptor)
      if (opened !== undefined) putStat(given.memory, out, opened.node)
      else if (descriptor instanceof StandardStream) putStream(given.memory, out, descriptor)
      else if (descriptor.anonymous) putAnonymous(given.memory, out)
      else putType(given.memory, out, typeOf(descriptor))
    },
    fd_seek: (fd = 0, offset = 0, whence = 0, out = 0) => {
      given.bytes(out, 8)
      const descriptor = get(fd)
      const seeking = descriptor instanceof StandardStream ? descriptor : openedBy(descriptor)
      if (seeking === undefined && !descriptor.anonymous) throw new FileError('SPIPE')
      given.memory.setU64(out, BigInt(seeking?.seek(Number(offset), whence) ?? 0))
    },
    fd_tell: (fd = 0, out = 0) => {
      given.bytes(out, 8)
      const descriptor = get(fd)
      const offset =
        descriptor instanceof StandardStream ? descriptor.seek(0, Whence.CURRENT) : openedBy(descriptor)?.offset
      if (offset === undefined) throw new FileError('SPIPE')
      given.memory.setU64(out, BigInt(offset))
    },
  }
  return {
    ...Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, answer(action)])),
    fd_read: waiting(parts, 'receiveTimeout', (fd, iovs, count) => calls.readv(fd, iovs, count, 0)),
    fd_write: waiting(parts, 'sendTimeout', (fd, iovs, count) => calls.writev(fd, iovs, count, 0)),
  }
}

/**
 * Makes a call that transfers bytes wait where its descriptor may block, as long as the option `limit` allows. It
 * stores how many were transferred. A signal ends the wait: bytes of a write that the host has kept count as written.
 */
function waiting(parts: DescriptorCallParts, limit: OptionName, transfer: Transfer): SlowCall {
  const { kernel, calls, abi, waiter, interrupted, given } = parts
  const again = -errnoNumber(abi, 'EAGAIN')
  const inProgress = -errnoNumber(abi, 'EINPROGRESS')
  return (fd = 0, iovs = 0, count = 0, out = 0) => {
    if (!given.memory.contains(out, 4)) return Errno.FAULT
    const settle = (result: number): number => {
      if (result < 0) return -result
      given.memory.setU32(out, result)
      return Errno.SUCCESS
    }
    let result = transfer(fd, iovs, count)
    const unknown = (): boolean => result === again || result === inProgress
    const descriptor = kernel.get(fd)
    if (!unknown() || descriptor?.nonBlocking !== false) return settle(result)
    const ask = (): number => {
      const ends = interrupted()
      if (result === inProgress) result = calls.writev(fd, 0, 0, ends ? abi.constants.MSG_DONTWAIT : 0)
      else result = transfer(fd, iovs, count)
      if (result === again && ends) result = -errnoNumber(abi, 'EINTR')
      return unknown() ? 0 : 1
    }
    // It is 0 where there is none, and a name of an error where there is no such option.
    const longest = descriptor.getOption(limit)
    const waited = waiter.wait(ask, typeof longest === 'number' && longest > 0 ? longest : -1)
    return typeof waited === 'number' ? settle(result) : waited.then(() => settle(result))
  }
}

/** Sets the flags of a descriptor. @param status - `fdflags` */
export function setStatus(descriptor: Descriptor, status: number): void {
  descriptor.append = (status & FdFlag.APPEND) !== 0
  descriptor.nonBlocking = (status & FdFlag.NONBLOCK) !== 0
}

function seekable({ stream: { type } }: StandardStream): boolean {
  return type === 'file' || type === 'directory' || type === 'device'
}

function typeOf(descriptor: Descriptor): number {
  if (descriptor instanceof StandardStream) return descriptor.fileType
  if (descriptor.domain === undefined) return FileType.UNKNOWN
  return descriptor.type === 'stream' ? FileType.SOCKET_STREAM : FileType.SOCKET_DATAGRAM
}

function rightsOf(descriptor: Descriptor): bigint {
  const { access } = descriptor
  // Without this right, a character device is a terminal for C libraries.
  const seeks = descriptor instanceof StandardStream && seekable(descriptor) ? Right.SEEK | Right.TELL : 0n
  return (
    seeks | Right.STAT | Right.POLL | (access === 'write' ? 0n : Right.READ) | (access === 'read' ? 0n : Right.WRITE)
  )
}
