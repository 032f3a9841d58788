import { pathOf, textOf } from '../../base/unix-path.js'
import { checkCallback } from '../callback.js'
import { ArgumentError, checkInteger, show, UVError } from '../errors.js'
import { handleOptions } from '../handle.js'
import type { Loop } from '../loop/loop.js'
import { type OnRequest, PipeConnectRequest } from '../request.js'
import { openPair } from './socketpair.js'
import { type OnConnection, type OnRead, Stream } from './stream.js'

/** Flags of {@link Pipe.bind} and {@link Pipe.connect}. */
export const PipeFlags = {
  /** Refuse a path that is too long with `EINVAL`. Without this flag the path is truncated. */
  NO_TRUNCATE: 1,
} as const

/** What {@link Pipe.chmod} allows all users to do. They can be combined with `|`. */
export const PipeMode = {
  READABLE: 1,
  WRITABLE: 2,
} as const

/** The options of a pipe. */
export interface PipeOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Must be `false`: descriptors cannot be passed here, because there are no processes to pass them to. */
  readonly ipc?: boolean
  /** Called when bytes were received. */
  readonly onRead?: OnRead<Pipe>
  /** Called when a connection is ready to be accepted. */
  readonly onConnection?: OnConnection<Pipe>
}

/**
 * A stream that is named by a path: a Unix domain socket, of a server or of a client. If the host has no paths, names
 * are known within its loop only.
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
   * Creates a pipe.
   *
   * @throws {ClosedLoopError}
   * @throws {UVError} ENOTSUP when `ipc` is set
   */
  constructor(options: PipeOptions = {}) {
    const { loop, ipc = false, onRead, onConnection } = handleOptions(options)
    checkCallback(onRead, 'onRead')
    checkCallback(onConnection, 'onConnection')
    if (ipc) {
      throw new UVError(
        'ENOTSUP',
        'Cannot create an IPC pipe: descriptors cannot be passed here; leave ipc out',
        'pipe',
      )
    }
    super(loop, (exports, id) => exports.uvw_pipe_init(id))
    this.onRead = onRead
    this.onConnection = onConnection
  }

  /**
   * Creates two unnamed pipes that are connected to each other.
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
   * Takes over a descriptor of this loop's kernel. It is closed with the handle.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF when it is not a valid descriptor, EEXIST when another handle owns it, EBUSY when this
   *   handle has a descriptor already
   * @see https://docs.libuv.org/en/v1.x/pipe.html#c.uv_pipe_open
   */
  open(fd: number): void {
    this.takeOver(fd)
  }

  /**
   * Binds the handle to a path of the host. The path is removed when the handle is closed.
   *
   * @param path - a path in the host's form; it is truncated to 108 bytes, unless the flags say otherwise
   * @param flags - {@link PipeFlags}; 0 by default
   * @throws {ClosedHandleError}
   * @throws {UVError} EADDRINUSE when the path exists, even as a socket without a listener; EACCES, also when the
   *   directory does not exist; EINVAL when the handle is bound already, or for an abstract name (libuv has those on
   *   Linux only); ENOTSUP
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
   * @returns the request: await it, or pass `onConnect`. It fails with ENOENT when the path does not exist,
   *   ECONNREFUSED when there is no listener, EACCES
   * @throws {ClosedHandleError}
   * @throws {UVError} EINVAL for an invalid path, EALREADY while another connect is pending
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
   * The path that the pipe is bound to; empty if there is none.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF while there is no socket
   */
  get sockname(): string {
    return this.#path('sockname', this.instance.exports.uvw_pipe_getsockname(this.address, this.instance.scratch))
  }

  /**
   * The peer's path; empty if it has none.
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
   * Lets all users use the path that the pipe is bound to.
   *
   * @param mode - {@link PipeMode}, combined with `|`
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF while there is no socket, ENOENT when the pipe has no path
   * @see https://docs.libuv.org/en/v1.x/pipe.html#c.uv_pipe_chmod
   */
  chmod(mode: number): void {
    const handle = this.address
    const { UV_READABLE, UV_WRITABLE } = this.instance.abi.constants
    checkInteger(mode, 'mode', 1, PipeMode.READABLE | PipeMode.WRITABLE)
    const mask = (mode & PipeMode.READABLE ? UV_READABLE : 0) | (mode & PipeMode.WRITABLE ? UV_WRITABLE : 0)
    this.check(this.instance.exports.uvw_pipe_chmod(handle, mask), 'chmod')
  }

  /** Tunes listening on Windows. Does nothing here, like on every Unix. @throws {ClosedHandleError} */
  setPendingInstances(count: number): void {
    if (this.address !== 0) checkInteger(count, 'count', 0, 0x7fff_ffff)
  }

  protected override createPeer(): this {
    // A connection is accepted into the class of the listening handle, so subclasses must keep this constructor's
    // parameters.
    const Peer = this.constructor as new (options: PipeOptions) => this
    return new Peer({ loop: this.loop })
  }

  #mask(flags: number): number {
    checkInteger(flags, 'flags', 0, PipeFlags.NO_TRUNCATE)
    return flags === 0 ? 0 : this.instance.abi.constants.UV_PIPE_NO_TRUNCATE
  }

  /** Copies a path into the scratch buffer. A path that does not fit there is too long for any socket. */
  #name(path: string): [at: number, length: number] {
    if (typeof path !== 'string' || path === '') {
      throw new ArgumentError(`Cannot use path ${show(path)}: it is not a path; give one like '/run/server.sock'`)
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
