/** The system calls of programs: those of libuv, and those that the C library makes for the program itself. */
import type { KernelCalls } from '../../../abi/uv-host.js'
import type { SyscallContext } from '../context.js'
import { guardedBy, libuvCalls } from '../libuv-calls.js'
import { Syscalls } from '../syscalls.js'
import { ControlCalls } from './control.js'
import { EventCalls } from './events.js'
import { SignalSetting } from './signals.js'
import { TerminalCalls } from './terminals.js'

/**
 * The functions of the import module `uv_host_1` for one program, except those that need files.
 *
 * @param find - returns the context; called at the first system call, not earlier
 */
export function createProgramCalls(find: () => SyscallContext): KernelCalls {
  let made: ProgramSyscalls | undefined
  const make = (): ProgramSyscalls => {
    made ??= new ProgramSyscalls(find())
    return made
  }
  const guarded = guardedBy(make)
  return {
    ...libuvCalls(make),
    epoll_create: guarded((calls, flags) => calls.events.createEpoll(flags)),
    epoll_ctl: guarded((calls, epoll, command, fd, event) => calls.events.control(epoll, command, fd, event)),
    epoll_wait: guarded((calls, epoll, events, max) => calls.events.collect(epoll, events, max)),
    eventfd: guarded((calls, value, flags) => calls.events.createCounter(value, flags)),
    timerfd_create: guarded((calls, realtime, flags) => calls.events.createTimer(realtime, flags)),
    timerfd_settime: guarded((calls, fd, flags, set, old) => calls.events.setTimer(fd, flags, set, old)),
    timerfd_gettime: guarded((calls, fd, setting) => calls.events.readTimer(fd, setting)),
    terminal: guarded((calls, fd, request, data) => calls.terminals.ask(fd, request, data)),
    sendmsg: guarded((calls, fd, message, flags) => calls.control.send(fd, message, flags)),
    recvmsg: guarded((calls, fd, message, flags) => calls.control.receive(fd, message, flags)),
    signals: guarded((calls, caught, ignored, arrived) => calls.signals.handle(caught, ignored, arrived)),
    alarm: guarded((calls, after, interval) => calls.signals.alarm(after, interval)),
    timer: guarded((calls, timer, signal, after, interval) => calls.signals.timer(timer, signal, after, interval)),
  }
}

/** Implements the calls for one program. */
class ProgramSyscalls extends Syscalls {
  readonly control: ControlCalls
  readonly events: EventCalls
  readonly terminals: TerminalCalls
  readonly signals: SignalSetting

  constructor(context: SyscallContext) {
    super(context)
    this.control = new ControlCalls(
      context,
      (...values) => this.sendto(...values),
      (...values) => this.recvfrom(...values),
    )
    this.events = new EventCalls(context)
    this.terminals = new TerminalCalls(context.kernel, context.memory)
    this.signals = new SignalSetting(context)
  }
}
