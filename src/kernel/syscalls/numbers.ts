import type { Description } from '../../abi/description.js'
import type { Result } from '../descriptor.js'
import type { Kernel } from '../kernel.js'

/** The calls about descriptor numbers, their flags and their limit: `fcntl()`, `dup()`, `setrlimit()`. */
export class NumberCalls {
  readonly #kernel: Kernel
  readonly #abi: Description

  constructor(kernel: Kernel, abi: Description) {
    this.#kernel = kernel
    this.#abi = abi
  }

  /** `fcntl`. */
  fcntl(fd: number, command: number, argument: number): Result {
    const { F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_GETFL, F_SETFD, F_SETFL, FD_CLOEXEC, O_APPEND, O_NONBLOCK } =
      this.#abi.constants
    const { FIONREAD, TIOCOUTQ } = this.#abi.constants
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    switch (command) {
      case F_GETFL:
        return (
          this.#accessOf(descriptor.access) |
          (descriptor.append ? O_APPEND : 0) |
          (descriptor.nonBlocking ? O_NONBLOCK : 0)
        )
      case F_SETFL:
        descriptor.append = (argument & O_APPEND) !== 0
        descriptor.nonBlocking = (argument & O_NONBLOCK) !== 0
        return 0
      case F_GETFD:
        return this.#kernel.isClosedOnExec(fd) ? FD_CLOEXEC : 0
      case F_SETFD:
        this.#kernel.setClosedOnExec(fd, (argument & FD_CLOEXEC) !== 0)
        return 0
      case F_DUPFD:
      case F_DUPFD_CLOEXEC:
        return this.#marked(this.#kernel.duplicate(fd, argument), command === F_DUPFD_CLOEXEC)
      case FIONREAD:
        return descriptor.queued('received')
      case TIOCOUTQ:
        return descriptor.queued('sent')
      default:
        return 'EINVAL'
    }
  }

  /** `dup`. */
  dup(fd: number, to: number, flags: number): Result {
    const { O_CLOEXEC } = this.#abi.constants
    if ((flags & ~O_CLOEXEC) !== 0) return 'EINVAL'
    return this.#marked(this.#kernel.replace(fd, to), (flags & O_CLOEXEC) !== 0)
  }

  /** `descriptor_limit`. */
  limit(limit: number): Result {
    if (limit >= 0) this.#kernel.limitNumbers(limit)
    return this.#kernel.numbers
  }

  /** Sets the flag of a new number; a number that was reused has none. */
  #marked(number: Result, closedOnExec: boolean): Result {
    if (typeof number === 'number' && closedOnExec) this.#kernel.setClosedOnExec(number, true)
    return number
  }

  #accessOf(access: 'read' | 'write' | 'both'): number {
    const { O_RDONLY, O_RDWR, O_WRONLY } = this.#abi.constants
    return access === 'both' ? O_RDWR : access === 'read' ? O_RDONLY : O_WRONLY
  }
}
