import { beforeEach, expect, test } from '@jest/globals'
import { Memory } from '../../src/abi/memory.js'
import { isCall } from '../../src/base/call.js'
import { noStreams, ownWasi } from '../../src/wasi/provider.js'
import { FakeHost } from '../support/fake-host.js'

/** `errno` of preview 1. */
const [BADF, FAULT, INVAL, IO, NOSYS] = [8, 21, 28, 29, 52]
const [REALTIME, MONOTONIC, PROCESS, THREAD] = [0, 1, 2, 3]

let host: FakeHost
let memory: Memory
let own: WebAssembly.ModuleImports

beforeEach(() => {
  host = new FakeHost()
  memory = new Memory(new WebAssembly.Memory({ initial: 1 }))
  own = ownWasi(host, () => memory)
})

function call(name: string, ...values: unknown[]): unknown {
  const found = own[name] ?? noStreams[name]
  if (!isCall(found)) throw new Error(`there is no ${name}`)
  return Reflect.apply(found, undefined, values)
}

/** The number that is stored at 8. */
const stored = (): bigint => new DataView(memory.heap.buffer).getBigUint64(8, true)

test('clocks return the time of the host, in nanoseconds', () => {
  host.now = 1_234_567_890
  for (const clock of [MONOTONIC, PROCESS, THREAD]) {
    expect([call('clock_time_get', clock, 0n, 8), stored()]).toEqual([0, 1_234_567_890n])
  }
  expect([call('clock_time_get', REALTIME, 0n, 8), stored() / 1_000_000n]).toEqual([0, 1_700_000_001_234n])
  expect([call('clock_res_get', MONOTONIC, 8), stored()]).toEqual([0, 1n])
})

test.each([0, -8, 65_529, 65_536, 2 ** 31 - 1])('a result at the invalid address %d is EFAULT', (at) => {
  expect([call('clock_time_get', MONOTONIC, 0n, at), call('clock_res_get', MONOTONIC, at)]).toEqual([FAULT, FAULT])
})

test.each([-1, 4, 2 ** 31 - 1])('the unknown clock %d is EINVAL', (clock) => {
  expect([call('clock_time_get', clock, 0n, 8), call('clock_res_get', clock, 8)]).toEqual([INVAL, INVAL])
})

test('an exception or NaN of the host’s clock is EIO', () => {
  host.fails.clock = new Error('no clock')
  expect(call('clock_time_get', MONOTONIC, 0n, 8)).toBe(IO)
  host.fails.clock = undefined
  host.now = Number.NaN
  expect(call('clock_time_get', MONOTONIC, 0n, 8)).toBe(IO)
})

test('poll_oneoff is ENOSYS, and there are no streams', () => {
  expect(call('poll_oneoff', 8, 16, 1, 24)).toBe(NOSYS)
  for (const name of ['fd_read', 'fd_write', 'fd_close']) expect(call(name, 1, 8, 1, 8)).toBe(BADF)
})
