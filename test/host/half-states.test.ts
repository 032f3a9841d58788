/** Tests of every step of the two halves of a connection, from every state. */
import { describe, expect, test } from '@jest/globals'
import { RECEIVING, SENDING, step } from '../../src/host/connection/half-states.js'

/** The next state for each step and state; `-` where the step is illegal. */
const sending = {
  states: ['connecting', 'open', 'finishing', 'finished', 'broken', 'closed'],
  establish: ['open', '-', '-', '-', '-', '-'],
  finish: ['-', 'finishing', '-', '-', '-', '-'],
  flush: ['-', '-', 'finished', '-', '-', '-'],
  break: ['-', 'broken', 'broken', 'broken', 'broken', '-'],
  close: ['closed', 'closed', 'closed', 'closed', 'closed', 'closed'],
} as const

const receiving = {
  states: ['paused', 'flowing', 'ended', 'closed'],
  start: ['flowing', '-', '-', '-'],
  stop: ['-', 'paused', '-', '-'],
  end: ['-', 'ended', '-', '-'],
  close: ['closed', 'closed', 'closed', 'closed'],
} as const

describe('the sending half', () => {
  test.each(['establish', 'finish', 'flush', 'break', 'close'] as const)(
    'allows %s only in the states listed',
    (by) => {
      for (const [index, from] of sending.states.entries()) {
        const to = sending[by][index]
        if (to === '-') expect(() => step(SENDING, from, by)).toThrow(`Cannot ${by} a connection: it is ${from};`)
        else expect(step(SENDING, from, by)).toBe(to)
      }
    },
  )

  test('has no steps but these', () => expect(Object.keys(SENDING).sort()).toEqual(stepsOf(sending)))
})

describe('the receiving half', () => {
  test.each(['start', 'stop', 'end', 'close'] as const)('allows %s only in the states listed', (by) => {
    for (const [index, from] of receiving.states.entries()) {
      const to = receiving[by][index]
      if (to === '-') expect(() => step(RECEIVING, from, by)).toThrow(`Cannot ${by} a connection: it is ${from};`)
      else expect(step(RECEIVING, from, by)).toBe(to)
    }
  })

  test('has no steps but these', () => expect(Object.keys(RECEIVING).sort()).toEqual(stepsOf(receiving)))
})

function stepsOf(half: object): string[] {
  return Object.keys(half)
    .filter((key) => key !== 'states')
    .sort()
}
