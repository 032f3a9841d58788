/**
 * How a socket connects to a host: the name is looked up, and if it has several addresses they are tried one after
 * another, each for a limited time (Happy Eyeballs, RFC 8305, in the way of Node).
 */

import { ADDRCONFIG, type LookupAddress } from 'node:dns'
import type { EventEmitter } from 'node:events'
import {
  type BlockList,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  type LookupFunction,
} from 'node:net'
import { alternateFamilies } from '../../base/alternate-families.js'
import { StatusCode } from '../../uv/status.js'
import type { TCP } from '../../uv/streams/tcp.js'
import { asSystemError, nodeError, systemError } from '../node-error.js'
import { checkInt32, checkPort, checkType, wrongType } from './arguments.js'
import { blocked, isBlocked } from './block-list.js'
import type { OnLookup } from './lookup.js'
import { withKnownZone } from './zones.js'

/** The target of a connection, and how to connect. */
export interface ConnectingOptions {
  /** The port, 0 to 65,535. */
  readonly port?: number | string | undefined
  /** An IP address or a host name; `localhost` by default. */
  readonly host?: string | undefined
  /** The local IP address to bind to. */
  readonly localAddress?: string | undefined
  /** The local port to bind to. */
  readonly localPort?: number | undefined
  /** 4 or 6 for addresses of one family only; 0, the default, for both. */
  readonly family?: number | 'IPv4' | 'IPv6' | undefined
  /** For the option `lookup`; see `dns.lookup()`. */
  readonly hints?: number | undefined
  /** Looks up names instead of the loop's host. */
  readonly lookup?: LookupFunction | undefined
  /** Whether to try several addresses; Node's default by default. */
  readonly autoSelectFamily?: boolean | undefined
  /** The time for each address in milliseconds, at least 10; Node's default by default. */
  readonly autoSelectFamilyAttemptTimeout?: number | undefined
}

/** The steps of connecting that the socket implements. */
export interface Steps<Handle> {
  /** Creates a new handle, which replaces the last one. */
  open(): Handle
  /** Closes the handle of a failed attempt. */
  drop(): void
  /** Looks up a name, and calls back in the loop. @returns cancels the lookup */
  lookup(name: string, family: number, done: OnLookup): () => void
  /** Runs a function like a callback of the loop. */
  tell(callback: () => void): void
  /** Called when the connection is established. */
  connected(handle: Handle): void
}

/** The part of a socket that connecting needs. */
export interface ConnectingSocket extends EventEmitter {
  readonly blockList: BlockList | undefined
  autoSelectFamilyAttemptedAddresses: string[] | undefined
  destroy(error: Error): unknown
}

/** One address to try. */
interface Target {
  readonly address: string
  readonly family: 4 | 6
}

const SHORTEST_ATTEMPT = 10
const families = new Map<unknown, number>([
  ['IPv4', 4],
  ['IPv6', 6],
])

/** A pending connection to a host. */
export class Connecting {
  readonly #socket: ConnectingSocket
  readonly #steps: Steps<TCP>
  readonly #options: ConnectingOptions
  readonly #port: number
  readonly #host: string
  readonly #patience: number
  #stopped = false
  #active: TCP | undefined
  #forget: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  /** The addresses left to try, and the errors of those tried, if there are several. */
  #targets: Target[] | undefined
  readonly #errors: Error[] = []

