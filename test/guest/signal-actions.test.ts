/** What signals do that are sent to a guest or by its timers, on a host whose clock the test moves. */
import { expect, test } from '@jest/globals'
import { SIGNALS, type SignalName, signalSet } from '../../src/base/signals.js'
import { Signals } from '../../src/guest/signals.js'
import { FakeHost } from '../support/fake-host.js'

const ALARM = { timer: 0, signal: SIGNALS.SIGALRM }

/** Signals, and what they did. */
const stage = (onChange?: (names: readonly SignalName[]) => void) => {
  const host = new FakeHost()
  const done: string[] = []
  const signals = new Signals(host, onChange)
  signals.aim({
    deliver: (signal) => done.push(`deliver ${signal}`) > 0,
    end: (signal) => void done.push(`end ${signal}`),
  })
  return { host, done, signals }
}

test('a signal is delivered if it is caught, dropped if it is ignored, and ends the guest otherwise', () => {
  const { signals, done } = stage()
  for (const name of ['SIGCHLD', 'SIGTERM', 'SIGTSTP'] as const) signals.send(SIGNALS[name])
  expect(done.splice(0)).toEqual(['end 15'])
  signals.dispose(signalSet('SIGTERM', 'SIGCHLD'), signalSet('SIGTERM', 'SIGINT'))
  for (const name of ['SIGCHLD', 'SIGTERM', 'SIGINT', 'SIGURG'] as const) signals.send(SIGNALS[name])
  expect(done).toEqual(['deliver 17', 'deliver 15', 'end 23'])
})

test('SIGKILL cannot be caught or ignored', () => {
  const { signals, done } = stage()
  signals.dispose(-1, -1)
  signals.send(SIGNALS.SIGKILL)
  expect(done).toEqual(['end 9'])
})

test('the receiver of changes gets the signals that would usually end a guest', () => {
  const told: (readonly SignalName[])[] = []
  const { signals } = stage((names) => told.push(names))
  signals.dispose(signalSet('SIGTERM', 'SIGWINCH', 'SIGKILL'), signalSet('SIGHUP', 'SIGCHLD'))
  signals.dispose(0, signalSet('SIGCHLD'))
  expect(told).toEqual([['SIGHUP', 'SIGTERM', 'SIGWINCH'], []])
})

test('nothing is sent after the end', () => {
  const { host, signals, done } = stage()
  signals.setTimer({ ...ALARM, after: 1e6, interval: 0 })
  signals.close()
  expect(signals.send(15)).toBe(false)
  signals.setTimer({ ...ALARM, after: 1e6, interval: 0 })
  host.advance(1000)
  expect(done).toEqual([])
})

test('an alarm comes once, at its time and not earlier', () => {
  const { host, signals, done } = stage()
  signals.setTimer({ ...ALARM, after: 5e6, interval: 0 })
  host.advance(4.9)
  expect(done).toEqual([])
  host.advance(0.1)
  expect(done.splice(0)).toEqual(['end 14'])
  host.advance(1000)
  expect(done).toEqual([])
})

test('an alarm with an interval comes again, and does not catch up on what it has missed', () => {
  const { host, signals, done } = stage()
  signals.dispose(signalSet('SIGALRM'), 0)
  signals.setTimer({ ...ALARM, after: 5e6, interval: 10e6 })
  for (const [ms, times] of [
    [5, 1],
    [9, 0],
    [1, 1],
    [35, 1],
    [4, 0],
    [1, 1],
  ] as const) {
    // A busy thread: no timer fires meanwhile.
    host.now += ms * 1e6
    host.advance(0)
    expect([ms, done.splice(0).length]).toEqual([ms, times])
  }
  signals.setTimer({ ...ALARM, after: 0, interval: 10e6 })
  host.advance(1000)
  expect(done).toEqual([])
})

test('timers run beside each other; what is caught arrives as an expiry', () => {
  const { host, signals, done } = stage()
  signals.dispose(signalSet('SIGUSR1'), signalSet('SIGUSR2'))
  for (const [timer, signal] of [SIGNALS.SIGUSR1, SIGNALS.SIGUSR2, SIGNALS.SIGHUP, 32].entries()) {
    signals.setTimer({ timer: timer + 1, signal, after: (timer + 1) * 1e6, interval: 10e6 })
  }
  host.advance(4)
  expect(done.splice(0)).toEqual(['deliver 32', 'end 1', 'deliver 32'])
  signals.setTimer({ timer: 3, signal: SIGNALS.SIGHUP, after: 0, interval: 0 })
  host.advance(10)
  expect(done).toEqual(['deliver 32', 'deliver 32'])
})
