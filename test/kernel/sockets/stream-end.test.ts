import { describe, expect, test } from '@jest/globals'
import { loopback } from '../../support/wishes.js'
import { c, fakeMachine } from '../support/machine.js'
import { connected, outgoing } from '../support/states.js'

describe('half-close', () => {
  test('with SHUT_WR sends the end after the bytes and keeps reading', () => {
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

  test('of the peer leaves the writing open', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.end()
    expect([machine.read(fd), machine.write(fd, 'abc'), machine.poll(fd)]).toEqual(['', 3, 'IOR'])
  })

  test('with SHUT_RD still returns the bytes before and after it, then the end', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('ab')
    expect([machine.os.shutdown(fd, c.SHUT_RD), machine.poll(fd)]).toEqual([0, 'IOR'])
    expect([machine.read(fd), machine.read(fd)]).toEqual(['ab', ''])
    peer.receive('cd')
    expect([machine.read(fd), machine.read(fd), machine.write(fd, 'x')]).toEqual(['cd', '', 1])
    expect(peer.log).toEqual(['tryWrite 1'])
  })

  test('with SHUT_RDWR ends both directions', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect([machine.os.shutdown(fd, c.SHUT_RDWR), machine.poll(fd)]).toEqual([0, 'IOHR'])
    expect([machine.read(fd), machine.write(fd, 'x'), peer.log]).toEqual(['', 'EPIPE', ['shutdown']])
  })

  test.each([-1, 3, 2 ** 31 - 1])('with how = %d is refused with EINVAL', (how) => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    expect([machine.os.shutdown(fd, how), peer.log]).toEqual(['EINVAL', []])
  })
})

describe('a reset', () => {
  test('is returned once to a reader after the bytes, then the end', () => {
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

  test('is returned once to a writer, then EPIPE', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.fail('ECONNRESET')
    expect([machine.write(fd, 'x'), machine.write(fd, 'x'), machine.read(fd)]).toEqual(['ECONNRESET', 'EPIPE', ''])
    expect(machine.os.shutdown(fd, c.SHUT_WR)).toBe('ENOTCONN')
  })

  test('after the end of the stream is returned only to a writer', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('a')
    peer.end()
    peer.fail('EPIPE')
    expect(machine.poll(fd)).toBe('IOEHR')
    expect([machine.read(fd), machine.read(fd), machine.read(fd)]).toEqual(['a', '', ''])
    expect([machine.write(fd, 'x'), machine.write(fd, 'x')]).toEqual(['EPIPE', 'EPIPE'])
  })

  test('wakes every watcher', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.os.poll_ctl(fd, c.POLLIN)
    peer.fail('ECONNRESET')
    expect([machine.wakes, machine.wait()]).toEqual([1, [`${fd}:IEH`]])
  })
})

describe('close()', () => {
  test('still sends the bytes that were written', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    machine.write(fd, 'abc')
    machine.os.close(fd)
    expect(peer.log).toEqual(['tryWrite 3', 'close'])
  })

  test('resets when bytes are unread', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('abc')
    machine.read(fd, 2)
    machine.os.close(fd)
    expect(peer.log).toEqual(['reset'])
  })

  test('resets when SO_LINGER is on with 0 at that time', () => {
    const machine = fakeMachine()
    const logs = [[1], [1, 0]].map((settings) => {
      const { fd, peer } = connected(machine)
      for (const on of settings) expect(machine.setLinger(fd, on, 0)).toBe(0)
      machine.os.close(fd)
      return peer.log
    })
    expect(logs).toEqual([['reset'], ['close']])
  })

  test('cancels a connection that connects', () => {
    const machine = fakeMachine()
    const fd = machine.socket()
    machine.connect(fd, loopback(80))
    machine.os.close(fd)
    expect(outgoing(machine).log).toEqual(['close'])
  })

  test('makes no call to the host after a failure', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.receive('unread')
    peer.fail('ECONNRESET')
    machine.os.close(fd)
    expect(peer.log).toEqual([])
  })

  test('closes when the host cannot reset', () => {
    const machine = fakeMachine()
    const { fd, peer } = connected(machine)
    peer.fails.reset = 'ENOTSUP'
    peer.receive('unread')
    expect(machine.os.close(fd)).toBe(0)
    expect([peer.log, peer.ended, machine.defects]).toEqual([['reset', 'close'], 'closed', []])
  })
})
