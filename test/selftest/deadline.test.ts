import { expect, test } from '@jest/globals'
import { within } from '../support/deadline.js'

test('within() returns the result of the promise', async () => {
  await expect(within(Promise.resolve(7), 1_000, 'seven')).resolves.toBe(7)
})

test('within() rejects when the promise rejects', async () => {
  await expect(within(Promise.reject(new Error('no')), 1_000, 'seven')).rejects.toThrow('no')
})

test('within() rejects with the name of an event that does not come', async () => {
  await expect(within(new Promise(() => {}), 1, 'the server to accept')).rejects.toThrow(
    'waited 1 ms for the server to accept',
  )
})
