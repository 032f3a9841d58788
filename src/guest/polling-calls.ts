/**
 * Calls for a program that polls by calling them: it asks again and again, works in between, and never waits. Without
 * a wait the host would have no occasion to deliver anything. So a call that finds nothing is an occasion.
 */
import type { Description } from '../abi/description.js'
import type { KernelCalls, UvHost } from '../abi/uv-host.js'
import type { Driver } from './driver.js'

type Answer = number | Promise<number>

/** The calls with which programs poll; each may answer later. */
export interface PollingCalls {
  readonly readv: (...values: Parameters<UvHost['readv']>) => Answer
  readonly recvfrom: (...values: Parameters<UvHost['recvfrom']>) => Answer
  readonly recvmsg: (...values: Parameters<UvHost['recvmsg']>) => Answer
  readonly accept: (...values: Parameters<UvHost['accept']>) => Answer
  readonly connect: (...values: Parameters<UvHost['connect']>) => Answer
  readonly getpeername: (...values: Parameters<UvHost['getpeername']>) => Answer
  readonly getsockopt: (...values: Parameters<UvHost['getsockopt']>) => Answer
  readonly fcntl: (...values: Parameters<UvHost['fcntl']>) => Answer
}

/**
 * Wraps these calls, if the driver can deliver something meanwhile.
 *
 * @param calls - the kernel's
 * @param abi - has the numbers of the answers that mean "not yet"
 */
export function pollingCalls(calls: KernelCalls, driver: Driver, { errno, constants }: Description): PollingCalls {
  if (driver.onNothing === undefined) return calls
  const [again, connecting, unconnected] = [-errno.EAGAIN, -errno.EALREADY, -errno.ENOTCONN]
  const nothing = (ask: () => number, answer?: number): Answer => driver.onNothing?.(ask, answer) ?? ask()
  return {
    readv: (fd, bufs, nbufs, flags) => {
      const answer = calls.readv(fd, bufs, nbufs, flags)
      return answer === again ? nothing(() => calls.readv(fd, bufs, nbufs, flags), answer) : answer
    },
    recvfrom: (fd, bufs, nbufs, flags, addr, len) => {
      const answer = calls.recvfrom(fd, bufs, nbufs, flags, addr, len)
      return answer === again ? nothing(() => calls.recvfrom(fd, bufs, nbufs, flags, addr, len), answer) : answer
    },
    recvmsg: (fd, message, flags) => {
      const answer = calls.recvmsg(fd, message, flags)
      return answer === again ? nothing(() => calls.recvmsg(fd, message, flags), answer) : answer
    },
    accept: (fd, addr, len, flags) => {
      const answer = calls.accept(fd, addr, len, flags)
      return answer === again ? nothing(() => calls.accept(fd, addr, len, flags), answer) : answer
    },
    connect: (fd, addr, len) => {
      const answer = calls.connect(fd, addr, len)
      return answer === connecting ? nothing(() => calls.connect(fd, addr, len), answer) : answer
    },
    getpeername: (fd, addr, len) => {
      const answer = calls.getpeername(fd, addr, len)
      return answer === unconnected ? nothing(() => calls.getpeername(fd, addr, len), answer) : answer
    },
    fcntl: (fd, command, argument) =>
      command === constants.FIONREAD
        ? nothing(() => calls.fcntl(fd, command, argument))
        : calls.fcntl(fd, command, argument),
    // Only the value tells whether it means "not yet", and reading SO_ERROR clears it: so this is asked once, after.
    getsockopt: (fd, level, name, value, len) => nothing(() => calls.getsockopt(fd, level, name, value, len)),
  }
}
