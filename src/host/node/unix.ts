/** Sockets with paths as names on Node's bare handles. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { UNNAMED, type UnixAddress } from '../../base/address.js'
import { nameOfStatus, statusError } from '../common/errors.js'
import { FileUnix, nodePath } from '../common/unix-files.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../contract/connection.js'
import { HostError } from '../contract/error.js'
import type { HostUnix } from '../contract/unix.js'
import { connectUnbound, HandleBoundSocket, type HandleKind } from './handle-bound-socket.js'
import { type HandleCommon, HandleConnection, newCommon } from './handle-connection.js'
import { newPipe, type PipeHandle, type PipeWrap, pipeWrap } from './pipe-wrap.js'
import { tcpWrap } from './tcp-wrap.js'

/**
 * The `AF_UNIX` sockets of Node. Node's libuv removes a path when the handle that bound it is closed, and truncates
 * nothing that our libuv has not truncated already.
 */
class NodeUnix extends FileUnix {
  readonly #pipes: PipeWrap
  readonly #kind: HandleKind<UnixAddress, PipeHandle>

  /**
   * @param pipes - Node's binding
   * @param common - may be shared with other connections
   */
  constructor(pipes: PipeWrap, common: HandleCommon) {
    super()
    this.#pipes = pipes
    this.#kind = {
      accepted: (client, listener) => new PipeConnection(pipes, common, client, true, listener, UNNAMED),
      outgoing: (handle, local = UNNAMED, remote) => new PipeConnection(pipes, common, handle, false, local, remote),
    }
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    const path = nodePath(local.path)
    const handle = newPipe(this.#pipes)
    const status = handle.bind(path)
    if (status === 0) return new HandleBoundSocket(this.#kind, handle, local)
    handle.close()
    // As on Windows, libuv reports EACCES for a directory that does not exist.
    if (nameOfStatus(status) === 'EACCES' && !existsSync(dirname(path))) {
      throw new HostError('ENOENT', `bind ${path}: the directory does not exist`)
    }
    throw statusError(status, `bind ${path}`)
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    return connectUnbound(this.#kind, newPipe(this.#pipes), remote, events)
  }
}

/** Creates the sockets of this Node; if it does not expose its handles, ones that refuse every operation on sockets. */
export const unixHost = (): HostUnix => {
  const [tcp, pipes] = [tcpWrap(), pipeWrap()]
  return tcp === undefined || pipes === undefined ? new NoUnix() : new NodeUnix(pipes, newCommon(tcp))
}

/**
 * Refuses all sockets: `node:net` can neither report synchronously whether a path can be bound, nor bind it without
 * listening.
 */
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
    `${what}: Node ${process.versions.node} does not expose its handles (--permission hides them)`,
  )
}

/** A connection on a pipe handle. The handle has no addresses, so the known ones are stored here. */
class PipeConnection extends HandleConnection<UnixAddress, PipeHandle> {
  readonly #pipes: PipeWrap
  readonly #local: UnixAddress
  readonly #remote: UnixAddress

  constructor(
    pipes: PipeWrap,
    common: HandleCommon,
    handle: PipeHandle,
    connected: boolean,
    local: UnixAddress,
    remote: UnixAddress,
  ) {
    super(common, handle, connected)
    this.#pipes = pipes
    this.#local = local
    this.#remote = remote
  }

  protected override connectHandle(remote: UnixAddress, done: (status: number) => void): void {
    const request = new this.#pipes.PipeConnectWrap()
    request.oncomplete = done
    const status = this.handle.connect(request, nodePath(remote.path)) ?? 0
    if (status !== 0) throw statusError(status, `connect ${remote.path}`)
  }

  protected override askLocal(): UnixAddress {
    return this.#local
  }

  protected override askRemote(): UnixAddress {
    return this.#remote
  }

  /** There is no RST here: unread bytes have the same effect. */
  protected override resetHandle(): number {
    this.handle.close()
    return 0
  }
}
