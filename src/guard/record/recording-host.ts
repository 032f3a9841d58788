/** A host that records everything that enters a program through it. */

import { VERSION } from '../../abi/revision.js'
import type { Address, UnixAddress } from '../../base/address.js'
import type { TraceHeader } from '../../base/trace/trace-header.js'
import type { RecordingSink } from '../../base/trace/trace-writer.js'
import type { Value } from '../../base/trace/value.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../../host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../../host/contract/datagram.js'
import type { BindOptions } from '../../host/contract/error.js'
import type { Host, HostTimer } from '../../host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../../host/contract/lookup.js'
import { HostUnix } from '../../host/contract/unix.js'
import { runtimeVersion } from '../../host/platform/runtime-version.js'
import { requireHost, WrappedHost } from '../wrapped-host.js'
import { RecordedDatagram } from './recorded-datagram.js'
import { RecordedBoundSocket, recordConnect } from './recorded-listener.js'
import { Recorder } from './recorder.js'

/** The options of {@link recordingHost}. */
export interface RecordingOptions {
  /** What the first line of the trace says of the run, such as its arguments; nothing by default. It must be JSON. */
  readonly about?: TraceHeader['about']
  /**
   * Whether all payloads and random numbers are left out, so that the trace shows how much was sent and when, and
   * nothing of what; `false` by default. Such a trace cannot be replayed. Addresses and names stay in it.
   */
  readonly redact?: boolean
  /**
   * What is recorded of the bytes that the program sends: their length and a checksum, with which a replay compares
   * (`digest`, the default), or all of them (`bytes`).
   */
  readonly sent?: 'digest' | 'bytes'
  /**
   * How many bytes wait at least before they are passed to the sink at the end of an event; 65536 by default, and 0 for
   * every event, which costs about as much again as the recording. What waits is lost if the process is killed.
   */
  readonly flushAt?: number
  /**
   * Whether the sink uses what it is given only until it returns, as one that writes it to a file does; `false` by
   * default, when each piece is a copy that the sink may keep.
   */
  readonly lends?: boolean
}

/** A host that records. */
export interface RecordingHost extends Host {
  /** How many calls and events were recorded. */
  readonly entries: number
  /** Passes what is waiting to the sink. */
  flush(): void
  /**
   * Records something that the program did elsewhere than at the host, such as that it has ended. A replay compares.
   *
   * @param name - not that of a call of the host
   */
  note(name: string, args: readonly Value[]): void
  /**
   * Records something that comes to the program elsewhere than through the host, such as a signal or its input, and
   * delivers it. A replay delivers it at the same point, by {@link ReplayHost.entering}.
   *
   * @param name - not that of an event of the host
   * @param deliver - called before this returns
   */
  enter(name: string, args: readonly Value[], deliver: () => void): void
  /**
   * Ends the recording: the trace is complete. The host can still be used, and is not recorded any more.
   *
   * @throws what the sink has thrown, which ended the recording when it happened, and did not disturb the program
   */
  close(): void
}

/**
 * Creates a host that passes everything on to the one below, and records each call with its outcome and each event with
 * its payload. {@link replayHost} runs the same program again from the trace, without a network.
 *
 * Anything that does not come through the host is not recorded, unless {@link RecordingHost.enter} is told: files,
 * standard input, and the application's own timers, clocks and random numbers. See `docs/record-and-replay.md`.
 *
 * @param host - the host that is recorded
 * @param sink - receives the trace, piece by piece
 * @throws {TypeError} when `host` is not a host, or `about` is not JSON
 *
 * @example
 * ```ts
 * import { type Host, Loop, Timer, virtualHost } from 'libuv-wasm'
 * import { recordingHost, replayHost } from 'libuv-wasm/testing'
 *
 * async function program(host: Host) {
 *   await using loop = await Loop.open({ host })
 *   new Timer({ loop }).start(20, 0, () => console.log('tick'))
 *   await loop.run()
 * }
 *
 * const pieces: Uint8Array[] = []
 * const recording = recordingHost(virtualHost(), (bytes) => pieces.push(bytes))
 * await program(recording)
 * recording.close()
 *
 * const replay = replayHost(pieces)
 * await program(replay)
 * await replay.done
 * ```
 * ```text
 * tick
 * tick
 * ```
 */
export function recordingHost(host: Host, sink: RecordingSink, options: RecordingOptions = {}): RecordingHost {
  requireHost(host, 'recording host')
  return new HostRecorder(host, sink, options)
}

class HostRecorder extends WrappedHost implements RecordingHost {
  readonly #recorder: Recorder
  readonly #unix: HostUnix | undefined
  /** The deferred calls that wait, the oldest first. */
  readonly #deferred: (() => void)[] = []

  constructor(
    inner: Host,
    sink: RecordingSink,
    { about = {}, redact = false, sent, flushAt = FLUSH_AT, lends = false }: RecordingOptions,
  ) {
    super(inner)
    const { name, deliversInline, unix } = inner
    const header = {
      library: VERSION,
      runtime: runtimeVersion(),
      began: inner.wallClock(),
      host: { name, deliversInline, unix: unix !== undefined },
      redacted: redact,
      about,
    }
    const clock = (): number => inner.clock()
    this.#recorder = new Recorder(sink, { header, clock, flushAt, keepsSent: sent === 'bytes', lends })
    this.#unix = unix && new RecordedUnix(this.#recorder, unix)
  }

  get entries(): number {
    return this.#recorder.entries
  }

