/**
 * Calls for a program that polls by calling them: it asks again and again, works in between, and never waits. Without
 * a wait the host would have no occasion to deliver anything. So a call that finds nothing is an occasion.
 */
import type { Description } from '../abi/description.js'
import type { KernelCalls, UvHost } from '../abi/uv-host.js'
import type { Driver } from './driver.js'

type Answer = number | Promise<number>

/** A call with at most six arguments. */
type Call = (a: number, b: number, c: number, d: number, e: number, f: number) => number

/** The same, which may answer later. */
type RepeatedCall = (a?: number, b?: number, c?: number, d?: number, e?: number, f?: number) => Answer

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
  const repeated = (call: Call, missing: number): RepeatedCall => {
    // A function of its own: what a closure refers to is allocated when the function around it is entered.
    const later = (answer: number, a: number, b: number, c: number, d: number, e: number, f: number): Answer =>
      nothing(() => call(a, b, c, d, e, f), answer)
    return (a = 0, b = 0, c = 0, d = 0, e = 0, f = 0) => {
      const answer = call(a, b, c, d, e, f)
      return answer === missing ? later(answer, a, b, c, d, e, f) : answer
    }
  }
  return {
    readv: repeated(calls.readv, again),
    recvfrom: repeated(calls.recvfrom, again),
    recvmsg: repeated(calls.recvmsg, again),
    accept: repeated(calls.accept, again),
    connect: repeated(calls.connect, connecting),
    getpeername: repeated(calls.getpeername, unconnected),
    fcntl: (fd, command, argument) =>
      command === constants.FIONREAD
        ? nothing(() => calls.fcntl(fd, command, argument))
        : calls.fcntl(fd, command, argument),
    // Only the value tells whether it means "not yet", and reading SO_ERROR clears it: so this is asked once, after.
    getsockopt: (fd, level, name, value, len) => nothing(() => calls.getsockopt(fd, level, name, value, len)),
  }
}
