/**
 * The helpers of the scenarios' twins: `native/actor.c` and `native/stage.c` over the TypeScript API, call by call,
 * with the same lines. Read `native/oracle.h` first.
 */
import { Async, type Host, Loop, type RunMode, type Stream, TCP, UVError } from '../../../src/index.js'
import { statusName } from '../../../src/uv/status.js'
import type { Peer } from './peer.js'

/** More bytes than the buffers of both ends hold. */
export const FLOOD = 16 * 1024 * 1024

/** A host for scenarios. */
export interface Place {
  /** A name for messages. */
  readonly name: 'virtual' | 'handle' | 'net'
  /** Makes a host for one scenario. */
  host(): Host
  /** Starts a peer that connects to a port of 127.0.0.1 and runs a script. */
  startPeer(host: Host, port: number, script: string): Peer
}

/** A scenario over the TypeScript API. Handles that it leaves open are closed silently. */
export type Twin = (stage: Stage) => void | Promise<void>

/** The twins of a group, by the names of their scenarios. */
export type Twins = Readonly<Record<string, Twin>>

/** A function that is called next; `status` is 0 or the name of an error. */
export type Then = (actor: Actor, status: string) => void

const flood = new Uint8Array(FLOOD)

/** The name of a status: `0`, `EOF`, `ECONNRESET`. */
export const nameOf = (status: number): string => (status === 0 ? '0' : statusName(status))

/** The result of a call: its number, or the name of the error that it threw. */
export const outcome = (call: () => unknown): string => {
  try {
    const result = call()
    return typeof result === 'number' ? String(result) : '0'
  } catch (error) {
    if (error instanceof UVError) return error.code
    throw error
  }
}

/** A running scenario: its loop, and its trace. */
export class Stage {
  readonly place: Place
  readonly host: Host
  readonly lines: string[] = []
  /** The actors of {@link Stage.meet}. */
  server: Actor
  client: Actor
  peer: Actor
  #silent = 0
  #ends = 0
  #loop: Loop
  #process: Peer | undefined

  private constructor(place: Place, host: Host, loop: Loop) {
    this.place = place
    this.host = host
    this.#loop = loop
    this.server = this.client = this.peer = this.actor('nobody')
  }

  /** Opens a stage for one scenario. */
  static async open(place: Place): Promise<Stage> {
    const host = place.host()
    return new Stage(place, host, await Loop.open({ host }))
  }

  /** Runs a scenario to its end; {@link Stage.lines} is its trace. */
  async play(twin: Twin): Promise<undefined> {
    await twin(this)
    await this.loop.run()
    await this.closeLoop()
  }

  /** The scenario's loop. */
  get loop(): Loop {
    return this.#loop
  }

  /** Closes the loop, and opens another one. */
  async newLoop(maxDescriptors?: number): Promise<void> {
    await this.closeLoop()
    this.#loop = await Loop.open({ host: this.host, ...(maxDescriptors !== undefined && { maxDescriptors }) })
  }

  /** Closes all handles, silently, and the loop. @throws {Error} if anything of it is left */
  async closeLoop(): Promise<void> {
    const loop = this.#loop
    this.hush(true)
    const closed = loop.closeAllHandles()
    await loop.run()
    await closed
    loop.close()
    this.hush(false)
    const { handles, descriptors, heapBlocks } = loop.resources
    const left = handles + descriptors + heapBlocks
    if (left > 0) throw new Error(`left behind: ${JSON.stringify({ handles, descriptors, heapBlocks })}`)
  }

  /** Prints an event. */
  say(line: string): void {
    if (this.#silent === 0) this.lines.push(line)
  }

  /** Stops the output until it is called with `false` the same number of times. */
  hush(yes: boolean): void {
    this.#silent += yes ? 1 : -1
  }

  /** See `meet()` of native/oracle.h. */
  meet(then: Then): void {
    let met = 0
    const onMet: Then = (actor) => {
      if (actor === this.server) {
        this.server.whenConnected = undefined
        this.peer = this.server.accept('peer') ?? this.peer
      }
      if (++met < 2) return
      this.hush(false)
      then(this.client, '0')
    }
    this.hush(true)
    this.serve(onMet)
    this.client = this.actor('client')
    this.client.call(this.server, onMet)
  }

  /** See `settle()` of native/oracle.h. */
  settle(then: () => void): void {
    const { loop } = this
    const call = (next: () => void): void => {
      const listener = new TCP({ loop })
      listener.listen(1, next)
      new TCP({ loop }).connect({ host: '0.0.0.0', port: listener.sockname.port }, () => {})
    }
    call(() => call(then))
  }

  /** Ends the scenario: nothing more is printed. If several ends are expected, the last call does. */
  readonly end = (): void => {
    if (--this.#ends > 0) return
    this.hush(true)
    this.loop.stop()
  }

  expectEnds(count: number): void {
    this.#ends = count
  }

  /** Runs the loop and prints the result. */
  async run(mode: RunMode): Promise<void> {
    const alive = await this.loop.run(mode)
    this.say(
      `run ${{ UV_RUN_DEFAULT: 'default', UV_RUN_ONCE: 'once', UV_RUN_NOWAIT: 'nowait' }[mode]} = ${alive ? 1 : 0}`,
    )
  }

  /** A handle that prints its calls and its events. */
  actor(name: string, tcp?: TCP): Actor {
    return new Actor(this, name, tcp)
  }

  /** An actor that listens on a free port of 127.0.0.1. */
  serve(then?: Then): Actor {
    this.server = this.actor('server')
    this.server.whenConnected = then
    this.server.tcp.bind(['127.0.0.1', 0])
    this.server.tcp.listen(128, this.server.onConnection)
    return this.server
  }

  /** Starts a peer that connects to `server` and runs `script`, see native/peer.c. */
  startPeer(script: string, then?: () => void): void {
    this.#process = this.place.startPeer(this.host, this.server.port, script)
    const gone = new Async({
      loop: this.loop,
      onWakeup: () => {
        this.say('process gone')
        void gone.close(then)
      },
    })
    this.#process.gone.then(
      () => {
        if (!gone.closing) gone.send()
      },
      (error: unknown) => this.say(`process failed: ${String(error)}`),
    )
  }

  /** Kills the peer. */
  killPeer(): void {
    this.#process?.kill()
  }
}

/** A TCP handle that prints its calls and its events. */
export class Actor {
  readonly stage: Stage
  readonly name: string
  /** Whether the number of bytes is not printed. */
  uncounted = false
  /** Called after a connection; see {@link Actor.listen}. */
  whenConnected: Then | undefined
  #received = 0
  #wanted = 0
  #whenRead: Then | undefined

