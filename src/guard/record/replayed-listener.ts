/** Bound sockets and listeners whose results and events come from a trace. */
import type { SocketAddress } from '../../base/address.js'
import type { Value } from '../../base/trace/value.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../../host/contract/connection.js'
import type { ReadAddress } from './read-values.js'
import { ReplayedConnection, type Replaying } from './replayed-connection.js'

/** Connects as it was recorded. @param place - the name of the call and the number of its object */
export function replayConnect<At extends SocketAddress>(
  replaying: Replaying,
  place: { readonly name: string; readonly object: number },
  remote: At,
  events: ConnectionEvents,
  address: ReadAddress<At>,
): HostConnection<At> {
  const { replayer } = replaying
  const number = replayer.newObject()
  const traits = replayer.call(place.name, place.object, [{ ...remote }])
  const connection = new ReplayedConnection(replaying, number, traits, address)
  connection.events = events
  return connection
}

/** The counterpart of `RecordedBoundSocket`. */
export class ReplayedBoundSocket<At extends SocketAddress> extends HostBoundSocket<At> {
  readonly local: At
  readonly #replaying: Replaying
  readonly #number: number
  readonly #address: ReadAddress<At>

  /** Binds as it was recorded. @param name - the name of the call */
  constructor(replaying: Replaying, name: string, args: readonly Value[], address: ReadAddress<At>) {
    super()
    const { replayer, read } = replaying
    this.#number = replayer.newObject()
    const [object, local] = read.list(replayer.call(name, 0, args))
    read.object(object, this.#number)
    this.#replaying = replaying
    this.#address = address
    this.local = address(local)
  }

  close(): void {
    this.#replaying.replayer.quiet('close', this.#number)
  }

  override listen(backlog: number, events: ListenerEvents<At>): HostListener<At> {
    const { replayer, read } = this.#replaying
    const number = replayer.newObject()
    const [object, local] = read.list(replayer.call('listen', this.#number, [backlog]))
    read.object(object, number)
    return new ReplayedListener(this.#replaying, number, this.#address(local), events, this.#address)
  }

  override connect(remote: At, events: ConnectionEvents): HostConnection<At> {
    return replayConnect(this.#replaying, { name: 'connect', object: this.#number }, remote, events, this.#address)
  }
}

class ReplayedListener<At extends SocketAddress> extends HostListener<At> {
  readonly local: At
  readonly #replaying: Replaying
  readonly #number: number
  readonly #freed: Promise<void>
  #free = (): void => {}

  constructor(replaying: Replaying, number: number, local: At, events: ListenerEvents<At>, address: ReadAddress<At>) {
    super()
    this.#replaying = replaying
    this.#number = number
    this.local = local
    this.#freed = new Promise((resolve) => {
      this.#free = resolve
    })
    const { replayer, read } = replaying
    replayer.receive(number, (name, args) => {
      switch (name) {
        case 'connection': {
          const connection = new ReplayedConnection(replaying, replayer.newObject(), args, address)
          return () => events.onConnection(connection)
        }
        case 'error': {
          const code = read.errno(args[0])
          return () => events.onError(code)
        }
        case 'freed':
          return this.#free
        default:
          return replayer.stop('a listener, which has no such event')
      }
    })
  }

  override get freed(): PromiseLike<void> | undefined {
    const { replayer } = this.#replaying
    return replayer.quiet('freed', this.#number) === true ? this.#freed : undefined
  }

  close(): void {
    this.#replaying.replayer.quiet('close', this.#number)
  }
}
