/**
 * A small POSIX kernel: descriptors, sockets and readiness on top of a host. It answers every call at once from what
 * the host has reported so far. It knows no memory layouts (`syscalls/` does) and returns errors by name.
 */
import type { ErrnoName } from '../base/errno.js'
import { UnixNames } from '../base/unix-names.js'
import { Orphans } from '../host/connection/orphans.js'
import type { Host } from '../host/contract/host.js'
import type { CancelLookup, LookupEvents } from '../host/contract/lookup.js'
import type { Descriptor, Domain, Result, SocketType } from './descriptor.js'
import { Descriptors } from './descriptors.js'
import { type KernelGauges, looseGauges } from './gauges.js'
import type { LocalDatagram, LocalDatagramContext } from './local/local-datagram.js'
import { LocalMemory } from './local/local-memory.js'
import type { LocalSequence, LocalSequenceContext } from './local/local-sequence.js'
import { type LocalUnixContext, LocalUnixSocket } from './local/local-unix-socket.js'
import type { MessageSockets } from './local/message-sockets.js'
import { PipeEnd } from './local/pipe.js'
import { Lookup } from './lookup.js'
import { Passing } from './passing.js'
import { endWatches, Readiness, reportChange } from './readiness.js'
import { type HostUnixContext, HostUnixSocket } from './sockets/host-unix-socket.js'
import { TcpSocket } from './sockets/tcp-socket.js'
import { type UdpContext, UdpSocket } from './sockets/udp-socket.js'

/** The options of a kernel. */
export interface KernelOptions {
  /** The host that provides the network. */
  readonly host: Host
  /** The lowest number of a socket, a pipe or anything else that the system calls open. */
  readonly firstDescriptor: number
  /** How many descriptors may be open at once: 65,536 by default, at most a million. The next one gets `EMFILE`. */
  readonly maxDescriptors?: number | undefined
  /** Makes the sockets of `AF_UNIX` that carry messages; there are none without it. */
  readonly messageSockets?: MessageSockets | undefined
  /** What is counted, and how much there may be of it; `maxDescriptors` is not used then. */
  readonly gauges?: KernelGauges | undefined
  /**
   * Called when a watched descriptor has become ready; `bytes` is how many have just arrived for it, 0 for any other
   * cause.
   */
  readonly onReady: (bytes: number) => void
  /** Called when the readiness of any descriptor may have changed; `bytes` as above. */
  readonly onChange?: (bytes: number) => void
}

/** Why a socket or a pair cannot be opened. */
type OpenError = 'EMFILE' | 'ENFILE' | 'ESOCKTNOSUPPORT'

/** The most descriptor numbers that there can be: Linux's limit, `nr_open`. */
const NUMBERS = 2 ** 20

