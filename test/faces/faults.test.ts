/**
 * Every fault, under unmodified clients over `libuv-wasm/net`: each says of it what it says of the same failure in a
 * real network. The same on a network in memory and on real sockets.
 */
import { expect, jest, test } from '@jest/globals'
import { runProgram } from './support/run-program.js'
import { PATIENCE } from './support/servers.js'

jest.setTimeout(PATIENCE)

/** What slows a connection down, or cuts its bytes, changes no answer. */
const HARMLESS = ['latency', 'bandwidth', 'slow_close', 'slicer', 'hold', 'short_read', 'short_write', 'clock']

/** What clients get instead of an answer. */
const FAILURES: Readonly<Record<string, string>> = {
  timeout: 'ECONNRESET',
  reset_peer: 'ECONNRESET',
  refuse: 'EHOSTUNREACH',
  partition: 'ETIMEDOUT',
  accept: 'ECONNRESET',
  descriptors: 'EMFILE',
  lookup: 'ENOTFOUND',
}

/** Each has a message of its own for an end in the middle of an answer. */
const CUT_OFF: Readonly<Record<string, string>> = {
  pg: 'Connection terminated unexpectedly',
  ioredis: 'Connection is closed.',
  undici: 'UND_ERR_SOCKET',
}

/** The client, the fault, what the client got, and whether the fault has fired. */
const EXPECTED = Object.entries(CUT_OFF).flatMap(([client, cutOff]) => [
  ...HARMLESS.map((toxic) => [client, toxic, 'hello', true]),
  ...Object.entries(FAILURES).map(([toxic, code]) => [client, toxic, code, true]),
  [client, 'limit_data', cutOff, true],
])

test.each(['virtual', 'real'])('every fault reaches pg, ioredis and undici over %s sockets', async (sockets) => {
  const { code, stdout, stderr } = await runProgram('faults', sockets)
  expect([code, stderr]).toEqual([0, ''])
  const results: unknown = JSON.parse(stdout)
  expect(results).toHaveLength(EXPECTED.length)
  expect(results).toEqual(expect.arrayContaining(EXPECTED))
})
