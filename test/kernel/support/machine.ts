/**
 * A guest without code: a memory, a kernel and its system calls, driven by a test. Arguments are laid out in the memory
 * like in C, and results are read like in C; an error is returned by its name.
 */

import type { Description } from '../../../src/abi/description.js'
import { Memory } from '../../../src/abi/memory.js'
import type { KernelCalls } from '../../../src/abi/uv-host.js'
import type { SocketAddress } from '../../../src/base/address.js'
import { totalLength } from '../../../src/base/bytes.js'
import { ERRNO_NAMES, type ErrnoName } from '../../../src/base/errno.js'
import type { Host } from '../../../src/host/contract/host.js'
import { Arrivals } from '../../../src/kernel/arrivals.js'
import type { Descriptor, Domain } from '../../../src/kernel/descriptor.js'
import { Kernel } from '../../../src/kernel/kernel.js'
import { messageSockets } from '../../../src/kernel/local/message-sockets.js'
import { Payload, WriteQueue } from '../../../src/kernel/payload.js'
import { PayloadBridge } from '../../../src/kernel/payload-bridge.js'
import type { TimerSetting, Turns } from '../../../src/kernel/syscalls/context.js'
import { createProgramCalls } from '../../../src/kernel/syscalls/program/program-calls.js'
import { SockaddrCodec } from '../../../src/kernel/syscalls/sockaddr.js'
import { describeModule } from '../../../src/runtime/module.js'
import { soon } from '../../support/deadline.js'
import { FakeHost } from '../../support/fake-host.js'

/** The numbers of the shipped module. */
export const abi: Description = await describeModule()

/** C's constants. */
export const c = abi.constants

/** The result of a call: a number of 0 or more, or the name of an error. */
export type Answer = number | ErrnoName

type Calls = { readonly [Name in keyof KernelCalls]: (...values: Parameters<KernelCalls[Name]>) => Answer }

/** The options of a machine. */
export interface MachineOptions<SomeHost extends Host> {
  readonly host: SomeHost
  readonly maxDescriptors?: number
  readonly turns?: Turns
}

/** Where the machine places data in its memory; the memory below it is empty. */
const GROUND = 1024
const PAGES = 4

