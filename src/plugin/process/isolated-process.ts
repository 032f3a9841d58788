import type { Duplex, Readable } from 'node:stream'
import { SIGNALS, type SignalName } from '../../base/signals.js'
import { serviceAddress } from '../../guard/services/service-host.js'
import type { Outcome } from '../../guest/outcome.js'
import type { Directory } from '../../wasi/fs/given.js'
import type { Isolated } from '../isolation.js'
import { serve } from '../services/services.js'
import type { PluginSetup, UsageTable } from '../setup.js'
import { Channel } from './channel.js'
import { Frame } from './frames.js'
import { readJson, readLoadFailure, readOutcome, readUsageTable, tell, WrongMessage } from './messages.js'
import { ReceivedFiles } from './received-files.js'
import { Relay } from './relay.js'
import { StreamTable } from './stream-table.js'

/** Milliseconds between two questions whether the process is alive, and how many may be unanswered. */
const PING = 1000
const PINGS_MISSED = 30
/** How many frames, and how many things that are told, are taken from it in a second. */
const FRAMES_PER_SECOND = 500_000
const TOLD_PER_SECOND = 2000
/** The most bytes that wait for the process to read them, once it runs. */
const WAITING = 16 * 2 ** 20
/** Milliseconds for which a process may send what its guest has left. */
const LEAVING = 5000
/** How much of its error output is kept, for the report of a crash. */
const LAST_WORDS = 4096

/** What is used of a process of Node's. */
export interface PluginProcess {
  readonly stderr: Readable | null
  kill(signal: 'SIGKILL'): boolean
  once(event: 'error', listener: (error: Error) => void): unknown
  once(event: 'close', listener: (code: number | null, signal: string | null) => void): unknown
}

/**
 * The process of a plugin, as its host application sees it. Nothing that it sends is trusted: a message that the
 * library does not send, or more than it sends, ends the process.
 */
export class IsolatedProcess implements Isolated {
  readonly outcome: Promise<Outcome>
  /** Resolves when the guest runs; rejected when it cannot be loaded. */
  readonly ready: Promise<void>
  readonly channel: Channel
  readonly #child: PluginProcess
  readonly #setup: PluginSetup
  readonly #relay: Relay
  readonly #streams: StreamTable
  readonly #files: ReceivedFiles
  readonly #signals = new Set<number>()
  readonly #timer: NodeJS.Timeout
  #usage: UsageTable = {}
  /** How it ended, once that is known; it may take a moment until it is gone. */
  #known: Outcome | undefined
  #isReady = false
  #settleReady: { resolve(): void; reject(error: Error): void } = { resolve() {}, reject() {} }
  #unanswered = 0
  #frames = 0
  #told = 0
  #words = ''

