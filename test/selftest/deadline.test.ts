import { expect, test } from '@jest/globals'
import { within } from '../support/deadline.js'

test('within gives what the promise gives', async () => {
  await expect(within(Promise.resolve(7), 1_000, 'seven')).resolves.toBe(7)
})

test('within passes a rejection on', async () => {
  await expect(within(Promise.reject(new Error('no')), 1_000, 'seven')).rejects.toThrow('no')
})

test('within names what did not come', async () => {
  await expect(within(new Promise(() => {}), 1, 'the server to accept')).rejects.toThrow(
    'waited 1 ms for the server to accept',
  )
})