/** A guest without code, driven by a test. */
export class Machine<SomeHost extends Host = FakeHost> {
  readonly host: SomeHost
  readonly wasm = new WebAssembly.Memory({ initial: PAGES })
  readonly memory = new Memory(this.wasm)
  readonly kernel: Kernel
  readonly raw: KernelCalls
  /** The calls, with errors by name. */
  readonly os: Calls
  /** The defects that were reported. */
  readonly defects: unknown[] = []
  /** The signals that have arrived. */
  readonly arrivals = new Arrivals(
    () => this.memory,
    () => this.#changed(),
  )
  /** What was said of signals: those that are caught, and those that are ignored. */
  readonly dispositions: (readonly number[])[] = []
  /** The settings of the alarm and of timers. */
  readonly timers: TimerSetting[] = []
  /** How often the kernel reported that a watched descriptor became ready. */
  wakes = 0
  #changed: () => void = () => {}
  #next = GROUND
  /** The bytes that all requests have left to send. */
  readonly queue = new WriteQueue()
  readonly #requests: Payload[] = []
  readonly payloads = new PayloadBridge((number) => this.#requests[number - 1])

  constructor({ host, maxDescriptors, turns }: MachineOptions<SomeHost>) {
    this.host = host
    this.kernel = new Kernel({
      messageSockets,
      host,
      firstDescriptor: c.UVH_FD_FIRST,
      maxDescriptors,
      onReady: () => {
        this.wakes++
      },
      onChange: () => this.#changed(),
    })
    this.raw = createProgramCalls(() => ({
      kernel: this.kernel,
      memory: this.memory,
      abi,
      turns: turns ?? { takePass: () => true, park: () => 0 },
      payloads: this.payloads,
      signals: {
        arrivals: this.arrivals,
        calls: {
          dispose: (...sets) => void this.dispositions.push(sets),
          setTimer: (setting) => void this.timers.push(setting),
        },
      },
      onDefect: (error) => this.defects.push(error),
    }))
    this.os = byName(this.raw)
  }

  /** `size` bytes of the memory that are zero. Only the latest 64 KiB of all allocations stay valid. */
  alloc(size: number): number {
    if (this.#next + size > this.memory.size) this.#next = GROUND
    const at = this.#next
    this.memory.heap.fill(0, at, at + size)
    this.#next += Math.ceil(size / 8) * 8
    return at
  }

  /** Bytes in the memory. */
  put(bytes: Uint8Array | string): number {
    const data = typeof bytes === 'string' ? text(bytes) : bytes
    const at = this.alloc(data.length)
    this.memory.heap.set(data, at)
    return at
  }

  /** An `int` in the memory. */
  int(value: number): number {
    const at = this.alloc(4)
    this.memory.setI32(at, value)
    return at
  }

  /** Buffers, as `struct iovec`s. */
  iovecs(...buffers: (readonly [base: number, length: number])[]): number {
    const { size, iov_base, iov_len } = abi.layout.iovec
    const at = this.alloc(size * buffers.length)
    for (const [index, [base, length]] of buffers.entries()) {
      this.memory.setU32(at + index * size + iov_base, base)
      this.memory.setU32(at + index * size + iov_len, length)
    }
    return at
  }

  /** An address as `struct sockaddr`, and its length. */
  sockaddr(address: SocketAddress): readonly [at: number, length: number] {
    const at = this.alloc(128)
    const length = this.int(128)
    new SockaddrCodec(abi, this.memory).write(address, at, length)
    return [at, this.memory.i32(length)]
  }

  /** A non-blocking socket. */
  socket(domain: Domain = 'ipv4', type = c.SOCK_STREAM): number {
    const number = { ipv4: c.AF_INET, ipv6: c.AF_INET6, unix: c.AF_UNIX }[domain]
    const fd = this.os.socket(number, type | c.SOCK_NONBLOCK, 0)
    if (typeof fd === 'string') throw new Error(`socket: ${fd}`)
    return fd
  }

  bind(fd: number, address: SocketAddress): Answer {
    return this.os.bind(fd, ...this.sockaddr(address))
  }

  connect(fd: number, address: SocketAddress): Answer {
    return this.os.connect(fd, ...this.sockaddr(address))
  }

  accept(fd: number): Answer {
    return this.os.accept(fd, 0, 0, c.SOCK_NONBLOCK)
  }

  /** The address that `getsockname()` or `getpeername()` stores. */
  name(call: 'getsockname' | 'getpeername', fd: number): SocketAddress | ErrnoName {
    const at = this.alloc(128)
    const length = this.int(128)
    const answer = this.os[call](fd, at, length)
    return typeof answer === 'string' ? answer : new SockaddrCodec(abi, this.memory).read(at, this.memory.i32(length))
  }

  /** Reads at most `max` bytes, as text; at the end it is empty. */
  read(fd: number, max = 1024, flags = 0): string {
    const at = this.alloc(max)
    const answer = this.os.readv(fd, this.iovecs([at, max]), 1, flags)
    if (typeof answer === 'string') return answer
    return new TextDecoder().decode(this.memory.heap.slice(at, at + answer))
  }

  /** Reads without a copy; at the end the text is empty. */
  readPayload(fd: number, max = 65_536): string {
    const answer = this.os.readv(fd, this.iovecs([c.UVH_PAYLOAD, max]), 1, 0)
    if (typeof answer === 'string') return answer
    return answer === 0 ? '' : new TextDecoder().decode(this.payloads.takeReceived())
  }

  write(fd: number, ...pieces: (Uint8Array | string)[]): Answer {
    const data = pieces.map((piece) => (typeof piece === 'string' ? text(piece) : piece))
    const bufs = this.iovecs(...data.map((piece) => [this.put(piece), piece.length] as const))
    return this.os.writev(fd, bufs, data.length, 0)
  }

  /** Tries to send bytes that are lent for this call. @param length - all of them by default */
  writeLent(fd: number, chunks: readonly Uint8Array[], length = totalLength(chunks)): Answer {
    this.payloads.lend(chunks)
    try {
      return this.os.writev(fd, this.iovecs([c.UVH_PAYLOAD, length]), 1, 0)
    } finally {
      this.payloads.takeBack()
    }
  }

  /** Makes a write request of TypeScript with these bytes. @returns its number */
  request(...chunks: readonly (Uint8Array | string)[]): number {
    const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? text(chunk) : chunk))
    return this.#requests.push(new Payload(bytes, this.queue))
  }

  /** Sends a request. @param weight - 0 for one without bytes */
  writeRequest(fd: number, number: number, weight = 1): Answer {
    return this.os.writev(fd, this.iovecs([c.UVH_PAYLOAD + number, weight]), 1, 0)
  }

  /** Drops the bytes of a request, like for one that has failed. */
  dropRequest(number: number): void {
    this.payloads.find(number)?.drop()
  }

  /** Sends a message, by default to the peer of the connected socket. */
  sendTo(fd: number, message: Uint8Array | string, to?: SocketAddress): Answer {
    const data = typeof message === 'string' ? text(message) : message
    const bufs = this.iovecs([this.put(data), data.length])
    return this.os.sendto(fd, bufs, 1, 0, ...(to === undefined ? ([0, 0] as const) : this.sockaddr(to)))
  }

  /** Receives a message: at most `max` bytes of its text, its whole length, its sender. */
  receiveFrom(
    fd: number,
    max = 1024,
    flags = 0,
  ): { text: string; length: number; from: SocketAddress | string } | string {
    const [at, addr, length] = [this.alloc(max), this.alloc(128), this.int(128)]
    const answer = this.os.recvfrom(fd, this.iovecs([at, max]), 1, flags, addr, length)
    if (typeof answer === 'string') return answer
    const bytes = this.memory.heap.slice(at, at + Math.min(answer, max))
    const from = new SockaddrCodec(abi, this.memory).read(addr, this.memory.i32(length))
    return { text: new TextDecoder().decode(bytes), length: answer, from }
  }