  /** Starts connecting. @throws {TypeError} when an option is not valid, {RangeError} ERR_SOCKET_BAD_PORT */
  constructor(
    socket: ConnectingSocket,
    steps: Steps<TCP>,
    options: Omit<ConnectingOptions, 'port' | 'host'> & {
      readonly port?: unknown
      readonly host?: unknown
    },
  ) {
    const { localAddress, localPort, host, port, lookup, autoSelectFamilyAttemptTimeout: patience } = options
    if (localAddress && !isIP(localAddress)) {
      throw nodeError(TypeError, 'ERR_INVALID_IP_ADDRESS', `Invalid IP address: ${localAddress}`)
    }
    checkType(localPort, 'number', 'options.localPort')
    checkType(options.autoSelectFamily, 'boolean', 'options.autoSelectFamily')
    if (patience !== undefined && patience !== null) checkInt32(patience, 'options.autoSelectFamilyAttemptTimeout', 1)
    checkType(lookup, 'function', 'options.lookup')
    if (port !== undefined && typeof port !== 'number' && typeof port !== 'string') {
      throw wrongType('options.port', 'one of type number or string', port)
    }
    this.#socket = socket
    this.#steps = steps
    this.#port = port === undefined ? 0 : checkPort(port, 'Port')
    if (lookup === undefined && host) checkType(host, 'string', 'hostname')
    this.#host = typeof host === 'string' && host !== '' ? host : 'localhost'
    this.#patience = Math.max(SHORTEST_ATTEMPT, patience ?? getDefaultAutoSelectFamilyAttemptTimeout())
    this.#options = { ...options, port: this.#port, host: this.#host }
    this.#start()
  }

