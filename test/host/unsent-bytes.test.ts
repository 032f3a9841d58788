/** The bytes that wait for room in the system, in their writers' own buffers. */
import { expect, test } from '@jest/globals'
import { UnsentBytes } from '../../src/host/connection/unsent-bytes.js'

/** Sends at most `room` bytes in all. @returns what was sent */
const sendUpTo = (waiting: UnsentBytes, room: number): string => {
  let sent = ''
  waiting.send((data) => {
    const count = Math.min(room - sent.length, data.length)
    sent += Buffer.from(data.subarray(0, count)).toString()
    return count
  })
  return sent
}

test('waiting bytes are sent in order as far as there is room', () => {
  const waiting = new UnsentBytes()
  for (const word of ['one', '', 'two', 'three']) waiting.push(Buffer.from(word))
  expect([waiting.length, sendUpTo(waiting, 5), waiting.length]).toEqual([11, 'onetw', 6])
  expect([sendUpTo(waiting, 0), sendUpTo(waiting, 100), waiting.length]).toEqual(['', 'othree', 0])
})

test('a buffer that was detached fails with EFAULT, and nothing after it is sent', () => {
  const waiting = new UnsentBytes()
  const lost = new Uint8Array(4)
  waiting.push(Buffer.from('one'))
  waiting.push(lost)
  waiting.push(Buffer.from('two'))
  structuredClone(lost.buffer, { transfer: [lost.buffer] })
  const sent: string[] = []
  const send = () =>
    waiting.send((data) => {
      sent.push(Buffer.from(data).toString())
      return data.length
    })
  expect(send).toThrow(expect.objectContaining({ code: 'EFAULT' }))
  expect([sent, waiting.length]).toEqual([['one'], 7])
})

test('a buffer that has grown sends only the bytes that were written', () => {
  const waiting = new UnsentBytes()
  const memory: ArrayBuffer = Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }])
  waiting.push(new Uint8Array(memory).fill(0x61))
  Reflect.apply(Reflect.get(memory, 'resize'), memory, [8])
  expect([sendUpTo(waiting, 3), sendUpTo(waiting, 100), waiting.length]).toEqual(['aaa', 'a', 0])
})

test('clear() within send() ends the sending', () => {
  const waiting = new UnsentBytes()
  waiting.push(Buffer.from('one'))
  waiting.push(Buffer.from('two'))
  let calls = 0
  waiting.send(() => {
    calls += 1
    waiting.clear()
    return 0
  })
  expect([calls, waiting.length]).toEqual([1, 0])
})
