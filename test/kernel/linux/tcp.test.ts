/** Compares the kernel with the one of this machine, call by call (linux.c asks it). */
import { expect, test } from '@jest/globals'
import { fakeMachine } from '../support/machine.js'
import { OPERATIONS, perform, STATES, socketIn } from '../support/states.js'
import { expectedOf, type LinuxDifferences, linuxAnswers } from './compile.js'

/** Where we differ, and why. */
const DIFFERENCES: LinuxDifferences = {
  'refused bind': {
    linux: '0',
    ours: 'EINVAL',
    why: 'a failed connect() leaves the state open (POSIX): take a new socket',
  },
  'broken bind': { linux: '0', ours: 'EINVAL', why: 'an accepted socket had no port of its own; ours keeps its name' },
  'listening shutdown': {
    linux: '0',
    ours: 'ENOTCONN',
    why: 'POSIX: not connected; Linux ends the listening for SHUT_RD',
  },
  'connecting shutdown': { linux: '0', ours: 'ENOTCONN', why: 'POSIX: not connected; Linux gives the attempt up' },
}

/** What this kernel answers, as `state call` to its answer. */
function ours(): Map<string, string> {
  const answers = new Map<string, string>()
  for (const state of STATES) {
    for (const operation of OPERATIONS) {
      const machine = fakeMachine()
      const answer = perform(operation, machine, socketIn(state, machine))
      // A read that found the end gives no bytes, which C counts.
      answers.set(`${state} ${operation}`, answer === '' ? '0' : String(answer))
    }
    const machine = fakeMachine()
    answers.set(`${state} poll`, machine.poll(socketIn(state, machine)))
  }
  return answers
}

// Elsewhere there is nobody to compare with: the answers are those of Linux on every platform.
if (process.platform === 'linux') {
  test('every call in every state answers as on Linux, but for what is known', () => {
    const linux = linuxAnswers('linux')
    expect(linux.size).toBe(STATES.length * (OPERATIONS.length + 1))
    expect(Object.fromEntries(ours())).toEqual(expectedOf(linux, DIFFERENCES))
  })
} else {
  test('the answers of Linux are compared on Linux', () => {
    expect(process.platform).not.toBe('linux')
  })
}
