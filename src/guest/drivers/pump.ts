/**
 * The driver that needs no special feature of the engine: the guest's `main()` gives up its stack
 * (`uvp_run_and_exit()` of `uv/pump.h`), and its loop is run by the same pump as TypeScript's own loops. The driver
 * never waits, so a guest that waits anywhere else ends in a trap.
 */

import { COPY_MAX } from '../../abi/limits.js'
import type { NumberCall } from '../../base/call.js'
import { isPromise, type OnOutput } from '../../wasi/stdio.js'
import type { Driver } from '../driver.js'
import { GuestExit, TERMINATED } from '../exit.js'
import { Input } from '../input.js'
import { loadProgram, type Program } from '../program.js'
import type { GuestRun, GuestSetup } from '../setup.js'
import { WaitedTime } from './waited-time.js'

/**
 * Starts a guest.
 *
 * @returns a promise that resolves when the guest has left its loop to its host, or has ended
 * @throws the errors with which {@link loadProgram} is rejected
 */
export async function startPumped(setup: GuestSetup): Promise<GuestRun> {
  const ending = new GuestExit()
  const driver = new PumpDriver(setup, ending)
  const program = await loadProgram(setup, driver, ending)
  ending.whenOver(setup.host.keepAlive())
  ending.whenOver(() => driver.close())
  void live(program, driver, ending)
  return { exit: ending.told, terminate: () => ending.exit(TERMINATED) }
}

/** Runs a guest from `main()` to its exit. */
async function live({ start, loops }: Program, driver: PumpDriver, ending: GuestExit): Promise<void> {
  try {
    for (let next: () => unknown = start; ; ) {
      const loop = loops.leftBy(next)
      if (loop === undefined) break
      driver.away.begin()
      await loops.pump(loop)
      driver.away.end()
      next = () => loops.end(loop)
    }
    ending.exit(0)
  } catch (trap) {
    ending.trap(trap)
  }
  ending.unwound()
}

/** Never waits; a call that would have to wait throws. */
class PumpDriver implements Driver {
  readonly pumps = true
  readonly waitsForRoom = false
  readonly #ending: GuestExit
  readonly #onOutput: OnOutput
  readonly #input: Input
  readonly #room: (() => void)[] = []
  /** Takes the answer to the latest request for input. */
  #taking: ((bytes: Uint8Array | undefined) => void) | undefined
  /** Bytes of output for which the receiver's promise has not settled yet. */
  #untaken = 0

  /** The time since the guest has left its stack, except for the turns of its loop. */
  readonly away: WaitedTime

  constructor({ host, input, onOutput }: GuestSetup, ending: GuestExit) {
    this.#ending = ending
    this.away = new WaitedTime(host)
    this.#input = new Input(input)
    this.#onOutput = onOutput
  }

  wait(ask: () => number, timeout: number): number {
    const answer = ask()
    if (answer === 0 && timeout !== 0)
      throw new Error(
        "Cannot wait outside of the loop that it left to its host: the driver 'pump' never waits; use 'worker' or 'jspi'",
      )
    return answer
  }

  get waited(): number {
    return this.away.total
  }

  enter(call: NumberCall, argument: number): number {
    return this.away.interrupt(() => call(argument))
  }

  input(max: number, take: (bytes: Uint8Array | undefined) => void): void {
    this.#taking = take
    const bytes = this.#input.ready(max)
    if (bytes !== undefined) take(bytes)
    else void this.#input.next(max).then((next) => this.#taking?.(next))
  }

  get outputRoom(): number {
    return Math.max(0, COPY_MAX - this.#untaken)
  }

  /**
   * Passes output on without waiting for a slow receiver. The bytes that it has not taken are counted, and their
   * number is limited.
   */
  output(stream: 1 | 2, bytes: Uint8Array): void {
    try {
      const received = this.#onOutput(stream, bytes)
      if (!isPromise(received)) return
      this.#untaken += bytes.length
      received.then(
        () => {
          this.#untaken -= bytes.length
          for (const tell of this.#room) tell()
        },
        (reason: unknown) => this.#ending.fail(reason),
      )
    } catch (reason) {
      this.#ending.fail(reason)
    }
  }

  onRoom(tell: () => void): void {
    this.#room.push(tell)
  }

  /** Called when the guest has ended. */
  close(): void {
    this.#input.close()
    // What they refer to is the guest's, and whatever keeps the run would keep that too.
    this.#room.length = 0
    this.#taking = undefined
  }

  onChange(): void {}
}
