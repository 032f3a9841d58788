/** `AF_UNIX` sockets in their states. */
import { expect } from '@jest/globals'
import type { UnixAddress } from '../../../src/base/address.js'
import type { Host } from '../../../src/host/contract/host.js'
import type { Machine } from './machine.js'

/** The address with that path. */
export const unixAddress = (path: string): UnixAddress => ({ family: 'unix', path })

/** A socket that is bound to the path. */
export function unixBound(machine: Machine<Host>, path: string): number {
  const fd = machine.socket('unix')
  expect(machine.bind(fd, unixAddress(path))).toBe(0)
  return fd
}

/** A socket that listens at the path. */
export function unixListener(machine: Machine<Host>, path: string, backlog = 5): number {
  const fd = unixBound(machine, path)
  expect(machine.os.listen(fd, backlog)).toBe(0)
  return fd
}

/** A socket that is connected to the listener at the path, and waits to be accepted. */
export function unixClient(machine: Machine, path: string): number {
  const fd = machine.socket('unix')
  expect(machine.connect(fd, unixAddress(path))).toBe(0)
  return fd
}
