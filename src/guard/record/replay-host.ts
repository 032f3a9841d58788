/** A host that is a recording. */
import type { Address, UnixAddress } from '../../base/address.js'
import { concat } from '../../base/bytes.js'
import type { TraceHeader } from '../../base/trace/trace-header.js'
import { type ReadTraceOptions, type RecordedRun, readTrace } from '../../base/trace/trace-reader.js'
import type { Value } from '../../base/trace/value.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../../host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../../host/contract/datagram.js'
import type { BindOptions } from '../../host/contract/error.js'
import { Host, type HostTimer } from '../../host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../../host/contract/lookup.js'
import { HostUnix } from '../../host/contract/unix.js'
import { virtualHost } from '../../host/virtual.js'
import { ValueReader } from './read-values.js'
import type { Replaying } from './replayed-connection.js'
import { ReplayedDatagram } from './replayed-datagram.js'
import { ReplayedBoundSocket, replayConnect } from './replayed-listener.js'
import { type Follower, Replayer } from './replayer.js'

/** The options of {@link replayHost}. */
export interface ReplayOptions extends ReadTraceOptions, Follower {
  /**
   * How long the program may do nothing while the recording says that it did something, in milliseconds of real time;
   * 5000 by default. `Infinity` waits forever, as while a debugger has stopped the program.
   */
  readonly patience?: number
}

/** A host that is a recording. */
export interface ReplayHost extends Host {
  /** What the first line of the trace says. */
  readonly header: TraceHeader
  /** Whether the recording was ended; otherwise what followed its last entry is not known. */
  readonly complete: boolean
  /** How many calls and events were replayed. */
  readonly position: number
  /**
   * Compares what the program did elsewhere with what {@link RecordingHost.note} has recorded.
   *
   * @throws {DivergenceError} when something else was recorded
   */
  note(name: string, args: readonly Value[]): void
  /**
   * Sets what delivers to the program what {@link RecordingHost.enter} has recorded under that name. To be called
   * before the program starts, for all names in one turn.
   *
   * @param receive - called with the recorded arguments, at the same point as then
   */
  entering(name: string, receive: (args: readonly Value[]) => void): void
  /**
   * Resolves once everything was replayed that was recorded. It is rejected with a {@link DivergenceError} at the first
   * difference, and with a {@link TraceError} at an entry that was encoded wrongly; no event follows then, and every
   * call throws the same error. Await it, after the program or beside it: a rejection that nothing handles ends the
   * process.
   */
  readonly done: Promise<void>
}

/**
 * Creates a host that answers the calls of a program, and delivers events to it, as a recording says. It uses no
 * network. The time between events passes at once, and the clocks show the recorded time.
 *
 * @param trace - what {@link recordingHost} passed to its sink, in one piece or several
 * @throws {TraceError} when it is no trace, or is damaged or cut short, with the offset
 * @throws {TypeError} when it is redacted, so that the payloads are not in it
 */
export function replayHost(trace: Uint8Array | readonly Uint8Array[], options: ReplayOptions = {}): ReplayHost {
  const { patience = 5000 } = options
  if (typeof patience !== 'number' || !(patience > 0))
    throw new TypeError(`Cannot replay: patience ${String(patience)} is not valid; give milliseconds above 0`)
  const run = readTrace(trace instanceof Uint8Array ? trace : concat(trace), options)
  if (run.header.redacted)
    throw new TypeError('Cannot replay: the trace is redacted, so it has no payloads; record it without redact')
  return new HostReplay(run, patience, options)
}

const NOT_RECORDED = 'the host, which has no such event'

class HostReplay extends Host implements ReplayHost {
  readonly name: string
  override readonly deliversInline: boolean
  readonly header: TraceHeader
  readonly complete: boolean
  readonly #replayer: Replayer
  readonly #read: ValueReader
  readonly #replaying: Replaying
  readonly #unix: HostUnix | undefined
  /** Calls back in turns of the event loop. */
  readonly #turns = virtualHost()
  /** The deferred calls that wait, the oldest first. */
  readonly #deferred: (() => void)[] = []
  readonly #entering = new Map<string, (args: readonly Value[]) => void>()
  /** The last readings of the clocks, which stand still once the replay is over. */
  #clock = 1
  #wallClock = 0

