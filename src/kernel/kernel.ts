/**
 * A small POSIX kernel: descriptors, sockets and readiness over a host. It answers every call at once from what the host has
 * told it, knows nothing of memory layouts (`syscalls.ts` does), and says errors by name.
 */
import type { ErrnoName } from '../base/errno.js'
import { UnixNames } from '../base/unix-names.js'
import { Orphans } from '../host/connection/orphans.js'
import type { Host } from '../host/contract/host.js'
import type { CancelLookup, LookupEvents } from '../host/contract/lookup.js'
import type { Descriptor, Domain } from './descriptor.js'
import { Descriptors } from './descriptors.js'
import { type HostUnixContext, HostUnixSocket } from './host-unix-socket.js'
import { LocalMemory } from './local/local-memory.js'
import { type LocalUnixContext, LocalUnixSocket } from './local/local-unix-socket.js'
import { PipeEnd } from './local/pipe.js'
import { Lookup } from './lookup.js'
import { Readiness } from './readiness.js'
import { TcpSocket } from './tcp-socket.js'
import { type UdpContext, UdpSocket } from './udp-socket.js'

/** How a kernel is set up. */
export interface KernelOptions {
  /** The world outside. */
  readonly host: Host
  /** The lowest descriptor. */
  readonly firstDescriptor: number
  /** How many descriptors may be open at once; 65,536 by default. The next one gets `EMFILE`. */
  readonly maxDescriptors?: number | undefined
  /** Called whenever a watched descriptor became ready; `bytes` are what has just come for it, 0 where it is something else. */
  readonly onReady: (bytes: number) => void
  /** Called whenever any descriptor's readiness may be another; `bytes` as above. */
  readonly onChange?: (bytes: number) => void
}

/** The kernel of one WebAssembly instance. */
export class Kernel implements HostUnixContext, UdpContext, LocalUnixContext {
  readonly host: Host
  /** What its sockets of `AF_UNIX` are called, where the host has no names for them. */
  readonly unixNames = new UnixNames<LocalUnixSocket>()
  /** What may wait in its pipes and pairs of sockets. */
  readonly localMemory = new LocalMemory()
  readonly readiness: Readiness
  /** Its connections that were closed and still send; they count as open. */
  readonly orphans: Orphans
  /** How many numbers of descriptors there are, those below the first one of ours among them. */
  readonly numbers: number
  readonly #descriptors: Descriptors
  #iteration = 0
  readonly #onChange: ((bytes: number) => void) | undefined

  /** @param options - see {@link KernelOptions} */
  constructor(options: KernelOptions) {
    this.host = options.host
    this.#onChange = options.onChange
    this.readiness = new Readiness(options.onReady)
    this.orphans = new Orphans(options.host)
    const { firstDescriptor, maxDescriptors = 65_536 } = options
    this.numbers = firstDescriptor + maxDescriptors
    this.#descriptors = new Descriptors(firstDescriptor, maxDescriptors)
  }

  /** The number of libuv's present iteration: how many times readiness was asked for. */
  get iteration(): number {
    return this.#iteration
  }

  /** Another iteration has come to its poll. */
  beginIteration(): void {
    this.#iteration++
  }

  /** How many descriptors are open. */
  get openDescriptors(): number {
    return this.#descriptors.open
  }

  /** The open descriptor of that number. */
  get(fd: number): Descriptor | undefined {
    return this.#descriptors.get(fd)
  }

  /** A new socket's descriptor. */
  socket(domain: Domain, type: 'stream' | 'datagram'): Descriptor | 'EMFILE' | 'EPROTONOSUPPORT' {
    if (domain === 'unix' && type === 'datagram') return 'EPROTONOSUPPORT'
    if (this.#full(1)) return 'EMFILE'
    const socket = this.#makeSocket(domain, type)
    this.#descriptors.add(socket)
    return socket
  }

  chooseName(): string {
    return this.unixNames.choose()
  }

  /** Two connected descriptors: sockets, or the reading and the writing end of a pipe. */
  pair(kind: 'sockets' | 'pipe'): readonly [Descriptor, Descriptor] | 'EMFILE' | 'ENFILE' {
    if (this.#full(2)) return 'EMFILE'
    const ends = kind === 'pipe' ? PipeEnd.pair(this) : LocalUnixSocket.pair(this)
    if (ends === undefined) return 'ENFILE'
    for (const end of ends) this.#descriptors.add(end)
    return ends
  }

  /** A descriptor that is readable when the host has answered. @throws {HostError} its refusal */
  lookup(begin: (events: LookupEvents) => CancelLookup): Descriptor | 'EMFILE' {
    if (this.#full(1)) return 'EMFILE'
    const lookup = new Lookup(begin, (descriptor) => this.changed(descriptor))
    this.#descriptors.add(lookup)
    return lookup
  }

  /** Takes the oldest connection that waits at a listener and gives it a descriptor. */
  accept(listener: Descriptor): Descriptor | ErrnoName {
    // The number comes first, as on Linux: a connection that finds none goes on waiting.
    if (this.#full(1)) return 'EMFILE'
    const socket = listener.accept()
    if (typeof socket === 'string') return socket
    this.#descriptors.add(socket)
    socket.start()
    return socket
  }

  /** Frees a descriptor. */
  close(descriptor: Descriptor): void {
    descriptor.interest = 0
    this.#descriptors.remove(descriptor)
    descriptor.close()
  }

  /**
   * Frees everything, as the end of a process does.
   *
   * @throws {AggregateError} what a host threw at it, after the rest was freed too
   */
  closeAll(): void {
    const failures: unknown[] = []
    for (const descriptor of this.#descriptors) {
      try {
        this.close(descriptor)
      } catch (error) {
        failures.push(error)
      }
    }
    this.orphans.end()
    if (failures.length > 0) throw new AggregateError(failures, 'the host failed to let go of its sockets')
  }

  changed(descriptor: Descriptor, bytes = 0): void {
    this.readiness.changed(descriptor, bytes)
    this.#onChange?.(bytes)
  }

  /** Whether so many more descriptors are too many. */
  #full(count: number): boolean {
    return this.#descriptors.full(count + this.orphans.size)
  }

  #makeSocket(domain: Domain, type: 'stream' | 'datagram'): Descriptor {
    if (domain !== 'unix') return type === 'stream' ? new TcpSocket(domain, this) : new UdpSocket(domain, this)
    const { unix } = this.host
    return unix === undefined ? new LocalUnixSocket(this) : new HostUnixSocket(unix, this)
  }
}
