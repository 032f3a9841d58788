/** Listeners and bound addresses with faults. */
import type { SocketAddress } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import type { ErrnoName } from '../../base/errno.js'
import { abort } from '../../host/contract/abort.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { Host } from '../../host/contract/host.js'
import { Connecting } from './connecting.js'
import type { FaultSet } from './fault-set.js'
import { FaultyConnection } from './faulty-connection.js'

/** The host below, and the faults. */
export interface Faulty {
  readonly host: Host
  readonly faults: FaultSet
}

/** Refuses a new socket if a fault says that there are no descriptors. @throws {HostError} the error of the fault */
export function requireDescriptor(faults: FaultSet, what: string): void {
  const error = missingDescriptor(faults, what)
  if (error !== undefined) throw new HostError(error, 'a fault has used up the descriptors')
}

function missingDescriptor(faults: FaultSet, what: string): ErrnoName | undefined {
  const struck = faults.strike('descriptors', () => true)
  if (struck === undefined) return undefined
  const { error = 'EMFILE' } = struck.fault
  faults.note(struck.entry, what, `gets ${error}`)
  return error
}

/**
 * Makes an outgoing connection.
 *
 * @param make - makes the connection below
 * @param cancel - called if it is never made, after this call has returned
 * @throws {HostError} the errors of `make`
 */
export function connectFaulty<At extends SocketAddress>(
  { host, faults }: Faulty,
  { local, remote, events }: { readonly local: At; readonly remote: At; readonly events: ConnectionEvents },
  make: (events: ConnectionEvents) => HostConnection<At>,
  cancel: () => void = () => {},
): HostConnection<At> {
  const refusal = faults.strike('refuse', (entry) => entry.isOn('connect') && entry.isAbout(remote))
  if (refusal !== undefined)
    faults.note(
      refusal.entry,
      `connecting to ${formatEndpoint(remote)}`,
      `gets ${refusal.fault.error ?? 'ECONNREFUSED'}`,
    )
  const connection = new FaultyConnection<At>({ host, faults, side: 'connect', local, remote })
  connection.events = events
  connection.connect(new Connecting(make, cancel, refusal))
  return connection
}

/** A bound address with faults. */
export class FaultyBoundSocket<At extends SocketAddress> extends HostBoundSocket<At> {
  readonly #parts: Faulty
  readonly #inner: HostBoundSocket<At>

  constructor(parts: Faulty, inner: HostBoundSocket<At>) {
    super()
    this.#parts = parts
    this.#inner = inner
  }

  get local(): At {
    return this.#inner.local
  }

  close(): void {
    this.#inner.close()
  }

  override listen(backlog: number, events: ListenerEvents<At>): HostListener<At> {
    const gate = new Gate(this.#parts, events)
    return new FaultyListener(this.#inner.listen(backlog, gate), gate)
  }

  override connect(remote: At, events: ConnectionEvents): HostConnection<At> {
    const inner = this.#inner
    const parts = { local: inner.local, remote, events }
    return connectFaulty(
      this.#parts,
      parts,
      (own) => inner.connect(remote, own),
      () => inner.close(),
    )
  }
}

/** Passes accepted connections on, unless faults forbid it. */
class Gate<At extends SocketAddress> implements ListenerEvents<At> {
  readonly #parts: Faulty
  readonly #events: ListenerEvents<At>
  /** Peers beyond a partition. */
  readonly #hidden = new Set<FaultyConnection<At>>()

  constructor(parts: Faulty, events: ListenerEvents<At>) {
    this.#parts = parts
    this.#events = events
  }

  onConnection(inner: HostConnection<At>): void {
    const { host, faults } = this.#parts
    const { local, remote } = inner
    const error = this.#failure(local)
    if (error !== undefined) {
      abort(inner)
      this.#events.onError(error)
      return
    }
    const connection = new FaultyConnection<At>({ host, faults, side: 'accept', local, remote })
    connection.attach(inner)
    this.#hidden.add(connection)
    connection.whenFree(() => {
      this.#hidden.delete(connection)
      this.#events.onConnection(connection)
    })
  }

  onError(code: ErrnoName): void {
    this.#events.onError(code)
  }

  close(): void {
    for (const connection of this.#hidden) abort(connection)
    this.#hidden.clear()
  }

  #failure(local: At): ErrnoName | undefined {
    const { faults } = this.#parts
    const place = `accepting at ${formatEndpoint(local)}`
    const struck = faults.strike('accept', (entry) => entry.isAbout(local))
    if (struck === undefined) return missingDescriptor(faults, place)
    const { error = 'EMFILE' } = struck.fault
    faults.note(struck.entry, place, `gets ${error}`)
    return error
  }
}

class FaultyListener<At extends SocketAddress> extends HostListener<At> {
  readonly #inner: HostListener<At>
  readonly #gate: Gate<At>

  constructor(inner: HostListener<At>, gate: Gate<At>) {
    super()
    this.#inner = inner
    this.#gate = gate
  }

  get local(): At {
    return this.#inner.local
  }

  override get freed(): PromiseLike<void> | undefined {
    return this.#inner.freed
  }

  close(): void {
    this.#gate.close()
    this.#inner.close()
  }
}
