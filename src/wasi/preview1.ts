/**
 * WASI preview 1 for guests: all of its functions, implemented here. The cost of one call is bounded, and nothing is
 * kept for a guest that has ended. Functions that cannot be supported answer ENOSYS.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import type { Memory } from '../abi/memory.js'
import type { FileCalls } from '../abi/uv-host.js'
import type { WasmImports } from '../base/platform-types.js'
import type { Host } from '../host/contract/host.js'
import { deviceCalls, startCalls } from './args-environ.js'
import { Arguments } from './arguments.js'
import { clockCalls } from './clock.js'
import { Errno } from './errno.js'
import { Files } from './fs/calls.js'
import { LAST } from './fs/descriptors.js'
import type { Directory } from './fs/host-directories.js'
import { Subscriptions, type Waiter } from './poll-oneoff.js'
import type { WasiOptions } from './provider.js'
import { randomCalls } from './random.js'
import { type SlowCall, Stdio, type Streams } from './stdio.js'

/** The functions whose answer may come later. */
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
 * The functions for one guest, except `proc_exit`, and those of `uv_host_1` about files.
 *
 * @param options - what the guest is given
 * @param driver - how the guest waits, and what its streams are connected to
 * @param memory - returns the instance's memory; called for each system call, since the memory does not exist yet
 */
export function preview1(
  { host, wasi, files: folder }: Preview1Options,
  driver: Streams & Waiter,
  memory: () => Memory,
): { readonly imports: WasmImports & SlowCalls; readonly files: FileCalls } {
  const given = new Arguments(memory)
  const files = new Files(folder, memory, () => BigInt(Math.round(host.wallClock() * 1e6)))
  const isOpen = (fd: number): boolean => files.has(fd)
  const stored = files.imports(deviceCalls(memory))
  const stdio = new Stdio(driver, memory, stored)
  const { poll } = new Subscriptions(host, driver, given, isOpen)
  const imports = {
    ...stored,
    ...startCalls(wasi, memory),
    ...clockCalls(host, memory),
    ...randomCalls(given),
    ...socketCalls(isOpen),
    fd_read: stdio.read,
    fd_write: stdio.write,
    poll_oneoff: poll,
    // There is nothing else in the guest that could run.
    sched_yield: () => Errno.SUCCESS,
    // The C library implements the signals that a program raises itself.
    proc_raise: () => Errno.NOSYS,
  }
  return { imports, files: files.hostCalls() }
}

/**
 * The socket calls. A guest's sockets do not belong to preview 1, and the descriptors that preview 1 has opened are
 * files.
 */
function socketCalls(isOpen: (fd: number) => boolean): WasmImports {
  const refuse = (fd: number): number => {
    if (isOpen(fd)) return Errno.NOTSOCK
    return fd > LAST ? Errno.NOTSUP : Errno.BADF
  }
  return { sock_accept: refuse, sock_recv: refuse, sock_send: refuse, sock_shutdown: refuse }
}
