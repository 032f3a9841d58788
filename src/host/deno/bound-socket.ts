import { setTimeout } from 'node:timers'
import type { Address, SocketAddress } from '../../base/address.js'
import { StoppableListener } from '../common/listening.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  type HostListener,
  type ListenerEvents,
} from '../contract/connection.js'
import type { DenoConn, DenoListener, DenoTarget } from './api.js'
import type { DenoConnection } from './connection.js'
import { denoCode } from './errors.js'
import { leave } from './leaving-addresses.js'

/** The delay in milliseconds before the next accept after one has failed, such as for lack of a descriptor. */
const PAUSE = 100

/** Starts to connect. @returns the given connection */
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

/** A bound socket on Deno, which binds and listens in one step; a peer that connects before `listen()` waits for it. */
export class DenoBoundSocket<At extends SocketAddress = Address> extends HostBoundSocket<At> {
  readonly local: At
  readonly #target: DenoTarget
  readonly #make: () => DenoConnection<At>
  /** `undefined` while waiting for the previous listener to release the address. */
  #listener: DenoListener | undefined
  #events: ListenerEvents<At> | undefined
  #state: 'bound' | 'listening' | 'closed' = 'bound'
  /** The accept, or the wait for a listener, that is in progress. It settles when that completes, and never rejects. */
  #underWay: Promise<void> | undefined

  /**
   * @param listener - owned by this object from now on
   * @param local - the address of the listener
   * @param target - the same address in Deno's form
   * @param make - creates the connection for an accepted one
   */
  constructor(
    listener: DenoListener | Promise<DenoListener>,
    local: At,
    target: DenoTarget,
    make: () => DenoConnection<At>,
  ) {
    super()
    this.local = local
    this.#target = target
    this.#make = make
    if ('then' in listener) this.#underWay = listener.then(this.#onListener, this.#onFailed)
    else this.#onListener(listener)
  }

  close(): void {
    if (this.#state === 'bound') void this.#stop()
  }

  override listen(_backlog: number, events: ListenerEvents<At>): HostListener<At> {
    this.#state = 'listening'
    this.#events = events
    this.#accept()
    return new StoppableListener(this.local, () => this.#stop())
  }

  /** @returns a promise that resolves once the port is free; `undefined` if it already is */
  #stop(): Promise<void> | undefined {
    this.#state = 'closed'
    this.#events = undefined
    this.#listener?.close()
    if (this.#underWay !== undefined) leave(this.#target, this.#underWay)
    return this.#underWay
  }

  readonly #onListener = (listener: DenoListener): void => {
    this.#underWay = undefined
    this.#listener = listener
    listener.unref()
    if (this.#state === 'closed') listener.close()
    else this.#accept()
  }

  #accept(): void {
    if (this.#state !== 'listening' || this.#listener === undefined) return
    this.#underWay = this.#listener.accept().then(this.#onConn, this.#onFailed)
  }

  readonly #onConn = (conn: DenoConn): void => {
    this.#underWay = undefined
    const connection = this.#make()
    if (this.#events === undefined) connection.close()
    connection.onConn(conn)
    this.#events?.onConnection(connection)
    this.#accept()
  }

  readonly #onFailed = (error: unknown): void => {
    this.#underWay = undefined
    if (this.#state === 'closed') return
    this.#events?.onError(denoCode(error))
    setTimeout(() => this.#accept(), PAUSE).unref()
  }
}
