/** Compares the TCP sockets of the kernel with those of this machine's Linux, call by call (linux.c). */
import { expect, test } from '@jest/globals'
import { fakeMachine } from '../support/machine.js'
import { OPERATIONS, perform, STATES, socketIn } from '../support/states.js'
import { expectedOf, type LinuxDifferences, linuxAnswers } from './compile.js'

/** Known differences from Linux, and the reasons. */
const DIFFERENCES: LinuxDifferences = {
  'refused bind': {
    linux: '0',
    ours: 'EINVAL',
    why: 'POSIX: the state is unspecified after a failed connect(); use a new socket',
  },
  'broken bind': { linux: '0', ours: 'EINVAL', why: 'an accepted socket had no port of its own; ours keeps its name' },
  'connecting shutdown': { linux: '0', ours: 'ENOTCONN', why: 'POSIX: not connected; Linux cancels the attempt' },
}

/** The results of this kernel, by `state call`. */
function ours(): Map<string, string> {
  const answers = new Map<string, string>()
  for (const state of STATES) {
    for (const operation of OPERATIONS) {
      const machine = fakeMachine()
      const answer = perform(operation, machine, socketIn(state, machine))
      // At the end the text is empty; C returns 0.
      answers.set(`${state} ${operation}`, answer === '' ? '0' : String(answer))
    }
    const machine = fakeMachine()
    answers.set(`${state} poll`, machine.poll(socketIn(state, machine)))
  }
  return answers
}

// The results are those of Linux on every platform, but only Linux can be compared with.
if (process.platform === 'linux') {
  test('a TCP socket returns the results of Linux for every call in every state, except known ones', () => {
    const linux = linuxAnswers('linux')
    expect(linux.size).toBe(STATES.length * (OPERATIONS.length + 1))
    expect(Object.fromEntries(ours())).toEqual(expectedOf(linux, DIFFERENCES))
  })
} else {
  test('a TCP socket is compared only on Linux', () => {
    expect(process.platform).not.toBe('linux')
  })
}
