/**
 * The driver for engines that can suspend a WebAssembly stack (JavaScript Promise Integration, in its standard form):
 * a guest that waits is suspended until the host has something for it. Everything runs in one thread, so a guest that
 * computes and never waits blocks everything else, and nothing here can end it.
 *
 * @see https://github.com/WebAssembly/js-promise-integration
 */
import { COPY_MAX } from '../../abi/limits.js'
import type { NumberCall } from '../../base/call.js'
import { TurnPolicy } from '../../base/turn-policy.js'
import type { Host, HostTimer } from '../../host/contract/host.js'
import { isPromise, type OnOutput } from '../../wasi/stdio.js'
import type { Driver } from '../driver.js'
import { GuestExit, TERMINATED } from '../exit.js'
import { Input } from '../input.js'
import { loadProgram } from '../program.js'
import type { GuestRun, GuestSetup } from '../setup.js'
import { Suspension } from './suspending-import.js'

/** Bytes of input or output after which the host's event loop gets a turn. */
const BYTES_PER_TURN = 64 * 1024

/** Answers that a guest gets at once before the host's event loop gets a turn. */
const ANSWERS_PER_TURN = 64

/** Starts a guest. @returns a promise that resolves when the guest first waits, or has ended */
export async function startWithJspi(setup: GuestSetup): Promise<GuestRun> {
  const { promising } = WebAssembly
  if (promising === undefined)
    throw new TypeError("Cannot start the guest: this engine cannot suspend WebAssembly; use the driver 'worker'")
  const ending = new GuestExit()
  const driver = new SuspendingDriver(setup, ending)
  const { start } = await loadProgram(setup, driver, ending)
  ending.whenOver(setup.host.keepAlive())
  ending.whenOver(() => driver.close())
  void promising(start)()
    .then(
      () => ending.exit(0),
      (trap) => ending.trap(trap),
    )
    .then(() => ending.unwound())
  return { exit: ending.told, terminate: () => ending.exit(TERMINATED) }
}

/** Waits by suspending the guest. There is one wait at a time, since there is one guest. */
class SuspendingDriver implements Driver {
  readonly pumps = false
  readonly waitsForRoom = true
  readonly suspension: Suspension
  readonly #ending: GuestExit
  readonly #host: Host
  readonly #timer: HostTimer
  readonly #input: Input
  readonly #onOutput: OnOutput
  /** Answers and bytes of output since the host's event loop last had a turn. */
  #answers = 0
  #printed = 0
  /** Bytes of output for which the receiver's promise has not settled yet. */
  #untaken = 0
  readonly #room: (() => void)[] = []
  /** Takes the answer to the latest request for input. */
  #taking: ((bytes: Uint8Array | undefined) => void) | undefined
  /** How many calls of {@link Driver.enter} are in progress. */
  #entered = 0
  /** Ends the current wait, if there is one. */
  #resume: (() => void) | undefined
  #resuming = false
  readonly #policy = new TurnPolicy()
  /** How many changes were reported since the guest resumed. */
  #changes = 0

  constructor({ host, input, onOutput }: GuestSetup, ending: GuestExit) {
    this.#ending = ending
    this.suspension = new Suspension(host, (error) => ending.trap(error))
    this.#host = host
    this.#timer = host.timer(() => this.#resume?.())
    this.#input = new Input(input)
    this.#onOutput = onOutput
  }

