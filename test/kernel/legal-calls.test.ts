import { describe, expect, test } from '@jest/globals'
import { LEGAL_CALLS, type SocketOperation, type SocketState } from '../../src/kernel/legal-calls.js'
import { TcpSocket } from '../../src/kernel/sockets/tcp-socket.js'
import { loopback } from '../support/wishes.js'
import { type Answer, fakeMachine, type Machine } from './support/machine.js'
import { OPERATIONS, outgoing, perform, STATES, socketIn } from './support/states.js'

/** The result of each legal operation, and the state that it leads to. */
const LEGAL: Partial<Record<`${SocketOperation} ${SocketState}`, [answer: Answer | '', then: SocketState]>> = {
  'bind unbound': [0, 'bound'],
  'listen unbound': [0, 'listening'],
  'listen bound': [0, 'listening'],
  'listen listening': [0, 'listening'],
  'accept listening': ['EAGAIN', 'listening'],
  'connect unbound': ['EINPROGRESS', 'connecting'],
  'connect bound': ['EINPROGRESS', 'connecting'],
  'getpeername connected': [0, 'connected'],
  'read connected': ['EAGAIN', 'connected'],
  'read refused': ['', 'refused'],
  'read broken': ['', 'broken'],
  'write connected': [1, 'connected'],
  'shutdown connected': [0, 'connected'],
  'shutdown listening': [0, 'listening'],
}

function stateOf(machine: Machine, fd: number): SocketState {
  const socket = machine.descriptor(fd)
  if (!(socket instanceof TcpSocket)) throw new Error(`${fd} is not a TCP socket`)
  return socket.state
}

describe.each(STATES)('a socket that is %s', (state) => {
  test('has that state', () => {
    const machine = fakeMachine()
    expect(stateOf(machine, socketIn(state, machine))).toBe(state)
  })

  test.each(OPERATIONS)('allows or refuses %s according to the table', (operation) => {
    const machine = fakeMachine()
    const fd = socketIn(state, machine)
    const answer = perform(operation, machine, fd)
    const inTable = LEGAL_CALLS[operation][state]
    const legal = LEGAL[`${operation} ${state}`]
    if (legal === undefined) {
      expect(inTable).not.toBe('ok')
      expect(answer).toBe(inTable)
      expect(stateOf(machine, fd)).toBe(operation === 'connect' && state === 'refused' ? 'unbound' : state)
    } else {
      expect(inTable).toBe('ok')
      expect([answer, stateOf(machine, fd)]).toEqual(legal)
    }
  })

  test('can be closed and leaves nothing open', () => {
    const machine = fakeMachine()
    const fd = socketIn(state, machine)
    expect(machine.os.close(fd)).toBe(0)
    expect(machine.os.close(fd)).toBe('EBADF')
    expect(machine.host.open()).toEqual([])
    expect(machine.kernel.openDescriptors).toBe(0)
    expect(machine.defects).toEqual([])
  })
})

test.each<[SocketState, string]>([
  ['unbound', 'OH'],
  ['bound', 'OH'],
  ['listening', ''],
  ['connecting', ''],
  ['connected', 'O'],
  ['refused', 'IOHR'],
  ['broken', 'IOHR'],
])('poll() of a socket that is %s reports "%s"', (state, letters) => {
  const machine = fakeMachine()
  expect(machine.poll(socketIn(state, machine))).toBe(letters)
})

test.each<[SocketOperation, Answer | string]>([
  ['connect', 'ECONNREFUSED'],
  ['read', 'ECONNREFUSED'],
  ['write', 'ECONNREFUSED'],
])('the pending error of a refused connection is returned once by %s', (operation, answer) => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.connect(fd, loopback(80))
  outgoing(machine).fail('ECONNREFUSED')
  expect(machine.poll(fd)).toBe('IOEHR')
  expect(perform(operation, machine, fd)).toBe(answer)
  expect(machine.error(fd)).toBe(0)
  // What connect() has reported is over.
  expect(machine.poll(fd)).toBe(operation === 'connect' ? 'OH' : 'IOHR')
})

test('a socket that was refused may try again once a connect() has said so', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.connect(fd, loopback(80))
  outgoing(machine).fail('ECONNREFUSED')
  expect(machine.error(fd)).toBe('ECONNREFUSED')
  expect(machine.connect(fd, loopback(80))).toBe('ECONNABORTED')
  expect(machine.connect(fd, loopback(80))).toBe('EINPROGRESS')
})

