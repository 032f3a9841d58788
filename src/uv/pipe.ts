import { pathOf, textOf } from '../base/unix-path.js'
import { checkCallback } from './callback.js'
import { ArgumentError, checkInteger, show, UVError } from './errors.js'
import { handleOptions } from './handle.js'
import type { Loop } from './loop.js'
import { type OnRequest, PipeConnectRequest } from './request.js'
import { openPair } from './socketpair.js'
import { type OnConnection, type OnRead, Stream } from './stream.js'

/** Flags of {@link Pipe.bind} and {@link Pipe.connect}. */
export const PipeFlags = {
  /** A path that is too long is refused with `EINVAL`. Without it, it is cut. */
  NO_TRUNCATE: 1,
} as const

/** What {@link Pipe.chmod} lets everybody do; they can be added. */
export const PipeMode = {
  READABLE: 1,
  WRITABLE: 2,
} as const

/** How a pipe is made. */
export interface PipeOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Must be `false`: no descriptors are passed here, since there are no processes to pass them to. */
  readonly ipc?: boolean
  /** Called when bytes came. */
  readonly onRead?: OnRead<Pipe>
  /** Called when a connection waits. */
  readonly onConnection?: OnConnection<Pipe>
}

/**
 * A stream with a path for a name: a Unix socket, a server's or a client's. Where the host has no paths, names are known in its
 * loop only.
 *
 * @see https://docs.libuv.org/en/v1.x/pipe.html
 *
 * @example
 * ```ts
 * import { Loop, Pipe, virtualHost } from 'libuv-wasm'
 *
 * const loop = await Loop.open({ host: virtualHost() })
 * const server = new Pipe({ loop })
 * server.bind('/run/greeter')
 * server.listen(16, () => {
 *   const peer = server.accept()
 *   peer.write(new TextEncoder().encode('hello'))
 *   peer.shutdown(() => peer.close())
 *   server.close()
 * })
 * const client = new Pipe({ loop })
 * client.connect(server.sockname, () => {
 *   client.readStart((_client, status, data) => {
 *     if (status === 0) console.log(new TextDecoder().decode(data))
 *     else client.close()
 *   })
 * })
 * await loop.run()
 * loop.close()
 * ```
 * ```text
 * hello
 * ```
 */
export class Pipe extends Stream {
  /**
   * @throws {ClosedLoopError}
   * @throws {UVError} ENOTSUP when `ipc` is asked for
   */
  constructor(options: PipeOptions = {}) {
    const { loop, ipc = false, onRead, onConnection } = handleOptions(options)
    checkCallback(onRead, 'onRead')
    checkCallback(onConnection, 'onConnection')
    if (ipc) throw new UVError('ENOTSUP', 'no descriptors can be passed here; leave ipc out', 'pipe')
    super(loop, (exports, id) => exports.uvw_pipe_init(id))
    this.onRead = onRead
    this.onConnection = onConnection
  }

  /**
   * Two pipes connected to each other, without names.
   *
   * @throws {UVError} EMFILE
   * @see https://docs.libuv.org/en/v1.x/misc.html#c.uv_socketpair
   */
  static pair(loop?: Loop): [Pipe, Pipe] {
    return openPair(
      () => new Pipe({ ...(loop && { loop }) }),
      (pipe, status) => pipe.check(status, 'socketpair'),
    )
  }

  /**
   * Takes over a descriptor of this loop's kernel; it is closed with the handle.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF when it is none, EEXIST when another handle has it, EBUSY when this one has another
   * @see https://docs.libuv.org/en/v1.x/pipe.html#c.uv_pipe_open
   */
  open(fd: number): void {
    this.takeOver(fd)
  }

