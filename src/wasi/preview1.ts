/**
 * WASI preview 1 for guests: all of its functions, implemented here. The cost of one call is bounded, and nothing is
 * kept for a guest that has ended. Functions that cannot be supported answer ENOSYS.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import type { Description } from '../abi/description.js'
import type { Memory } from '../abi/memory.js'
import type { FileCalls, KernelCalls } from '../abi/uv-host.js'
import type { WasmImports } from '../base/platform-types.js'
import type { Host } from '../host/contract/host.js'
import type { Kernel } from '../kernel/kernel.js'
import { startCalls } from './args-environ.js'
import { Arguments } from './arguments.js'
import { clockCalls, processorTime } from './clock.js'
import { descriptorCalls, type SlowCall } from './descriptor-calls.js'
import { Errno } from './errno.js'
import type { Files } from './fs/calls.js'
import type { Directory, Mount } from './fs/given.js'
import type { FileGauges } from './fs/space.js'
import { Subscriptions, type Waiter } from './poll-oneoff.js'
import type { WasiOptions } from './provider.js'
import { randomCalls } from './random.js'
import { StandardStream } from './standard-streams.js'
import type { Streams } from './stdio.js'

/** The functions whose answer may come later. */
interface SlowCalls {
  readonly fd_read: SlowCall
  readonly fd_write: SlowCall
  readonly poll_oneoff: SlowCall
}

/** What a guest is given. */
export interface Preview1Options {
  readonly host: Host
  /** The constants of its C library. */
  readonly abi: Description
  readonly wasi: WasiOptions
  /** What its file system has at first; `undefined` for none. */
  readonly files?: readonly Mount[] | undefined
}

/** What the functions of one guest work with. */
export interface Preview1Parts {
  readonly kernel: Kernel
  /** The system calls of that kernel. */
  readonly calls: KernelCalls
  /** How the guest waits, and what its streams are connected to. */
  readonly driver: Streams & Waiter
  /** Returns the instance's memory; called for each system call, since the memory does not exist yet. */
  readonly memory: () => Memory
  /** Whether a signal has arrived that the guest has not taken. */
  readonly interrupted: () => boolean
  /** Whether the guest finds its root as a descriptor; see {@link Files}. */
  readonly preopens: boolean
  /** What its files are made by; `undefined` for a guest that cannot use any. */
  readonly Files?: typeof Files | undefined
  /** What counts its files in memory. */
  readonly fileGauges?: FileGauges | undefined
}

/** The files of one guest. */
export interface GuestFiles {
  /** The functions of `uv_host_1` that concern files. */
  hostCalls(): Partial<FileCalls>
  /** What is in memory. */
  contents(): Directory
  /** Closes what is open on the host's disk, when the guest has ended. */
  close(): void
}

/**
 * The functions for one guest, except `proc_exit`, and its files. Opens its standard streams.
 *
 * @param options - what the guest is given
 */
export function preview1(
  { host, abi, wasi, files: folder }: Preview1Options,
  { kernel, calls, driver, memory, preopens, Files, fileGauges, interrupted }: Preview1Parts,
): { readonly imports: WasmImports & SlowCalls; readonly files: GuestFiles } {
  const given = new Arguments(memory)
  for (const stream of driver.streams) kernel.add(new StandardStream(stream, driver, kernel, Files?.openStream), 0)
  const now = (): bigint => BigInt(Math.round(host.wallClock() * 1e6))
  const files = Files && new Files(folder, { kernel, abi, given, now, preopens, gauges: fileGauges })
  const { poll } = new Subscriptions({ host, kernel, waiter: driver, given })
  const imports = {
    ...files?.imports(),
    ...descriptorCalls({ kernel, calls, abi, waiter: driver, interrupted, given, openedBy: Files?.openedBy ?? none }),
    ...startCalls(wasi, memory),
    ...clockCalls(
      host,
      memory,
      processorTime(host, () => driver.waited),
    ),
    ...randomCalls(given, (bytes) => host.random(bytes)),
    ...socketCalls(kernel),
    poll_oneoff: poll,
    // There is nothing else in the guest that could run.
    sched_yield: () => Errno.SUCCESS,
    // The C library implements the signals that a program raises itself.
    proc_raise: () => Errno.NOSYS,
  }
  return { imports, files: files ?? new NoFiles(given) }
}

const none = (): undefined => undefined

/** The files of a guest that has none. */
class NoFiles implements GuestFiles {
  readonly #given: Arguments

  constructor(given: Arguments) {
    this.#given = given
  }

  hostCalls(): Partial<FileCalls> {
    return {}
  }

  contents(): Directory {
    return new Map()
  }

  close(): void {
    this.#given.forget()
  }
}

/** The socket calls. A guest's sockets have calls of their own. */
function socketCalls(kernel: Kernel): WasmImports {
  const refuse = (fd: number): number => {
    const descriptor = kernel.get(fd)
    if (descriptor === undefined) return Errno.BADF
    return descriptor.domain === undefined ? Errno.NOTSOCK : Errno.NOTSUP
  }
  return { sock_accept: refuse, sock_recv: refuse, sock_send: refuse, sock_shutdown: refuse }
}
