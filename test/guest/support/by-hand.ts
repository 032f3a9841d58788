/** A guest without code: a memory, and the calls of preview 1 on it, which a test makes by hand. */
import { expect } from '@jest/globals'
import { Memory } from '../../../src/abi/memory.js'
import { isCall } from '../../../src/base/call.js'
import type { StreamStat } from '../../../src/host/contract/stream.js'
import { BaseStream } from '../../../src/host/stream/base-stream.js'
import { Kernel } from '../../../src/kernel/kernel.js'
import { messageSockets } from '../../../src/kernel/local/message-sockets.js'
import { createProgramCalls } from '../../../src/kernel/syscalls/program/program-calls.js'
import { describeModule } from '../../../src/runtime/module.js'
import { Errno } from '../../../src/wasi/errno.js'
import { Files } from '../../../src/wasi/fs/calls.js'
import type { Directory } from '../../../src/wasi/fs/given.js'
import { preview1 } from '../../../src/wasi/preview1.js'
import type { Streams } from '../../../src/wasi/stdio.js'
import { FakeHost } from '../../support/fake-host.js'

/** The name of an error in {@link Errno}; `SUCCESS` for none. */
export type Answer = keyof typeof Errno

const abi = await describeModule()

const turns = { takePass: () => true, park: () => 0 }

const fail = (error?: unknown): never => {
  throw error
}

const NAMES = Object.keys(Errno).filter((name): name is Answer => name in Errno)

/** The lowest address that is used. */
const GROUND = 1024

/** A stream of a guest, which records its output, and gives it input. */
class HandStream extends BaseStream {
  readonly unsure = false
  readonly #hand: Hand

  constructor(hand: Hand, access: 'read' | 'write') {
    const relay = { events: NO_EVENTS, want: fail, send: fail, close: () => {} }
    super({ type: 'pipe', access, room: 1, relay })
    this.#hand = hand
  }

  get readable(): boolean {
    return this.#hand.given !== undefined
  }

  watch(): void {}

  read(into: Uint8Array): number | 'EAGAIN' {
    this.#hand.asked++
    const { given } = this.#hand
    if (given === undefined) return 'EAGAIN'
    const bytes = given.subarray(0, into.length)
    into.set(bytes)
    this.#hand.given = given.subarray(bytes.length)
    return bytes.length
  }

  override write(bytes: Uint8Array): number | 'EAGAIN' {
    const taken = bytes.slice(0, this.#hand.outputRoom)
    if (taken.length === 0 && bytes.length > 0) return 'EAGAIN'
    this.#hand.printed.push(taken)
    return taken.length
  }

  seek(): 'ESPIPE' {
    return 'ESPIPE'
  }

  stat(): StreamStat {
    return { size: 0, mode: 0o600, inode: 0n, links: 1, accessed: 0n, modified: 0n, changed: 0n }
  }

  onInput(): void {}

  onNothing(): void {}

  protected attempt(): 'EAGAIN' {
    return 'EAGAIN'
  }
}

const NO_EVENTS = { onInput: fail, onNothing: fail, onSent: fail }

/** The streams of a guest, and a driver that skips the time that it waits. */
class Hand implements Streams {
  readonly printed: Uint8Array[] = []
  /** The duration of each wait, in ms. */
  readonly waits: number[] = []
  /** The remaining input; `undefined` while none is available. */
  given: Uint8Array | undefined = new Uint8Array(0)
  readonly waitsForRoom = false
  outputRoom = Number.POSITIVE_INFINITY
  waited = 0
  /** How often the input was read. */
  asked = 0
  readonly streams = [new HandStream(this, 'read'), new HandStream(this, 'write'), new HandStream(this, 'write')]
  readonly #host: FakeHost

  constructor(host: FakeHost) {
    this.#host = host
  }

  wait(ask: () => number, timeout: number): number {
    this.waits.push(timeout)
    this.waited += timeout * 1e6
    this.#host.now += timeout * 1e6
    return ask()
  }
}

/** A memory, and the calls of preview 1 on it. */
export class ByHand {
  readonly host = new FakeHost()
  readonly memory: Memory
  readonly hand = new Hand(this.host)
  readonly #calls: WebAssembly.ModuleImports
  #next = GROUND

  /** @param folder - the root of its files; none for no files at all */
  constructor(folder?: Directory, { pages = 16, maxDescriptors }: { pages?: number; maxDescriptors?: number } = {}) {
    this.memory = new Memory(new WebAssembly.Memory({ initial: pages }))
    const { host, memory, hand } = this
    const kernel = new Kernel({ host, messageSockets, firstDescriptor: 0, maxDescriptors, onReady: () => {} })
    const calls = createProgramCalls(() => ({ kernel, memory, abi, turns, onDefect: fail }))
    this.#calls = preview1(
      { host, abi, wasi: {}, files: folder && [{ names: [], contents: folder }] },
      { kernel, calls, driver: hand, memory: () => memory, Files, preopens: true, interrupted: () => false },
    ).imports
  }