  flush(): void {
    this.#recorder.flush()
  }

  note(name: string, args: readonly Value[]): void {
    this.#recorder.returned(name, 0, args, undefined)
  }

  enter(name: string, args: readonly Value[], deliver: () => void): void {
    this.#recorder.event(name, 0, args, deliver)
  }

  close(): void {
    this.#recorder.close()
  }

  override clock(): number {
    const time = this.inner.clock()
    this.#recorder.returned('clock', 0, NONE, time)
    return time
  }

  override wallClock(): number {
    const time = this.inner.wallClock()
    this.#recorder.returned('wallClock', 0, NONE, time)
    return time
  }

  override random(into: Uint8Array): void {
    this.#recorder.call(
      'random',
      0,
      [into.length],
      () => this.inner.random(into),
      () => into,
    )
  }

  override defer(callback: () => void): void {
    const fire = (): void => {
      const at = this.#deferred.indexOf(fire)
      this.#deferred.splice(at, 1)
      this.#recorder.event('deferred', 0, [at], callback)
    }
    this.#recorder.call('defer', 0, NONE, () => this.inner.defer(fire))
    this.#deferred.push(fire)
  }

  override timer(callback: () => void): HostTimer {
    const recorder = this.#recorder
    const number = recorder.newObject()
    const fire = (): void => recorder.event('timeout', number, NONE, callback)
    const timer = recorder.call(
      'timer',
      0,
      NONE,
      () => this.inner.timer(fire),
      () => number,
    )
    return {
      set: (ms) => recorder.call('set', number, [ms], () => timer.set(ms)),
      clear: () => recorder.call('clear', number, NONE, () => timer.clear()),
    }
  }

  override keepAlive(): () => void {
    const recorder = this.#recorder
    const number = recorder.newObject()
    const release = recorder.call(
      'keepAlive',
      0,
      NONE,
      () => this.inner.keepAlive(),
      () => number,
    )
    return () => recorder.call('release', number, NONE, release)
  }

  override sharesPorts(kind: 'stream' | 'datagram'): boolean {
    return this.#recorder.call(
      'sharesPorts',
      0,
      [kind],
      () => this.inner.sharesPorts(kind),
      (shares) => shares,
    )
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    return recordBind(this.#recorder, 'bind', [{ ...local }, { ...options }], () => this.inner.bind(local, options))
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    const place = { name: 'connect', object: 0 }
    return recordConnect(this.#recorder, place, remote, events, (own) => this.inner.connect(remote, own))
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    const number = this.#recorder.newObject()
    const bind = (): RecordedDatagram =>
      new RecordedDatagram(this.#recorder, number, events, (own) => this.inner.bindDatagram(local, options, own))
    const args = [{ ...local }, { ...options }]
    return this.#recorder.call('bindDatagram', 0, args, bind, ({ traits }) => traits)
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return this.#look('lookup', [name, family], events, (own) => this.inner.lookup(name, family, own))
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    return this.#look('reverse', [{ ...address }], events, (own) => this.inner.reverse(address, own))
  }

  override interfaces(): ReadonlyMap<string, number> {
    return this.#recorder.call(
      'interfaces',
      0,
      NONE,
      () => this.inner.interfaces(),
      (all) => [...all],
    )
  }

  override get unix(): HostUnix | undefined {
    return this.#unix
  }

  #look(
    name: string,
    args: readonly Value[],
    events: LookupEvents,
    begin: (events: LookupEvents) => CancelLookup,
  ): CancelLookup {
    const recorder = this.#recorder
    const number = recorder.newObject()
    const own: LookupEvents = {
      onAnswer: (texts) => recorder.event('answer', number, [texts], () => events.onAnswer(texts)),
      onError: (code) => recorder.event('error', number, [code], () => events.onError(code)),
    }
    const cancel = recorder.call(
      name,
      0,
      args,
      () => begin(own),
      () => number,
    )
    return () => recorder.call('cancel', number, NONE, cancel)
  }
}

const NONE: readonly Value[] = []

/** The default of {@link RecordingOptions.flushAt}. */
const FLUSH_AT = 65_536

class RecordedUnix extends HostUnix {
  readonly #recorder: Recorder
  readonly #inner: HostUnix

  constructor(recorder: Recorder, inner: HostUnix) {
    super()
    this.#recorder = recorder
    this.#inner = inner
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    return recordBind(this.#recorder, 'bindUnix', [{ ...local }], () => this.#inner.bind(local))
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    const place = { name: 'connectUnix', object: 0 }
    return recordConnect(this.#recorder, place, remote, events, (own) => this.#inner.connect(remote, own))
  }

  unlink(path: string): void {
    this.#recorder.call('unlink', 0, [path], () => this.#inner.unlink(path))
  }

  chmod(path: string, mode: number): void {
    this.#recorder.call('chmod', 0, [path, mode], () => this.#inner.chmod(path, mode))
  }

  mode(path: string): number {
    return this.#recorder.call(
      'mode',
      0,
      [path],
      () => this.#inner.mode(path),
      (mode) => mode,
    )
  }
}

function recordBind<At extends Address | UnixAddress>(
  recorder: Recorder,
  name: string,
  args: readonly Value[],
  bind: () => HostBoundSocket<At>,
): HostBoundSocket<At> {
  const number = recorder.newObject()
  const make = (): RecordedBoundSocket<At> => new RecordedBoundSocket(recorder, number, bind())
  return recorder.call(name, 0, args, make, ({ local }) => [number, { ...local }])
}