/** The kernel of one WebAssembly instance. */
export class Kernel
  implements HostUnixContext, UdpContext, LocalUnixContext, LocalDatagramContext, LocalSequenceContext
{
  readonly host: Host
  /** The names of its `AF_UNIX` sockets, for hosts without such names. */
  readonly unixNames = new UnixNames<LocalUnixSocket>()
  readonly datagramNames = new UnixNames<LocalDatagram>()
  readonly sequenceNames = new UnixNames<LocalSequence>()
  /** What it counts of its limits. */
  readonly gauges: KernelGauges
  /** Limits the bytes that its pipes and socket pairs may hold. */
  readonly localMemory: LocalMemory
  /** The descriptors on their way between its sockets. */
  readonly passing: Passing
  readonly readiness: Readiness
  readonly #messageSockets: MessageSockets | undefined
  /** Its closed connections that still have data to send; they count as open. */
  readonly orphans: Orphans
  /** How many descriptor numbers exist at most. */
  readonly #mostNumbers: number
  #numbers: number
  readonly #first: number
  readonly #descriptors: Descriptors
  #iteration = 0
  readonly #onChange: ((bytes: number) => void) | undefined

  /** @param options - see {@link KernelOptions} */
  constructor(options: KernelOptions) {
    this.host = options.host
    this.#onChange = options.onChange
    this.#messageSockets = options.messageSockets
    this.readiness = new Readiness(options.onReady)
    const { firstDescriptor, gauges = looseGauges(options.maxDescriptors ?? 65_536) } = options
    this.gauges = gauges
    this.orphans = new Orphans(options.host, gauges.lingering)
    this.localMemory = new LocalMemory(gauges.received.bytes, gauges.pipeBytes)
    const maxDescriptors = Math.min(gauges.descriptors.limit, NUMBERS - firstDescriptor)
    this.#mostNumbers = firstDescriptor + maxDescriptors
    this.#numbers = this.#mostNumbers
    this.#first = firstDescriptor
    this.#descriptors = new Descriptors(maxDescriptors, [0, firstDescriptor], gauges.descriptors)
    this.passing = new Passing({
      limit: maxDescriptors,
      descriptors: () => this.descriptors(),
      end: (descriptor) => this.#end(descriptor),
    })
  }

  /** The number of libuv's current iteration, that is, how often it has polled. */
  get iteration(): number {
    return this.#iteration
  }

  /** Counts one more iteration; called when libuv polls. */
  beginIteration(): void {
    this.#iteration++
  }

  /** How many descriptor numbers exist: a descriptor is opened with a number below it. */
  get numbers(): number {
    return this.#numbers
  }

  /** Sets how many numbers exist, at most as many as at first. Those that are in use remain. */
  limitNumbers(limit: number): void {
    this.#numbers = Math.min(limit, this.#mostNumbers)
  }

  /** How many descriptors are open. */
  get openDescriptors(): number {
    return this.#descriptors.open
  }

  /** Whether a descriptor is lacking for a call, which is refused then; the limit counts as reached. */
  lacks(count = 1, from = this.#first): boolean {
    if (!this.#full(count, from)) return false
    this.gauges.descriptors.reach()
    return true
  }

  /** The open descriptor with that number. */
  get(fd: number): Descriptor | undefined {
    return this.#descriptors.get(fd)
  }

  /**
   * Gives a descriptor the lowest free number.
   *
   * @param from - the lowest number that it may have
   * @returns the number; EMFILE when there is none, and the descriptor is not closed
   */
  add(descriptor: Descriptor, from = this.#first): number | 'EMFILE' {
    if (this.lacks(1, from)) return 'EMFILE'
    return this.#descriptors.add(descriptor, from)
  }

  /** Opens a socket. */
  socket(domain: Domain, type: SocketType): Descriptor | OpenError {
    if (this.lacks()) return 'EMFILE'
    const socket = this.#makeSocket(domain, type)
    if (typeof socket !== 'object') return socket ?? 'ENFILE'
    this.#descriptors.add(socket, this.#first)
    return socket
  }

  chooseName(): string {
    return this.unixNames.choose()
  }

  /** Opens two connected descriptors: sockets, or the read end and the write end of a pipe. */
  pair(kind: SocketType | 'pipe'): readonly [Descriptor, Descriptor] | OpenError {
    if (this.lacks(2)) return 'EMFILE'
    const ends = this.#makePair(kind)
    if (typeof ends !== 'object') return ends ?? 'ENFILE'
    for (const end of ends) this.#descriptors.add(end, this.#first)
    return ends
  }

  /**
   * Opens a descriptor that becomes readable when the host has answered.
   *
   * @throws {HostError} when the host refuses the lookup
   */
  lookup(begin: (events: LookupEvents) => CancelLookup): Descriptor | 'EMFILE' {
    if (this.lacks()) return 'EMFILE'
    const lookup = new Lookup(begin, (descriptor) => this.changed(descriptor))
    this.#descriptors.add(lookup, this.#first)
    return lookup
  }

  /** Takes the oldest waiting connection of a listener and gives it a descriptor. */
  accept(listener: Descriptor): Descriptor | ErrnoName {
    // The number is checked first, as on Linux: without a free one, the connection keeps waiting.
    if (this.lacks()) return 'EMFILE'
    const socket = listener.accept()
    if (typeof socket === 'string') return socket
    this.#descriptors.add(socket, this.#first)
    socket.start()
    return socket
  }

  /**
   * Gives a descriptor one more number, the lowest free one.
   *
   * @param from - the lowest number that it may have
   * @returns the number; EBADF, EINVAL, EMFILE
   */
  duplicate(fd: number, from: number): Result {
    const descriptor = this.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if (from < 0 || from >= this.numbers) return 'EINVAL'
    const number = this.add(descriptor, Math.max(from, this.#first))
    if (typeof number === 'string' || number < this.numbers) return number
    this.close(number)
    return 'EMFILE'
  }

  /** The numbers of all open descriptors. */
  get openNumbers(): Iterable<number> {
    return this.#descriptors.numbers()
  }

  /**
   * Lets the number `to` refer to what `fd` refers to, after closing what it referred to before.
   *
   * @returns `to`; EBADF, EMFILE
   */
  replace(fd: number, to: number): Result {
    const descriptor = this.get(fd)
    if (descriptor === undefined || to < this.#first || to >= this.numbers) return 'EBADF'
    if (fd === to) return to
    if (this.get(to) === undefined && this.lacks(1, to)) return 'EMFILE'
    this.#release(to)
    this.#descriptors.put(to, descriptor)
    return to
  }

  /** Everything that is open, once for each number. */
  *descriptors(): Iterable<Descriptor> {
    for (const fd of this.#descriptors.numbers()) {
      const descriptor = this.get(fd)
      if (descriptor !== undefined) yield descriptor
    }
  }

  /** Frees a number, and closes the descriptor if it was its last. @returns 0; EBADF */
  close(fd: number): Result {
    return this.#release(fd) ? 0 : 'EBADF'
  }

  /** Whether `FD_CLOEXEC` is set for a number. */
  isClosedOnExec(fd: number): boolean {
    return this.#descriptors.isClosedOnExec(fd)
  }

  /** Sets or clears `FD_CLOEXEC` for a number. */
  setClosedOnExec(fd: number, on: boolean): void {
    this.#descriptors.setClosedOnExec(fd, on)
  }

  /**
   * Closes everything, like the end of a process.
   *
   * @throws {AggregateError} with the errors that a host threw, after everything else has been closed
   */
  closeAll(): void {
    const failures: unknown[] = []
    for (const fd of this.#descriptors.numbers()) {
      try {
        this.close(fd)
      } catch (error) {
        failures.push(error)
      }
    }
    this.orphans.end()
    if (failures.length > 0)
      throw new AggregateError(
        failures,
        'Cannot close all sockets: the host failed to release some; `errors` has the causes',
      )
  }

  changed(descriptor: Descriptor, bytes = 0): void {
    reportChange(descriptor, bytes)
    this.#onChange?.(bytes)
  }

  /** Frees a number. @returns whether it was in use */
  #release(fd: number): boolean {
    const descriptor = this.get(fd)
    if (descriptor === undefined) return false
    // libuv's interest ends with the number; that of others with the descriptor, as on Linux.
    endWatches(descriptor, (watch) => watch.list === this.readiness && watch.fd === fd)
    this.#descriptors.remove(fd)
    if (descriptor.references > 0) this.passing.unnumbered(descriptor)
    else this.#end(descriptor)
    return true
  }

  /** Closes a descriptor to which nothing refers any more. */
  #end(descriptor: Descriptor): void {
    endWatches(descriptor)
    descriptor.close()
  }

  /** Whether `count` more descriptors would exceed the limit, or the program's own limit of their numbers. */
  #full(count: number, from: number): boolean {
    if (this.#descriptors.full(count + this.orphans.size)) return true
    return this.#numbers < this.#mostNumbers && !this.#descriptors.hasRoom(count, from, this.#numbers)
  }

  #makePair(kind: SocketType | 'pipe'): readonly [Descriptor, Descriptor] | OpenError | undefined {
    if (kind === 'pipe') return PipeEnd.pair(this)
    if (kind === 'stream') return LocalUnixSocket.pair(this)
    return this.#messageSockets === undefined ? 'ESOCKTNOSUPPORT' : this.#messageSockets.pair(kind, this)
  }

  /** @returns `undefined` when there is no capacity for its messages */
  #makeSocket(domain: Domain, type: SocketType): Descriptor | OpenError | undefined {
    if (domain !== 'unix') return type === 'stream' ? new TcpSocket(domain, this) : new UdpSocket(domain, this)
    if (type !== 'stream')
      return this.#messageSockets === undefined ? 'ESOCKTNOSUPPORT' : this.#messageSockets.open(type, this)
    const { unix } = this.host
    return unix === undefined ? new LocalUnixSocket(this) : new HostUnixSocket(unix, this)
  }
}
