/**
 * Counts of the batches and wakes between the threads of the worker driver: times would depend on the machine more than
 * on the code.
 */
import { Worker } from 'node:worker_threads'
import { beforeAll, expect, test } from '@jest/globals'

import { DEFAULT_LIMITS } from '../../../src/guard/limits/limits.js'
import type { WorkerSetup } from '../../../src/guest/drivers/worker.js'
import { makePulse } from '../../../src/guest/time/pulse.js'
import type { StreamGiven } from '../../../src/host/contract/stream.js'
import { ToGuest, ToParent, type Wires } from '../../../src/remote/protocol.js'
import { makeRing, type RingFigures, ringFigures } from '../../../src/remote/ring.js'
import { soon } from '../../support/deadline.js'
import { compileModule, describeModule, HostServer, nodeHost } from '../support/built.js'
import { connect, endAll, receive, until } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('echo'), COMPILING)
endAll()

/** The change of a ring's figures. */
const since = (before: RingFigures, ring: SharedArrayBuffer): RingFigures => {
  const { published, woken } = ringFigures(ring)
  return { published: published - before.published, woken: woken - before.woken }
}

interface Echo {
  readonly port: number
  readonly wires: Wires
  readonly end: () => Promise<unknown>
}

/** Starts an echo server in a thread, like the worker driver does. @returns its rings, too */
const startEcho = async (transport: 'net' | 'handle'): Promise<Echo> => {
  const wires = { toParent: makeRing(1024 * 1024), toGuest: makeRing(1024 * 1024) }
  const [module, abi] = [await compileModule(await guestModule('echo')), await describeModule()]
  let output = ''
  const server = new HostServer(nodeHost({ transport }), wires, {
    onRecord: (kind, _id, value, payload) => {
      if (kind !== ToParent.OUTPUT) return
      output += Buffer.from(payload).toString()
      server.wire.post(ToGuest.SENT, 0, value)
    },
    onDefect: (error) => {
      throw error
    },
  })
  const wasi = { args: ['echo'] }
  const traits = {
    hasUnix: false,
    sharesPorts: { stream: false, datagram: false },
    clockStart: performance.timeOrigin - 1000,
  }
  const table = new Float64Array(2 * Object.keys(DEFAULT_LIMITS).length)
  const limits = { limits: DEFAULT_LIMITS, isMemoryGiven: false, table }
  const how = { trace: '', ...limits, wallClock: true, traits }
  const worker = new Worker(new URL('../../../build/lib/guest/drivers/worker.js', import.meta.url))
  const streams = (['read', 'write', 'write'] as const).map(
    (access): StreamGiven => ({ type: 'pipe', access, appends: false }),
  )
  const setup: WorkerSetup = { module, abi, wasi, wires, pulse: makePulse(), streams, ...how }
  worker.postMessage(setup)
  const end = (): Promise<unknown> => {
    server.close()
    return soon(worker.terminate(), 'the thread to end')
  }
  await until(() => /port \d+/.test(output), 'the guest to listen').catch((error) =>
    end().then(() => Promise.reject(error)),
  )
  return { port: Number(/port (\d+)/.exec(output)?.[1]), wires, end }
}

/** The figures of both rings for a number of messages, one after the other. */
const pingPong = async (transport: 'net' | 'handle', rounds: number): Promise<Record<keyof Wires, RingFigures>> => {
  const { port, wires, end } = await startEcho(transport)
  const client = await connect(port)
  const ping = async (): Promise<void> => {
    client.write(Buffer.alloc(64))
    await receive(client, 64)
  }
  await ping()
  const before = { toParent: ringFigures(wires.toParent), toGuest: ringFigures(wires.toGuest) }
  for (let round = 0; round < rounds; round++) await ping()
  const toParent = since(before.toParent, wires.toParent)
  const toGuest = since(before.toGuest, wires.toGuest)
  await end()
  return { toParent, toGuest }
}

test('a message that is echoed costs each thread one batch and at most one wake', async () => {
  const ROUNDS = 500
  const { toParent, toGuest } = await pingPong('net', ROUNDS)
  // There is a batch for each message, and one for the receipts of each half of a window.
  expect(toParent.published).toBe(ROUNDS)
  expect(toGuest.published).toBeGreaterThanOrEqual(ROUNDS)
  expect(toGuest.published).toBeLessThanOrEqual(ROUNDS + 2)
  expect(toParent.woken).toBeLessThanOrEqual(toParent.published)
  expect(toGuest.woken).toBeLessThanOrEqual(toGuest.published)
})

test('an answer needs no batch if the host exposes its descriptors', async () => {
  const ROUNDS = 500
  const { toParent, toGuest } = await pingPong('handle', ROUNDS)
  expect(toParent).toEqual({ published: 0, woken: 0 })
  expect(toGuest.published).toBe(ROUNDS)
})

test('messages of many clients that arrive together cross in one batch', async () => {
  const CLIENTS = 50
  const { port, wires, end } = await startEcho('net')
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect(port)))
  const round = async (): Promise<void> => {
    for (const client of clients) client.write('ping')
    await Promise.all(clients.map((client) => receive(client, 4)))
  }
  await round()
  const batches = { toParent: [] as number[], toGuest: [] as number[] }
  for (let count = 0; count < 10; count++) {
    const before = { toParent: ringFigures(wires.toParent), toGuest: ringFigures(wires.toGuest) }
    await round()
    batches.toParent.push(since(before.toParent, wires.toParent).published)
    batches.toGuest.push(since(before.toGuest, wires.toGuest).published)
  }
  await end()
  // One by one it would be 50. On a busy machine, messages arrive separately in the first rounds, while code is cold.
  for (const counts of [batches.toGuest, batches.toParent]) {
    counts.sort((a, b) => a - b)
    expect(counts[0]).toBe(1)
    expect(counts[5]).toBeLessThanOrEqual(10)
  }
})