  /** The names of all functions. */
  get names(): string[] {
    return Object.keys(this.#calls)
  }

  /** Makes a call. @returns the name of its error */
  call(name: string, ...values: (number | bigint)[]): Answer {
    const call = this.#calls[name]
    if (!isCall(call)) throw new Error(`there is no ${name}`)
    const errno: unknown = Reflect.apply(call, undefined, values)
    const found = NAMES.find((one) => Errno[one] === errno)
    if (found === undefined) throw new Error(`${name} answered ${String(errno)}`)
    return found
  }

  /** Reserves `size` zero bytes. @returns their address */
  alloc(size: number): number {
    const at = this.#next
    this.#next += Math.ceil(size / 8) * 8
    if (this.#next > this.memory.size) throw new Error('the memory is too small')
    return at
  }

  /** Copies bytes into the memory. @returns their address */
  put(bytes: Uint8Array | string): number {
    const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes
    const at = this.alloc(data.length)
    this.memory.setBytes(at, data)
    return at
  }

  /** A path as two arguments of a call. */
  path(text: string): [at: number, length: number] {
    return [this.put(text), new TextEncoder().encode(text).length]
  }

  /** An array of buffers. @returns its address */
  iovecs(...buffers: (readonly [base: number, length: number])[]): number {
    const at = this.alloc(8 * buffers.length)
    for (const [index, [base, length]] of buffers.entries()) {
      this.memory.setU32(at + 8 * index, base)
      this.memory.setU32(at + 8 * index + 4, length)
    }
    return at
  }

  /** Opens a file for reading and writing, and creates it if needed. */
  open(path: string): number {
    const out = this.alloc(4)
    const answer = this.call('path_open', 3, 1, ...this.path(path), 1, -1n, -1n, 0, out)
    if (answer !== 'SUCCESS') throw new Error(`${path}: ${answer}`)
    return this.memory.u32(out)
  }

  /** Opens a folder. */
  openFolder(path: string): number {
    const out = this.alloc(4)
    const answer = this.call('path_open', 3, 1, ...this.path(path), 2, 1n << 14n, 0n, 0, out)
    if (answer !== 'SUCCESS') throw new Error(`${path}: ${answer}`)
    return this.memory.u32(out)
  }

  /** Writes text. @returns how many bytes were written */
  write(fd: number, text: string): number {
    const out = this.alloc(4)
    const answer = this.call('fd_write', fd, this.iovecs(this.path(text)), 1, out)
    if (answer !== 'SUCCESS') throw new Error(answer)
    return this.memory.u32(out)
  }

  /** The first 64 bytes of a file, as text. */
  contents(path: string): string {
    const [at, out] = [this.alloc(64), this.alloc(4)]
    this.call('fd_pread', this.open(path), this.iovecs([at, 64]), 1, 0n, out)
    return new TextDecoder().decode(this.memory.view(at, this.memory.u32(out)))
  }
}

/** A guest with a file `f` of ten bytes, open as 4, a folder `d`, open as 5, and a link `l` to the file. */
export function stage(limits: { maxDescriptors?: number } = {}): ByHand {
  const folder = new Map<string, Uint8Array | Directory | { readonly link: string }>()
  folder.set('f', new TextEncoder().encode('0123456789'))
  folder.set('d', new Map())
  folder.set('l', { link: 'f' })
  const guest = new ByHand(folder, limits)
  expect([guest.open('f'), guest.openFolder('d')]).toEqual([4, 5])
  return guest
}

/** The names in a folder, read into a buffer of `size` bytes. */
export function names(guest: ByHand, fd: number, size = 4096, after: (name: string) => void = () => {}): string[] {
  const [buffer, out] = [guest.alloc(size), guest.alloc(4)]
  const found: string[] = []
  for (let cookie = 0n; ; ) {
    expect(guest.call('fd_readdir', fd, buffer, size, cookie, out)).toBe('SUCCESS')
    const used = guest.memory.u32(out)
    let at = 0
    while (at + 24 <= used) {
      const length = guest.memory.u32(buffer + at + 16)
      if (at + 24 + length > used) break
      const name = new TextDecoder().decode(guest.memory.view(buffer + at + 24, length))
      cookie = guest.memory.u64(buffer + at)
      found.push(name)
      at += 24 + length
      after(name)
    }
    if (found.length > 10_000) throw new Error('the listing has no end')
    if (used < size) return found
  }
}
