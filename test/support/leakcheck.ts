/** Checks that a test leaves nothing: a host that counts its calls, and checks of a closed loop. */
import { setImmediate } from 'node:timers'
import { expect } from '@jest/globals'
import type { Address } from '../../src/base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../../src/host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../../src/host/contract/datagram.js'
import type { BindOptions } from '../../src/host/contract/error.js'
import { Host, type HostTimer } from '../../src/host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../../src/host/contract/lookup.js'
import type { HostUnix } from '../../src/host/contract/unix.js'
import type { Loop } from '../../src/index.js'
import { soon } from './deadline.js'

/** The numbers of calls that a loop made to its host. */
export interface HostCalls {
  /** Calls of `defer()`. */
  defers: number
  /** Timers that were set. */
  timers: number
  /** Calls of `clock()`. */
  clocks: number
}

/** A host that forwards its calls to another, and counts them. */
export class WatchedHost extends Host {
  readonly name: string
  readonly #host: Host
  /** Counted since the host was made. */
  readonly calls: HostCalls = { defers: 0, timers: 0, clocks: 0 }
  #armed = 0
  #holders = 0
  #deferred = 0

  constructor(host: Host) {
    super()
    this.name = host.name
    this.#host = host
  }

  /** The pending timers, holds and deferred calls, a line each. */
  held(): string[] {
    const counts = { 'a timer': this.#armed, 'a hold on the process': this.#holders, 'a deferred call': this.#deferred }
    return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} times ${what}`] : []))
  }

  override sharesPorts(kind: 'stream' | 'datagram'): boolean {
    return this.#host.sharesPorts(kind)
  }

  clock(): number {
    this.calls.clocks++
    return this.#host.clock()
  }

  wallClock(): number {
    return this.#host.wallClock()
  }

  defer(callback: () => void): void {
    this.calls.defers++
    this.#deferred++
    this.#host.defer(() => {
      this.#deferred--
      callback()
    })
  }

  timer(callback: () => void): HostTimer {
    let armed = 0
    const arm = (now: 0 | 1): void => {
      this.#armed += now - armed
      armed = now
    }
    const timer = this.#host.timer(() => {
      arm(0)
      callback()
    })
    return {
      set: (ms) => {
        this.calls.timers++
        arm(1)
        timer.set(ms)
      },
      clear: () => {
        arm(0)
        timer.clear()
      },
    }
  }

  override keepAlive(): () => void {
    this.#holders++
    const release = this.#host.keepAlive()
    return () => {
      this.#holders--
      release()
    }
  }

  override interfaces(): ReadonlyMap<string, number> {
    return this.#host.interfaces()
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    return this.#host.bind(local, options)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return this.#host.connect(remote, events)
  }

  override get unix(): HostUnix | undefined {
    return this.#host.unix
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return this.#host.lookup(name, family, events)
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return this.#host.bindDatagram(local, options, events)
  }
}

/** Expects that a loop is closed and holds nothing. */
export const expectNothingLeft = ({ closed, resources }: Pick<Loop, 'closed' | 'resources'>): void => {
  expect({ closed, ...resources }).toMatchObject({ closed: true, handles: 0, descriptors: 0, heapBlocks: 0 })
}

/**
 * Waits until nothing is held any more: sockets are released some turns of the event loop after they were closed.
 *
 * @param held - returns the resources that are held, a line each
 * @throws {Error} that names the resources still held at the deadline
 */
export const released = async (held: () => string[]): Promise<void> => {
  let waiting = true
  const empty = async (): Promise<void> => {
    while (waiting && held().length > 0) await new Promise((resolve) => setImmediate(resolve))
  }
  try {
    await soon(empty(), 'everything to be released')
  } catch (error) {
    throw new Error(`still held: ${held().join(', ')}`, { cause: error })
  } finally {
    waiting = false
  }
}
