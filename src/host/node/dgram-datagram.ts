import type dgram from 'node:dgram'
import type { Address } from '../../base/address.js'
import { DatagramQueue } from '../../base/datagram-queue.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { fromNode, interfaceText, toNodeHost } from '../common/addresses.js'
import { caughtError, codeOf, nameOfCode } from '../common/errors.js'
import {
  type DatagramBindOptions,
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
  requireSendable,
} from '../contract/datagram.js'
import { HostError } from '../contract/error.js'

/**
 * A datagram socket on the public API, `node:dgram`. It binds synchronously, because its name lookup completes
 * synchronously. But the outcome of a send is reported a tick later, so errors such as ENETUNREACH arrive by
 * `onError`. Nor can reading be stopped: messages that arrive in the meantime are queued here.
 */
export class DgramDatagram extends HostDatagram {
  readonly #socket: dgram.Socket
  #events: DatagramEvents | undefined
  readonly #inbox = new DatagramQueue()
  #peer: Address | undefined
  #reading = false
  #telling = false
  #sending = 0
  /** Whether a `send()` found no room, so that `onDrain` must follow. */
  #wanted = false

  /** @throws {HostError} the errors of `Host.bindDatagram` */
  constructor(local: Address, options: DatagramBindOptions, events: DatagramEvents) {
    super()
    this.#socket = open(local, options)
    this.#events = events
    this.#socket.unref()
    this.#socket.on('error', (error) => this.#events?.onError(nameOfCode(codeOf(error))))
    this.#socket.on('message', (bytes, from) => {
      const address = fromNode(from)
      if (address === undefined || !this.#inbox.fits(bytes.length)) return
      this.#inbox.hold(bytes.length)
      this.#inbox.add({ bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), from: address })
      this.#tell()
    })
  }

  get local(): Address {
    return requireAddress(this.#socket)
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    const target = requireSendable(to ?? this.#peer, bytes.length)
    if (this.#socket.getSendQueueCount() > 0) {
      this.#wanted = true
      return false
    }
    const done = (error: Error | null): void => {
      this.#sending -= 1
      this.#onSent(error)
    }
    this.#sending += 1
    if (to === undefined) this.#socket.send(bytes, done)
    else this.#socket.send(bytes, target.port, toNodeHost(target), done)
    return true
  }

  readStart(): void {
    this.#reading = true
    if (this.#inbox.length === 0 || this.#telling) return
    this.#telling = true
    setImmediate(() => {
      this.#telling = false
      this.#tell()
    })
  }

  readStop(): void {
    this.#reading = false
  }

  close(): void {
    this.#events = undefined
    this.#inbox.clear()
    if (this.#sending === 0) this.#socket.close()
  }

  override connect(remote: Address): void {
    if (this.#peer !== undefined) this.disconnect()
    // It connects synchronously, but reports the reason of a failure by an event a tick later, when it is too late to
    // throw.
    this.#socket.connect(remote.port, toNodeHost(remote), () => {})
    try {
      this.#socket.remoteAddress()
    } catch {
      throw new HostError('ENETUNREACH', `connect ${formatEndpoint(remote)}`)
    }
    this.#peer = remote
  }

  override disconnect(): void {
    if (this.#peer === undefined) throw new HostError('ENOTCONN', 'disconnect')
    this.#peer = undefined
    this.#socket.disconnect()
  }

  override setBroadcast(enable: boolean): void {
    attempt('set SO_BROADCAST', () => this.#socket.setBroadcast(enable))
  }

  override setTtl(ttl: number): void {
    attempt(`set a TTL of ${ttl}`, () => this.#socket.setTTL(ttl))
  }

  override setMulticastTtl(ttl: number): void {
    attempt(`set a TTL of ${ttl}`, () => this.#socket.setMulticastTTL(ttl))
  }

  override setMulticastLoop(enable: boolean): void {
    attempt('set IP_MULTICAST_LOOP', () => this.#socket.setMulticastLoopback(enable))
  }

  override setMulticastInterface(on: string | number): void {
    attempt(`set the multicast interface ${on}`, () => this.#socket.setMulticastInterface(interfaceText(on)))
  }

  override setMembership({ group, on, source }: Membership, join: boolean): void {
    const socket = this.#socket
    const name = interfaceText(on)
    attempt(`${join ? 'join' : 'leave'} ${group}`, () => {
      if (source === undefined && join) socket.addMembership(group, name)
      else if (source === undefined) socket.dropMembership(group, name)
      else if (join) socket.addSourceSpecificMembership(source, group, name)
      else socket.dropSourceSpecificMembership(source, group, name)
    })
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    attempt(`set a ${which} buffer of ${bytes} bytes`, () => {
      if (which === 'send') this.#socket.setSendBufferSize(bytes)
      else this.#socket.setRecvBufferSize(bytes)
    })
    if (which === 'receive') this.#inbox.limit = bytes
  }

  #onSent(error: Error | null): void {
    if (this.#events === undefined) {
      if (this.#sending === 0) this.#socket.close()
      return
    }
    if (error !== null) this.#events.onError(nameOfCode(codeOf(error)))
    if (!this.#wanted || this.#socket.getSendQueueCount() > 0) return
    this.#wanted = false
    this.#events?.onDrain()
  }

  #tell(): void {
    while (this.#reading) {
      const message = this.#inbox.shift()
      if (message === undefined) return
      this.#events?.onMessage(message.bytes, message.from)
    }
  }
}

/** Creates a bound socket. @throws {HostError} the reason why it cannot be bound */
const open = (local: Address, { ipv6Only, reuseAddress, reusePort }: DatagramBindOptions): dgram.Socket => {
  if (reusePort) throw new HostError('ENOTSUP', 'this transport cannot share a datagram port')
  const family = local.family === 'ipv4' ? 4 : 6
  // Loaded on first use, since few programs need it.
  const socket = process.getBuiltinModule('node:dgram').createSocket({
    type: `udp${family}`,
    ipv6Only,
    reuseAddr: reuseAddress,
    lookup: (host, _options, callback) => callback(null, host, family),
  })
  const failures: unknown[] = []
  const note = (error: unknown): void => void failures.push(error)
  socket.on('error', note)
  socket.bind({ address: toNodeHost(local), port: local.port, exclusive: true })
  socket.off('error', note)
  if (failures.length === 0) {
    requireAddress(socket)
    return socket
  }
  socket.close()
  throw caughtError(failures[0], `bind ${formatEndpoint(local)}`)
}

const requireAddress = (socket: dgram.Socket): Address => {
  const address = fromNode(socket.address())
  if (address === undefined) throw new HostError('EIO', 'the socket has no address')
  return address
}

const attempt = (what: string, action: () => void): void => {
  try {
    action()
  } catch (error) {
    throw caughtError(error, what)
  }
}