test('a connect() that the host refuses at once leaves the socket unbound', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.host.fails.connect = 'ENETUNREACH'
  expect(machine.connect(fd, loopback(80))).toBe('ENETUNREACH')
  expect(stateOf(machine, fd)).toBe('unbound')
  machine.host.fails.connect = undefined
  expect(machine.connect(fd, loopback(80))).toBe('EINPROGRESS')
})

test('a bound socket connects from its address', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.bind(fd, loopback(1234))
  expect(machine.connect(fd, loopback(80))).toBe('EINPROGRESS')
  expect(outgoing(machine).local).toEqual(loopback(1234))
  expect(machine.host.ports[0]?.state).toBe('used')
})

test('a bound socket keeps its address when connect() fails at once', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.bind(fd, loopback(1234))
  machine.host.fails.connect = 'EADDRNOTAVAIL'
  expect(machine.connect(fd, loopback(80))).toBe('EADDRNOTAVAIL')
  expect(stateOf(machine, fd)).toBe('bound')
  expect(machine.name('getsockname', fd)).toEqual(loopback(1234))
  machine.os.close(fd)
  expect(machine.host.ports[0]?.state).toBe('closed')
})

test.each(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'] as const)('bind() returns %s from the host', (code) => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.host.fails.bind = code
  expect(machine.bind(fd, loopback(80))).toBe(code)
  expect(stateOf(machine, fd)).toBe('unbound')
})

test('listen() returns EADDRINUSE from the host and leaves the socket bound', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.host.fails.listen = 'EADDRINUSE'
  expect(machine.os.listen(fd, 5)).toBe('EADDRINUSE')
  expect(stateOf(machine, fd)).toBe('bound')
  machine.host.fails.listen = undefined
  expect(machine.os.listen(fd, 5)).toBe(0)
})

test('an unbound socket listens on the wildcard address', () => {
  const machine = fakeMachine()
  for (const [family, host] of [
    ['ipv4', '0.0.0.0'],
    ['ipv6', '::'],
  ] as const) {
    const fd = machine.socket(family)
    expect(machine.os.listen(fd, 5)).toBe(0)
    expect(machine.name('getsockname', fd)).toMatchObject({
      family,
      host,
      port: machine.host.listeners.at(-1)?.local.port,
    })
  }
})

describe('the name of a socket', () => {
  test('is the wildcard of its family with port 0 when it is unbound', () => {
    const machine = fakeMachine()
    expect(machine.name('getsockname', machine.socket())).toEqual({ family: 'ipv4', host: '0.0.0.0', port: 0 })
    expect(machine.name('getsockname', machine.socket('ipv6'))).toMatchObject({ family: 'ipv6', host: '::', port: 0 })
  })

  test('has the port right after bind, listen and connect', () => {
    const machine = fakeMachine()
    const server = machine.socket()
    machine.bind(server, loopback(0))
    const bound = machine.name('getsockname', server)
    expect(bound).toEqual(loopback(40_000))
    machine.os.listen(server, 1)
    expect(machine.name('getsockname', server)).toEqual(bound)
    const client = machine.socket()
    machine.connect(client, loopback(80))
    expect(machine.name('getsockname', client)).toEqual(loopback(40_001))
    expect(machine.name('getpeername', client)).toBe('ENOTCONN')
    outgoing(machine).connect()
    expect(machine.name('getpeername', client)).toEqual(loopback(80))
  })

  test('is kept by a broken connection, which has no peer', () => {
    const machine = fakeMachine()
    const fd = socketIn('broken', machine)
    expect(machine.name('getsockname', fd)).toEqual(loopback(40_000))
    expect(machine.name('getpeername', fd)).toBe('ENOTCONN')
  })
})

describe('an address of the other family', () => {
  test.each(['bind', 'connect'] as const)(
    'in %s is refused with EINVAL for AF_INET6 and EAFNOSUPPORT for AF_INET',
    (call) => {
      const machine = fakeMachine()
      expect(machine[call](machine.socket('ipv6'), loopback(80))).toBe('EINVAL')
      expect(machine[call](machine.socket('ipv4'), loopback(80, 'ipv6'))).toBe('EAFNOSUPPORT')
      expect(machine.host.open()).toEqual([])
    },
  )
})
