/**
 * WASI preview 1 for guests: every function of it, each ours. What one call may cost is bounded, and nothing is kept for a guest
 * that has ended. What we cannot do answers ENOSYS.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import type { Memory } from '../abi/memory.js'
import type { WasmImports } from '../base/platform-types.js'
import type { Host } from '../host/contract/host.js'
import { deviceCalls, startCalls } from './args-environ.js'
import { Arguments } from './arguments.js'
import { clockCalls } from './clock.js'
import { Errno } from './errno.js'
import { Files } from './fs/calls.js'
import { LAST } from './fs/descriptors.js'
import type { Directory } from './fs/seed.js'
import { Subscriptions, type Waiter } from './poll-oneoff.js'
import type { WasiOptions } from './provider.js'
import { randomCalls } from './random.js'
import { type SlowCall, Stdio, type Streams } from './stdio.js'

/** The functions that may answer later. */
interface SlowCalls {
  readonly fd_read: SlowCall
  readonly fd_write: SlowCall
  readonly poll_oneoff: SlowCall
}

/** What a guest is given. */
export interface Preview1Options {
  readonly host: Host
  readonly wasi: WasiOptions
  /** The root of its file system; `undefined` for none. */
  readonly files?: Directory | undefined
}

/**
 * The functions for one guest, but `proc_exit`.
 *
 * @param options - what it is given
 * @param driver - how it waits, and where its streams lead
 * @param memory - of the instance; asked at each call, since it does not exist yet
 */
export function preview1(
  { host, wasi, files: folder }: Preview1Options,
  driver: Streams & Waiter,
  memory: () => Memory,
): WasmImports & SlowCalls {
  const given = new Arguments(memory)
  const files = new Files(folder, memory, () => BigInt(Math.round(host.wallClock() * 1e6)))
  const isOpen = (fd: number): boolean => files.has(fd)
  const stored = files.imports(deviceCalls(memory))
  const stdio = new Stdio(driver, memory, stored)
  const { poll } = new Subscriptions(host, driver, given, isOpen)
  return {
    ...stored,
    ...startCalls(wasi, memory),
    ...clockCalls(host, memory),
    ...randomCalls(given),
    ...socketCalls(isOpen),
    fd_read: stdio.read,
    fd_write: stdio.write,
    poll_oneoff: poll,
    // Nothing else of the guest could run meanwhile.
    sched_yield: () => Errno.SUCCESS,
    // Signals of its own are the C library's.
    proc_raise: () => Errno.NOSYS,
  }
}

/** The calls about sockets: those of a guest are not preview 1's, and what preview 1 has opened are files. */
function socketCalls(isOpen: (fd: number) => boolean): WasmImports {
  const refuse = (fd: number): number => {
    if (isOpen(fd)) return Errno.NOTSOCK
    return fd > LAST ? Errno.NOTSUP : Errno.BADF
  }
  return { sock_accept: refuse, sock_recv: refuse, sock_send: refuse, sock_shutdown: refuse }
}
