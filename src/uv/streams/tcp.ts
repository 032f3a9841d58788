import type { Address } from '../../base/address.js'
import { FIRE } from '../../runtime/dispatch.js'
import {
  type AddressLike,
  type CheckedAddress,
  checkDestination,
  hostText,
  type NamedDestination,
  readAddress,
  socketDomain,
} from '../address.js'
import { checkCallback } from '../callback.js'
import { ArgumentError, checkInteger, show, UVError } from '../errors.js'
import { handleOptions, type OnClosed, WHEN_CLOSED } from '../handle.js'
import type { Loop } from '../loop/loop.js'
import { FAIL, type OnRequest, TCPConnectRequest } from '../request.js'
import { StatusCode } from '../status.js'
import { type Attempt, ConnectAttempts } from './connect-attempts.js'
import { openPair } from './socketpair.js'
import { type OnConnection, type OnRead, Stream } from './stream.js'

/** Flags of {@link TCP.bind}. They can be combined with `|`. */
export const TCPFlags = {
  /** An IPv6 address accepts IPv6 connections only. Without this flag it also accepts IPv4, as mapped addresses. */
  IPV6ONLY: 1,
  /**
   * Share the port with other sockets that set this flag; each gets some of the connections. `ENOTSUP` when the host
   * cannot do so: Node before 22.12, Deno.
   */
  REUSEPORT: 2,
} as const

/** The options of a TCP handle. */
export interface TCPOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Creates the socket at once, for this family. By default it is created when the first address is known. */
  readonly family?: 'ipv4' | 'ipv6'
  /** The flags of `uv_tcp_init_ex()`: a socket domain in the module's numbers. 0 by default. */
  readonly flags?: number
  /** Called when bytes were received. */
  readonly onRead?: OnRead<TCP>
  /** Called when a connection is ready to be accepted. */
  readonly onConnection?: OnConnection<TCP>
}

/** Seconds before the first keep-alive probe, by default. */
const DEFAULT_KEEP_ALIVE_DELAY = 60

/**
 * A TCP socket, of a server or of a client.
 *
 * @see https://docs.libuv.org/en/v1.x/tcp.html
 *
 * @example
 * ```ts
 * import { Loop, TCP } from 'libuv-wasm'
 *
 * const loop = await Loop.open()
 * const server = new TCP({ loop })
 * server.bind({ host: '127.0.0.1', port: 0 })
 * server.listen(128, () => {
 *   const peer = server.accept()
 *   peer.write(new TextEncoder().encode('welcome'))
 *   peer.shutdown(() => peer.close())
 *   server.close()
 * })
 *
 * const client = new TCP({ loop })
 * client.connect(server.sockname)
 * client.readStart((_client, status, data) => {
 *   if (status === 0) console.log(new TextDecoder().decode(data))
 *   else client.close()
 * })
 * await loop.run()
 * loop.close()
 * ```
 * ```text
 * welcome
 * ```
 */
export class TCP extends Stream {
  /** The pending connect to a host name. */
  #dial: ConnectAttempts<SocketAttempt> | undefined

  /**
   * Creates a TCP handle.
   *
   * @throws {ClosedLoopError}
   * @throws {UVError} EINVAL for unknown flags, EMFILE when a family was given and no descriptor is left
   */
  constructor(options: TCPOptions = {}) {
    const { loop, family, flags = 0, onRead, onConnection } = handleOptions(options)
    checkCallback(onRead, 'onRead')
    checkCallback(onConnection, 'onConnection')
    super(loop, (exports, id, { constants }) => exports.uvw_tcp_init(id, socketDomain(constants, flags, family)))
    this.onRead = onRead
    this.onConnection = onConnection
  }

  /**
   * Creates two handles that are connected to each other, without a network.
   *
   * @throws {UVError} EMFILE
   * @see https://docs.libuv.org/en/v1.x/misc.html#c.uv_socketpair
   *
   * @example
   * ```ts
   * import { Loop, TCP } from 'libuv-wasm'
   *
   * const loop = await Loop.open()
   * const [one, other] = TCP.pair(loop)
   * one.write(new TextEncoder().encode('through no network'))
   * one.shutdown()
   * const read = (async () => {
   *   for await (const chunk of other) console.log(new TextDecoder().decode(chunk))
   *   await Promise.all([one.close(), other.close()])
   * })()
   * await loop.run()
   * await read
   * loop.close()
   * ```
   * ```text
   * through no network
   * ```
   */
  static pair(loop?: Loop): [TCP, TCP] {
    return openPair(
      () => new TCP({ ...(loop && { loop }) }),
      (tcp, status) => tcp.check(status, 'socketpair'),
    )
  }

