/** Guards keep the contract of the host below them. */
import { describe } from '@jest/globals'
import type { Fault } from '../../src/guard/faults/faults.js'
import { faultyHost } from '../../src/guard/faults/faulty-host.js'
import { limitedHost } from '../../src/guard/limits/limited-host.js'
import { policyHost } from '../../src/guard/policy-host.js'
import { recordingHost } from '../../src/guard/record/recording-host.js'
import { serviceHost } from '../../src/guard/services/service-host.js'
import { virtualHost } from '../../src/host/virtual.js'
import { hostContract } from '../host/contract/contract.js'
import { unixContract } from '../host/contract/unix.js'

const EVERYTHING = { connect: ['*', 'unix:*'], listen: ['*', 'unix:*'] }
/** So slow that the largest transfers wait, and so fast that no test takes long. */
const SLOW = {
  bytesPerSecond: { rate: 1e8, burst: 8e6 },
  connectionsPerSecond: { rate: 1e4, burst: 1000 },
  lookupsPerSecond: { rate: 1e5, burst: 1e5 },
  sockets: 5000,
  connecting: 5000,
  pendingAccepts: 5000,
  lookups: 5000,
}

describe('a policy over limits over a recording of latency and a slicer over the virtual host', () => {
  hostContract(() => {
    const host = virtualHost()
    const faults: Fault[] = [
      { toxic: 'latency', on: 'connect', latency: 1 },
      { toxic: 'slicer', direction: 'both', average_size: 30_000, size_variation: 20_000 },
    ]
    const recorded = recordingHost(faultyHost(host, { faults }), () => {})
    return { host: policyHost(limitedHost(recorded, SLOW), EVERYTHING), leaks: () => host.open() }
  })
})

describe('services over the virtual host', () => {
  // The rest of the host is passed through.
  unixContract(() => {
    const host = virtualHost()
    return { host: serviceHost(host), leaks: () => host.open() }
  })
})
