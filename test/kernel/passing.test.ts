/** Descriptors on their way between sockets. What calls answer is compared with Linux in test/guest/posix.test.ts. */
import { describe, expect, test } from '@jest/globals'
import type { Host } from '../../src/host/contract/host.js'
import { virtualHost } from '../../src/host/virtual.js'
import { Poll } from '../../src/kernel/readiness.js'
import { type Answer, abi, c, fakeMachine, Machine, two } from './support/machine.js'
import { unixAddress, unixClient, unixListener } from './support/unix.js'

const HEADER = abi.layout.cmsghdr.size
const { msghdr, cmsghdr } = abi.layout
const PATH = '/tmp/server'

/** A `struct msghdr` with one byte, and room for a control message of `count` descriptors. */
function message(machine: Machine<Host>, count: number): { at: number; control: number } {
  const [at, control] = [machine.alloc(msghdr.size), machine.alloc(HEADER + 4 * count)]
  machine.memory.setU32(at + msghdr.msg_iov, machine.iovecs([machine.alloc(1), 1]))
  machine.memory.setU32(at + msghdr.msg_iovlen, 1)
  machine.memory.setU32(at + msghdr.msg_control, control)
  machine.memory.setU32(at + msghdr.msg_controllen, HEADER + 4 * count)
  return { at, control }
}

function pass(machine: Machine<Host>, to: number, ...fds: number[]): Answer {
  const { at, control } = message(machine, fds.length)
  machine.memory.setU32(control + cmsghdr.cmsg_len, HEADER + 4 * fds.length)
  machine.memory.setI32(control + cmsghdr.cmsg_level, c.SOL_SOCKET)
  machine.memory.setI32(control + cmsghdr.cmsg_type, c.SCM_RIGHTS)
  for (const [index, fd] of fds.entries()) machine.memory.setI32(control + HEADER + 4 * index, fd)
  return machine.os.sendmsg(to, at, 0)
}

/** Receives descriptors: their numbers, and whether there was not enough room for all. */
function take(machine: Machine, from: number, count: number): { fds: number[]; cut: boolean } | string {
  const { at, control } = message(machine, count)
  const answer = machine.os.recvmsg(from, at, 0)
  if (typeof answer === 'string') return answer
  const received = (machine.memory.u32(at + msghdr.msg_controllen) - HEADER) / 4
  const fds = Array.from({ length: Math.max(0, received) }, (_, i) => machine.memory.i32(control + HEADER + 4 * i))
  return { fds, cut: (machine.memory.i32(at + msghdr.msg_flags) & c.MSG_CTRUNC) !== 0 }
}

/** Whether the other end of a pipe was closed. */
const ended = (machine: Machine, reader: number): boolean =>
  (machine.descriptor(reader).readiness(Poll.HUP) & Poll.HUP) !== 0

test('a descriptor keeps its number until it is closed, and gets another one where it arrives', () => {
  const machine = fakeMachine()
  const [one, other] = two(machine, 'sockets')
  const [reader, writer] = two(machine, 'pipe')
  expect(pass(machine, one, writer)).toBe(1)
  expect(machine.os.close(writer)).toBe(0)
  expect([ended(machine, reader), machine.kernel.openDescriptors]).toEqual([false, 3])
  expect(take(machine, other, 4)).toEqual({ fds: [writer], cut: false })
  expect([machine.write(writer, 'hello'), machine.read(reader)]).toEqual([5, 'hello'])
})

