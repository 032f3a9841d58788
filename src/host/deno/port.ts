import { setTimeout } from 'node:timers'
import type { Address, SocketAddress } from '../../abi/address.js'
import {
  type ConnectionEvents,
  type HostConnection,
  type HostListener,
  HostPort,
  type ListenerEvents,
} from '../host.js'
import { Listening } from '../listening.js'
import type { DenoConn, DenoListener, DenoSockets, DenoTarget } from './api.js'
import type { DenoConnection } from './connection.js'
import { denoCode, denoError } from './errors.js'

/** Milliseconds until one accepts again who had no descriptor left. */
const PAUSE = 100

/**
 * Listens.
 *
 * @param what - to be said where that cannot be
 * @throws {HostError} what Deno says
 */
export const listen = (deno: DenoSockets, target: DenoTarget, what: string): DenoListener => {
  try {
    return deno.listen(target)
  } catch (error) {
    throw denoError(error, what)
  }
}

/** Connects a connection. @returns it */
export const dial = <At extends SocketAddress>(
  connection: DenoConnection<At>,
  events: ConnectionEvents,
  conn: Promise<DenoConn>,
): HostConnection<At> => {
  connection.events = events
  conn.then(
    (conn) => connection.onConn(conn),
    (error) => connection.onNoConn(error),
  )
  return connection
}

/** Deno binds and listens in one; who comes before `listen()` was called waits for it. */
export class DenoPort<At extends SocketAddress = Address> extends HostPort<At> {
  readonly local: At
  readonly #listener: DenoListener
  readonly #make: () => DenoConnection<At>
  #events: ListenerEvents<At> | undefined
  #open = true
  #owned = true

  /**
   * @param listener - it is the port's own from now on
   * @param local - where that listens
   * @param make - makes a connection for one that is accepted
   */
  constructor(listener: DenoListener, local: At, make: () => DenoConnection<At>) {
    super()
    this.#listener = listener
    this.local = local
    this.#make = make
    listener.unref()
  }

  close(): void {
    if (this.#owned) this.#stop()
    this.#owned = false
  }

  override listen(_backlog: number, events: ListenerEvents<At>): HostListener<At> {
    this.#owned = false
    this.#events = events
    this.#accept()
    return new Listening(this.local, () => this.#stop())
  }

  #stop(): void {
    this.#events = undefined
    this.#open = false
    this.#listener.close()
  }

  #accept(): void {
    if (this.#open) this.#listener.accept().then(this.#onConn, this.#onFailed)
  }

  readonly #onConn = (conn: DenoConn): void => {
    const connection = this.#make()
    if (this.#events === undefined) connection.close()
    connection.onConn(conn)
    this.#events?.onConnection(connection)
    this.#accept()
  }

  readonly #onFailed = (error: unknown): void => {
    if (!this.#open) return
    this.#events?.onError(denoCode(error))
    setTimeout(() => this.#accept(), PAUSE).unref()
  }
}
