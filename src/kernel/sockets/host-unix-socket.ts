import { type SocketAddress, UNNAMED, type UnixAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { HostBoundSocket } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { HostUnix } from '../../host/contract/unix.js'
import type { OptionName, Result } from '../descriptor.js'
import type { SocketOperation, SocketState } from '../legal-calls.js'
import { type SocketContext, StreamSocket } from './stream-socket.js'

/** What this kind of socket needs from its kernel. */
export interface HostUnixContext extends SocketContext {
  /** A name in the abstract namespace that this kernel has not chosen recently. */
  chooseName(): string
}

/** Operations that Linux answers differently for this socket than for a TCP socket. */
const DIFFERENCES: Partial<Record<SocketOperation, Partial<Record<SocketState, 'ok' | ErrnoName>>>> = {
  listen: { unbound: 'EINVAL' },
  // A refused socket may try again like one that never tried.
  connect: { listening: 'EINVAL', refused: 'ok' },
  // On Linux the connection is established at once; a host reports it later. A broken connection keeps its names.
  getpeername: { connecting: 'ok', broken: 'ok' },
  read: { unbound: 'EINVAL', bound: 'EINVAL', listening: 'EINVAL' },
  write: { unbound: 'ENOTCONN', bound: 'ENOTCONN', listening: 'ENOTCONN' },
}

/** The states in which `shutdown()` has nothing to do. */
const ALWAYS_SHUT: readonly SocketState[] = ['unbound', 'bound', 'listening', 'broken']

/** How many names are tried when the program leaves the choice to the kernel. */
const TRIES = 1024

/**
 * A socket of `AF_UNIX` with names of the host, so every program that uses the same host can connect to it. On a host
 * without such names, {@link LocalUnixSocket} uses names of the kernel itself.
 *
 * @see Linux `unix(7)`
 */
export class HostUnixSocket extends StreamSocket<UnixAddress> {
  readonly #unix: HostUnix
  readonly #context: HostUnixContext

  /**
   * @param unix - the host's `AF_UNIX` part
   * @param kernel - the kernel that the socket belongs to
   */
  constructor(unix: HostUnix, kernel: HostUnixContext) {
    super('unix', kernel)
    this.#unix = unix
    this.#context = kernel
  }

  override bind(address: SocketAddress): Result {
    if (address.family !== 'unix') return 'EINVAL'
    // A caller that accepts any name keeps the one that the socket has.
    if (address.path === '' && this.localAddress().path !== '') return 0
    const refusal = this.refusal('bind')
    if (refusal !== undefined) return refusal
    this.port = address.path === '' ? this.#bindAnywhere() : this.#unix.bind(address)
    return 0
  }

  override connect(address: SocketAddress): Result {
    if (address.family !== 'unix' || address.path === '') return 'EINVAL'
    return this.refusal('connect') ?? this.connectTo(this.port ?? this.#unix, address)
  }

  override shutdown(receive: boolean, send: boolean): Result {
    return ALWAYS_SHUT.includes(this.state) ? 0 : super.shutdown(receive, send)
  }

  override setOption(name: OptionName, value: number): Result {
    return name === 'reusePort' && value !== 0 ? 'EOPNOTSUPP' : super.setOption(name, value)
  }

  protected override refusal(operation: SocketOperation): ErrnoName | undefined {
    const answer = DIFFERENCES[operation]?.[this.state]
    if (answer === undefined) return super.refusal(operation)
    return answer === 'ok' ? undefined : answer
  }

  protected override get sharesPorts(): boolean {
    return false
  }

  protected override takeAny(): ErrnoName {
    return 'EINVAL'
  }

  protected override unnamed(): UnixAddress {
    return UNNAMED
  }

  protected override fresh(): HostUnixSocket {
    return new HostUnixSocket(this.#unix, this.#context)
  }

  #bindAnywhere(): HostBoundSocket<UnixAddress> {
    for (let tries = 1; ; tries++) {
      try {
        return this.#unix.bind({ family: 'unix', path: this.#context.chooseName() })
      } catch (error) {
        if (!(error instanceof HostError) || error.code !== 'EADDRINUSE' || tries === TRIES) throw error
      }
    }
  }
}