  /** Usually returns an available answer without suspending the guest. */
  wait(ask: () => number, timeout: number): number | Promise<number> {
    if (this.#entered > 0) return waitHere(ask, timeout)
    const answer = ask()
    if (answer !== 0 && ++this.#answers < ANSWERS_PER_TURN) return answer
    this.#answers = 0
    return answer !== 0 || timeout === 0 ? this.#yield(answer, ask) : this.#waitLong(ask, timeout)
  }

  enter(call: NumberCall, argument: number): number {
    this.#entered++
    try {
      return this.suspension.time.interrupt(() => call(argument))
    } finally {
      this.#entered--
    }
  }

  get waited(): number {
    return this.suspension.time.total
  }

  input(max: number, take: (bytes: Uint8Array | undefined) => void): void {
    this.#taking = take
    const bytes = this.#input.ready(Math.min(max, BYTES_PER_TURN))
    if (bytes !== undefined) take(bytes)
    else void this.#input.next(Math.min(max, BYTES_PER_TURN)).then((next) => this.#taking?.(next))
  }

  get outputRoom(): number {
    // Inside of a turn nothing can give the host's event loop a turn.
    const busy = this.#untaken > BYTES_PER_TURN || (this.#printed >= BYTES_PER_TURN && this.#entered === 0)
    return busy ? 0 : COPY_MAX
  }

  output(stream: 1 | 2, bytes: Uint8Array): void {
    if (this.#printed < BYTES_PER_TURN && this.#printed + bytes.length >= BYTES_PER_TURN) void this.#endPrinting()
    this.#printed += bytes.length
    try {
      const received = this.#onOutput(stream, bytes)
      if (!isPromise(received)) return
      this.#untaken += bytes.length
      received.then(
        () => {
          this.#untaken -= bytes.length
          this.#tellRoom()
        },
        (reason) => this.#ending.fail(reason),
      )
    } catch (reason) {
      this.#ending.fail(reason)
    }
  }

  onRoom(tell: () => void): void {
    this.#room.push(tell)
  }

  /**
   * Reports that something happened. The guest resumes after the current turn of the host's event loop, when it can
   * see everything that happens in it, or at once.
   */
  onChange(bytes: number): void {
    if (this.#resume === undefined) return
    this.#changes += 1
    if (this.#resuming) return
    if (this.#host.deliversInline && this.#policy.chooseImmediate(bytes)) {
      this.#changes = 0
      this.#resume()
      return
    }
    this.#resuming = true
    this.#host.defer(this.#deferred)
  }

  readonly #deferred = (): void => {
    this.#resuming = false
    this.#policy.recordWait(this.#changes)
    this.#changes = 0
    this.#resume?.()
  }

  /** Called when the guest has ended: ends every wait. */
  close(): void {
    this.#resume = undefined
    this.#timer.clear()
    this.#input.close()
    this.suspension.release()
    // What they refer to is the guest's, and whatever keeps the run would keep that too.
    this.#room.length = 0
    this.#taking = undefined
  }

  async #yield(first: number, ask: () => number): Promise<number> {
    await this.#turn()
    return first !== 0 ? first : ask()
  }

  /** Lets the host's event loop have a turn after much output. */
  async #endPrinting(): Promise<void> {
    await this.#turn()
    this.#printed = 0
    this.#tellRoom()
  }

  #tellRoom(): void {
    for (const tell of this.#room) tell()
  }

  /** Lets the host's event loop have a turn, so that a guest that is always busy does not starve everything else. */
  #turn(): Promise<void> {
    return new Promise((resolve) => this.#host.defer(resolve))
  }

  async #waitLong(ask: () => number, timeout: number): Promise<number> {
    const deadline = timeout < 0 ? Number.POSITIVE_INFINITY : this.#host.clock() / 1e6 + timeout
    for (;;) {
      const left = deadline - this.#host.clock() / 1e6
      if (left <= 0) return 0
      if (left !== Number.POSITIVE_INFINITY) this.#timer.set(Math.ceil(left))
      await new Promise<void>((resolve) => {
        this.#resume = resolve
      })
      this.#resume = undefined
      this.#timer.clear()
      const answer = ask()
      if (answer !== 0) return answer
    }
  }
}

/** Waits and blocks the thread meanwhile: only the passage of time can change the answer. */
function waitHere(ask: () => number, timeout: number): number {
  const answer = ask()
  if (answer !== 0 || timeout === 0) return answer
  if (timeout < 0)
    throw new Error('Cannot wait without a timeout: the guest is in a turn of its loop; use libuv handles instead')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeout)
  return ask()
}
