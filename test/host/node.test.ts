/** The contract over real sockets: each transport, and `net` with each bind strategy that this Node has. */
import { describe } from '@jest/globals'
import { NodeHost } from '../../src/host/common/runtime-host.js'
import { bindStrategies } from '../../src/host/node/bind-strategies.js'
import { netTransport } from '../../src/host/node/net.js'
import { nodeHost } from '../../src/host/node.js'
import { hostContract } from './contract/contract.js'
import { nodeRefuses, overSockets } from './contract/subjects.js'

const overHandle = await nodeRefuses('handle')
const overNet = await nodeRefuses('net')

describe(`the node host over its default, ${nodeHost().transport}`, () =>
  hostContract(overSockets(nodeHost), overHandle))

describe('the node host over net', () =>
  hostContract(
    overSockets(() => nodeHost({ transport: 'net' })),
    overNet,
  ))

// The two last strategies know a local address only once connected, as their table says, and cannot pass the contract;
// node-process.test.ts has what is left to a process without permissions.
const binding = bindStrategies().filter(({ name }) => name !== 'plain' && name !== 'made-handle')
// If there is only one strategy, `nodeHost({ transport: 'net' })` uses it anyway.
if (binding.length > 1) {
  describe.each(binding)('the node host over net with $name only', (strategy) =>
    hostContract(
      overSockets(() => new NodeHost(netTransport([strategy]))),
      overNet,
    ),
  )
}
