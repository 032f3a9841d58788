/** Sockets of `AF_UNIX` in the states of their life. */
import { expect } from '@jest/globals'
import type { UnixAddress } from '../../../src/base/address.js'
import type { Host } from '../../../src/host/contract/host.js'
import type { Machine } from './machine.js'

/** The address of that name. */
export const unixAddress = (path: string): UnixAddress => ({ family: 'unix', path })

/** A socket that has the name. */
export function unixBound(machine: Machine<Host>, path: string): number {
  const fd = machine.socket('unix')
  expect(machine.bind(fd, unixAddress(path))).toBe(0)
  return fd
}

/** A socket that listens at the name. */
export function unixListener(machine: Machine<Host>, path: string, backlog = 5): number {
  const fd = unixBound(machine, path)
  expect(machine.os.listen(fd, backlog)).toBe(0)
  return fd
}

/** A socket that is connected to who listens at the name, and waits to be accepted. */
export function unixClient(machine: Machine, path: string): number {
  const fd = machine.socket('unix')
  expect(machine.connect(fd, unixAddress(path))).toBe(0)
  return fd
}
