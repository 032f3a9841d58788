/** The devices in `/dev` that programs count on. They are there with or without given directories. */
import { totalLength } from '../../base/bytes.js'
import type { Kernel } from '../../kernel/kernel.js'
import { FileError } from '../errno.js'
import { FileType } from '../layouts.js'
import { DirectoryNode, type Entry, FileNode, type Listed, type Nanoseconds } from './inodes.js'

/** The most bytes that one read returns, as with `/dev/urandom` of Linux. */
const MOST = 2 ** 25 - 1

/** What a device does; without any of these it is empty and takes everything. */
interface Behaviour {
  /** Fills a buffer that is read into. */
  readonly fill?: (target: Uint8Array) => void
  /** Why nothing can be written. */
  readonly refusal?: 'NOSPC'
}

/** The devices, by their names. */
function behaviours({ host }: Kernel): readonly (readonly [name: string, Behaviour])[] {
  const fill = (target: Uint8Array): void => host.random(target)
  const zero = (target: Uint8Array): void => void target.fill(0)
  return [
    ['null', {}],
    ['zero', { fill: zero }],
    ['full', { fill: zero, refusal: 'NOSPC' }],
    ['random', { fill }],
    ['urandom', { fill }],
  ]
}

const STREAMS: ReadonlyMap<string, number> = new Map([
  ['stdin', 0],
  ['stdout', 1],
  ['stderr', 2],
])

/** A device. */
export class DeviceNode extends FileNode {
  override readonly type: number = FileType.CHARACTER_DEVICE
  readonly #behaviour: Behaviour

  constructor(now: Nanoseconds, behaviour: Behaviour = {}) {
    super(now, 0o666)
    this.#behaviour = behaviour
  }

  get size(): number {
    return 0
  }

  acquire(): void {}

  /** How many bytes a read of `wanted` bytes returns. */
  available(wanted: number): number {
    return this.#behaviour.fill === undefined ? 0 : Math.min(wanted, MOST)
  }

  read(_offset: number, target: Uint8Array): number {
    const bytes = target.subarray(0, this.available(target.length))
    this.#behaviour.fill?.(bytes)
    return bytes.length
  }

  write(_offset: number, pieces: readonly Uint8Array[]): number {
    if (this.#behaviour.refusal !== undefined) throw new FileError(this.#behaviour.refusal)
    return totalLength(pieces)
  }

  override sync(): void {
    throw new FileError('INVAL')
  }

  resize(): void {
    throw new FileError('INVAL')
  }
}

/** The terminal of the session, which a guest does not have. */
class TerminalNode extends DeviceNode {
  override acquire(): never {
    throw new FileError('NXIO')
  }
}

/** The name of an open descriptor: opening it is like `dup()`. */
export class DescriptorNode extends DeviceNode {
  readonly number: number

  constructor(now: Nanoseconds, number: number) {
    super(now)
    this.number = number
  }
}

/** A directory whose names the guest cannot change. */
abstract class FixedDirectory extends DirectoryNode {
  override readonly isMountPoint = true
  override links = 2

  constructor(parent: DirectoryNode, name: string, now: Nanoseconds) {
    super(now, 0o555)
    this.parent = parent
    this.name = name
  }

  /** The names in their order. */
  abstract get names(): readonly string[]

  override get isGone(): boolean {
    return false
  }

  requireEmpty(): void {
    throw new FileError('NOTEMPTY')
  }

  beginListing(): number {
    return Number.MAX_SAFE_INTEGER
  }

  after(number: number): Listed | undefined {
    const index = Math.max(0, number - FIRST + 1)
    const text = this.names[index]
    const entry = text === undefined ? undefined : this.get(text)
    if (text === undefined || entry === undefined) return undefined
    return { text, number: FIRST + index, inode: entry.inode, type: entry.type }
  }

  // Never called: the permissions do not allow it.
  makeFile(): never {
    throw new FileError('ACCES')
  }

  makeDirectory(): void {
    throw new FileError('ACCES')
  }

  makeLink(): void {
    throw new FileError('ACCES')
  }

  addLink(): void {
    throw new FileError('ACCES')
  }

  remove(): void {
    throw new FileError('ACCES')
  }

  move(): void {
    throw new FileError('ACCES')
  }
}

/** The number of the first name in a listing; those below belong to `.` and `..`. */
const FIRST = 3

/** `/dev/fd`: the open descriptors. */
class DescriptorDirectory extends FixedDirectory {
  readonly #kernel: Kernel
  readonly #now: Nanoseconds

  constructor(parent: DirectoryNode, now: Nanoseconds, kernel: Kernel) {
    super(parent, 'fd', now)
    this.#kernel = kernel
    this.#now = now
  }

  get names(): readonly string[] {
    return [...this.#kernel.openNumbers].map(String)
  }

  get(name: string): Entry | undefined {
    if (!/^(0|[1-9]\d{0,6})$/.test(name) || this.#kernel.get(Number(name)) === undefined) return undefined
    return new DescriptorNode(this.#now, Number(name))
  }
}

/** `/dev`. */
export class DeviceDirectory extends FixedDirectory {
  readonly #entries: ReadonlyMap<string, Entry>

  /** @param root - the directory that it is in */
  constructor(root: DirectoryNode, now: Nanoseconds, kernel: Kernel) {
    super(root, 'dev', now)
    this.#entries = new Map<string, Entry>([
      ...behaviours(kernel).map(([name, behaviour]) => [name, new DeviceNode(now, behaviour)] as const),
      ...[...STREAMS].map(([name, number]) => [name, new DescriptorNode(now, number)] as const),
      ['tty', new TerminalNode(now)],
      ['fd', new DescriptorDirectory(this, now, kernel)],
    ])
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()]
  }

  get(name: string): Entry | undefined {
    return this.#entries.get(name)
  }
}