  /** The value of an option that is an `int`. */
  getOption(fd: number, level: number, name: number): Answer {
    const at = this.alloc(4)
    const answer = this.os.getsockopt(fd, level, name, at, this.int(4))
    return typeof answer === 'string' ? answer : this.memory.i32(at)
  }

  setOption(fd: number, level: number, name: number, value: number): Answer {
    return this.os.setsockopt(fd, level, name, this.int(value), 4)
  }

  setLinger(fd: number, on: number, seconds: number): Answer {
    const { size, l_onoff, l_linger } = abi.layout.linger
    const at = this.alloc(size)
    this.memory.setI32(at + l_onoff, on)
    this.memory.setI32(at + l_linger, seconds)
    return this.os.setsockopt(fd, c.SOL_SOCKET, c.SO_LINGER, at, size)
  }

  /** The name of the pending error, which is cleared; 0 for none. */
  error(fd: number): Answer {
    const answer = this.getOption(fd, c.SOL_SOCKET, c.SO_ERROR)
    return typeof answer === 'string' || answer === 0 ? answer : errnoName(answer)
  }

  /** The events of a descriptor, as letters: I, O, E(rror), H(angup), R(dhup). */
  poll(fd: number): string {
    const { size, fd: fdAt, events, revents } = abi.layout.pollfd
    const at = this.alloc(size)
    this.memory.setI32(at + fdAt, fd)
    this.memory.setU16(at + events, c.POLLIN | c.POLLOUT | c.POLLRDHUP)
    const answer = this.os.poll(at, 1, 0)
    return typeof answer === 'string' ? answer : letters(this.memory.u16(at + revents))
  }

  /** What `poll_wait()` reports, each as `fd:letters`. */
  wait(max = 64, timeout = 0): string[] | ErrnoName {
    const { size, fd, events } = abi.layout.uvh_event
    const at = this.alloc(size * max)
    const count = this.os.poll_wait(at, max, timeout)
    if (typeof count === 'string') return count
    return Array.from(
      { length: count },
      (_, i) => `${this.memory.i32(at + i * size + fd)}:${letters(this.memory.i32(at + i * size + events))}`,
    )
  }

  /** The open descriptor with that number. */
  descriptor(fd: Answer): Descriptor {
    const descriptor = typeof fd === 'number' ? this.kernel.get(fd) : undefined
    if (descriptor === undefined) throw new Error(`there is no descriptor ${fd}`)
    return descriptor
  }

  /** Returns when the condition holds; it is checked whenever the state of a descriptor may have changed. */
  until(holds: () => boolean, what: string): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#changed = () => {
        if (holds()) resolve()
      }
      this.#changed()
    })
    return soon(done, what)
  }
}

/** A machine over a simulated host. */
export function fakeMachine(options: { maxDescriptors?: number; turns?: Turns } = {}): Machine {
  return new Machine({ host: new FakeHost(), ...options })
}

/** Text as bytes. */
export const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value)

/** The two descriptors that pipe() or socketpair() stores. */
export function two(machine: Machine<Host>, make: 'sockets' | 'pipe'): [number, number] {
  const fds = machine.alloc(8)
  const answer =
    make === 'pipe'
      ? machine.os.pipe(fds, c.O_NONBLOCK)
      : machine.os.socketpair(c.AF_UNIX, c.SOCK_STREAM | c.SOCK_NONBLOCK, 0, fds)
  if (answer !== 0) throw new Error(`${make}: ${answer}`)
  return [machine.memory.i32(fds), machine.memory.i32(fds + 4)]
}

function letters(events: number): string {
  const bits: readonly (readonly [number, string])[] = [
    [c.POLLIN, 'I'],
    [c.POLLOUT, 'O'],
    [c.POLLERR, 'E'],
    [c.POLLHUP, 'H'],
    [c.POLLRDHUP, 'R'],
    [c.POLLNVAL, 'N'],
  ]
  return bits.map(([bit, letter]) => ((events & bit) === 0 ? '' : letter)).join('')
}

// Of two names with one number, like ENOTSUP and EOPNOTSUPP, the kernel uses the latter.
const names = new Map<number, ErrnoName>(ERRNO_NAMES.map((name) => [abi.errno[name], name]))
names.set(abi.errno.EOPNOTSUPP, 'EOPNOTSUPP')

function errnoName(number: number): ErrnoName {
  const name = names.get(number)
  if (name === undefined) throw new Error(`${number} is no error of this C library`)
  return name
}

function byName(calls: KernelCalls): Calls {
  const named = Object.entries(calls).map(([name, call]) => [
    name,
    (...values: number[]): Answer => {
      const result: unknown = Reflect.apply(call, undefined, values)
      if (typeof result !== 'number' || !Number.isFinite(result)) throw new Error(`${name} answered ${result}`)
      return result < 0 ? errnoName(-result) : result
    },
  ])
  return Object.fromEntries(named)
}
