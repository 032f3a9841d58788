import { describe, expect, test } from '@jest/globals'
import { loopback } from '../support/wishes.js'
import { c, fakeMachine } from './support/machine.js'
import { connected, outgoing } from './support/states.js'

describe('half-close', () => {
  test('SHUT_WR: the peer sees the end after the bytes, reading goes on', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.write(fd, 'abc')
    expect([machine.os.shutdown(fd, c.SHUT_WR), machine.os.shutdown(fd, c.SHUT_WR)]).toEqual([0, 0])
    expect(peer.log).toEqual(['tryWrite 3', 'shutdown'])
    expect([machine.write(fd, 'x'), machine.poll(fd)]).toEqual(['EPIPE', 'O'])
    peer.receive('later')
    expect(machine.read(fd)).toBe('later')
    peer.end()
    expect([machine.poll(fd), machine.read(fd)]).toEqual(['IOHR', ''])
  })

  test('the peer ended: writing goes on', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.end()
    expect([machine.read(fd), machine.write(fd, 'abc'), machine.poll(fd)]).toEqual(['', 3, 'IOR'])
  })

  test('SHUT_RD: what came before and after can be read, then it is the end', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('ab')
    expect([machine.os.shutdown(fd, c.SHUT_RD), machine.poll(fd)]).toEqual([0, 'IOR'])
    expect([machine.read(fd), machine.read(fd)]).toEqual(['ab', ''])
    peer.receive('cd')
    expect([machine.read(fd), machine.read(fd), machine.write(fd, 'x')]).toEqual(['cd', '', 1])
    expect(peer.log).toEqual(['tryWrite 1'])
  })

  test('SHUT_RDWR is both', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect([machine.os.shutdown(fd, c.SHUT_RDWR), machine.poll(fd)]).toEqual([0, 'IOHR'])
    expect([machine.read(fd), machine.write(fd, 'x'), peer.log]).toEqual(['', 'EPIPE', ['shutdown']])
  })

  test.each([-1, 3, 2 ** 31 - 1])('how = %d is EINVAL', (how) => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect([machine.os.shutdown(fd, how), peer.log]).toEqual(['EINVAL', []])
  })
})

describe('a reset', () => {
  test('is told once to a reader, after the bytes, and is the end then', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    peer.fail('ECONNRESET')
    expect(machine.poll(fd)).toBe('IOEHR')
    expect([machine.read(fd, 2), machine.read(fd), machine.read(fd), machine.read(fd)]).toEqual([
      'ab',
      'c',
      'ECONNRESET',
      '',
    ])
    expect([machine.write(fd, 'x'), machine.poll(fd)]).toEqual(['EPIPE', 'IOHR'])
  })

  test('is told once to a writer, which gets EPIPE then', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.fail('ECONNRESET')
    expect([machine.write(fd, 'x'), machine.write(fd, 'x'), machine.read(fd)]).toEqual(['ECONNRESET', 'EPIPE', ''])
    expect(machine.os.shutdown(fd, c.SHUT_WR)).toBe('ENOTCONN')
  })

  test('behind the end of the stream is a writer’s matter', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('a')
    peer.end()
    peer.fail('EPIPE')
    expect(machine.poll(fd)).toBe('IOEHR')
    expect([machine.read(fd), machine.read(fd), machine.read(fd)]).toEqual(['a', '', ''])
    expect([machine.write(fd, 'x'), machine.write(fd, 'x')]).toEqual(['EPIPE', 'EPIPE'])
  })

  test('wakes who waits for anything', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.os.poll_ctl(fd, c.POLLIN)
    peer.fail('ECONNRESET')
    expect([machine.wakes, machine.wait()]).toEqual([1, [`${fd}:IEH`]])
  })
})

describe('closing', () => {
  test('what was written is still sent', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.write(fd, 'abc')
    machine.os.close(fd)
    expect(peer.log).toEqual(['tryWrite 3', 'close'])
  })

  test('unread bytes make it a reset', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    machine.read(fd, 2)
    machine.os.close(fd)
    expect(peer.log).toEqual(['reset'])
  })

  test('so does SO_LINGER with 0, at any time; without it the last word counts', () => {
    const machine = fakeMachine()
    const logs = [[1], [1, 0]].map((settings) => {
      const { fd, peer } = connected(machine)
      for (const on of settings) expect(machine.setLinger(fd, on, 0)).toBe(0)
      machine.os.close(fd)
      return peer.log
    })
    expect(logs).toEqual([['reset'], ['close']])
  })

  test('a connection that is asked for is given up', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.connect(fd, loopback(80))
    machine.os.close(fd)
    expect(outgoing(machine).log).toEqual(['close'])
  })

  test('what failed has nothing to let go of', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('unread')
    peer.fail('ECONNRESET')
    machine.os.close(fd)
    expect(peer.log).toEqual([])
  })

  test('a host without reset closes: that is all that can be done for it', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.fails.reset = 'ENOTSUP'
    peer.receive('unread')
    expect(machine.os.close(fd)).toBe(0)
    expect([peer.log, peer.ended, machine.defects]).toEqual([['reset', 'close'], 'closed', []])
  })
})
