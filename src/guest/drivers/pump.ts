/**
 * The driver that needs no special feature of the engine: the guest's `main()` gives up its stack
 * (`uvp_run_and_exit()` of `uv/pump.h`), and its loop is run by the same pump as TypeScript's own loops. The driver
 * never waits, so a guest that waits anywhere else ends in a trap.
 */

import { COPY_MAX } from '../../abi/limits.js'
import { NO_BYTES } from '../../base/bytes.js'
import type { NumberCall } from '../../base/call.js'
import { isPromise, type OnOutput } from '../../wasi/stdio.js'
import type { Driver } from '../driver.js'
import { GuestExit, TERMINATED } from '../exit.js'
import { loadProgram, type Program } from '../program.js'
import type { GuestRun, GuestSetup } from '../setup.js'

/**
 * Starts a guest.
 *
 * @returns a promise that resolves when the guest has left its loop to its host, or has ended
 * @throws the errors with which {@link loadProgram} is rejected
 */
export async function startPumped(setup: GuestSetup): Promise<GuestRun> {
  const ending = new GuestExit()
  const program = await loadProgram(setup, new PumpDriver(setup, ending), ending)
  ending.whenOver(setup.host.keepAlive())
  void live(program, ending)
  return { exit: ending.told, terminate: () => ending.exit(TERMINATED) }
}

/** Runs a guest from `main()` to its exit. */
async function live({ start, loops }: Program, ending: GuestExit): Promise<void> {
  try {
    for (let next: () => unknown = start; ; ) {
      const loop = loops.leftBy(next)
      if (loop === undefined) break
      await loops.pump(loop)
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
  readonly #ending: GuestExit
  readonly #onOutput: OnOutput
  /** Bytes of output for which the receiver's promise has not settled yet. */
  #untaken = 0
  /** The standard input, until it is read; `undefined` when it comes from an asynchronous source. */
  #input: Uint8Array | undefined

  constructor({ input = NO_BYTES, onOutput }: GuestSetup, ending: GuestExit) {
    this.#ending = ending
    this.#input = input instanceof Uint8Array ? input : undefined
    this.#onOutput = onOutput
  }

  wait(ask: () => number, timeout: number): number {
    const answer = ask()
    if (answer === 0 && timeout !== 0) throw cannotWait('outside of the loop that it left to its host')
    return answer
  }

  enter(call: NumberCall, argument: number): number {
    return call(argument)
  }

  input(): Uint8Array {
    const bytes = this.#input
    if (bytes === undefined) throw cannotWait('for its standard input')
    this.#input = NO_BYTES
    return bytes
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
        },
        (reason: unknown) => this.#ending.fail(reason),
      )
    } catch (reason) {
      this.#ending.fail(reason)
    }
  }

  onChange(): void {}
}

function cannotWait(where: string): Error {
  return new Error(`Cannot wait ${where}: the driver 'pump' never waits; use 'worker' or 'jspi'`)
}
