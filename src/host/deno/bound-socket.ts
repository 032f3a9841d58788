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
import { leave } from './leaving.js'

/** Milliseconds until one accepts again who had no descriptor left. */
const PAUSE = 100

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

/** Deno binds and listens in one; a peer that connects before `listen()` was called waits for it. */
export class DenoBoundSocket<At extends SocketAddress = Address> extends HostBoundSocket<At> {
  readonly local: At
  readonly #target: DenoTarget
  readonly #make: () => DenoConnection<At>
  /** `undefined` while it waits for the one before to be gone. */
  #listener: DenoListener | undefined
  #events: ListenerEvents<At> | undefined
  #state: 'bound' | 'listening' | 'closed' = 'bound'
  /** The accept, or the wait for a listener, that is under way: it settles when that is over, and never rejects. */
  #underWay: Promise<void> | undefined

  /**
   * @param listener - it is the port's own from now on
   * @param local - where that listens
   * @param target - the same, as Deno has it
   * @param make - makes a connection for one that is accepted
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

  /** @returns resolves once the port is free, where that is not at once */
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
