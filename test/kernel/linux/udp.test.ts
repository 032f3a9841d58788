/** Compares the UDP sockets of the kernel with those of this machine's Linux, call by call (linux-udp.c). */
import { expect, test } from '@jest/globals'
import type { FakeDatagram } from '../../support/fake-datagram.js'
import { loopback } from '../../support/wishes.js'
import { type Answer, c, fakeMachine, type Machine } from '../support/machine.js'
import { expectedOf, type LinuxDifferences, linuxAnswers } from './compile.js'

type State = (machine: Machine) => number
type Call = (machine: Machine, fd: number) => Answer | string

/** The address to send to. */
const OTHER = loopback(7)
const { SHUT_RD, SHUT_RDWR, SHUT_WR } = c

const host = (machine: Machine): FakeDatagram => {
  const socket = machine.host.datagrams.at(-1)
  if (socket === undefined) throw new Error('the kernel has bound no address')
  return socket
}

const unbound: State = (machine) => machine.socket('ipv4', c.SOCK_DGRAM)
const bound: State = (machine) => {
  const fd = unbound(machine)
  expect(machine.bind(fd, loopback(9))).toBe(0)
  return fd
}
const connected: State = (machine) => {
  const fd = bound(machine)
  expect(machine.connect(fd, OTHER)).toBe(0)
  return fd
}
const shut =
  (how: number): State =>
  (machine) => {
    const fd = connected(machine)
    machine.os.shutdown(fd, how)
    return fd
  }
const disconnect = (machine: Machine, fd: number): Answer => machine.os.connect(fd, machine.alloc(16), 16)

const STATES: Readonly<Record<string, State>> = {
  unbound,
  bound,
  sent: (machine) => {
    const fd = unbound(machine)
    expect(machine.sendTo(fd, 'x', OTHER)).toBe(1)
    return fd
  },
  connected,
  received: (machine) => {
    const fd = bound(machine)
    host(machine).receive('hello')
    return fd
  },
  refused: (machine) => {
    const fd = connected(machine)
    host(machine).events.onError('ECONNREFUSED')
    return fd
  },
  shut: shut(SHUT_WR),
  disconnected: (machine) => {
    const fd = unbound(machine)
    machine.connect(fd, OTHER)
    expect(disconnect(machine, fd)).toBe(0)
    return fd
  },
  deaf: shut(SHUT_RD),
  ended: shut(SHUT_RDWR),
}

/** The number of bytes, which C returns. */
const counted = (answer: string): Answer | string => (/^E[A-Z]/.test(answer) ? answer : answer.length)

const CALLS: Readonly<Record<string, Call>> = {
  bind: (machine, fd) => machine.bind(fd, loopback(10)),
  listen: (machine, fd) => machine.os.listen(fd, 5),
  accept: (machine, fd) => machine.accept(fd),
  connect: (machine, fd) => machine.connect(fd, OTHER),
  read: (machine, fd) => counted(machine.read(fd, 1)),
  disconnect,
  getpeername: (machine, fd) => machine.os.getpeername(fd, machine.alloc(128), machine.int(128)),
  receive: (machine, fd) => {
    const answer = machine.receiveFrom(fd, 1)
    return typeof answer === 'string' ? answer : answer.length
  },
  write: (machine, fd) => machine.write(fd, 'x'),
  nothing: (machine, fd) => machine.write(fd, ''),
  sendto: (machine, fd) => machine.sendTo(fd, 'x', OTHER),
  nowhere: (machine, fd) => machine.sendTo(fd, 'x', loopback(0)),
  long: (machine, fd) => machine.sendTo(fd, new Uint8Array(70_000), OTHER),
  shutdown: (machine, fd) => machine.os.shutdown(fd, SHUT_WR),
  error: (machine, fd) => machine.error(fd),
  poll: (machine, fd) => machine.poll(fd),
}

const THE_END = {
  linux: 'EAGAIN',
  ours: '0',
  why: 'Linux reports the end only to a reader that waits; this kernel has none',
}

const DIFFERENCES: LinuxDifferences = {
  'deaf read': THE_END,
  'deaf receive': THE_END,
  'ended read': THE_END,
  'ended receive': THE_END,
}

/** The results of this kernel, by `state call`. */
function ours(): Record<string, string> {
  const answers: Record<string, string> = {}
  for (const [state, make] of Object.entries(STATES)) {
    for (const [name, call] of Object.entries(CALLS)) {
      const machine = fakeMachine()
      answers[`${state} ${name}`] = String(call(machine, make(machine)))
    }
  }
  return answers
}

// The results are those of Linux on every platform, but only Linux can be compared with.
if (process.platform === 'linux') {
  test('a UDP socket returns the results of Linux for every call in every state, except known ones', () => {
    const linux = linuxAnswers('linux-udp')
    expect(linux.size).toBe(Object.keys(STATES).length * Object.keys(CALLS).length)
    expect(ours()).toEqual(expectedOf(linux, DIFFERENCES))
  })
} else {
  test('a UDP socket is compared only on Linux', () => {
    expect(process.platform).not.toBe('linux')
  })
}
