/**
 * The driver that asks nothing of the engine: the guest's `main()` lets go of its stack (`uvp_run_and_exit()` of `uv/pump.h`),
 * and its loop is run by the pump of TypeScript's own loops. It never waits, so a guest that waits elsewhere ends in a trap.
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
 * @returns when it has left its loop to us, or has ended
 * @throws what {@link loadProgram} is rejected with
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

/** Refuses to wait, and is asked for nothing else while the loop runs. */
class PumpDriver implements Driver {
  readonly pumps = true
  readonly #ending: GuestExit
  readonly #onOutput: OnOutput
  /** Bytes of output that the receiver has not received yet. */
  #untaken = 0
  /** The standard input, until it is read; `undefined` when it comes in its own time. */
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

  /** A slow receiver is not waited for: what it has not received waits with it, and there is an end to that. */
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
  return new Error(`Cannot wait ${where}: the driver 'pump' never does; take 'worker' or 'jspi'`)
}
