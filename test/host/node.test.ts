/** The contract over real sockets: each transport, and `net` on each rung of the ladder that this Node has. */
import { readdirSync, readlinkSync } from 'node:fs'
import { describe } from '@jest/globals'
import type { Host } from '../../src/host/host.js'
import { rungs } from '../../src/host/node/ladder.js'
import { netTransport } from '../../src/host/node/net.js'
import { NodeHost } from '../../src/host/node/node-host.js'
import { tcpWrap } from '../../src/host/node/tcp-wrap.js'
import { LINGER } from '../../src/host/node/transport.js'
import { udpWrap } from '../../src/host/node/udp-wrap.js'
import { nodeHost } from '../../src/host/node.js'
import { type ContractOptions, hostContract } from './contract.js'

/** The sockets of this process, each as `socket:[inode]`; none where there is no /proc. */
const openSockets = (): string[] => {
  try {
    return readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        const target = readlinkSync(`/proc/self/fd/${fd}`)
        return target.startsWith('socket:') ? [target] : []
      } catch {
        return [] // the descriptor of readdir itself
      }
    })
  } catch {
    return []
  }
}

const over = (make: () => Host, options?: ContractOptions): void =>
  hostContract(() => {
    const before = new Set(openSockets())
    return { host: make(), leaks: () => openSockets().filter((socket) => !before.has(socket)) }
  }, options)

const wrap = tcpWrap()
const canShare = wrap === undefined || wrap.tcp.constants.UV_TCP_REUSEPORT !== undefined
const canShareDatagrams = udpWrap()?.constants.UV_UDP_REUSEPORT !== undefined
const older = 'the libuv in this Node cannot'
const shareStreams = canShare ? {} : { reusePort: older }
const options: ContractOptions = {
  refuses: { ...shareStreams, ...(canShareDatagrams ? {} : { shareDatagrams: older }) },
}
/** node:dgram has come to share ports at different times, and says nothing where it does not. */
const overNet: ContractOptions = { refuses: { ...shareStreams, shareDatagrams: 'node:dgram may ignore it' } }

describe(`the node host over ${nodeHost().transport}, its choice`, () => over(() => nodeHost(), options))

describe('the node host over net', () => over(() => nodeHost({ transport: 'net' }), overNet))

const binding = rungs().filter(({ name }) => name !== 'plain')
// With one rung only, that is what `nodeHost({ transport: 'net' })` takes anyway.
if (binding.length > 1) {
  describe.each(binding)('the node host over net, on $name alone', (rung) =>
    over(() => new NodeHost(netTransport([rung], LINGER)), overNet),
  )
}
