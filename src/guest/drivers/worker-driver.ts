/**
 * The driver for engines that cannot suspend WebAssembly: the guest runs in a separate thread, which it may block,
 * and the host stays in this thread.
 */

import { bitOf, signalName } from '../../base/signals.js'
import { levelOf } from '../../guard/limits/ledger.js'
import { traitsOf } from '../../remote/host-traits.js'
import {
  decode,
  decodeText,
  FILES_ID,
  type LimitReport,
  type LoadFailure,
  type SignalReport,
  type TimerReport,
  ToGuest,
  ToParent,
  type TrapReport,
  type Wires,
} from '../../remote/protocol.js'
import { makeRing } from '../../remote/ring.js'
import { HostServer } from '../../remote/server/host-server.js'
import { StreamServer } from '../../remote/server/streams.js'
import { GuestTrap } from '../exit.js'
import type { Outcome } from '../outcome.js'
import { tellDefects } from '../report-defects.js'
import type { GuestRun, GuestSetup } from '../setup.js'
import { Signals } from '../signals.js'
import { GuestStreams } from '../streams.js'
import { makePulse } from '../time/pulse.js'
import { ThreadWatch } from '../time/thread-watch.js'
import type { Thread } from './thread.js'
import { ThreadFiles } from './thread-files.js'
import type { WorkerSetup } from './worker.js'

/** The size of each ring in bytes: enough for the messages of a busy guest and its host in one turn. */
const RING = 1024 * 1024

/**
 * Starts a guest in a separate thread.
 *
 * @returns a promise that resolves when the guest has been instantiated and runs
 */
export async function startInWorker(setup: GuestSetup, thread: Thread): Promise<GuestRun> {
  const { terminate } = thread
  const { module, abi, wasi, files, wallClock } = setup
  const { ledger, isMemoryGiven } = setup.limits
  const wires: Wires = { toParent: makeRing(RING), toGuest: makeRing(RING) }
  const pulse = makePulse()
  const trace = setup.trace.topics
  const release = setup.host.keepAlive()
  const life = new WorkerGuest(setup, { wires, pulse }, terminate)
  void thread.failure.then((reason) => life.fail({ kind: 'crashed', error: GuestTrap.from(reason) }))
  const outcome = thread.end.then(() => life.ended()).finally(release)
  const { given } = life.streams
  const traits = traitsOf(setup.host)
  const limits = { limits: ledger.limits, table: ledger.table, isMemoryGiven }
  const started = { module, abi, wasi, files, wallClock, ...limits }
  const parts = { ...started, wires, pulse, streams: given, trace, traits }
  thread.run(parts, life.files.receive)
  const early = await Promise.race([life.ready, outcome])
  if (life.unfit !== undefined) throw life.unfit
  if (early?.kind === 'crashed') throw early.error
  return {
    outcome,
    terminate: () => life.end({ kind: 'killed' }),
    activity: () => life.time.activity(),
    timeUsed: () => life.time.used(),
    files: () => life.files.read(),
    kill: life.kill,
  }
}