describe('descriptors are closed', () => {
  test('when there are no numbers for them', () => {
    const machine = fakeMachine({ maxDescriptors: 5 })
    const [one, other] = two(machine, 'sockets')
    const [reader, writer] = two(machine, 'pipe')
    expect(pass(machine, one, writer, writer, writer)).toBe(1)
    expect(machine.os.close(writer)).toBe(0)
    expect(take(machine, other, 8)).toEqual({ fds: [writer, 7], cut: true })
    for (const fd of [writer, 7]) machine.os.close(fd)
    expect(ended(machine, reader)).toBe(true)
  })

  test('when a listener is closed with a connection that was not accepted', () => {
    const machine = fakeMachine()
    const listener = unixListener(machine, PATH)
    const client = unixClient(machine, PATH)
    const [reader, writer] = two(machine, 'pipe')
    expect([pass(machine, client, writer), machine.os.close(writer)]).toEqual([1, 0])
    machine.os.close(listener)
    expect(ended(machine, reader)).toBe(true)
  })

  test.each([
    ['a socket that waits in itself', (machine: Machine, one: number, other: number) => pass(machine, one, other)],
    [
      'a listener that waits in its own connection',
      (machine: Machine) => {
        const listener = unixListener(machine, PATH)
        const client = unixClient(machine, PATH)
        const sent = pass(machine, client, listener)
        for (const fd of [listener, client]) machine.os.close(fd)
        return sent
      },
    ],
  ])('with %s', (_what, make) => {
    const machine = fakeMachine()
    const [one, other] = two(machine, 'sockets')
    const [reader, writer] = two(machine, 'pipe')
    expect([pass(machine, one, writer), machine.os.close(writer)]).toEqual([1, 0])
    expect(make(machine, one, other)).toBe(1)
    machine.os.close(one)
    machine.os.close(other)
    expect([ended(machine, reader), machine.kernel.openDescriptors]).toEqual([true, 1])
    // The name and the memory of the sockets are free, too.
    machine.os.close(reader)
    expect(two(machine, 'sockets').length).toBe(2)
  })

  test('in a chain of sockets of any length', () => {
    const machine = fakeMachine()
    const [reader, writer] = two(machine, 'pipe')
    let inner = writer
    for (let depth = 0; depth < 1500; depth++) {
      const [one, other] = two(machine, 'sockets')
      expect(pass(machine, one, inner)).toBe(1)
      for (const fd of [one, inner]) machine.os.close(fd)
      inner = other
    }
    expect(ended(machine, reader)).toBe(false)
    machine.os.close(inner)
    expect([ended(machine, reader), machine.kernel.openDescriptors]).toEqual([true, 1])
  })
})

test('no more are on their way than may be open', () => {
  const machine = fakeMachine({ maxDescriptors: 8 })
  const [one] = two(machine, 'sockets')
  expect(pass(machine, one, one, one, one, one, one, one)).toBe(1)
  expect([pass(machine, one, one, one, one), pass(machine, one, one, one)]).toEqual(['ETOOMANYREFS', 1])
  machine.kernel.closeAll()
  expect([machine.kernel.openDescriptors, machine.defects]).toEqual([0, []])
})

test('a wrong pointer loses nothing', () => {
  const machine = fakeMachine()
  const [one, other] = two(machine, 'sockets')
  pass(machine, one, one)
  const { at } = message(machine, 1)
  machine.memory.setU32(at + msghdr.msg_control, machine.memory.size - 8)
  expect(machine.os.recvmsg(other, at, 0)).toBe('EFAULT')
  expect(machine.os.recvmsg(other, machine.memory.size - 8, 0)).toBe('EFAULT')
  expect(take(machine, other, 1)).toMatchObject({ cut: false, fds: [other + 1] })
})

test('a socket with a name of the host passes none, since its peer may be in another program', async () => {
  const machine = new Machine({ host: virtualHost() })
  const listener = unixListener(machine, PATH)
  const client = machine.socket('unix')
  machine.connect(client, unixAddress(PATH))
  await machine.until(() => machine.poll(client) === 'O', 'the connection')
  expect(pass(machine, client, client)).toBe('EOPNOTSUPP')
  for (const fd of [client, listener]) machine.os.close(fd)
})

test('more control messages than Linux takes are refused before they are read', () => {
  const machine = fakeMachine()
  const [one] = two(machine, 'sockets')
  const { at } = message(machine, 40_000)
  expect(machine.os.sendmsg(one, at, 0)).toBe('ENOBUFS')
})