  /** Stops connecting: nothing is reported any more. The socket closes the handle. */
  stop(): void {
    this.#stopped = true
    this.#forget?.()
    clearTimeout(this.#timer)
  }

  #start(): void {
    const family = isIP(this.#host)
    if (family === 4 || family === 6) {
      process.nextTick(() => {
        if (!this.#stopped) this.#attempt({ address: this.#host, family })
      })
      return
    }
    const { localAddress, autoSelectFamily, lookup } = this.#options
    const wanted = families.get(this.#options.family) ?? Number(this.#options.family ?? 0)
    const either = wanted !== 4 && wanted !== 6
    const hints = this.#options.hints || (either ? ADDRCONFIG : 0)
    const all = either && !localAddress && (autoSelectFamily ?? getDefaultAutoSelectFamily())
    if (lookup === undefined) {
      this.#forget = this.#steps.lookup(this.#host, wanted, (error, found) => {
        this.#steps.tell(() => this.#looked(error, all ? found : found.slice(0, 1), all))
      })
    } else if (all) {
      lookup(this.#host, { family: wanted, hints, all }, (error, found) => {
        this.#looked(error, Array.isArray(found) ? found : [], all)
      })
    } else {
      lookup(this.#host, { family: wanted, hints }, (error, address, family) => {
        this.#looked(error, [{ address: String(address), family: Number(family) }], all)
      })
    }
  }

  /** Continues with the addresses of the name, or with the error of the lookup. */
  #looked(error: Error | null, found: readonly LookupAddress[], all: boolean): void {
    if (this.#stopped) return
    if (error) {
      this.#socket.emit('lookup', error, undefined, undefined, this.#host)
      this.#fail(error)
      return
    }
    for (const { address, family } of found) {
      this.#socket.emit('lookup', null, address, family, this.#host)
      if (this.#stopped) return
    }
    const targets = inOrder(found.filter(isTarget))
    const [only] = targets
    if (only === undefined) this.#fail(notUsable(found[0], `${this.#host}:${this.#port}`))
    else if (targets.length === 1 || !all) this.#attempt(only)
    else {
      this.#targets = targets
      this.#socket.autoSelectFamilyAttemptedAddresses = []
      this.#attemptNext()
    }
  }

  #attemptNext(): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    const target = this.#targets?.shift()
    if (target === undefined) this.#socket.destroy(allFailed(this.#errors))
    else this.#attempt(target)
  }

  /** Tries one address. */
  #attempt(target: Target): void {
    const { address, family } = target
    const tcp = this.#steps.open()
    this.#active = tcp
    const refusal = this.#bind(tcp, family)
    if (refusal !== undefined) {
      this.#refused(target, refusal, false)
      return
    }
    const forbidden = isBlocked(this.#socket.blockList, address) ? blocked(address) : undefined
    if (forbidden !== undefined && this.#targets !== undefined) {
      this.#refused(target, forbidden, true)
      return
    }
    this.#socket.autoSelectFamilyAttemptedAddresses?.push(`${address}:${this.#port}`)
    this.#socket.emit('connectionAttempt', address, this.#port, family)
    if (this.#stopped) return
    if (forbidden !== undefined) {
      this.#refused(target, forbidden, false)
      return
    }
    try {
      tcp.connect({ host: withKnownZone(tcp.loop, address), port: this.#port }, (_request, status) => {
        if (!this.#stopped && this.#active === tcp) this.#steps.tell(() => this.#decided(tcp, target, status))
      })
    } catch (error) {
      this.#refused(target, asSystemError(error, 'connect', { address, port: this.#port }), true)
      return
    }
    if ((this.#targets?.length ?? 0) > 0) {
      this.#timer = setTimeout(() => this.#timedOut(target), this.#patience)
    }
  }

  #decided(tcp: TCP, target: Target, status: number): void {
    clearTimeout(this.#timer)
    if (status === 0) {
      this.#stopped = true
      this.#steps.connected(tcp)
    } else this.#refused(target, this.#failure(target, status), true)
  }

  #timedOut(target: Target): void {
    this.#socket.emit('connectionAttemptTimeout', target.address, this.#port, target.family)
    this.#active = undefined
    this.#errors.push(this.#failure(target, StatusCode.ETIMEDOUT))
    this.#steps.drop()
    this.#attemptNext()
  }

  /** Handles an address that failed: tries the next one, or fails the socket. */
  #refused(target: Target, error: Error, attempted: boolean): void {
    if (attempted) {
      this.#socket.emit('connectionAttemptFailed', target.address, this.#port, target.family, error)
      if (this.#stopped) return
    }
    if (this.#targets === undefined) this.#socket.destroy(error)
    else {
      this.#errors.push(error)
      this.#steps.drop()
      this.#attemptNext()
    }
  }

  #failure({ address }: Target, status: number): Error {
    const { localAddress, localPort } = this.#options
    const from = localAddress && localPort ? { localAddress, localPort } : undefined
    const local = from && `${localAddress}:${localPort}`
    return Object.assign(systemError(status, 'connect', { address, port: this.#port, local }), from)
  }

  /** Binds to the local address, if the options have one. @returns the error, if it failed */
  #bind(tcp: TCP, family: 4 | 6): Error | undefined {
    const { localAddress, localPort = 0 } = this.#options
    if (!localAddress && !localPort) return undefined
    const host = localAddress || (family === 4 ? '0.0.0.0' : '::')
    try {
      tcp.bind({ host: withKnownZone(tcp.loop, host), port: localPort })
      // A port in use is reported late, and only when the address is read.
      void tcp.sockname
      return undefined
    } catch (error) {
      return asSystemError(error, 'bind', { address: host, port: localPort })
    }
  }

  /** Fails the socket in the next tick, so that the caller can add its listeners first. */
  #fail(error: Error): void {
    process.nextTick(() => {
      if (!this.#stopped) this.#socket.destroy(error)
    })
  }
}

function isTarget(found: LookupAddress): found is LookupAddress & Target {
  return isIP(found.address) !== 0 && (found.family === 4 || found.family === 6)
}

/** The order in which addresses are tried; duplicates are removed. */
function inOrder(targets: readonly Target[]): Target[] {
  return alternateFamilies(
    targets.filter(({ address }, at) => targets.findIndex((other) => other.address === address) === at),
  )
}

function notUsable(found: LookupAddress | undefined, place: string): Error {
  if (found === undefined || isIP(found.address) === 0) {
    return nodeError(TypeError, 'ERR_INVALID_IP_ADDRESS', `Invalid IP address: ${found?.address}`)
  }
  return nodeError(RangeError, 'ERR_INVALID_ADDRESS_FAMILY', `Invalid address family: ${found.family} ${place}`)
}

function allFailed(errors: readonly Error[]): Error {
  const [first] = errors
  const code: unknown = first !== undefined && 'code' in first ? first.code : undefined
  return Object.assign(new AggregateError(errors, 'Cannot connect: all addresses of the name failed'), { code })
}
