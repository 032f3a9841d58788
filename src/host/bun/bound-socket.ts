import type { Address, SocketAddress } from '../../base/address.js'
import { caughtError } from '../common/errors.js'
import { StoppableListener } from '../common/listening.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  type HostListener,
  type ListenerEvents,
} from '../contract/connection.js'
import type { BunHandler, BunListener, BunSockets, BunTarget } from './api.js'
import { type BunConnection, type BunData, handler } from './connection.js'

/** A bound socket on Bun, which binds and listens in one step; a peer that connects before `listen()` is reset. */
export class BunBoundSocket<At extends SocketAddress = Address> extends HostBoundSocket<At> {
  readonly local: At
  readonly #listener: BunListener
  #events: ListenerEvents<At> | undefined
  #owned = true

  /**
   * @param listen - listens with the given handler; throws Bun's errors
   * @param name - returns the address of the listener
   * @param what - the attempted action, for the error message
   * @param make - creates the connection for an accepted one
   * @throws {HostError} Bun's error
   */
  constructor(
    listen: (handler: BunHandler<BunData>) => BunListener,
    name: (listener: BunListener) => At,
    what: string,
    make: (local: At) => BunConnection<At>,
  ) {
    super()
    const open: BunHandler<BunData>['open'] = (socket) => {
      const connection = make(this.local)
      socket.data = connection
      if (this.#events === undefined) connection.reset()
      connection.onOpen(socket)
      this.#events?.onConnection(connection)
    }
    try {
      this.#listener = listen({ ...handler, open })
    } catch (error) {
      throw caughtError(error, what)
    }
    this.#listener.unref()
    this.local = name(this.#listener)
  }

  close(): void {
    if (this.#owned) this.#listener.stop()
    this.#owned = false
  }

  override listen(_backlog: number, events: ListenerEvents<At>): HostListener<At> {
    this.#owned = false
    this.#events = events
    return new StoppableListener(this.local, () => {
      this.#events = undefined
      this.#listener.stop()
      return undefined
    })
  }
}

const dialled: BunHandler<BunData> = {
  ...handler,
  open: (socket) => socket.data.onOpen(socket),
}

/** Starts to connect. @returns the given connection */
export const dial = <At extends SocketAddress>(
  bun: BunSockets,
  target: BunTarget,
  connection: BunConnection<At>,
  events: ConnectionEvents,
): HostConnection<At> => {
  connection.events = events
  bun
    .connect<BunData>({ ...target, allowHalfOpen: true, socket: dialled, data: connection })
    .catch((error) => connection.onClose(error))
  return connection
}
