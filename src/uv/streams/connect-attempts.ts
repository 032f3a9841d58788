/**
 * Connecting to a host name by "Happy Eyeballs" (RFC 8305). The name's addresses are tried one after another: the
 * next attempt starts when the last one has failed or has had no answer for a while, and the first that succeeds
 * wins. A socket that failed to connect cannot be used again, so every attempt has its own; the handle takes over the
 * one that is connected.
 */
import type { Address } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import type { LookupFamily } from '../../host/contract/lookup.js'
import { UVError } from '../errors.js'
import { lookUp } from '../lookup.js'
import type { Loop } from '../loop/loop.js'
import { INSTANCE } from '../loop/loop-keys.js'
import { StatusCode, statusName } from '../status.js'
import { Timer } from '../timer.js'

/** The time that an attempt has before the next one starts, in milliseconds (RFC 8305, section 5). */
const PATIENCE = 250

/** A connection attempt to one address of a name has failed. */
export class AddressError extends UVError {
  /** The address that was tried. */
  readonly address: Address

  /** @internal */
  constructor(address: Address, { errno }: UVError) {
    super(errno, `Cannot connect to ${formatEndpoint(address)}`, 'connect')
    this.address = address
  }
}

/** The connection attempts to all addresses of a name have failed. The code is that of the first attempt. */
export class ConnectError extends UVError {
  /** The failure of each address, in the order of the attempts. */
  readonly errors: readonly AddressError[]

  /** @internal */
  constructor(name: string, errors: readonly AddressError[]) {
    const said = errors.map(({ address, code }) => `${formatEndpoint(address)} ${code}`).join(', ')
    super(
      errors[0]?.errno ?? StatusCode.UNKNOWN,
      `Cannot connect to ${JSON.stringify(name)}: all addresses failed: ${said}`,
      'connect',
    )
    this.errors = errors
  }
}

/** The socket of one attempt. */
export interface Attempt {
  /** Starts the attempt; `done` is called later with a status. @throws {UVError} for a failure known immediately */
  connect(address: Address, done: (status: number) => void): void
  /** Releases the socket: `done` is not called afterwards. */
  close(): void
}

/** What to connect to, and how to create and deliver the sockets. */
export interface DialOptions<Socket extends Attempt> {
  readonly loop: Loop
  readonly name: string
  readonly port: number
  /** Creates the socket of an attempt. */
  readonly make: () => Socket
  /** The family of the addresses to try. */
  readonly family: LookupFamily
  /** Whether to try the first address only, because the handle has its own socket already. */
  readonly single: boolean
  /** Called once: with the connected socket, which is closed afterwards, or with the error. */
  readonly done: (outcome: Socket | UVError) => void
}

/** The connection attempts to the addresses of one name. */
export class ConnectAttempts<Socket extends Attempt> {
  readonly #options: DialOptions<Socket>
  readonly #timer: Timer
  readonly #under = new Set<Socket>()
  readonly #errors: AddressError[] = []
  #rest: readonly Address[] = []
  readonly #forget: () => void
  #over = false

  /** Starts the lookup. @throws {UVError} for an error of the lookup that the host reports immediately */
  constructor(options: DialOptions<Socket>) {
    const { loop, name, port, family, single } = options
    this.#options = options
    this.#timer = new Timer({ loop, onTimeout: () => this.#next() })
    try {
      this.#forget = lookUp(loop[INSTANCE], name, { port, family }, (found) => {
        if ('error' in found) return this.#end(found.error)
        this.#rest = single ? found.addresses.slice(0, 1) : found.addresses
        this.#next()
      })
    } catch (error) {
      void this.#timer.close()
      throw error
    }
  }

  /** Cancels the attempts: `done` is not called afterwards. */
  cancel(): void {
    if (this.#over) return
    this.#over = true
    this.#forget()
    this.#letGo()
  }

  /** Tries the next address, and schedules the one after it. */
  #next(): void {
    while (!this.#over) {
      const [address, ...rest] = this.#rest
      if (address === undefined) {
        if (this.#under.size === 0) this.#end(new ConnectError(this.#options.name, this.#errors))
        return
      }
      this.#rest = rest
      if (this.#try(address)) return
    }
  }

  /** Tries one address. @returns whether the attempt is pending */
  #try(address: Address): boolean {
    const socket = this.#options.make()
    this.#under.add(socket)
    try {
      socket.connect(address, (status) => this.#tried(socket, address, status))
    } catch (error) {
      if (!(error instanceof UVError)) throw error
      this.#fail(socket, address, error)
      return false
    }
    if (this.#rest.length > 0) this.#timer.start(PATIENCE)
    return true
  }

  #tried(socket: Socket, address: Address, status: number): void {
    if (status === 0) {
      this.#under.delete(socket)
      this.#end(socket)
      socket.close()
      return
    }
    this.#fail(socket, address, new UVError(status, statusName(status)))
    this.#next()
  }

  #fail(socket: Socket, address: Address, error: UVError): void {
    this.#under.delete(socket)
    socket.close()
    this.#errors.push(new AddressError(address, error))
  }

  #end(outcome: Socket | UVError): void {
    this.#over = true
    this.#letGo()
    this.#options.done(outcome)
  }

  #letGo(): void {
    void this.#timer.close()
    for (const socket of this.#under) socket.close()
    this.#under.clear()
  }
}