  constructor(child: PluginProcess, socket: Duplex, setup: PluginSetup) {
    this.#child = child
    this.#setup = setup
    this.channel = new Channel(socket, {
      onFrame: (kind, id, payload) => this.#take(kind, id, payload),
      onEnd: (reason) => this.#crash(reason === undefined ? undefined : `its messages are wrong: ${reason}`),
    })
    this.#relay = new Relay(this.channel, setup, (error) => this.#end({ kind: 'failed', error }))
    this.#files = new ReceivedFiles(this.channel)
    this.#streams = new StreamTable(this.channel, 1, {
      onOpen: (name, accept, refuse) => {
        const service = Object.hasOwn(setup.services, name) ? setup.services[name] : undefined
        if (service === undefined) refuse(new Error(`there is no service ${name}`))
        else void serve(service, accept())
      },
    })
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject }
    })
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#words = (this.#words + bytes.toString('latin1')).slice(-LAST_WORDS)
    })
    this.outcome = new Promise((resolve) => {
      child.once('error', (error) => this.#end({ kind: 'crashed', error }))
      child.once('close', (code, signal) => resolve(this.#over(code, signal)))
    })
    this.#timer = setInterval(() => this.#look(), PING)
    this.#timer.unref()
  }

  get usage(): UsageTable {
    return this.#usage
  }

  kill(signal: SignalName | number): boolean {
    const number = typeof signal === 'string' ? SIGNALS[signal] : signal
    if (!Object.values(SIGNALS).includes(number) || number === SIGNALS.SIGSTOP)
      throw new TypeError(`Cannot send the signal ${signal}: a guest has none; give a name such as 'SIGTERM'`)
    if (this.#known !== undefined || this.#signals.has(number)) return false
    this.#signals.add(number)
    this.channel.send(Frame.SIGNAL, number)
    return true
  }

  terminate(): void {
    this.#end({ kind: 'killed' })
  }

  files(path = '/'): Promise<Directory> {
    return this.#files.ask(path)
  }

  async connect(service = 'plugin'): Promise<Duplex> {
    serviceAddress(service)
    return this.#streams.open(service)
  }

  /** Ends it, unless it has ended. */
  #end(outcome: Outcome): void {
    this.#known ??= outcome
    this.#child.kill('SIGKILL')
  }

  /** @param reason - `undefined` if only its end will tell */
  #crash(reason: string | undefined): void {
    if (reason === undefined) this.#child.kill('SIGKILL')
    else this.#end({ kind: 'crashed', error: new Error(`The process of the plugin was ended: ${reason}`) })
  }

  /** The process is gone, and everything that it has sent was taken. */
  #over(code: number | null, signal: string | null): Outcome {
    clearInterval(this.#timer)
    this.channel.close()
    this.#streams.end()
    this.#files.end()
    this.#relay.end()
    const how = signal === null ? `with the code ${code}` : `by ${signal}`
    const words = this.#words === '' ? '' : `; it has said: ${this.#words.trim()}`
    this.#known ??= { kind: 'crashed', error: new Error(`The process of the plugin has ended ${how}${words}`) }
    const reason =
      this.#known.kind === 'crashed' ? this.#known.error : new Error('The plugin was ended while it started')
    this.#settleReady.reject(reason)
    return this.#known
  }

  /** Called each second. */
  #look(): void {
    this.#frames = 0
    this.#told = 0
    this.#unanswered += 1
    // Counted in looks, not in time: this process may have stood still.
    if (this.#unanswered > PINGS_MISSED) this.#crash(`it has not answered for ${(PINGS_MISSED * PING) / 1000} s`)
    else this.channel.send(Frame.PING)
  }

  #take(kind: number, id: number, payload: Uint8Array): void {
    if (this.#known !== undefined) return
    this.#frames += 1
    if (this.#frames > FRAMES_PER_SECOND) this.#crash('it sends too much')
    else if (this.#isReady && this.channel.waiting > WAITING) this.#crash('it does not read')
    else {
      try {
        const fault = this.#streams.take(kind, id, payload) ?? this.#relay.take(kind, id, payload)
        if (fault !== undefined) throw new WrongMessage(fault)
        this.#hear(kind, id, payload)
      } catch (error) {
        if (!(error instanceof WrongMessage)) this.#end({ kind: 'failed', error })
        else this.#crash(`its messages are wrong: ${error.message}`)
      }
    }
  }

  #hear(kind: number, id: number, payload: Uint8Array): void {
    switch (kind) {
      case Frame.READY:
        this.#isReady = true
        this.#settleReady.resolve()
        break
      case Frame.UNFIT:
        this.#settleReady.reject(readLoadFailure(readJson(payload)))
        this.#end({ kind: 'killed' })
        break
      case Frame.TELL:
        this.#told += 1
        if (this.#told > TOLD_PER_SECOND) throw new WrongMessage('it tells too much')
        tell(this.#setup.hooks, payload)
        break
      case Frame.USAGE:
        this.#usage = readUsageTable(readJson(payload))
        break
      case Frame.OUTCOME:
        this.#known = readOutcome(readJson(payload))
        this.channel.send(Frame.OUTCOME)
        setTimeout(() => this.#child.kill('SIGKILL'), LEAVING).unref()
        break
      case Frame.SIGNAL:
        this.#signals.delete(id)
        break
      case Frame.PING:
        this.#unanswered = 0
        break
      case Frame.FILES:
      case Frame.FILES_END:
        this.#files.take(kind, id, payload)
        break
    }
  }
}