  /**
   * Takes over a descriptor of this loop's kernel. It is closed with the handle.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF when it is not a valid descriptor, EEXIST when another handle owns it, EBUSY when this
   *   handle has a descriptor already
   * @see https://docs.libuv.org/en/v1.x/tcp.html#c.uv_tcp_open
   */
  open(fd: number): void {
    this.takeOver(fd)
  }

  /**
   * Binds the handle to a local address. Port 0 selects a free port, which `sockname` returns.
   *
   * A port in use is not an error here: like on every Unix, `listen()`, `connect()` or `sockname` report it.
   *
   * @param flags - {@link TCPFlags}, combined with `|`; 0 by default
   * @throws {ClosedHandleError}
   * @throws {UVError} EINVAL when the handle is bound already or the host is not an IP address, EADDRNOTAVAIL,
   *   EACCES, ENOTSUP
   * @see https://docs.libuv.org/en/v1.x/tcp.html#c.uv_tcp_bind
   */
  bind(address: AddressLike, flags = 0): void {
    const { UV_TCP_IPV6ONLY, UV_TCP_REUSEPORT } = this.instance.abi.constants
    this.bindTo(address, flags, [
      [TCPFlags.IPV6ONLY, UV_TCP_IPV6ONLY],
      [TCPFlags.REUSEPORT, UV_TCP_REUSEPORT],
    ])
  }

  /**
   * Connects. A host name is looked up, and its addresses are tried one after another; the next attempt starts when
   * the last one has failed or has had no answer for 250 ms (RFC 8305). The handle has no socket, and can be neither
   * read nor written, until one attempt succeeds. If it has a socket before, for example from `bind()`, only the
   * first address of that socket's family is tried.
   *
   * @param address - an address; `host` may also be a name, such as `{ host: 'localhost', port: 80 }`
   * @returns the request: await it, or pass `onConnect`
   * @throws {ClosedHandleError}
   * @throws {UVError} EINVAL when the host can be neither an address nor a name, EALREADY while another connect is
   *   pending, EISCONN, ENETUNREACH and other failures known immediately. Later failures, such as ECONNREFUSED, are
   *   reported by the request: for a name with a {@link ConnectError}, which has the failure of each address, or with
   *   the error of {@link Loop.lookup}.
   * @see https://docs.libuv.org/en/v1.x/tcp.html#c.uv_tcp_connect
   */
  connect(address: AddressLike, onConnect?: OnRequest<TCPConnectRequest>): TCPConnectRequest {
    const handle = this.address
    const to = checkDestination(this.instance.host, address, 'connect')
    checkCallback(onConnect, 'onConnect')
    if (this.#dial !== undefined) throw this.error(StatusCode.EALREADY, 'connect')
    if (to.kind === 'address') return this.#connectTo(handle, to.address, onConnect)
    const request = new TCPConnectRequest(this, 'connect', onConnect)
    this.#connectByName(to, request)
    return request
  }

  /**
   * The local address.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EBADF while there is no socket, EADDRINUSE when the port passed to `bind()` is in use,
   *   EAFNOSUPPORT for a handle of a pair, which has no address
   */
  get sockname(): Address {
    return this.askName('sockname')
  }

  /**
   * The peer's address.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} ENOTCONN when there is no peer, EBADF while there is no socket, EADDRINUSE when the port passed
   *   to `bind()` is in use, EAFNOSUPPORT for a handle of a pair, which has no address
   */
  get peername(): Address {
    return this.askName('peername')
  }

  /** The family of `sockname`; `undefined` when that throws. */
  override get family(): 'ipv4' | 'ipv6' | 'unix' | undefined {
    if (this.closing) return undefined
    if (this.instance.exports.uvw_getsockname(this.address, this.instance.scratch) < 0) return undefined
    return readAddress(this.instance)?.family ?? 'unix'
  }

  /**
   * Sends small writes immediately (`true`), or collects them for a moment (Nagle's algorithm).
   *
   * @throws {ClosedHandleError}
   */
  setNoDelay(enable: boolean): void {
    this.check(this.instance.exports.uvw_tcp_nodelay(this.address, enable ? 1 : 0), 'setNoDelay')
  }

  /**
   * Probes an idle connection (keep-alive).
   *
   * @param delay - seconds without traffic before the first probe, 1 to 32,767; 60 by default
   * @throws {ClosedHandleError}
   * @throws {UVError} EINVAL for another delay
   */
  setKeepAlive(enable: boolean, delay = DEFAULT_KEEP_ALIVE_DELAY): void {
    const address = this.address
    if (enable) checkInteger(delay, 'delay', 1, 32_767)
    this.check(this.instance.exports.uvw_tcp_keepalive(address, enable ? 1 : 0, enable ? delay : 0), 'setKeepAlive')
  }

  /** Tunes accepting on Windows. Does nothing here, like on every Unix. @throws {ClosedHandleError} */
  setSimultaneousAccepts(enable: boolean): void {
    const { exports } = this.instance
    this.check(exports.uvw_tcp_simultaneous_accepts(this.address, enable ? 1 : 0), 'setSimultaneousAccepts')
  }

  /**
   * Closes the handle and resets the connection, so that the peer sees `ECONNRESET`.
   *
   * @returns what {@link Handle.close} returns
   * @throws {UVError} EINVAL while a shutdown is pending, EBADF without a socket; the handle is not closed then
   * @see https://docs.libuv.org/en/v1.x/tcp.html#c.uv_tcp_close_reset
   */
  closeReset(onClosed?: OnClosed<this>): Promise<void> {
    return this.beginClose(onClosed, (address) => this.instance.exports.uvw_tcp_close_reset(address))
  }

  protected override beginClose(
    onClosed: OnClosed<this> | undefined,
    action: (address: number) => number,
  ): Promise<void> {
    const closed = super.beginClose(onClosed, action)
    this.#dial?.cancel()
    return closed
  }

  protected override createPeer(): this {
    // A connection is accepted into the class of the listening handle, so subclasses must keep this constructor's
    // parameters.
    const Peer = this.constructor as new (options: TCPOptions) => this
    return new Peer({ loop: this.loop })
  }

  #connectTo(
    handle: number,
    to: CheckedAddress,
    onConnect: OnRequest<TCPConnectRequest> | undefined,
  ): TCPConnectRequest {
    const request = new TCPConnectRequest(this, 'connect', onConnect)
    const { exports } = this.instance
    const { port, flowInfo, scopeId } = to
    const text = hostText(this.instance, to)
    this.begin(request, 'connect', (id) => exports.uvw_tcp_connect(handle, id, text, port, flowInfo, scopeId))
    return request
  }

