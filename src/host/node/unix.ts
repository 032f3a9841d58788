/**
 * Sockets with paths for names, on Node's bare handles. Node's libuv removes a path when the handle is closed that took it,
 * and truncates nothing that our libuv has not truncated already.
 */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { UnixAddress } from '../../abi/address.js'
import {
  type ConnectionEvents,
  type HostConnection,
  HostError,
  HostListener,
  HostPort,
  type ListenerEvents,
} from '../host.js'
import type { HostUnix } from '../unix.js'
import { nameOfStatus, statusError } from './errors.js'
import { type HandleCommon, HandleConnection, newCommon } from './handle-connection.js'
import { newPipe, type PipeHandle, type PipeWrap, pipeWrap } from './pipe-wrap.js'
import { tcpWrap } from './tcp-wrap.js'
import { LINGER } from './transport.js'
import { FileUnix, nodePath, UNNAMED } from './unix-files.js'

/** What the sockets of one host share. */
interface Common {
  readonly pipes: PipeWrap
  readonly streams: HandleCommon
}

/** See the top of the file. */
export class NodeUnix extends FileUnix {
  readonly #common: Common

  /**
   * @param pipes - Node's binding
   * @param streams - shared with other connections, or not
   */
  constructor(pipes: PipeWrap, streams: HandleCommon) {
    super()
    this.#common = { pipes, streams }
  }

  bind(local: UnixAddress): HostPort<UnixAddress> {
    const handle = newPipe(this.#common.pipes)
    const path = nodePath(local.path)
    const status = handle.bind(path)
    if (status === 0) return new PipePort(this.#common, handle, local)
    handle.close()
    // libuv says EACCES for a folder that is not there, as Windows does.
    if (nameOfStatus(status) === 'EACCES' && !existsSync(dirname(path))) {
      throw new HostError('ENOENT', `bind ${path}: there is no such folder`)
    }
    throw statusError(status, `bind ${path}`)
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    const connection = new PipeConnection(this.#common, newPipe(this.#common.pipes), UNNAMED, remote, false)
    connection.events = events
    connection.start(remote)
    return connection
  }
}

/** The sockets of this Node; where it does not give its handles away, ones that refuse. */
export const unixHost = (): HostUnix => {
  const [tcp, pipes] = [tcpWrap(), pipeWrap()]
  return tcp === undefined || pipes === undefined ? new NoUnix() : new NodeUnix(pipes, newCommon(tcp, LINGER))
}

/** `node:net` tells neither at once whether a path could be taken, nor takes one without listening on it. */
class NoUnix extends FileUnix {
  bind(local: UnixAddress): never {
    return refuse(`bind ${local.path}`)
  }

  connect(remote: UnixAddress): never {
    return refuse(`connect ${remote.path}`)
  }
}

const refuse = (what: string): never => {
  throw new HostError(
    'ENOTSUP',
    `${what}: Node ${process.versions.node} does not give its handles away (--permission keeps them)`,
  )
}

class PipePort extends HostPort<UnixAddress> {
  readonly local: UnixAddress
  readonly #common: Common
  readonly #handle: PipeHandle
  #owned = true

  constructor(common: Common, handle: PipeHandle, local: UnixAddress) {
    super()
    this.local = local
    this.#common = common
    this.#handle = handle
    handle.unref()
  }

  close(): void {
    if (this.#owned) this.#handle.close()
    this.#owned = false
  }

  override listen(backlog: number, events: ListenerEvents<UnixAddress>): HostListener<UnixAddress> {
    const listener = new PipeListener(this.#common, this.#handle, this.local, events)
    const status = this.#handle.listen(backlog)
    if (status !== 0) throw statusError(status, `listen on ${this.local.path}`)
    this.#owned = false
    return listener
  }

  override connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    const connection = new PipeConnection(this.#common, this.#handle, this.local, remote, false)
    connection.events = events
    connection.start(remote)
    this.#owned = false
    return connection
  }
}

class PipeListener extends HostListener<UnixAddress> {
  readonly local: UnixAddress
  readonly #handle: PipeHandle
  #events: ListenerEvents<UnixAddress> | undefined

  constructor(common: Common, handle: PipeHandle, local: UnixAddress, events: ListenerEvents<UnixAddress>) {
    super()
    this.local = local
    this.#handle = handle
    this.#events = events
    handle.onconnection = (status, client) => {
      if (status !== 0) this.#events?.onError(nameOfStatus(status))
      else if (this.#events === undefined) client.close()
      else this.#events.onConnection(new PipeConnection(common, client, local, UNNAMED, true))
    }
  }

  close(): void {
    this.#events = undefined
    this.#handle.close()
  }
}

/** A connection on a pipe's handle, which knows no addresses: those that are known are remembered. */
class PipeConnection extends HandleConnection<UnixAddress, PipeHandle> {
  readonly #pipes: PipeWrap
  readonly #local: UnixAddress
  readonly #remote: UnixAddress

  constructor(
    { pipes, streams }: Common,
    handle: PipeHandle,
    local: UnixAddress,
    remote: UnixAddress,
    connected: boolean,
  ) {
    super(streams, handle, connected)
    this.#pipes = pipes
    this.#local = local
    this.#remote = remote
  }

  protected override dial(remote: UnixAddress, done: (status: number) => void): void {
    const request = new this.#pipes.PipeConnectWrap()
    request.oncomplete = done
    const status = this.handle.connect(request, nodePath(remote.path)) ?? 0
    if (status !== 0) {
      this.handle.close()
      throw statusError(status, `connect ${remote.path}`)
    }
  }

  protected override askLocal(): UnixAddress {
    return this.#local
  }

  protected override askRemote(): UnixAddress {
    return this.#remote
  }

  /** There is no RST: what was left unread says as much. */
  protected override cut(): number {
    this.handle.close()
    return 0
  }
}
