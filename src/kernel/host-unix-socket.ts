/**
 * A socket of `AF_UNIX` whose names are its host's: whoever has the same host can meet it there. Where a host has no such
 * names, `unix-socket.ts` has those of the kernel itself.
 *
 * @see Linux `unix(7)`
 */
import { type SocketAddress, UNNAMED, type UnixAddress } from '../base/address.js'
import type { ErrnoName } from '../base/errno.js'
import type { HostBoundSocket } from '../host/contract/connection.js'
import { HostError } from '../host/contract/error.js'
import type { HostUnix } from '../host/contract/unix.js'
import type { OptionName, Result } from './descriptor.js'
import type { SocketOperation, SocketState } from './legal-calls.js'
import { type SocketContext, StreamSocket } from './stream-socket.js'

/** What a socket of this kind needs of its kernel. */
export interface HostUnixContext extends SocketContext {
  /** A name of the abstract namespace that this kernel has not chosen lately. */
  chooseName(): string
}

/** Where Linux answers otherwise than a TCP socket would. */
const DIFFERENCES: Partial<Record<SocketOperation, Partial<Record<SocketState, 'ok' | ErrnoName>>>> = {
  listen: { unbound: 'EINVAL' },
  // One that was refused may try again, as one that never tried.
  connect: { listening: 'EINVAL', refused: 'ok' },
  // There a connection stands at once; a host tells of it later. What broke keeps its names.
  getpeername: { connecting: 'ok', broken: 'ok' },
  read: { unbound: 'EINVAL', bound: 'EINVAL', listening: 'EINVAL' },
  write: { unbound: 'ENOTCONN', bound: 'ENOTCONN', listening: 'ENOTCONN' },
}

/** Where `shutdown()` has nothing to do. */
const ALWAYS_SHUT: readonly SocketState[] = ['unbound', 'bound', 'listening', 'broken']

/** How many names are tried for who wants any. */
const TRIES = 1024

/** See the top of the file. */
export class HostUnixSocket extends StreamSocket<UnixAddress> {
  readonly #unix: HostUnix
  readonly #surroundings: HostUnixContext

  /**
   * @param unix - its host's
   * @param kernel - where it lives
   */
  constructor(unix: HostUnix, kernel: HostUnixContext) {
    super('unix', kernel)
    this.#unix = unix
    this.#surroundings = kernel
  }

  override bind(address: SocketAddress): Result {
    if (address.family !== 'unix') return 'EINVAL'
    // Who wants any name is content with the one that it has.
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

  override getOption(name: OptionName): Result {
    return KNOWN.includes(name) ? super.getOption(name) : 'EOPNOTSUPP'
  }

  override setOption(name: OptionName, value: number): Result {
    return SETTABLE.includes(name) ? super.setOption(name, value) : 'EOPNOTSUPP'
  }

  protected override refusal(operation: SocketOperation): ErrnoName | undefined {
    const answer = DIFFERENCES[operation]?.[this.state]
    if (answer === undefined) return super.refusal(operation)
    return answer === 'ok' ? undefined : answer
  }

  protected override takeAny(): ErrnoName {
    return 'EINVAL'
  }

  protected override unnamed(): UnixAddress {
    return UNNAMED
  }

  protected override fresh(): HostUnixSocket {
    return new HostUnixSocket(this.#unix, this.#surroundings)
  }

  #bindAnywhere(): HostBoundSocket<UnixAddress> {
    for (let tries = 1; ; tries++) {
      try {
        return this.#unix.bind({ family: 'unix', path: this.#surroundings.chooseName() })
      } catch (error) {
        if (!(error instanceof HostError) || error.code !== 'EADDRINUSE' || tries === TRIES) throw error
      }
    }
  }
}

/** The options that it has at all, and those that can be set. */
const SETTABLE: readonly OptionName[] = ['linger', 'reuseAddress', 'sendBuffer', 'receiveBuffer']
const KNOWN: readonly OptionName[] = ['error', 'acceptsConnections', 'sendBuffer', 'receiveBuffer']
