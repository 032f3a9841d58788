/** A connection whose results and events come from a trace. */
import type { SocketAddress } from '../../base/address.js'
import type { Value } from '../../base/trace/value.js'
import { HostConnection } from '../../host/contract/connection.js'
import type { KeepAliveProbes } from '../../host/contract/keep-alive.js'
import type { ReadAddress, ValueReader } from './read-values.js'
import type { Replayer } from './replayer.js'

/** What the replayed objects have in common. */
export interface Replaying {
  readonly replayer: Replayer
  readonly read: ValueReader
}

/** The counterpart of `RecordedConnection`. */
export class ReplayedConnection<At extends SocketAddress> extends HostConnection<At> {
  readonly #replayer: Replayer
  readonly #read: ValueReader
  readonly #number: number
  readonly #address: ReadAddress<At>
  #local: At
  #remote: At
  #writesAtOnce: boolean
  #pending = 0

  /** @param traits - what the trace says of it when it comes into being */
  constructor({ replayer, read }: Replaying, number: number, traits: Value, address: ReadAddress<At>) {
    super()
    const [object, local, remote, writesAtOnce] = read.list(traits)
    read.object(object, number)
    this.#replayer = replayer
    this.#read = read
    this.#number = number
    this.#address = address
    this.#local = address(local)
    this.#remote = address(remote)
    this.#writesAtOnce = read.boolean(writesAtOnce)
    replayer.receive(number, (name, args) => this.#receive(name, args))
  }

  get local(): At {
    return this.#local
  }

  get remote(): At {
    return this.#remote
  }

  get pending(): number {
    const changed = this.#replayer.changed('pending', this.#number)
    if (changed !== undefined) this.#pending = this.#read.number(changed)
    return this.#pending
  }

  override get writesAtOnce(): boolean {
    return this.#writesAtOnce
  }

  write(data: Uint8Array): boolean {
    return this.#write('write', data)
  }

  override writev(list: readonly Uint8Array[]): boolean {
    return this.#write('writev', list)
  }

  override tryWrite(data: Uint8Array): number {
    return this.#replayer.take('tryWrite', this.#number, data)
  }

  shutdown(): void {
    this.#call('shutdown')
  }

  readStart(): void {
    this.#replayer.quiet('readStart', this.#number)
  }

  readStop(): void {
    this.#replayer.quiet('readStop', this.#number)
  }

  close(): void {
    this.#replayer.quiet('close', this.#number)
    this.#replayer.forget(this.#number)
  }

  override reset(): void {
    this.#call('reset')
    this.#replayer.forget(this.#number)
  }

  override setNoDelay(enable: boolean): void {
    this.#call('setNoDelay', enable)
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    this.#call('setKeepAlive', enable, idle, probes && { ...probes })
  }

  #call(name: string, ...args: readonly Value[]): void {
    this.#replayer.call(name, this.#number, args)
  }

  #write(name: string, sent: Value): boolean {
    const left = this.#replayer.call(name, this.#number, [sent])
    this.#pending = left === false ? 0 : this.#read.number(left)
    return left === 0
  }

  #receive(name: string, [first, remote, writesAtOnce]: readonly Value[]): () => void {
    switch (name) {
      case 'connect':
        this.#local = this.#address(first)
        this.#remote = this.#address(remote)
        this.#writesAtOnce = this.#read.boolean(writesAtOnce)
        return () => this.events?.onConnect()
      case 'data': {
        const chunk = this.#read.bytes(first)
        return () => this.events?.onData(chunk)
      }
      case 'end':
        return () => this.events?.onEnd()
      case 'drain':
        this.#pending = 0
        return () => this.events?.onDrain()
      case 'error': {
        const code = this.#read.errno(first)
        this.#replayer.forget(this.#number)
        return () => this.events?.onError(code)
      }
      default:
        return this.#replayer.stop('a connection, which has no such event')
    }
  }
}
