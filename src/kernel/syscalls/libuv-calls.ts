/** The system calls that libuv makes, as functions of the import module `uv_host_1`. No call throws. */
import type { LibuvCalls } from '../../abi/uv-host.js'
import type { Result } from '../descriptor.js'
import type { SyscallContext } from './context.js'
import { Syscalls } from './syscalls.js'

/**
 * A system call: takes the guest's numbers and returns a result in the kernel's terms. A call with fewer parameters
 * ignores the other numbers.
 */
type Call<Calls> = (calls: Calls, a: number, b: number, c: number, d: number, e: number, f: number) => Result

/** Makes wrappers of calls for C: an error becomes a number, and nothing is thrown. */
export const guardedBy =
  <Calls extends Syscalls>(make: () => Calls) =>
  (call: Call<Calls>) =>
  (a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): number => {
    const calls = make()
    try {
      return calls.answer(call(calls, a, b, c, d, e, f))
    } catch (error) {
      return calls.failed(error)
    }
  }

/**
 * The functions for libuv's own module.
 *
 * @param find - returns the context. An instance needs its imports before it has a memory, so this is called at the
 *   first system call, not earlier.
 */
export function createLibuvCalls(find: () => SyscallContext): LibuvCalls {
  return libuvCalls(() => new Syscalls(find()))
}

/** The functions that libuv needs. @param create - called once, at the first call */
export function libuvCalls(create: () => Syscalls): LibuvCalls {
  let made: Syscalls | undefined
  const make = (): Syscalls => {
    made ??= create()
    return made
  }
  const guarded = guardedBy(make)
  return {
    socket: guarded((calls, domain, type, protocol) => calls.socket(domain, type, protocol)),
    socketpair: guarded((calls, domain, type, protocol, fds) => calls.socketpair(domain, type, protocol, fds)),
    pipe: guarded((calls, fds, flags) => calls.pipe(fds, flags)),
    close: guarded((calls, fd) => calls.close(fd)),
    bind: guarded((calls, fd, addr, len) => calls.bind(fd, addr, len)),
    listen: guarded((calls, fd, backlog) => calls.listen(fd, backlog)),
    accept: guarded((calls, fd, addr, len, flags) => calls.accept(fd, addr, len, flags)),
    connect: guarded((calls, fd, addr, len) => calls.connect(fd, addr, len)),
    getsockname: guarded((calls, fd, addr, len) => calls.getsockname(fd, addr, len)),
    getpeername: guarded((calls, fd, addr, len) => calls.getpeername(fd, addr, len)),
    getsockopt: guarded((calls, fd, level, name, value, len) => calls.getsockopt(fd, level, name, value, len)),
    setsockopt: guarded((calls, fd, level, name, value, len) => calls.setsockopt(fd, level, name, value, len)),
    fcntl: guarded((calls, fd, command, argument) => calls.numbers.fcntl(fd, command, argument)),
    dup: guarded((calls, fd, to, flags) => calls.numbers.dup(fd, to, flags)),
    descriptor_limit: guarded((calls, limit) => calls.numbers.limit(limit)),
    shutdown: guarded((calls, fd, how) => calls.shutdown(fd, how)),
    poll_ctl: guarded((calls, fd, events) => calls.polls.watch(fd, events)),
    unlink: guarded((calls, path, len) => calls.paths.unlink(path, len)),
    chmod: guarded((calls, path, len, mode) => calls.paths.chmod(path, len, mode)),
    stat: guarded((calls, path, len) => calls.paths.stat(path, len)),
    lookup: guarded((calls, name, len, family) => calls.names.lookup(name, len, family)),
    reverse: guarded((calls, addr, len) => calls.names.reverse(addr, len)),
    interface_index: guarded((calls, name, len) => calls.names.interfaceIndex(name, len)),
    sendto: guarded((calls, fd, bufs, nbufs, flags, addr, len) => calls.sendto(fd, bufs, nbufs, flags, addr, len)),
    recvfrom: guarded((calls, fd, bufs, nbufs, flags, addr, len) => calls.recvfrom(fd, bufs, nbufs, flags, addr, len)),
    poll: guarded((calls, fds, nfds, timeout) => calls.polls.poll(fds, nfds, timeout)),
    // The calls that every message needs are written out: engines inline these, but could not inline one shared
    // wrapper.
    readv: (fd, bufs, nbufs, flags) => {
      const calls = made ?? make()
      try {
        return calls.answer(calls.readv(fd, bufs, nbufs, flags))
      } catch (error) {
        return calls.failed(error)
      }
    },
    writev: (fd, bufs, nbufs, flags) => {
      const calls = made ?? make()
      try {
        return calls.answer(calls.writev(fd, bufs, nbufs, flags))
      } catch (error) {
        return calls.failed(error)
      }
    },
    poll_wait: (events, max, timeout) => {
      const calls = made ?? make()
      try {
        return calls.answer(calls.polls.wait(events, max, timeout))
      } catch (error) {
        return calls.failed(error)
      }
    },
    clock: () => (made ?? make()).polls.readClock(),
  }
}