  #connectByName({ name, port, family }: NamedDestination, request: TCPConnectRequest): void {
    const own = this.instance.exports.uvw_fileno(this.address) < 0 ? undefined : this.sockname.family
    if (own !== undefined && family !== undefined && own !== family) {
      throw new ArgumentError(
        `Cannot connect to ${show(name)}: its family is ${family}, and the socket's ${own}`,
        'connect',
      )
    }
    const forget = this[WHEN_CLOSED](() => request[FIRE]('done', StatusCode.ECANCELED))
    const finish = (outcome: SocketAttempt | UVError): void => {
      this.#dial = undefined
      forget()
      const failure = outcome instanceof UVError ? outcome : this.#adopt(outcome.tcp)
      if (failure === undefined) request[FIRE]('done', 0)
      else request[FAIL](failure)
    }
    const make = (): SocketAttempt => {
      const tcp = own === undefined ? new TCP({ loop: this.loop }) : this
      const begin: BeginConnect = (address, onConnect) => {
        tcp.#connectTo(tcp.address, { flowInfo: 0, scopeId: 0, ...address }, onConnect)
      }
      return new SocketAttempt(tcp, tcp !== this, begin)
    }
    try {
      const which = { name, port, family: own ?? family ?? ('any' as const), single: own !== undefined }
      this.#dial = new ConnectAttempts({ loop: this.loop, ...which, make, done: finish })
    } catch (error) {
      forget()
      throw error
    }
  }

  /** Takes over the socket of another handle, which has just connected. */
  #adopt(other: TCP): UVError | undefined {
    if (other === this) return undefined
    const status = this.instance.exports.uvw_tcp_adopt(this.address, other.address)
    return status < 0 ? this.error(status, 'connect') : undefined
  }
}

type BeginConnect = (address: Address, onConnect: OnRequest<TCPConnectRequest>) => void

/** An attempt to connect for a handle, on a temporary handle or on the handle itself. */
class SocketAttempt implements Attempt {
  readonly tcp: TCP
  readonly #own: boolean
  readonly #begin: BeginConnect
  #closed = false

  constructor(tcp: TCP, own: boolean, begin: BeginConnect) {
    this.tcp = tcp
    this.#own = own
    this.#begin = begin
  }

  connect(address: Address, done: (status: number) => void): void {
    this.#begin(address, (_request, status) => {
      if (!this.#closed) done(status)
    })
  }

  close(): void {
    this.#closed = true
    if (this.#own) void this.tcp.close()
  }
}
