/** Reads what a trace says into what a program is to get. */
import { type Address, type SocketAddress, UNNAMED, type UnixAddress } from '../../base/address.js'
import { ERRNO_NAMES, type ErrnoName } from '../../base/errno.js'
import { isRecord, type TraceRecord, type Value } from '../../base/trace/value.js'
import type { Replayer } from './replayer.js'

/** Reads values; one that cannot have been recorded ends the replay. */
export class ValueReader {
  readonly #replayer: Replayer

  constructor(replayer: Replayer) {
    this.#replayer = replayer
  }

  /** A number. */
  number(value: Value): number {
    return typeof value === 'number' ? value : this.#refuse('a number')
  }

  /** True or false. */
  boolean(value: Value): boolean {
    return typeof value === 'boolean' ? value : this.#refuse('true or false')
  }

  /** A text. */
  text(value: Value): string {
    return typeof value === 'string' ? value : this.#refuse('a text')
  }

  /** A list. */
  list(value: Value): readonly Value[] {
    return isList(value) ? value : this.#refuse('a list')
  }

  /** Bytes that the program may keep and change. */
  bytes(value: Value): Uint8Array<ArrayBuffer> {
    return value instanceof Uint8Array ? new Uint8Array(value) : this.#refuse('bytes')
  }

  /** The name of an error. */
  errno(value: Value): ErrnoName {
    return ERRNO_NAMES.find((name) => name === value) ?? this.#refuse('the name of an error')
  }

  /** The number of a new object, which must be the one that follows. */
  object(value: Value, expected: number): void {
    if (value !== expected) this.#refuse(`#${expected}`)
  }

  /** An IP address with its port. */
  ip(value: Value): Address {
    const { family, host, port, flowInfo, scopeId } = this.#record(value)
    const common = { host: this.text(host), port: this.number(port) }
    const name = this.text(family)
    if (name === 'ipv4') return { family: name, ...common }
    if (name !== 'ipv6') return this.#refuse('an IP address')
    return { family: name, ...common, flowInfo: this.number(flowInfo), scopeId: this.number(scopeId) }
  }

  /** The name of a Unix socket. */
  path(value: Value): UnixAddress {
    const { family, path } = this.#record(value)
    return family === UNNAMED.family ? { ...UNNAMED, path: this.text(path) } : this.#refuse('a Unix address')
  }

  #record(value: Value): TraceRecord {
    return isRecord(value) ? value : this.#refuse('an address')
  }

  #refuse(wanted: string): never {
    return this.#replayer.stop(`something that is not ${wanted}`)
  }
}

/** Reads an address of one kind. */
export type ReadAddress<At extends SocketAddress> = (value: Value) => At

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)
