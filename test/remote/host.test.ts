/**
 * The host contract over the wire of the worker driver: the host is in another thread, and its remote host must pass
 * the same tests.
 */
import { once } from 'node:events'
import { setImmediate } from 'node:timers'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe } from '@jest/globals'
import { NodeTimer } from '../../src/host/common/timer.js'
import { HostError } from '../../src/host/contract/error.js'
import type { HostTimer } from '../../src/host/contract/host.js'
import { tcpWrap } from '../../src/host/node/tcp-wrap.js'
import { udpWrap } from '../../src/host/node/udp-wrap.js'
import { ClientChannel } from '../../src/remote/client/channel.js'
import { RemoteHost } from '../../src/remote/client/host.js'
import { makeRing } from '../../src/remote/ring.js'
import { type ContractOptions, hostContract } from '../host/contract/contract.js'

/** Bytes of a ring: small enough to be full sometimes. */
const RING = 256 * 1024

/** A remote host for a thread that runs its event loop. */
class TurningRemoteHost extends RemoteHost {
  readonly #wire: ClientChannel

  constructor(wire: ClientChannel) {
    super(wire, {
      hasUnix: true,
      sharesPorts: { stream: true, datagram: true },
      clockStart: performance.timeOrigin - 1000,
    })
    this.#wire = wire
  }

  /** Calls back when all requests made before are done, and all events until then are reported. */
  override defer(callback: () => void): void {
    setImmediate(() => {
      this.#askNothing()
      this.#wire.deliver()
      callback()
    })
  }

  override timer(callback: () => void): HostTimer {
    return new NodeTimer(callback)
  }

  /** Makes a call that is always refused, after all records sent before it were handled. */
  #askNothing(): void {
    try {
      this.#wire.call({ call: 'listen', port: 0, backlog: 1 })
    } catch (error) {
      if (!(error instanceof HostError)) throw error
    }
  }
}

const wrap = tcpWrap()
const canShare = wrap === undefined || wrap.tcp.constants.UV_TCP_REUSEPORT !== undefined
const canShareDatagrams = udpWrap()?.constants.UV_UDP_REUSEPORT !== undefined
const reason = 'the libuv in this Node has no such option'
const older: ContractOptions = {
  refuses: {
    ...(canShare ? {} : { reusePort: reason }),
    ...(canShareDatagrams ? {} : { shareDatagrams: reason }),
  },
}

describe.each([
  { host: 'node', options: older },
  { host: 'virtual', options: {} },
])('a remote host over the $host host', ({ host, options }) => {
  let thread: Worker | undefined
  let pumping: NodeJS.Immediate | undefined

  beforeAll(async () => {
    thread = new Worker(new URL('./support/host-thread.mjs', import.meta.url), { workerData: { host } })
    // The worker needs this thread while it loads its modules, and this thread will be blocked later.
    await once(thread, 'message')
  })

  afterAll(async () => {
    clearImmediate(pumping)
    await thread?.terminate()
  })

  hostContract(() => {
    clearImmediate(pumping)
    const wires = { toParent: makeRing(RING), toGuest: makeRing(RING) }
    thread?.postMessage(wires)
    const wire = new ClientChannel(wires)
    const pump = (): void => {
      wire.deliver()
      // Blocking leaves the processor to the other thread; only briefly, since this thread has timers too.
      wire.sleep(1)
      pumping = setImmediate(pump)
    }
    pump()
    return { host: new TurningRemoteHost(wire) }
  }, options)
})
