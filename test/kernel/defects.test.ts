/** Tests of hosts with defects: the guest gets EIO, the defect is reported, and everything else continues. */
import { describe, expect, test } from '@jest/globals'
import { loopback } from '../support/wishes.js'
import { c, fakeMachine, two } from './support/machine.js'
import { connected, outgoing } from './support/states.js'

const DEFECT = new Error('the host is broken')

describe('an unknown error of the host', () => {
  test.each(['bind', 'listen', 'connect'] as const)('in %s becomes EIO and is reported', (call) => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.host.fails[call] = DEFECT
    const answer = call === 'listen' ? machine.os.listen(fd, 1) : machine[call](fd, loopback(80))
    expect([answer, machine.defects]).toEqual(['EIO', [DEFECT]])
    machine.host.fails[call] = undefined
    expect(call === 'listen' ? machine.os.listen(fd, 1) : machine[call](machine.socket(), loopback(80))).not.toBe('EIO')
  })

  test('in write and shutdown becomes EIO and is reported', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.fails.tryWrite = DEFECT
    peer.fails.shutdown = DEFECT
    expect([machine.write(fd, 'x'), machine.os.shutdown(fd, c.SHUT_WR)]).toEqual(['EIO', 'EIO'])
    expect(machine.defects).toEqual([DEFECT, DEFECT])
  })

  test('in setNoDelay and setKeepAlive becomes EIO and is reported', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.fails.setNoDelay = DEFECT
    peer.fails.setKeepAlive = DEFECT
    expect(machine.setOption(fd, c.IPPROTO_TCP, c.TCP_NODELAY, 1)).toBe('EIO')
    expect(machine.setOption(fd, c.SOL_SOCKET, c.SO_KEEPALIVE, 1)).toBe('EIO')
    expect(machine.defects).toEqual([DEFECT, DEFECT])
  })

  test.each(['close', 'reset'] as const)('in %s still frees the descriptor', (call) => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    if (call === 'reset') peer.receive('unread')
    peer.fails[call] = DEFECT
    expect([machine.os.close(fd), machine.defects, machine.kernel.openDescriptors]).toEqual(['EIO', [DEFECT], 0])
    expect(machine.socket()).toBe(fd)
  })

  test('that is a RangeError is not mistaken for a wrong pointer of the guest', () => {
    const machine = fakeMachine()
    const error = new RangeError('port out of range')
    machine.host.fails.bind = error
    expect([machine.bind(machine.socket(), loopback(80)), machine.defects]).toEqual(['EIO', [error]])
  })

  test('in clock stops the time, which never goes back', () => {
    const machine = fakeMachine()
    machine.host.now = 5e9
    expect(machine.raw.clock()).toBe(5e9)
    machine.host.now = 6e9
    machine.host.fails.clock = DEFECT
    expect([machine.raw.clock(), machine.defects]).toEqual([5e9, [DEFECT]])
    machine.host.fails.clock = undefined
    expect(machine.raw.clock()).toBe(6e9)
  })
})

describe('a defect of one connection', () => {
  test('does not affect the others', () => {
    const machine = fakeMachine()
    const broken = connected(machine)
    const sound = connected(machine)
    const [reader, writer] = two(machine, 'pipe')
    broken.peer.fails.tryWrite = DEFECT
    broken.peer.fails.close = DEFECT
    expect([machine.write(broken.fd, 'x'), machine.os.close(broken.fd)]).toEqual(['EIO', 'EIO'])
    expect([machine.write(sound.fd, 'x'), machine.write(writer, 'y'), machine.read(reader)]).toEqual([1, 1, 'y'])
    sound.peer.receive('z')
    expect(machine.read(sound.fd)).toBe('z')
  })

  test('while it connects leaves the socket usable', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.host.fails.connect = DEFECT
    expect(machine.connect(fd, loopback(80))).toBe('EIO')
    machine.host.fails.connect = undefined
    expect(machine.connect(fd, loopback(80))).toBe('EINPROGRESS')
    outgoing(machine).connect()
    expect(machine.write(fd, 'x')).toBe(1)
  })
})

test("a HostError becomes the guest's errno in every call", () => {
  const machine = fakeMachine()
  const { fd, peer } = connected(machine)
  peer.fails.tryWrite = 'EPERM'
  peer.fails.shutdown = 'EACCES'
  peer.fails.close = 'ENOBUFS'
  expect([machine.write(fd, 'x'), machine.os.shutdown(fd, c.SHUT_WR), machine.os.close(fd)]).toEqual([
    'EPERM',
    'EACCES',
    'ENOBUFS',
  ])
  expect([machine.defects, machine.kernel.openDescriptors]).toEqual([[], 0])
})

test('an unknown error name becomes EIO', () => {
  const machine = fakeMachine()
  const fd = machine.socket()
  machine.connect(fd, loopback(80))
  const events = outgoing(machine).events
  // A host written in JavaScript may report any text.
  if (events !== undefined) Reflect.apply(events.onError, events, ['EWHATEVER'])
  expect(machine.error(fd)).toBe('EIO')
  Reflect.set(machine.host.fails, 'connect', 'EWHATEVER')
  expect(machine.connect(machine.socket(), loopback(80))).toBe('EIO')
})

test('EOPNOTSUPP has an errno number', () => {
  const machine = fakeMachine()
  const [one] = two(machine, 'sockets')
  // EOPNOTSUPP once had no number: NaN is 0 for WebAssembly, and 0 is success.
  expect(machine.raw.listen(one, 1)).toBeLessThan(0)
})
