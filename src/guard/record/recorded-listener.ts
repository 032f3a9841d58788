/** Bound sockets and listeners whose calls and events are recorded. */
import type { SocketAddress } from '../../base/address.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../../host/contract/connection.js'
import { RecordedConnection } from './recorded-connection.js'
import type { Recorder } from './recorder.js'

/** Connects, and records that. @param place - the name of the call and the number of its object */
export function recordConnect<At extends SocketAddress>(
  recorder: Recorder,
  place: { readonly name: string; readonly object: number },
  remote: At,
  events: ConnectionEvents,
  make: (events: ConnectionEvents) => HostConnection<At>,
): RecordedConnection<At> {
  const number = recorder.newObject()
  const connect = (): RecordedConnection<At> => {
    const connection = new RecordedConnection(recorder, number, make)
    connection.events = events
    return connection
  }
  return recorder.call(place.name, place.object, [{ ...remote }], connect, ({ traits }) => traits)
}

/** A bound address. */
export class RecordedBoundSocket<At extends SocketAddress> extends HostBoundSocket<At> {
  readonly #recorder: Recorder
  readonly #number: number
  readonly #inner: HostBoundSocket<At>

  constructor(recorder: Recorder, number: number, inner: HostBoundSocket<At>) {
    super()
    this.#recorder = recorder
    this.#number = number
    this.#inner = inner
  }

  get local(): At {
    return this.#inner.local
  }

  close(): void {
    this.#recorder.call('close', this.#number, [], () => this.#inner.close())
  }

  override listen(backlog: number, events: ListenerEvents<At>): HostListener<At> {
    const number = this.#recorder.newObject()
    const own = new RecordedArrivals(this.#recorder, number, events)
    const listen = (): HostListener<At> =>
      new RecordedListener(this.#recorder, number, this.#inner.listen(backlog, own))
    return this.#recorder.call('listen', this.#number, [backlog], listen, ({ local }) => [number, { ...local }])
  }

  override connect(remote: At, events: ConnectionEvents): HostConnection<At> {
    const place = { name: 'connect', object: this.#number }
    return recordConnect(this.#recorder, place, remote, events, (own) => this.#inner.connect(remote, own))
  }
}

class RecordedArrivals<At extends SocketAddress> implements ListenerEvents<At> {
  readonly #recorder: Recorder
  readonly #number: number
  readonly #events: ListenerEvents<At>

  constructor(recorder: Recorder, number: number, events: ListenerEvents<At>) {
    this.#recorder = recorder
    this.#number = number
    this.#events = events
  }

  onConnection(inner: HostConnection<At>): void {
    const connection = new RecordedConnection<At>(this.#recorder, this.#recorder.newObject(), () => inner)
    this.#recorder.event('connection', this.#number, connection.traits, () => this.#events.onConnection(connection))
  }

  onError(code: Parameters<ListenerEvents['onError']>[0]): void {
    this.#recorder.event('error', this.#number, [code], () => this.#events.onError(code))
  }
}

class RecordedListener<At extends SocketAddress> extends HostListener<At> {
  readonly #recorder: Recorder
  readonly #number: number
  readonly #inner: HostListener<At>
  #freed: PromiseLike<void> | undefined

  constructor(recorder: Recorder, number: number, inner: HostListener<At>) {
    super()
    this.#recorder = recorder
    this.#number = number
    this.#inner = inner
  }

  get local(): At {
    return this.#inner.local
  }

  override get freed(): PromiseLike<void> | undefined {
    const freed = this.#recorder.call(
      'freed',
      this.#number,
      [],
      () => this.#inner.freed,
      (promise) => promise !== undefined,
    )
    if (freed === undefined) return undefined
    this.#freed ??= new Promise((resolve) => {
      freed.then(() => this.#recorder.event('freed', this.#number, [], resolve))
    })
    return this.#freed
  }

  close(): void {
    this.#recorder.call('close', this.#number, [], () => this.#inner.close())
  }
}
