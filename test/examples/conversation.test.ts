/**
 * The HTTP server's conversation with clients that are slow, silent or disconnected, over socket pairs, so that no test
 * depends on time.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { BODY, converse } from '../../examples/http/conversation.js'
import { Loop, RunMode, StatusCode, TCP, virtualHost } from '../../src/index.js'
import { soon } from '../support/deadline.js'

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const LAST = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

let loop: Loop

beforeEach(async () => {
  loop = await Loop.open({ host: virtualHost() })
})

afterEach(() => {
  loop.close()
  expect(loop.resources).toMatchObject({ handles: 0, descriptors: 0, heapBlocks: 0 })
})

/** Runs the loop until only the client can go on. */
const settle = async (): Promise<void> => {
  for (let round = 0; round < 20; round++) await loop.run(RunMode.NOWAIT)
}

/** Reads until the end or the failure of the connection. @returns the received text */
const readAll = async (client: TCP): Promise<string> => {
  let text = ''
  client.readStart((client, status, data) => {
    text += new TextDecoder().decode(data)
    if (status < 0) void client.close()
  })
  await soon(loop.run(), 'both sides to leave')
  return text
}

test('answers that wait when the client ends are still sent', async () => {
  const [peer, client] = TCP.pair(loop)
  converse(peer)
  client.write(bytes(GET.repeat(2_000)))
  await settle()
  client.write(bytes(LAST))
  client.shutdown()
  await settle()
  expect(peer.writeQueueSize).toBeGreaterThan(0)
  const text = await readAll(client)
  expect(text.split(BODY)).toHaveLength(2_002)
})

test('the server stops reading from a client that does not read, and loses no answer', async () => {
  const [peer, client] = TCP.pair(loop)
  converse(peer)
  client.write(bytes(GET.repeat(30_000)))
  client.write(bytes(LAST))
  await settle()
  // The high-water mark, and the answers to one more piece of 64 KiB, which are four times as long.
  expect(peer.writeQueueSize).toBeGreaterThan(256 * 1_024)
  expect(peer.writeQueueSize).toBeLessThan(768 * 1_024)
  expect(client.writeQueueSize).toBeGreaterThan(0)
  expect((await readAll(client)).split(BODY)).toHaveLength(30_002)
})

test('the server closes the connection of a silent client', async () => {
  const [peer, client] = TCP.pair(loop)
  converse(peer, { silence: 20 })
  expect(await readAll(client)).toBe('')
})

test('the server closes a connection that the client does not end after the last answer', async () => {
  const [peer, client] = TCP.pair(loop)
  converse(peer, { farewell: 20 })
  let ended = false
  client.write(bytes(LAST))
  client.readStart((_client, status) => {
    ended ||= status === StatusCode.EOF
  })
  // The client stays open, unreferenced: the run ends when the server's side has closed.
  client.unref()
  await soon(loop.run(), 'the server to leave')
  expect({ ended, left: peer.closed }).toEqual({ ended: true, left: true })
  await Promise.all([client.close(), loop.run()])
})

test('a client that disconnects leaves no handle and no memory', async () => {
  const [peer, client] = TCP.pair(loop)
  converse(peer)
  client.write(bytes(GET.repeat(10_000)))
  await settle()
  await Promise.all([client.close(), soon(loop.run(), 'the server to leave')])
})
