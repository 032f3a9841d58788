/** Compares the `AF_UNIX` sockets of the kernel with those of this machine's Linux, call by call (linux-unix.c). */
import { expect, test } from '@jest/globals'
import { loopback } from '../../support/wishes.js'
import { type Answer, c, fakeMachine, type Machine, two } from '../support/machine.js'
import { unixAddress, unixBound, unixClient, unixListener } from '../support/unix.js'
import { linuxAnswers } from './compile.js'

type State = (machine: Machine, server: number) => number
type Call = (machine: Machine, fd: number) => Answer | string

const { SHUT_RD, SHUT_WR } = c

const listening = (machine: Machine): number => unixListener(machine, 'mine')
/** A client with an accepted peer that was closed. */
const ended = (machine: Machine, server: number, unread = ''): number => {
  const fd = unixClient(machine, 'server')
  if (unread !== '') machine.write(fd, unread)
  machine.os.close(Number(machine.accept(server)))
  return fd
}
const shut = (machine: Machine): number => {
  const fd = listening(machine)
  machine.os.shutdown(fd, SHUT_RD)
  return fd
}

const STATES: Readonly<Record<string, State>> = {
  unbound: (machine) => machine.socket('unix'),
  bound: (machine) => unixBound(machine, 'mine'),
  listening,
  connected: (machine) => unixClient(machine, 'server'),
  accepted: (machine, server) => {
    unixClient(machine, 'server')
    return Number(machine.accept(server))
  },
  pair: (machine) => two(machine, 'sockets')[0],
  ended,
  reset: (machine, server) => ended(machine, server, 'unread'),
  dropped: (machine, server) => {
    const fd = unixClient(machine, 'server')
    machine.os.close(server)
    return fd
  },
  shut,
}

const bind = (machine: Machine, fd: number, path: string): Answer => machine.bind(fd, unixAddress(path))
const connect = (machine: Machine, fd: number, path: string): Answer => machine.connect(fd, unixAddress(path))
const accepted = (answer: Answer): Answer => (typeof answer === 'number' ? 0 : answer)

const CALLS: Readonly<Record<string, Call>> = {
  bind: (machine, fd) => bind(machine, fd, 'other'),
  autobind: (machine, fd) => bind(machine, fd, ''),
  listen: (machine, fd) => machine.os.listen(fd, 5),
  accept: (machine, fd) => accepted(machine.accept(fd)),
  connect: (machine, fd) => connect(machine, fd, 'server'),
  getpeername: (machine, fd) => machine.os.getpeername(fd, machine.alloc(128), machine.int(128)),
  // At the end the text is empty; C returns 0.
  read: (machine, fd) => machine.read(fd) || 0,
  write: (machine, fd) => machine.write(fd, 'x'),
  shutdown: (machine, fd) => machine.os.shutdown(fd, SHUT_WR),
  error: (machine, fd) => machine.error(fd),
  poll: (machine, fd) => machine.poll(fd),
}

/** The outcome for a new socket that connects `to` a name, or is bound `at` one. */
const CASES: Readonly<Record<string, Call>> = {
  'to nobody': (machine, fd) => connect(machine, fd, 'other'),
  'to abstract-nobody': (machine, fd) => connect(machine, fd, '\0uvw-other'),
  'to bound': (machine, fd) => {
    unixBound(machine, 'mine')
    return connect(machine, fd, 'mine')
  },
  'to stale': (machine, fd) => {
    machine.os.close(listening(machine))
    return connect(machine, fd, 'mine')
  },
  'to unlinked': (machine, fd) => {
    listening(machine)
    machine.os.unlink(machine.put('mine'), 4)
    return connect(machine, fd, 'mine')
  },
  'to full': (machine, fd) => {
    unixListener(machine, 'mine', 1)
    unixClient(machine, 'mine')
    unixClient(machine, 'mine')
    return connect(machine, fd, 'mine')
  },
  'to nearly-full': (machine, fd) => {
    unixListener(machine, 'mine', 0)
    return connect(machine, fd, 'mine')
  },
  'to shut': (machine, fd) => {
    shut(machine)
    return connect(machine, fd, 'mine')
  },
  'to itself': (machine, fd) => {
    bind(machine, fd, 'mine')
    machine.os.listen(fd, 5)
    return connect(machine, fd, 'mine')
  },
  'to no-name': (machine, fd) => connect(machine, fd, ''),
  'to inet': (machine, fd) => machine.connect(fd, loopback(0)),
  'to abstract': (machine, fd) => {
    unixListener(machine, '\0uvw-mine')
    return connect(machine, fd, '\0uvw-mine')
  },
  'at taken': (machine, fd) => {
    unixBound(machine, 'mine')
    return bind(machine, fd, 'mine')
  },
  'at abstract-taken': (machine, fd) => {
    unixBound(machine, '\0uvw-mine')
    return bind(machine, fd, '\0uvw-mine')
  },
  'at stale': (machine, fd) => {
    machine.os.close(unixBound(machine, 'mine'))
    return bind(machine, fd, 'mine')
  },
  'at abstract-left': (machine, fd) => {
    machine.os.close(unixBound(machine, '\0uvw-mine'))
    return bind(machine, fd, '\0uvw-mine')
  },
  'at unlinked': (machine, fd) => {
    unixBound(machine, 'mine')
    machine.os.unlink(machine.put('mine'), 4)
    return bind(machine, fd, 'mine')
  },
  'at inet': (machine, fd) => machine.bind(fd, loopback(0)),
}

/** The results of this kernel, by `state call`. */
function ours(): Map<string, string> {
  const answers = new Map<string, string>()
  for (const [state, make] of Object.entries(STATES)) {
    for (const [name, call] of Object.entries(CALLS)) {
      const machine = fakeMachine()
      answers.set(`${state} ${name}`, String(call(machine, make(machine, unixListener(machine, 'server')))))
    }
  }
  for (const [name, call] of Object.entries(CASES)) {
    const machine = fakeMachine()
    answers.set(name, String(call(machine, machine.socket('unix'))))
  }
  return answers
}

// The results are those of Linux on every platform, but only Linux can be compared with.
if (process.platform === 'linux') {
  test('a Unix socket returns the results of Linux for every call in every state', () => {
    const expected = linuxAnswers('linux-unix')
    expect(expected.size).toBe(Object.keys(STATES).length * Object.keys(CALLS).length + Object.keys(CASES).length)
    expect(Object.fromEntries(ours())).toEqual(Object.fromEntries(expected))
  })
} else {
  test('a Unix socket is compared only on Linux', () => {
    expect(process.platform).not.toBe('linux')
  })
}
