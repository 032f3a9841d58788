/**
 * Connecting to a name, as "Happy Eyeballs" has it (RFC 8305): its addresses are tried one after the other, the next one as soon
 * as the last has failed or has been silent for a while, and the first that answers is taken. A socket that failed to connect
 * is of no use any more, so every attempt has one of its own; the handle takes over the one that stands.
 */
import type { Address } from '../base/address.js'
import { formatEndpoint } from '../base/endpoint.js'
import { UVError } from './errors.js'
import { lookUp } from './lookup.js'
import { INSTANCE, type Loop } from './loop.js'
import { StatusCode, statusName } from './status.js'
import { Timer } from './timer.js'

/** How long an attempt may be silent before the next one begins, in milliseconds (RFC 8305, section 5). */
const PATIENCE = 250

/** One address of a name could not be connected to. */
export class AddressError extends UVError {
  /** Which one. */
  readonly address: Address

  /** @internal */
  constructor(address: Address, { errno }: UVError) {
    super(errno, formatEndpoint(address), 'connect')
    this.address = address
  }
}

/** None of a name's addresses could be connected to. Its code is that of the first attempt. */
export class ConnectError extends UVError {
  /** What became of each address, in the order in which they were tried. */
  readonly errors: readonly AddressError[]

  /** @internal */
  constructor(name: string, errors: readonly AddressError[]) {
    const said = errors.map(({ address, code }) => `${formatEndpoint(address)} ${code}`).join(', ')
    super(
      errors[0]?.errno ?? StatusCode.UNKNOWN,
      `no address of ${JSON.stringify(name)} could be reached: ${said}`,
      'connect',
    )
    this.errors = errors
  }
}

/** An attempt's socket. */
export interface Attempt {
  /** Begins; `done` is called later with a status. @throws {UVError} what is known at once */
  connect(address: Address, done: (status: number) => void): void
  /** Lets go of it: `done` is not called any more. */
  close(): void
}

/** What is dialled, and by whom. */
export interface DialOptions<Socket extends Attempt> {
  readonly loop: Loop
  readonly name: string
  readonly port: number
  /** Makes the socket of an attempt. */
  readonly make: () => Socket
  /** The family that the handle's own socket has, where it has one: then it has one attempt only. */
  readonly only: 'ipv4' | 'ipv6' | undefined
  /** Called once: with the socket that stands, which is closed afterwards, or with why there is none. */
  readonly done: (outcome: Socket | UVError) => void
}

/** A connection to a name under way. */
export class ConnectAttempts<Socket extends Attempt> {
  readonly #options: DialOptions<Socket>
  readonly #timer: Timer
  readonly #under = new Set<Socket>()
  readonly #errors: AddressError[] = []
  #rest: readonly Address[] = []
  readonly #forget: () => void
  #over = false

  /** @throws {UVError} what the host says at once to a lookup */
  constructor(options: DialOptions<Socket>) {
    const { loop, name, port, only } = options
    this.#options = options
    this.#timer = new Timer({ loop, onTimeout: () => this.#next() })
    try {
      this.#forget = lookUp(loop[INSTANCE], name, { port, family: only ?? 'any' }, (found) => {
        if ('error' in found) return this.#end(found.error)
        this.#rest = only === undefined ? found.addresses : found.addresses.slice(0, 1)
        this.#next()
      })
    } catch (error) {
      void this.#timer.close()
      throw error
    }
  }

  /** Gives it up: nothing is called any more. */
  cancel(): void {
    if (this.#over) return
    this.#over = true
    this.#forget()
    this.#letGo()
  }

  /** Tries the next address, and sees to the one after it. */
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

  /** @returns whether the attempt is under way */
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
