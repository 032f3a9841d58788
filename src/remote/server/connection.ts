/** One connection of a guest in another thread, as the parent has it: between the host and the wire. */
import type { SocketAddress } from '../../base/address.js'
import { BufferPool } from '../../base/buffer-pool.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Orphans } from '../../host/connection/orphans.js'
import { abort } from '../../host/contract/abort.js'
import type { ConnectionEvents, HostConnection } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import { encode, errnoValue, type NewConnection, ToGuest, ToParent, WINDOW } from '../protocol.js'

/** What does not read because the guest takes nothing. */
export interface ServedObject {
  /** There is room again. */
  release(): void
}

/** What a {@link ServedConnection} needs of its server. */
export interface ServerContext {
  /** Tells the guest. @returns `false` when that has to wait */
  post(kind: number, id: number, value?: number, payload?: Uint8Array): boolean
  /** Tells the guest of bytes that have just come, see `ServerChannel`. @returns `false` when that has to wait */
  tell(kind: number, id: number, payload: Uint8Array, answered: boolean): boolean
  /** The connection does not read until it is released. */
  hold(served: ServedObject): void
  /** Where a connection goes that is closed with bytes to be sent. */
  readonly orphans: Orphans
  /** The connection is gone. */
  forget(id: number, served: ServedObject): void
  /** The host threw what no contract has. */
  onDefect(error: unknown): void
}

/** From how many bytes at once on there may be more. */
const MUCH = 32_768

const buffers = new BufferPool()

/** See the top of the file. */
export class ServedConnection implements ConnectionEvents, ServedObject {
  readonly #id: number
  readonly #server: ServerContext
  #connection: HostConnection<SocketAddress> | undefined
  /** Whether the guest wants bytes, and whether there is no room for them. */
  #wanted = false
  #held = false
  /** A write has failed. */
  #broken = false
  /** The guest writes past us, until it lets the connection go: even one that has failed is kept until then. */
  #lent = false
  #failed = false
  /** The guest reads past us, until it says otherwise. */
  #passed = false
  /** Bytes that the guest was told of, modulo 2^32. */
  #told = 0
  /** Bytes that were handed to the host, and not told as taken. */
  #untold = 0

  constructor(id: number, server: ServerContext) {
    this.#id = id
    this.#server = server
  }

  /** Gives it the host's part; before anything else. */
  attach(connection: HostConnection<SocketAddress>): void {
    this.#connection = connection
  }

  /** What the guest must know of it. */
  arrival(): NewConnection<SocketAddress> {
    const { local, remote } = this.#host
    const descriptor = this.#host.exposeDescriptor()
    this.#lent = descriptor !== undefined
    return { id: this.#id, local, remote, descriptor }
  }

  get #host(): HostConnection<SocketAddress> {
    if (this.#connection === undefined) throw new Error('a connection was used before it was there')
    return this.#connection
  }

  /** Does what the guest asks for. What the host refuses ends the connection: it is too late for another answer. */
  perform(kind: number, value: number, payload: Uint8Array): void {
    this.#attempt(() => {
      const host = this.#host
      if (this.#failed && kind !== ToParent.RESET) return
      if (this.#broken && (kind === ToParent.WRITE || kind === ToParent.SHUTDOWN)) return
      if (kind === ToParent.WRITE) this.#write(payload)
      else if (kind === ToParent.READ_START) this.#readOn(value === 1)
      else if (kind === ToParent.READ_STOP) this.#read(false, this.#held)
      else if (kind === ToParent.SHUTDOWN) host.shutdown()
      else if (kind === ToParent.NO_DELAY) host.setNoDelay(value === 1)
      else if (kind === ToParent.KEEP_ALIVE) host.setKeepAlive(value > 0, value)
      else if (kind === ToParent.RESET) {
        this.#server.forget(this.#id, this)
        abort(host)
      }
    })
  }

  /**
   * Lets go of it, as the end of a process does: what the guest has sent is still sent.
   *
   * @param come - how many bytes the guest has got, modulo 2^32. Those on their way make it a reset, as unread bytes do.
   */
  close(come = this.#told): void {
    if (come !== this.#told) abort(this.#host)
    else if (this.#host.pending > 0) this.#server.orphans.add(this.#host)
    else this.#host.close()
  }

  release(): void {
    this.#attempt(() => this.#read(this.#wanted, false))
  }

  onConnect(): void {
    this.#post(ToGuest.CONNECT, 0, encode(this.arrival()))
  }

  onData(chunk: Uint8Array): void {
    this.#told = (this.#told + chunk.length) >>> 0
    const much = this.#lent && chunk.length >= MUCH
    if (this.#server.tell(ToGuest.DATA, this.#id, chunk, !this.#lent)) {
      this.#host.recycle(chunk, true)
      if (much) this.#pass()
      return
    }
    this.#server.hold(this)
    this.#attempt(() => this.#read(this.#wanted, true))
  }

  onEnd(): void {
    this.#post(ToGuest.END)
  }

  onDrain(): void {
    this.#tellTaken()
  }

  onError(code: ErrnoName): void {
    if (this.#lent) this.#failed = true
    else this.#server.forget(this.#id, this)
    this.#post(ToGuest.ERROR, errnoValue(code))
  }

  #post(kind: number, value?: number, payload?: Uint8Array): boolean {
    return this.#server.post(kind, this.#id, value, payload)
  }

  #write(payload: Uint8Array): void {
    this.#untold += payload.length
    try {
      // The bytes lie in the ring, which is written anew as soon as they are read.
      const bytes = buffers.copy(payload)
      if (!this.#host.write(bytes)) return
      buffers.giveBack(bytes)
      this.#tellTaken()
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.#broken = true
      this.#post(ToGuest.BROKEN, errnoValue(error.code))
    }
  }

  /** The guest counts what is less as taken anyway, see {@link WINDOW}. */
  #tellTaken(): void {
    if (this.#untold < WINDOW / 2) return
    this.#post(ToGuest.TAKEN, this.#untold)
    this.#untold = 0
  }

  #pass(): void {
    this.#passed = true
    this.#attempt(() => this.#read(false, this.#held))
    this.#post(ToGuest.READ_ON)
  }

  /** @param over - the guest reads no more itself. Before it has learned that it may, it asks as ever. */
  #readOn(over: boolean): void {
    if (over) this.#passed = false
    if (!this.#passed) this.#read(true, this.#held)
  }

  #read(wanted: boolean, held: boolean): void {
    const before = this.#wanted && !this.#held
    this.#wanted = wanted
    this.#held = held
    const now = wanted && !held
    if (now && !before) this.#host.readStart()
    if (before && !now) this.#host.readStop()
  }

  #attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      if (!(error instanceof HostError)) this.#server.onDefect(error)
      this.#fail(error instanceof HostError ? error.code : 'EIO')
    }
  }

  #fail(code: ErrnoName): void {
    try {
      if (this.#lent) this.#host.events = undefined
      else abort(this.#host)
    } catch (error) {
      this.#server.onDefect(error)
    }
    this.onError(code)
  }
}
