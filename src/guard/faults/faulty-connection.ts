/** A connection with faults. */
import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { abort } from '../../host/contract/abort.js'
import type { ConnectionEvents, HostConnection } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { Afflicted, Afflictions, Side } from './affliction.js'
import type { Connecting } from './connecting.js'
import { ConnectionOver, type OverParts } from './connection-over.js'
import type { FaultSet } from './fault-set.js'
import { Line, NEVER } from './line.js'
import { type Sentence, sentenceOf } from './sentence.js'
import { Wake } from './wake.js'

/** How many received bytes are held before reading from the host below stops. */
const WINDOW = 262_144

/** What a connection is made of. */
export interface FaultyParts<At extends SocketAddress> extends OverParts<At> {
  readonly faults: FaultSet
  readonly side: Side
}

/**
 * A connection whose bytes pass through two lines with faults. What is to be sent waits in the caller's buffers, as
 * pending bytes, so that closing cancels it; what was received waits here, and while it is too much, nothing is read.
 */
export class FaultyConnection<At extends SocketAddress> extends ConnectionOver<At> implements Afflicted {
  readonly side: Side
  readonly server: SocketAddress
  readonly #now: () => number
  readonly #afflictions: Afflictions
  readonly #sending: Line
  readonly #receiving: Line
  readonly #wake: Wake
  /** Makes the connection below, for an outgoing one that is not made yet. */
  #connecting: Connecting<At> | undefined
  /** A fault has ended it. */
  #isKilled = false
  /** Reading has stopped, since too much is held. */
  #isFull = false
  /** What `onDrain` is due for: pending bytes; an attempt that a fault cut short, or that the host below did. */
  #owed: 'write' | 'try' | 'room' | undefined
  /** When FIN may be sent, after all bytes; infinite once it was. */
  #fin: number | undefined
  /** What follows the received bytes, and when. */
  #ending: { readonly what: 'end' | ErrnoName; readonly due: number } | undefined
  /** How the connection below is ended after this one was closed, and when. */
  #leaving: { readonly how: 'close' | 'reset'; readonly due: number } | undefined
  #onFree: (() => void) | undefined
  #wasConnected: boolean

  constructor(parts: FaultyParts<At>) {
    super(parts, parts.side === 'accept')
    const { host, faults, side, local, remote } = parts
    this.#now = () => faults.now()
    this.#wasConnected = side === 'accept'
    this.side = side
    this.server = side === 'connect' ? remote : local
    this.#afflictions = faults.afflict(this)
    this.#afflictions.update(faults.now())
    this.#sending = new Line(side === 'connect' ? 'upstream' : 'downstream', this.#afflictions)
    this.#receiving = new Line(side === 'connect' ? 'downstream' : 'upstream', this.#afflictions)
    this.#wake = new Wake(host, this.#now, () => this.#awake())
  }

