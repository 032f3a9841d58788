/**
 * The driver that asks nothing of the engine: the guest's `main()` lets go of its stack (`uvp_run_and_exit()` of `uv/pump.h`),
 * and its loop is run by the pump of TypeScript's own loops. It never waits, so a guest that waits elsewhere ends in a trap.
 */
import type { NumberCall } from '../abi/call.js'
import { COPY_MAX } from '../abi/limits.js'
import type { WasmImports } from '../abi/platform-types.js'
import { exitCode, GuestExit, OutputError, TERMINATED } from './end.js'
import type { GuestRun, GuestSetup } from './guest.js'
import { type Driver, loadProgram, type Program } from './program.js'
import { LeftStack, letsPump } from './pumped.js'
import { isPromise, type OnOutput, type SlowCall } from './stdio.js'

/**
 * Starts a guest.
 *
 * @returns when it has left its loop to us, or has ended
 * @throws {TypeError} when it never will: it has no `uvp_run_and_exit()`
 */
export async function startPumped(setup: GuestSetup): Promise<GuestRun> {
  if (!letsPump(setup.module))
    throw new TypeError(
      "Cannot pump the guest: it does not call uvp_run_and_exit(); take the driver 'worker' or 'jspi'",
    )
  const driver = new PumpDriver(setup)
  const program = await loadProgram(setup, driver)
  driver.onEnd = () => program.loops.wake()
  const release = setup.host.keepAlive()
  const exit = live(program, driver).finally(() => {
    release()
    program.end()
  })
  return { exit, terminate: () => driver.end(new GuestExit(TERMINATED)) }
}

/** Runs a guest from `main()` to its exit. */
async function live({ start, loops }: Program, driver: PumpDriver): Promise<number> {
  try {
    for (let next = start; ; ) {
      const loop = stackLeft(next)
      if (loop === undefined) return 0
      await loops.pump(loop, driver.check)
      next = () => loops.end(loop)
    }
  } catch (reason) {
    return exitCode(reason)
  }
}

/** Calls a guest. @returns the loop that it has left to us, if it did not come back */
function stackLeft(call: () => unknown): number | undefined {
  try {
    call()
  } catch (reason) {
    if (!(reason instanceof LeftStack)) throw reason
    return reason.loop
  }
  return undefined
}

/** Refuses to wait, and is asked for nothing else while the loop runs. */
class PumpDriver implements Driver {
  readonly pumps = true
  /** Lets the loop have a turn, in which it meets its end. */
  onEnd = (): void => {}
  readonly #onOutput: OnOutput
  /** Bytes of output that the receiver has not received yet. */
  #untaken = 0
  /** The standard input, until it is read; `undefined` when it comes in its own time. */
  #input: Uint8Array | undefined
  #ended: GuestExit | OutputError | undefined

  constructor({ input = NOTHING, onOutput }: GuestSetup) {
    this.#input = input instanceof Uint8Array ? input : undefined
    this.#onOutput = onOutput
  }

  importOf(call: SlowCall): WasmImports[string] {
    return call
  }

  wait(ask: () => number, timeout: number): number {
    this.check()
    const answer = ask()
    if (answer === 0 && timeout !== 0) throw cannotWait('outside of the loop that it left to its host')
    return answer
  }

  enter(call: NumberCall, argument: number): number {
    return call(argument)
  }

  input(): Uint8Array {
    this.check()
    const bytes = this.#input
    if (bytes === undefined) throw cannotWait('for its standard input')
    this.#input = NOTHING
    return bytes
  }

  get outputRoom(): number {
    return Math.max(0, COPY_MAX - this.#untaken)
  }

  /** A slow receiver is not waited for: what it has not received waits with it, and there is an end to that. */
  output(stream: 1 | 2, bytes: Uint8Array): void {
    this.check()
    try {
      const received = this.#onOutput(stream, bytes)
      if (!isPromise(received)) return
      this.#untaken += bytes.length
      received.then(
        () => {
          this.#untaken -= bytes.length
        },
        (cause: unknown) => this.end(new OutputError(cause)),
      )
    } catch (cause) {
      throw new OutputError(cause)
    }
  }

  onChange(): void {}

  /** Ends the guest when it next calls us, which is at once if its loop waits. */
  end(reason: GuestExit | OutputError): void {
    this.#ended ??= reason
    this.onEnd()
  }

  /** @throws the end of the guest, when it has come */
  readonly check = (): void => {
    if (this.#ended !== undefined) throw this.#ended
  }
}

function cannotWait(where: string): Error {
  return new Error(`Cannot wait ${where}: the driver 'pump' never does; take 'worker' or 'jspi'`)
}

const NOTHING = new Uint8Array(0)