  #tcp: TCP | undefined

  constructor(stage: Stage, name: string, tcp: TCP | undefined) {
    this.stage = stage
    this.name = name
    this.#tcp = tcp
  }

  /** The handle. */
  get tcp(): TCP {
    this.#tcp ??= new TCP({ loop: this.stage.loop })
    return this.#tcp
  }

  /** Creates the handle now, not at its first use. */
  use(): this {
    void this.tcp
    return this
  }

  /** Prints the result of a call, and returns it. */
  told(call: string, action: () => unknown): string {
    const result = outcome(action)
    this.stage.say(`${this.name} ${call} = ${result}`)
    return result
  }

  /** The local port, 0 if there is none. */
  get port(): number {
    const { tcp } = this
    return tcp.family === undefined ? 0 : tcp.sockname.port
  }

  bind(host: string, port = 0, flags = 0): string {
    return this.told('bind', () => this.tcp.bind({ host, port }, flags))
  }

  readonly onConnection = (_tcp: Stream, status: number): void => {
    this.stage.say(`${this.name} connection ${nameOf(status)}`)
    this.whenConnected?.(this, nameOf(status))
  }

  listen(then?: Then): string {
    this.whenConnected = then
    return this.told('listen', () => this.tcp.listen(128, this.onConnection))
  }

  /** Accepts a connection; `undefined` when there is none. */
  accept(name: string): Actor | undefined {
    let peer: Actor | undefined
    this.told('accept', () => {
      peer = this.stage.actor(name, this.tcp.accept())
    })
    return peer
  }

  connect(host: string, port: number, then?: Then): string {
    return this.told('connect', () => {
      this.tcp.connect({ host, port }, (_request, status) => this.#finish('connect', status, then))
    })
  }

  /** Connects to an actor that listens on 127.0.0.1. */
  call(server: Actor, then?: Then): string {
    return this.connect('127.0.0.1', server.port, then)
  }

  /** See `actor_read()` of native/oracle.h. */
  read(wanted = 0, then?: Then): string {
    this.#wanted = wanted
    this.#whenRead = then
    return this.told('readStart', () => this.tcp.readStart((_tcp, status, data) => this.#onRead(status, data.length)))
  }

  readStop(): string {
    return this.told('readStop', () => this.tcp.readStop())
  }

  write(length: number, then?: Then): string {
    return this.told('write', () => {
      this.tcp.write(flood.subarray(0, length), (_request, status) => this.#finish('write', status, then))
    })
  }

  tryWrite(length: number): string {
    return this.told('tryWrite', () => this.tcp.tryWrite(flood.subarray(0, length)))
  }

  shutdown(then?: Then): string {
    return this.told('shutdown', () => {
      this.tcp.shutdown((_request, status) => this.#finish('shutdown', status, then))
    })
  }

  close(then?: Then): void {
    void this.tcp.close(() => this.#onClosed(then))
  }

  closeReset(then?: Then): string {
    return this.told('closeReset', () => {
      void this.tcp.closeReset(() => this.#onClosed(then))
    })
  }

  /** Prints whether it is readable, writable, active, and has bytes to write. */
  look(): void {
    const { readable, writable, active, writeQueueSize } = this.tcp
    const words = [
      readable ? 'readable' : 'not-readable',
      writable ? 'writable' : 'not-writable',
      active ? 'active' : 'not-active',
      writeQueueSize > 0 ? 'queue' : 'no-queue',
    ]
    this.stage.say(`${this.name} ${words.join(' ')}`)
  }

  /** Prints its sockname and its peername. */
  names(): void {
    for (const call of ['sockname', 'peername'] as const) {
      let name = ''
      const error = outcome(() => {
        const { host, port } = this.tcp[call]
        name = `${host} ${port === 0 ? 'no port' : 'port'}`
      })
      this.stage.say(`${this.name} ${call} = ${error === '0' ? name : error}`)
    }
  }

  #finish(event: string, status: number, then: Then | undefined): void {
    this.stage.say(`${this.name} ${event} ${nameOf(status)}`)
    then?.(this, nameOf(status))
  }

  #onClosed(then: Then | undefined): void {
    this.stage.say(`${this.name} close`)
    then?.(this, '0')
  }

  #onRead(status: number, count: number): void {
    this.#received += count
    if (status >= 0 && (this.#wanted === 0 || this.#received < this.#wanted)) return
    const received = this.#received
    this.#received = 0
    const end = status < 0 ? [nameOf(status)] : []
    const bytes = !this.uncounted && (received > 0 || status >= 0) ? [received] : []
    this.stage.say([this.name, 'read', ...bytes, ...end].join(' '))
    this.#whenRead?.(this, nameOf(Math.min(0, status)))
  }
}
