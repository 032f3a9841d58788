/**
 * The driver for engines that can suspend a WebAssembly stack (JavaScript Promise Integration, in its standard form): the
 * guest waits by being set aside until the host has something for it. Everything happens in one thread.
 *
 * @see https://github.com/WebAssembly/js-promise-integration
 */
import type { UvHost } from '../abi/uv-host.js'
import type { Host, HostTimer } from '../host/host.js'
import type { Kernel } from '../kernel/kernel.js'
import type { GuestRun, GuestSetup } from './guest.js'
import { loadProgram } from './program.js'
import { GuestExit } from './stdio.js'

/** How many answers a guest gets at once before the host's event loop has its turn. */
const ANSWERS_PER_TURN = 64

/** Whether this engine has the standard form. */
export function hasJspi(): boolean {
  return WebAssembly.Suspending !== undefined && WebAssembly.promising !== undefined
}

/** Starts a guest. @returns when it was instantiated; it has not run yet */
export async function startWithJspi(setup: GuestSetup): Promise<GuestRun> {
  const { Suspending, promising } = WebAssembly
  if (Suspending === undefined || promising === undefined) throw new TypeError('this engine cannot suspend WebAssembly')
  const pause = new Pause(setup.host)
  const program = await loadProgram({
    ...setup,
    onChange: () => pause.end(),
    wait: (calls, kernel) => {
      const waiting = new WaitingCalls(calls, kernel, pause)
      return {
        poll_wait: new Suspending((events = 0, max = 0, timeout = 0) => waiting.pollWait(events, max, timeout)),
        poll: new Suspending((fds = 0, nfds = 0, timeout = 0) => waiting.poll(fds, nfds, timeout)),
      }
    },
  })
  const release = setup.host.keepAlive()
  const exit = promising(program.start)().finally(() => {
    pause.clear()
    program.kernel.closeAll()
    release()
  })
  return { exit: exit.then(() => 0, exitCode), terminate: () => pause.abort(new GuestExit(TERMINATED)) }
}

/** The exit code of a guest that is told to stop: that of SIGTERM in a shell. */
const TERMINATED = 143

function exitCode(reason: unknown): number {
  if (reason instanceof GuestExit) return reason.code
  throw reason
}

/** The calls that wait, over those that do not. */
class WaitingCalls {
  readonly #calls: UvHost
  readonly #kernel: Kernel
  readonly #pause: Pause
  #answers = 0

  constructor(calls: UvHost, kernel: Kernel, pause: Pause) {
    this.#calls = calls
    this.#kernel = kernel
    this.#pause = pause
  }

  pollWait(events: number, max: number, timeout: number): number | Promise<number> {
    return this.#wait(() => this.#calls.poll_wait(events, max, 0), timeout)
  }

  poll(fds: number, nfds: number, timeout: number): number | Promise<number> {
    return this.#wait(() => this.#calls.poll(fds, nfds, 0), timeout)
  }

  /** Asks until there is an answer or the time is over; without a pause where there is one, most of the time. */
  #wait(ask: () => number, timeout: number): number | Promise<number> {
    this.#pause.check()
    const answer = ask()
    if (answer !== 0 && ++this.#answers < ANSWERS_PER_TURN) return answer
    this.#answers = 0
    return this.#waitLong(answer, ask, timeout)
  }

  async #waitLong(first: number, ask: () => number, timeout: number): Promise<number> {
    const deadline = timeout < 0 ? Number.POSITIVE_INFINITY : this.#kernel.host.clock() / 1e6 + timeout
    await this.#pause.turn()
    if (first !== 0) return first
    for (;;) {
      const answer = ask()
      if (answer !== 0) return answer
      const left = deadline - this.#kernel.host.clock() / 1e6
      if (left <= 0) return 0
      await this.#pause.start(left)
    }
  }
}

/** One wait at a time: for something to happen, for a time, or for the end. */
class Pause {
  readonly #host: Host
  readonly #timer: HostTimer
  #settle: { resolve: () => void; reject: (error: unknown) => void } | undefined
  #ending = false
  #aborted: unknown

  constructor(host: Host) {
    this.#host = host
    this.#timer = host.timer(() => this.#finish())
  }

  /** Waits. @param timeout - milliseconds */
  start(timeout: number): Promise<void> {
    this.check()
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      if (Number.isFinite(timeout)) this.#timer.set(Math.ceil(timeout))
    })
  }

  /** Lets the host's event loop have a turn. */
  turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#host.defer(() => this.#finish())
    })
  }

  /** Something happened; what else happens in the host's present turn is let in before the guest goes on. */
  end(): void {
    if (this.#settle === undefined || this.#ending) return
    this.#ending = true
    this.#host.defer(() => {
      this.#ending = false
      this.#finish()
    })
  }

  /** Ends the guest, now if it waits, else when it next does. */
  abort(reason: unknown): void {
    this.#aborted = reason
    this.#settle?.reject(reason)
    this.#settle = undefined
  }

  /** @throws what the guest was ended with */
  check(): void {
    if (this.#aborted !== undefined) throw this.#aborted
  }

  clear(): void {
    this.#timer.clear()
  }

  #finish(): void {
    this.#timer.clear()
    const settle = this.#settle
    this.#settle = undefined
    settle?.resolve()
  }
}
