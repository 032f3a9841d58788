import { Duplex } from 'node:stream'
import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { abort } from '../../host/contract/abort.js'
import type { ConnectionEvents, HostConnection } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'

/** A callback of Node's streams, for the completion of an operation. */
type Done = (error?: Error | null) => void

/**
 * A host's connection as a Node `Duplex`, which owns it. It reads only when its consumer reads, and a write completes
 * when the host has taken its bytes, so that each side holds the other back. Each side ends on its own. Destroying it
 * with an error resets the connection. Like a socket, it keeps the process alive while it reads or has to send.
 */
export class ConnectionDuplex extends Duplex implements ConnectionEvents {
  readonly #connection: HostConnection<SocketAddress>
  readonly #keepAlive: () => () => void
  /** Lets the process end. */
  #release: (() => void) | undefined
  #reading = false
  #lost = false
  /** The callback of the write that is pending. */
  #writing: Done | undefined

  /**
   * @param connection - established
   * @param keepAlive - see `Host.keepAlive()`
   */
  constructor(connection: HostConnection<SocketAddress>, keepAlive: () => () => void) {
    super()
    this.#connection = connection
    this.#keepAlive = keepAlive
    connection.events = this
    // A plugin that breaks its stream must not end its host application by an event without a listener.
    this.on('error', () => {})
  }

  onConnect(): void {}

  onData(chunk: Uint8Array): void {
    if (this.push(chunk)) return
    this.#connection.readStop()
    this.#is({ reading: false })
  }

  onEnd(): void {
    this.#is({ reading: false })
    this.push(null)
    // Emits the end even without a reader, if no data is buffered.
    this.read(0)
  }

  onDrain(): void {
    if (this.#connection.pending > 0) return
    const done = this.#writing
    this.#is({ writing: undefined })
    done?.()
  }

  onError(code: ErrnoName): void {
    this.#lost = true
    this.destroy(new HostError(code, 'the stream to the plugin has ended'))
  }

  override _read(): void {
    if (this.#lost) return
    this.#is({ reading: true })
    this.#connection.readStart()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#send(done, () => this.#connection.write(chunk))
  }

  override _writev(pieces: readonly { readonly chunk: Uint8Array }[], done: Done): void {
    this.#send(done, () => this.#connection.writev(pieces.map(({ chunk }) => chunk)))
  }

  override _final(done: Done): void {
    try {
      this.#connection.shutdown()
    } catch (error) {
      // Reading tells how the connection has ended.
      if (!(error instanceof HostError)) throw error
    }
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const writing = this.#writing
    this.#is({ reading: false, writing: undefined })
    if (!this.#lost) {
      if (error === null) this.#connection.close()
      else abort(this.#connection)
    }
    writing?.(error)
    done(error)
  }

  #is(state: { readonly reading?: boolean; readonly writing?: Done | undefined }): void {
    if (state.reading !== undefined) this.#reading = state.reading
    if ('writing' in state) this.#writing = state.writing
    if (this.#reading || this.#writing !== undefined) this.#release ??= this.#keepAlive()
    else {
      this.#release?.()
      this.#release = undefined
    }
  }

  #send(done: Done, send: () => boolean): void {
    try {
      if (send()) done()
      else this.#is({ writing: done })
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      done(error)
    }
  }
}