  /**
   * Takes a path. It is the host's, and removed when the handle is closed.
   *
   * @param path - as the host has it; one of more than 108 bytes is cut, unless the flags say otherwise
   * @param flags - {@link PipeFlags}; 0 by default
   * @throws {ClosedHandleError}
   * @throws {UVError} EADDRINUSE when there is something at the path, even a socket that nobody listens on any more; EACCES,
   *   also when the folder does not exist; EINVAL when it is bound already, for an abstract name (libuv has those on Linux
   *   alone), ENOTSUP
   * @see https://docs.libuv.org/en/v1.x/pipe.html#c.uv_pipe_bind2
   */
  bind(path: string, flags = 0): void {
    const handle = this.address
    const mask = this.#mask(flags)
    this.check(this.instance.exports.uvw_pipe_bind(handle, ...this.#name(path), mask), 'bind')
  }

  /**
   * Connects to a path.
   *
   * @param flags - {@link PipeFlags}; 0 by default
   * @returns the request: await it, or give `onConnect`. It fails with ENOENT when there is no such path, ECONNREFUSED when
   *   nobody listens there, EACCES
   * @throws {ClosedHandleError}
   * @throws {UVError} EINVAL for a path that cannot be, EALREADY while another connect is under way
   * @see https://docs.libuv.org/en/v1.x/pipe.html#c.uv_pipe_connect2
   */
  connect(path: string, onConnect?: OnRequest<PipeConnectRequest>, flags = 0): PipeConnectRequest {
    const handle = this.address
    const mask = this.#mask(flags)
    const [name, length] = this.#name(path)
    checkCallback(onConnect, 'onConnect')
    const request = new PipeConnectRequest(this, 'connect', onConnect)
    const { exports } = this.instance
    this.begin(request, 'connect', (id) => exports.uvw_pipe_connect(handle, id, name, length, mask))
    return request
  }

  /**
   * The path that was bound; empty where there is none.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF while there is no socket
   */
  get sockname(): string {
    return this.#path('sockname', this.instance.exports.uvw_pipe_getsockname(this.address, this.instance.scratch))
  }

  /**
   * The peer's path; empty where it has none.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} ENOTCONN when there is no peer, EBADF while there is no socket
   */
  get peername(): string {
    return this.#path('peername', this.instance.exports.uvw_pipe_getpeername(this.address, this.instance.scratch))
  }

  /** `unix`; `undefined` while there is no socket. */
  override get family(): 'unix' | undefined {
    return this.closing || this.instance.exports.uvw_fileno(this.address) < 0 ? undefined : 'unix'
  }

  /**
   * Lets everybody use the path that was bound.
   *
   * @param mode - a sum of {@link PipeMode}
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF while there is no socket, ENOENT when it has no path
   * @see https://docs.libuv.org/en/v1.x/pipe.html#c.uv_pipe_chmod
   */
  chmod(mode: number): void {
    const handle = this.address
    const { UV_READABLE, UV_WRITABLE } = this.instance.abi.constants
    checkInteger(mode, 'mode', 1, PipeMode.READABLE | PipeMode.WRITABLE)
    const mask = (mode & PipeMode.READABLE ? UV_READABLE : 0) | (mode & PipeMode.WRITABLE ? UV_WRITABLE : 0)
    this.check(this.instance.exports.uvw_pipe_chmod(handle, mask), 'chmod')
  }

  /** Tunes listening on Windows; does nothing here, as on every Unix. @throws {ClosedHandleError} */
  setPendingInstances(count: number): void {
    if (this.address !== 0) checkInteger(count, 'count', 0, 0x7fff_ffff)
  }

  protected override createPeer(): this {
    // A connection is accepted into the class that listens; whoever extends it keeps its constructor's shape.
    const Peer = this.constructor as new (options: PipeOptions) => this
    return new Peer({ loop: this.loop })
  }

  #mask(flags: number): number {
    checkInteger(flags, 'flags', 0, PipeFlags.NO_TRUNCATE)
    return flags === 0 ? 0 : this.instance.abi.constants.UV_PIPE_NO_TRUNCATE
  }

  /** Puts a path into the scratch buffer. What is too long for that is too long for any socket. */
  #name(path: string): [at: number, length: number] {
    if (typeof path !== 'string' || path === '') {
      throw new ArgumentError(`path ${show(path)} is no path, as '/run/server.sock'`)
    }
    const { memory, scratch, abi } = this.instance
    const bytes = Uint8Array.from(pathOf(path), (byte) => byte.charCodeAt(0)).subarray(
      0,
      abi.constants.UVW_SCRATCH_SIZE,
    )
    memory.setBytes(scratch, bytes)
    return [scratch, bytes.length]
  }

  #path(syscall: string, length: number): string {
    this.check(length, syscall)
    const { memory, scratch } = this.instance
    return textOf(String.fromCharCode(...memory.heap.subarray(scratch, scratch + length)))
  }
}
