/** A stream whose bytes are sent by a relay: how many it keeps, and when a writer learns what became of them. */
import { describe, expect, test } from '@jest/globals'
import type { StreamRelay } from '../../src/host/contract/stream.js'
import { STREAM_WINDOW } from '../../src/host/stream/base-stream.js'
import { RelayedStream } from '../../src/host/stream/relayed-stream.js'

/** A stream for callers that can wait, and the sizes that its relay has not sent yet. */
function opened(): { stream: RelayedStream; sending: number[]; sent: () => void } {
  const sending: number[] = []
  const relay: StreamRelay = {
    events: { onInput() {}, onNothing() {}, onSent() {} },
    want() {},
    send: (bytes) => sending.push(bytes.length),
    close() {},
  }
  const stream = new RelayedStream({ type: 'socket', access: 'write', relay, room: 0 })
  const sent = (): void => {
    sending.shift()
    relay.events.onSent(undefined)
  }
  return { stream, sending, sent }
}

describe('a caller that does not wait', () => {
  test('writes again before the first bytes were sent', () => {
    const { stream, sending } = opened()
    expect(stream.write(new Uint8Array(5), false)).toBe(5)
    expect(stream.writable).toBe(true)
    expect(stream.write(new Uint8Array(7), false)).toBe(7)
    expect(sending).toEqual([5, 7])
  })

  test('gets EAGAIN once a window of bytes is kept, until some were sent', () => {
    const { stream, sent } = opened()
    expect(stream.write(new Uint8Array(STREAM_WINDOW - 1), false)).toBe(STREAM_WINDOW - 1)
    expect(stream.write(new Uint8Array(3), false)).toBe(1)
    expect(stream.writable).toBe(false)
    expect(stream.write(new Uint8Array(3), false)).toBe('EAGAIN')
    sent()
    expect(stream.writable).toBe(true)
    expect(stream.write(new Uint8Array(3), false)).toBe(3)
  })
})

test('a caller that waits learns the outcome once nothing is kept', () => {
  const { stream, sent } = opened()
  expect(stream.write(new Uint8Array(5), false)).toBe(5)
  expect(stream.write(new Uint8Array(7), true)).toBe('EINPROGRESS')
  expect(stream.writable).toBe(false)
  sent()
  expect(stream.outcome(true)).toBe('EINPROGRESS')
  sent()
  expect(stream.writable).toBe(true)
  expect(stream.outcome(true)).toBe(7)
})