  constructor(run: RecordedRun, patience: number, follower: Follower) {
    super()
    const { name, deliversInline, unix } = run.header.host
    this.name = name
    this.deliversInline = deliversInline
    this.header = run.header
    this.complete = run.complete
    const replayer = new Replayer(run, this.#turns, patience, follower)
    const read = new ValueReader(replayer)
    this.#replayer = replayer
    this.#read = read
    this.#replaying = { replayer, read }
    this.#unix = unix ? new ReplayedUnix(this.#replaying) : undefined
    replayer.receive(0, (name, args) => this.#receive(name, args))
  }

  note(name: string, args: readonly Value[]): void {
    this.#replayer.call(name, 0, args)
  }

  entering(name: string, receive: (args: readonly Value[]) => void): void {
    this.#entering.set(name, receive)
    this.#replayer.begin()
  }

  get position(): number {
    return this.#replayer.position
  }

  get done(): Promise<void> {
    return this.#replayer.done
  }

  clock(): number {
    const time = this.#replayer.quiet('clock', 0)
    if (typeof time === 'number') this.#clock = time
    return this.#clock
  }

  wallClock(): number {
    const time = this.#replayer.quiet('wallClock', 0)
    if (typeof time === 'number') this.#wallClock = time
    return this.#wallClock
  }

  override random(into: Uint8Array): void {
    const bytes = this.#read.bytes(this.#replayer.call('random', 0, [into.length]))
    if (bytes.length !== into.length) this.#replayer.stop(`a request for ${into.length} bytes`)
    into.set(bytes)
  }

  override defer(callback: () => void): void {
    this.#replayer.quiet('defer', 0)
    // The program has to be able to end.
    if (this.#replayer.isOver) this.#turns.defer(callback)
    else this.#deferred.push(callback)
  }

  override timer(callback: () => void): HostTimer {
    const replayer = this.#replayer
    const number = replayer.newObject()
    replayer.quiet('timer', 0)
    replayer.receive(number, (name) =>
      name === 'timeout' ? callback : replayer.stop('a timer, which has no such event'),
    )
    return {
      set: (ms) => void replayer.quiet('set', number, [ms]),
      clear: () => void replayer.quiet('clear', number),
    }
  }

  override keepAlive(): () => void {
    const replayer = this.#replayer
    const number = replayer.newObject()
    replayer.quiet('keepAlive', 0)
    return () => void replayer.quiet('release', number)
  }

  override sharesPorts(kind: 'stream' | 'datagram'): boolean {
    return this.#read.boolean(this.#replayer.call('sharesPorts', 0, [kind]))
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    const args = [{ ...local }, { ...options }]
    return new ReplayedBoundSocket(this.#replaying, 'bind', args, (value) => this.#read.ip(value))
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    const place = { name: 'connect', object: 0 }
    return replayConnect(this.#replaying, place, remote, events, (value) => this.#read.ip(value))
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return new ReplayedDatagram(this.#replaying, [{ ...local }, { ...options }], events)
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return this.#look('lookup', [name, family], events)
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    return this.#look('reverse', [{ ...address }], events)
  }

  override interfaces(): ReadonlyMap<string, number> {
    const all = this.#read.list(this.#replayer.call('interfaces', 0))
    return new Map(
      all.map((one) => {
        const [name, index] = this.#read.list(one)
        return [this.#read.text(name), this.#read.number(index)]
      }),
    )
  }

  override get unix(): HostUnix | undefined {
    return this.#unix
  }

  #look(call: string, args: readonly Value[], events: LookupEvents): CancelLookup {
    const replayer = this.#replayer
    const read = this.#read
    const number = replayer.newObject()
    replayer.receive(number, (name, [first]) => {
      if (name === 'answer') {
        const texts = read.list(first).map((text) => read.text(text))
        return () => events.onAnswer(texts)
      }
      if (name !== 'error') return replayer.stop('a lookup, which has no such event')
      const code = read.errno(first)
      return () => events.onError(code)
    })
    read.object(replayer.call(call, 0, args), number)
    return () => void replayer.quiet('cancel', number)
  }

  #receive(name: string, args: readonly Value[]): () => void {
    const receive = this.#entering.get(name)
    if (receive !== undefined) return () => receive(args)
    if (name !== 'deferred') return this.#replayer.stop(NOT_RECORDED)
    const [callback] = this.#deferred.splice(this.#read.number(args[0]), 1)
    return callback ?? this.#replayer.stop('no deferred call that could be due')
  }
}

class ReplayedUnix extends HostUnix {
  readonly #replaying: Replaying

  constructor(replaying: Replaying) {
    super()
    this.#replaying = replaying
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    const { read } = this.#replaying
    return new ReplayedBoundSocket(this.#replaying, 'bindUnix', [{ ...local }], (value) => read.path(value))
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    const { read } = this.#replaying
    const place = { name: 'connectUnix', object: 0 }
    return replayConnect(this.#replaying, place, remote, events, (value) => read.path(value))
  }

  unlink(path: string): void {
    this.#replaying.replayer.call('unlink', 0, [path])
  }

  chmod(path: string, mode: number): void {
    this.#replaying.replayer.call('chmod', 0, [path, mode])
  }

  mode(path: string): number {
    const { replayer, read } = this.#replaying
    return read.number(replayer.call('mode', 0, [path]))
  }
}
