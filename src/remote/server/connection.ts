/** The parent's end of a guest's connections. */
import type { SocketAddress } from '../../base/address.js'
import { BufferPool } from '../../base/buffer-pool.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Orphans } from '../../host/connection/orphans.js'
import { abort } from '../../host/contract/abort.js'
import type { ConnectionEvents, HostConnection } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { KeepAliveProbes } from '../../host/contract/keep-alive.js'
import { decode, encode, errnoValue, type NewConnection, ToGuest, ToParent, WINDOW } from '../protocol.js'
import { ReadDemand } from './read-demand.js'

/** An object that is not read because the guest does not read its ring. */
export interface ServedObject {
  /** Resumes reading: there is room again. */
  release(): void
}

/** The operations that a {@link ServedConnection} requires of its server. */
export interface ServerContext {
  /** Sends a record to the guest. @returns `false` if it has to wait for room */
  post(kind: number, id: number, value?: number, payload?: Uint8Array): boolean
  /**
   * Sends bytes to the guest that have just arrived; see `ServerChannel`.
   *
   * @returns `false` if they have to wait for room
   */
  tell(kind: number, id: number, payload: Uint8Array, answered: boolean): boolean
  /** Registers an object that does not read until it is released. */
  hold(served: ServedObject): void
  /** Takes over closed connections that still have bytes to send. */
  readonly orphans: Orphans
  /** Removes an object that is gone. */
  forget(id: number, served: ServedObject): void
  /** Reports an error of the host that no contract allows. */
  onDefect(error: unknown): void
}

/** From a chunk of this size on, more data is likely to follow. */
const MUCH = 32_768

const buffers = new BufferPool()

/**
 * A connection of a guest in another thread: it passes data and events between the host and the channel to the guest.
 */
export class ServedConnection implements ConnectionEvents, ServedObject {
  readonly #id: number
  readonly #server: ServerContext
  #connection: HostConnection<SocketAddress> | undefined
  readonly #reading = new ReadDemand()
  /** Whether a write has failed. */
  #broken = false
  /**
   * Whether the guest writes to the descriptor directly, until it closes the connection: even a failed one is kept
   * until then.
   */
  #lent = false
  #failed = false
  /** Whether the guest reads from the descriptor directly, until it hands reading back. */
  #passed = false
  /** The number of bytes sent to the guest, modulo 2^32. */
  #told = 0
  /** The number of bytes passed to the host that have not been reported to the guest as accepted. */
  #untold = 0

  constructor(id: number, server: ServerContext) {
    this.#id = id
    this.#server = server
  }

  /** Sets the host's connection; must be called first. */
  attach(connection: HostConnection<SocketAddress>): void {
    this.#connection = connection
  }

  /** The properties that the guest must know. */
  arrival(): NewConnection<SocketAddress> {
    const { local, remote } = this.#host
    const descriptor = this.#host.exposeDescriptor()
    this.#lent = descriptor !== undefined
    return { id: this.#id, local, remote, descriptor }
  }

  get #host(): HostConnection<SocketAddress> {
    if (this.#connection === undefined) throw new Error('Cannot use the connection: it has not been attached yet')
    return this.#connection
  }

  /** Performs a request of the guest. An error of the host ends the connection: it is too late for another reply. */
  perform(kind: number, value: number, payload: Uint8Array): void {
    this.#attempt(() => {
      const host = this.#host
      if (this.#failed && kind !== ToParent.RESET) return
      if (this.#broken && (kind === ToParent.WRITE || kind === ToParent.SHUTDOWN)) return
      if (kind === ToParent.WRITE) this.#write(payload)
      else if (kind === ToParent.READ_START) this.#readOn(value === 1)
      else if (kind === ToParent.READ_STOP) this.#reading.want(this.#host, false)
      else if (kind === ToParent.SHUTDOWN) host.shutdown()
      else if (kind === ToParent.NO_DELAY) host.setNoDelay(value === 1)
      else if (kind === ToParent.KEEP_ALIVE) host.setKeepAlive(value > 0, value, probesOf(payload))
      else if (kind === ToParent.RESET) {
        this.#server.forget(this.#id, this)
        abort(host)
      }
    })
  }

  /**
   * Closes the connection, like a kernel at the end of a process: bytes that the guest has sent are still sent.
   *
   * @param come - the number of bytes that the guest has received, modulo 2^32. If more are in transit, the
   *   connection is reset, as for unread bytes.
   */
  close(come = this.#told): void {
    if (come !== this.#told) abort(this.#host)
    else if (this.#host.pending > 0) this.#server.orphans.add(this.#host)
    else this.#host.close()
  }

  release(): void {
    this.#attempt(() => this.#reading.hold(this.#host, false))
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
    this.#attempt(() => this.#reading.hold(this.#host, true))
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
      // The bytes are in the ring, which is overwritten as soon as they have been read.
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

  /** Reports accepted bytes in batches. The guest counts smaller amounts as accepted anyway; see {@link WINDOW}. */
  #tellTaken(): void {
    if (this.#untold < WINDOW / 2) return
    this.#post(ToGuest.TAKEN, this.#untold)
    this.#untold = 0
  }

  #pass(): void {
    this.#passed = true
    this.#attempt(() => this.#reading.want(this.#host, false))
    this.#post(ToGuest.READ_ON)
  }

  /**
   * @param over - whether the guest has stopped reading directly. Until it learns that it may read directly, it sends
   *   ordinary requests.
   */
  #readOn(over: boolean): void {
    if (over) this.#passed = false
    if (!this.#passed) this.#reading.want(this.#host, true)
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

function probesOf(payload: Uint8Array): KeepAliveProbes | undefined {
  return payload.length === 0 ? undefined : decode<KeepAliveProbes>(payload)
}