/** The parent's side of a guest: the host, the streams, and the outcome. */
class WorkerGuest {
  /** Resolves when the guest was loaded; never settles if it cannot be loaded. */
  readonly ready: Promise<undefined>
  /** Why it cannot be loaded. */
  unfit: Error | undefined
  readonly files = new ThreadFiles(() => this.#server.wire.post(ToGuest.FILES, FILES_ID))
  readonly #setup: GuestSetup
  readonly #terminate: () => void
  readonly streams: GuestStreams
  readonly time: ThreadWatch
  readonly #server: HostServer
  readonly #streamServer: StreamServer
  #onReady = (): void => {}
  readonly #signals: Signals
  /** The signals that were sent, but not received yet. */
  #underWay = 0
  #outcome: Outcome | undefined

  constructor(setup: GuestSetup, { wires, pulse }: Pick<WorkerSetup, 'wires' | 'pulse'>, terminate: () => void) {
    this.#setup = setup
    this.#terminate = terminate
    this.ready = new Promise((resolve) => {
      this.#onReady = () => resolve(undefined)
    })
    const { ledger } = setup.limits
    this.streams = new GuestStreams(setup.streams, {
      host: setup.host,
      ledger,
      paces: () => false,
      onFailure: (error) => this.fail({ kind: 'failed', error }),
    })
    this.#signals = new Signals(setup.host, setup.onSignals)
    const deliver = (signal: number): boolean => this.#deliver(signal)
    this.#signals.aim({ deliver, end: (signal) => this.end({ kind: 'signalled', signal: signalName(signal) }) })
    this.#server = new HostServer(setup.host, wires, {
      lingering: ledger.gauge('lingering', 1),
      onRecord: (kind, id, value, payload) => this.#receive(kind, id, value, payload),
      onDefect: tellDefects((bytes) => this.streams.report(bytes)),
    })
    this.#streamServer = new StreamServer(this.streams, this.#server.wire)
    this.time = new ThreadWatch(pulse, setup.time, (exceeded) => this.end({ kind: 'limit', ...exceeded }))
  }

  /** See {@link Signals.send}. */
  readonly kill = (signal: number): boolean => this.#signals.send(signal)

  #deliver(signal: number): boolean {
    if ((this.#underWay & bitOf(signal)) !== 0) return false
    this.#underWay |= bitOf(signal)
    this.#server.wire.post(ToGuest.SIGNAL, 0, signal)
    return true
  }

  /** Ends the guest in the middle of whatever it does; what it has written and was not sent yet is dropped. */
  readonly end = (outcome: Outcome): void => {
    this.streams.drop()
    this.fail(outcome)
  }

  /** Ends the guest, but what it has written is still sent. */
  fail(outcome: Outcome): void {
    this.#outcome ??= outcome
    this.#signals.close()
    this.#terminate()
  }

  /** Called when the thread has ended; waits until what the guest has written is sent. */
  async ended(): Promise<Outcome> {
    this.#server.wire.drain()
    this.#server.close()
    this.#signals.close()
    this.time.close()
    await this.streams.end()
    this.files.end()
    return this.#outcome ?? { kind: 'crashed', error: new Error('the thread of the guest has ended') }
  }

  /** The guest has ended by itself, before it could be ended from outside. */
  #tell(outcome: Outcome): void {
    if (this.#outcome?.kind !== 'failed') this.#outcome = outcome
  }

  #receive(kind: number, id: number, value: number, payload: Uint8Array): void {
    if (this.#streamServer.serve(kind, value, payload)) return
    switch (kind) {
      case ToParent.READY:
        this.#onReady()
        break
      case ToParent.UNFIT:
        this.unfit = loadError(decode<LoadFailure>(payload))
        break
      case ToParent.TRACE:
        this.#setup.trace.topic('syscall')?.(decodeText(payload))
        break
      case ToParent.ABSENT:
        this.#setup.onAbsent(decodeText(payload))
        break
      case ToParent.SIGNALS: {
        const { caught, ignored } = decode<SignalReport>(payload)
        this.#signals.dispose(caught, ignored)
        break
      }
      case ToParent.TIMER:
        this.#signals.setTimer(decode<TimerReport>(payload))
        break
      case ToParent.LIMIT:
        this.#setup.limits.ledger.report(id, levelOf(value), decode<LimitReport>(payload).used)
        break
      case ToParent.SIGNAL_TAKEN:
        this.#underWay &= ~bitOf(value)
        break
      case ToParent.EXIT:
        this.#tell({ kind: 'exited', code: value })
        break
      case ToParent.TRAP: {
        const { message, stack } = decode<TrapReport>(payload)
        this.#tell({ kind: 'trapped', error: new GuestTrap(message, stack) })
        break
      }
    }
  }
}

/** The error that {@link Guest.start} throws for a load failure in the thread. */
function loadError({ name, message }: LoadFailure): Error {
  return name === 'LinkError' ? new WebAssembly.LinkError(message) : new TypeError(message)
}