  /** Sets the connection below. */
  attach(inner: HostConnection<At>): void {
    inner.events = this.below
    this.become(inner)
    if (!this.#afflictions.isEmpty) this.#wake.in(0)
  }

  /** Makes the connection below, now or when faults allow it. @throws {HostError} the errors of making it */
  connect(connecting: Connecting<At>): void {
    this.#connecting = connecting
    try {
      const wait = connecting.begin(this.#afflictions, this.#now())
      if (wait === 0) this.#make(connecting)
      else this.#wake.in(wait)
    } catch (error) {
      this.#connecting = undefined
      this.#finish()
      throw error
    }
  }

  /** Calls back once no partition hides the peer, perhaps at once. */
  whenFree(callback: () => void): void {
    if (this.#isCut()) this.#onFree = callback
    else callback()
  }

  poke(): void {
    this.#wake.in(0)
  }

  get pending(): number {
    if (!this.open) return 0
    // What a connection that is gone did not send stays pending until its failure is told.
    if (this.isGone) return this.#sending.length + (this.#owed === 'write' ? 1 : 0)
    return this.#sending.length + (this.inner?.pending ?? 0)
  }

  write(data: Uint8Array): boolean {
    this.#requireSound()
    if (this.#isPlain) this.passing((inner) => inner.write(data))
    else {
      this.#sending.push(data, this.#now())
      this.#wake.in(this.passing(() => this.#advance()) ?? NEVER)
    }
    return this.#isDone()
  }

  override writev(list: readonly Uint8Array[]): boolean {
    if (!this.#isPlain) return super.writev(list)
    this.#requireSound()
    this.passing((inner) => inner.writev(list))
    return this.#isDone()
  }

  override tryWrite(data: Uint8Array): number {
    this.#requireSound()
    if (this.isGone || this.pending > 0) return 0
    const now = this.#now()
    const allowed = this.#isPlain || data.length === 0 ? data.length : this.#sending.allows(data.length, now)
    const sent = allowed === 0 ? 0 : (this.passing((inner) => inner.tryWrite(data.subarray(0, allowed))) ?? 0)
    if (!this.#isPlain) {
      this.#sending.sent(data.subarray(0, sent), now)
      const wait = sent < data.length ? this.#sending.untilRoom(now) : NEVER
      this.#wake.in(this.#sending.isResting ? 0 : Math.min(wait, this.#nextDeadline(now)))
    }
    if (sent < data.length) this.#owed = sent < allowed ? 'room' : 'try'
    return sent
  }

  /** The events of the connection below. */
  readonly below: ConnectionEvents = {
    onConnect: () => {
      if (!this.open) return
      this.#wasConnected = true
      this.establish()
      if (this.open) this.#wake.in(this.#nextDeadline(this.#now()))
    },
    onData: (chunk) => {
      if (!this.open) return
      if (this.#isPlain && this.#receiving.length === 0 && this.#ending === undefined) return this.arrive(chunk)
      this.#receiving.push(chunk, this.#now())
      this.#run()
    },
    onEnd: () => this.#end('end'),
    onDrain: () => {
      if (!this.open) return
      const isDone = this.#owed === 'room' || (this.#owed === 'write' && this.#sending.length === 0)
      if (isDone) this.#drain()
      if (!isDone || !this.#afflictions.isEmpty) this.#run()
    },
    onError: (code) => {
      this.isGone = true
      if (!this.open) this.#finish()
      else if (this.connected) this.#end(code)
      else this.fail(code)
    },
  }

  protected override resume(): void {
    if (!this.#isFull) this.inner?.readStart()
    if (this.#receiving.length > 0 || this.#ending !== undefined) this.#wake.in(0)
  }

  protected override sendFin(): void {
    const now = this.#now()
    this.#fin = this.#isPlain ? now : this.#sending.endsAt(now)
    this.#wake.in(this.#sendFinNow(now))
  }

  /** A write that failed leaves nothing to be sent, and nothing whose end would be told. */
  protected override refuse(error: HostError): never {
    this.#sending.clear()
    this.#owed = undefined
    return super.refuse(error)
  }

  protected override release(): void {
    const isUnread = this.#receiving.length > 0
    const now = this.#now()
    const fin = this.#fin ?? (this.#wasConnected ? this.#sending.endsAt(now) : now)
    this.#leave(isUnread ? 'reset' : 'close', isUnread || fin === NEVER ? now : fin)
  }

  protected override abort(): void {
    const inner = this.inner
    // A host without resets refuses here.
    if (inner !== undefined && !this.#sending.isBlocked) {
      inner.reset()
      this.isGone = true
    }
    this.#leave('reset', this.#now())
  }

  protected override abortOrRelease(): void {
    this.#leave('reset', this.#now())
  }

  /** Whether bytes pass as if there were no faults. */
  get #isPlain(): boolean {
    return this.#afflictions.isEmpty && this.#sending.length === 0 && !this.isGone
  }

  /** Whether nothing is pending after a write; otherwise `onDrain` is due. */
  #isDone(): boolean {
    if (this.pending === 0) return true
    this.#owed = 'write'
    return false
  }

  #requireSound(): void {
    this.requireWritable()
    if (this.#isKilled) this.refuse(new HostError('EPIPE', 'a fault has closed the connection'))
  }

  #isCut(): boolean {
    return this.#afflictions.active.some(({ fault }) => fault.toxic === 'partition')
  }

  #awake(): void {
    this.#sending.rested()
    this.#receiving.rested()
    this.#run()
  }

  /** Does what is due. Events may follow, so it is never called within a call of the owner. */
  #run(): void {
    const now = this.#now()
    this.#afflictions.update(now)
    if (this.#leaving !== undefined) this.#depart(now)
    else if (this.#connecting !== undefined) this.#connectOn(this.#connecting, now)
    else if (this.open) this.#serve(now)
  }

  #serve(now: number): void {
    if (this.#onFree !== undefined && !this.#isCut()) {
      const onFree = this.#onFree
      this.#onFree = undefined
      onFree()
    }
    if (!this.connected) return
    const wait = Math.min(this.#receive(now), this.#send(now))
    if (!this.open) return
    const sentence = sentenceOf(this.#afflictions.active, now)
    if (sentence !== undefined && !this.#isKilled && !this.#isSendingRest(sentence)) this.#kill(sentence)
    else this.#wake.in(Math.min(wait, this.#nextDeadline(now)))
  }

  /** The milliseconds until time changes something. */
  #nextDeadline(now: number): number {
    if (this.#afflictions.isEmpty || this.#isKilled) return NEVER
    const sentence = sentenceOf(this.#afflictions.active, NEVER)
    const isNext = sentence !== undefined && !(sentence.at <= now && this.#isSendingRest(sentence))
    return Math.min(this.#afflictions.nextEdge(now), isNext ? Math.max(0, sentence.at - now) : NEVER)
  }

  /** Whether bytes below a limit are still to be accepted by the host below. */
  #isSendingRest({ one }: Sentence): boolean {
    return one.fault.toxic === 'limit_data' && (this.inner?.pending ?? 0) > 0
  }

  #connectOn(connecting: Connecting<At>, now: number): void {
    try {
      const wait = connecting.proceed(this.#afflictions, now)
      if (wait === 0) this.#make(connecting)
      else this.#wake.in(wait)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.fail(error.code)
    }
  }

  #make(connecting: Connecting<At>): void {
    const inner = connecting.make(this.below)
    this.#connecting = undefined
    this.attach(inner)
  }

  #advance(): number {
    if (!this.connected || this.isGone) return NEVER
    const now = this.#now()
    this.#afflictions.update(now)
    const wait = this.#sending.advance(now, {
      isReady: () => this.inner?.pending === 0,
      take: (bytes) => void this.inner?.write(bytes),
    })
    return this.#sending.isResting ? 0 : Math.min(wait, this.#nextDeadline(now))
  }

  /** Sends what may be sent. @returns the milliseconds until there may be more */
  #send(now: number): number {
    if (!this.open || this.isGone) return NEVER
    let wait = NEVER
    try {
      wait = this.#advance()
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.fail(error.code)
      return NEVER
    }
    if (this.#sending.length > 0 || this.inner?.pending !== 0) return wait
    if (this.#owed === 'write') this.#drain()
    else if (this.#owed === 'try') {
      const until = this.#sending.untilRoom(now)
      if (until === 0) this.#drain()
      else wait = Math.min(wait, until)
    }
    return Math.min(wait, this.#sendFinNow(now))
  }

  #drain(): void {
    this.#owed = undefined
    this.drain()
  }

  /** Sends FIN if it is due. @returns the milliseconds until it is */
  #sendFinNow(now: number): number {
    if (this.#fin === undefined || this.#fin === NEVER || this.isGone || this.#sending.isBlocked) return NEVER
    if (this.#fin > now) return this.#fin - now
    this.#fin = NEVER
    try {
      this.inner?.shutdown()
    } catch (error) {
      // A write that failed has told so.
      if (!(error instanceof HostError)) throw error
    }
    return NEVER
  }

  /** Delivers what may be delivered. @returns the milliseconds until there may be more */
  #receive(now: number): number {
    const wait = this.#receiving.advance(now, {
      isReady: () => this.open && this.flowing,
      // A piece gets memory of its own, which its receiver may transfer.
      take: (bytes, isWhole) => this.arrive(isWhole ? bytes : bytes.slice()),
    })
    if (!this.open) return NEVER
    this.#throttle()
    const ending = this.#ending
    if (ending === undefined || this.#receiving.length > 0 || this.#receiving.isBlocked) return wait
    if (ending.due > now) return ending.due - now
    this.#ending = undefined
    if (ending.what === 'end') this.arriveEnd()
    else this.arriveFailure(ending.what)
    return NEVER
  }

  /** Stops reading while too much is held. */
  #throttle(): void {
    const { length } = this.#receiving
    if (this.isGone || (this.#isFull ? length > WINDOW / 2 : length < WINDOW)) return
    this.#isFull = !this.#isFull
    if (this.#isFull) this.inner?.readStop()
    else if (this.flowing) this.inner?.readStart()
  }

  /** Takes what follows the received bytes. */
  #end(what: 'end' | ErrnoName): void {
    if (!this.open) return
    const now = this.#now()
    const isPlain = this.#afflictions.isEmpty && this.#receiving.length === 0
    this.#ending = { what, due: isPlain ? now : this.#receiving.endsAt(now) }
    this.#run()
  }

  /** Ends the connection as a fault says. */
  #kill({ how, one }: Sentence): void {
    one.fire(how === 'reset' ? 'is reset' : 'is closed')
    const isPending = this.pending > 0
    this.#sending.clear()
    this.#receiving.clear()
    this.#ending = undefined
    const { inner } = this
    this.isGone = true
    this.#isKilled = true
    if (inner !== undefined && how === 'reset') abort(inner)
    else inner?.close()
    if (how === 'reset' || isPending) this.arriveFailure('ECONNRESET')
    else this.arriveEnd()
  }

  /** Ends the connection below, when faults allow it. */
  #leave(how: 'close' | 'reset', due: number): void {
    this.#sending.clear()
    this.#receiving.clear()
    this.#ending = undefined
    if (this.#leaving !== undefined) return
    if (this.inner === undefined || this.isGone) return this.#finish()
    this.inner.readStop()
    this.#leaving = { how, due }
    this.#depart(this.#now())
  }

  #depart(now: number): void {
    if (this.#leaving === undefined || this.isGone) return
    const { how, due } = this.#leaving
    // A fault that has ended it holds nothing any more.
    const isEnded = sentenceOf(this.#afflictions.active, now) !== undefined
    // The buffers of pending bytes belong to their writer again.
    const isHeld = !isEnded && this.inner?.pending === 0 && (this.#sending.isBlocked || due > now)
    if (isHeld) return this.#wake.in(this.#sending.isBlocked ? this.#nextDeadline(now) : due - now)
    const { inner } = this
    this.isGone = true
    if (how === 'close') inner?.close()
    else if (inner !== undefined) abort(inner)
    this.#finish()
  }

  #finish(): void {
    this.#wake.clear()
    this.#connecting?.cancel()
    this.#connecting = undefined
    this.#afflictions.end()
  }
}
