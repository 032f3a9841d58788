import type { ErrnoName } from '../base/errno.js'
import type { Ledger } from '../guard/limits/ledger.js'
import type { Limits } from '../guard/limits/limits.js'
import type { Host } from '../host/contract/host.js'
import type { HostStream, StreamGiven, StreamRelay, StreamRelayEvents, StreamSource } from '../host/contract/stream.js'
import { RelayedStream } from '../host/stream/relayed-stream.js'
import type { OnOutput } from '../wasi/stdio.js'
import { CallbackRelay } from './callback-relay.js'
import type { GuestExit } from './exit.js'
import { Input, type InputSource } from './input.js'
import { MeteredRelay } from './metered-relay.js'
import type { Outcome } from './outcome.js'

/** What an embedder gives for the standard streams of a guest. */
export interface GivenStreams {
  /** See {@link GuestOptions.input}. */
  readonly input: InputSource | undefined
  /** See {@link GuestOptions.onOutput}. */
  readonly onOutput: OnOutput
  /** The standard streams of this process, in place of the above. */
  readonly inherited: ((defer: Defer) => StreamSource[]) | undefined
}

/** How a driver uses the streams. */
interface StreamUse {
  readonly host: Host
  /** Counts the output. */
  readonly ledger: Ledger<Limits>
  /** Whether the host's event loop gets a turn after much output, since the guest runs in the same thread. */
  readonly paces: () => boolean
  /** Called with an exception of the embedder's code. */
  readonly onFailure: (reason: unknown) => void
}

/** The exit code of a program that has not noticed that its output was lost. */
const LOST = 1

/** See `Host.defer()`. */
type Defer = (callback: () => void) => void

/** Streams that are connected to an embedder's callbacks. */
function embeddedStreams({ input, onOutput }: GivenStreams, { host, ledger, ...use }: StreamUse): StreamSource[] {
  const source = new Input(input)
  const defer: Defer = (callback) => host.defer(callback)
  const window = ledger.limits.outputBytes
  return ([0, 1, 2] as const).map((stream) => {
    const direct = new CallbackRelay({ stream, input: source, onOutput, defer, ...use })
    const relay = stream === 0 ? direct : new MeteredRelay(direct, host, ledger, stream === 1 ? 0 : 1)
    const given = { type: 'pipe', access: stream === 0 ? 'read' : 'write', appends: false, window } as const
    return { given, relay, open: (through, room) => new RelayedStream({ ...given, relay: through, room }) }
  })
}

/** Counts what its relay has not sent yet. */
class CountedRelay implements StreamRelay, StreamRelayEvents {
  events: StreamRelayEvents = { onInput() {}, onNothing() {}, onSent() {} }
  /** Why bytes were not sent, the last time. */
  lost: ErrnoName | undefined
  readonly #relay: StreamRelay
  readonly #onIdle: () => void
  /** For each piece that was not sent yet, whether it is the guest's. */
  readonly #own: boolean[] = []

  constructor(relay: StreamRelay, onIdle: () => void) {
    this.#relay = relay
    this.#onIdle = onIdle
    relay.events = this
  }

  want(max: number): void {
    this.#relay.want(max)
  }

  send(bytes: Uint8Array): void {
    this.#own.push(true)
    this.#relay.send(bytes)
  }

  /** Sends bytes that are not the guest's. */
  report(bytes: Uint8Array): void {
    this.#own.push(false)
    this.#relay.send(bytes)
  }

  /** Whether everything was sent. */
  get idle(): boolean {
    return this.#own.length === 0
  }

  close(drop: boolean): void {
    this.#relay.close(drop)
  }

  onInput(bytes: Uint8Array | ErrnoName): void {
    this.events.onInput(bytes)
  }

  onNothing(): void {
    this.events.onNothing()
  }

  onSent(error: ErrnoName | undefined): void {
    if (this.#own.shift()) {
      this.lost = error
      this.events.onSent(error)
    }
    if (this.idle) this.#onIdle()
  }
}

/** Whether it is still being found out if one of the streams can be read. */
export function isUnsure(streams: readonly HostStream[]): boolean {
  return streams.some(({ unsure }) => unsure)
}

/** Ends a guest from outside: what it has written and was not sent yet is dropped. */
export function endNow(ending: GuestExit, streams: GuestStreams, outcome: Outcome): void {
  if (ending.outcome === undefined) streams.drop()
  ending.end(outcome)
}

/** The standard streams of one guest, and what was written to them but not sent yet. */
export class GuestStreams {
  /** What they are: see {@link StreamGiven}. */
  readonly given: readonly StreamGiven[]
  readonly #sources: readonly StreamSource[]
  readonly #relays: readonly CountedRelay[]
  /** Whether what was written is sent even after the guest's end. What an embedder has received is its own. */
  readonly #lasting: boolean
  #dropped = false
  #onIdle = (): void => {}

  /**
   * @param given - what they are connected to
   * @param use - see {@link StreamUse}
   */
  constructor(given: GivenStreams, use: StreamUse) {
    const sources = given.inherited?.((callback) => use.host.defer(callback)) ?? embeddedStreams(given, use)
    this.#lasting = given.inherited !== undefined
    this.#sources = sources
    this.given = sources.map(({ given }) => given)
    this.#relays = sources.map(({ relay }) => new CountedRelay(relay, () => this.#onIdle()))
  }

  /** The relay of a stream that is opened in another thread. */
  relay(stream: number): StreamRelay | undefined {
    return this.#relays[stream]
  }

  /** Prints a message that is not the guest's on its error stream. */
  report(bytes: Uint8Array): void {
    this.#relays[2]?.report(bytes)
  }

  /** Opens them in this thread. @param room - see {@link StreamSource.open} */
  open(room: number): HostStream[] {
    return this.#relays.flatMap((relay, index) => this.#sources[index]?.open(relay, room) ?? [])
  }

  /**
   * Delays the outcome of a guest until what it wrote has been sent.
   *
   * @param told - its outcome; never rejected
   * @returns the outcome; if bytes were lost that a program which cannot wait took for written, that of a failure
   */
  async outlive(told: Promise<Outcome>): Promise<Outcome> {
    const outcome = await told
    const lost = await this.end()
    if (lost === undefined || outcome.kind !== 'exited') return outcome
    return lost === 'EPIPE' ? { kind: 'signalled', signal: 'SIGPIPE' } : { kind: 'exited', code: outcome.code || LOST }
  }

  /**
   * Waits until what was written has been sent, and closes the streams.
   *
   * @returns why bytes were lost meanwhile, if any were
   */
  async end(): Promise<ErrnoName | undefined> {
    for (const relay of this.#relays) relay.lost = undefined
    await new Promise<void>((resolve) => {
      this.#onIdle = () => {
        if (!this.#lasting || this.#dropped || this.#relays.every(({ idle }) => idle)) resolve()
      }
      this.#onIdle()
    })
    this.drop()
    return this.#relays.find(({ lost }) => lost !== undefined)?.lost
  }

  /** Closes the streams at once. */
  drop(): void {
    this.#dropped = true
    for (const relay of this.#relays) relay.close(true)
    this.#onIdle()
  }
}
