/** TCP sockets in each of their states, and each call that depends on the state. */
import { expect } from '@jest/globals'
import type { SocketOperation, SocketState } from '../../../src/kernel/legal-calls.js'
import type { FakeConnection } from '../../support/fake-host.js'
import { loopback } from '../../support/wishes.js'
import { type Answer, c, type Machine } from './machine.js'

/** All states of a TCP socket. */
export const STATES: readonly SocketState[] = [
  'unbound',
  'bound',
  'listening',
  'connecting',
  'connected',
  'refused',
  'broken',
]
/** All calls with results that depend on the state. */
export const OPERATIONS: readonly SocketOperation[] = [
  'bind',
  'listen',
  'accept',
  'connect',
  'getpeername',
  'read',
  'write',
  'shutdown',
]

/** A socket in that state, made by system calls and events of the host, without a pending error. */
export function socketIn(state: SocketState, machine: Machine): number {
  const fd = machine.socket()
  if (state === 'unbound') return fd
  if (state === 'bound' || state === 'listening') {
    expect(machine.bind(fd, loopback(0))).toBe(0)
    if (state === 'listening') expect(machine.os.listen(fd, 5)).toBe(0)
    return fd
  }
  expect(machine.connect(fd, loopback(80))).toBe('EINPROGRESS')
  const connection = outgoing(machine)
  if (state === 'refused') connection.fail('ECONNREFUSED')
  if (state === 'connected' || state === 'broken') connection.connect()
  if (state === 'broken') connection.fail('ECONNRESET')
  if (state === 'refused' || state === 'broken')
    expect(machine.error(fd)).toBe(state === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET')
  return fd
}

/** The connection that was requested last. */
export function outgoing(machine: Machine): FakeConnection {
  const connection = machine.host.connections.at(-1)
  if (connection === undefined) throw new Error('nothing was connected')
  return connection
}

/** Makes the call on a socket. @returns its result; for a read, the bytes */
export function perform(operation: SocketOperation, machine: Machine, fd: number): Answer | string {
  switch (operation) {
    case 'bind':
      return machine.bind(fd, loopback(0))
    case 'listen':
      return machine.os.listen(fd, 5)
    case 'accept':
      return machine.accept(fd)
    case 'connect':
      return machine.connect(fd, loopback(80))
    case 'getpeername': {
      const name = machine.name('getpeername', fd)
      return typeof name === 'string' ? name : 0
    }
    case 'read':
      return machine.read(fd)
    case 'write':
      return machine.write(fd, 'x')
    case 'shutdown':
      return machine.os.shutdown(fd, c.SHUT_WR)
  }
}

/** A connected socket and the host's connection; its log of calls is empty at first. */
export function connected(machine: Machine): { fd: number; peer: FakeConnection } {
  const fd = socketIn('connected', machine)
  const peer = outgoing(machine)
  peer.log.length = 0
  return { fd, peer }
}
