/**
 * The driver that needs no special feature of the engine: the guest's `main()` gives up its stack
 * (`uvp_run_and_exit()` of `uv/pump.h`), and its loop is run by the same pump as TypeScript's own loops, or
 * it ends. The driver never waits, so a guest that waits anywhere else ends in a trap.
 */

import { COPY_MAX } from '../../abi/limits.js'
import type { NumberCall } from '../../base/call.js'
import { signalName } from '../../base/signals.js'
import type { HostStream } from '../../host/contract/stream.js'
import type { SignalCalls } from '../../kernel/syscalls/context.js'
import type { Driver } from '../driver.js'
import { GuestExit } from '../exit.js'
import type { Outcome } from '../outcome.js'
import { loadProgram, type Program } from '../program.js'
import type { GuestRun, GuestSetup } from '../setup.js'
import { Signals } from '../signals.js'
import { endNow, GuestStreams } from '../streams.js'
import { OwnWatch } from '../time/own-watch.js'
import { WaitedTime } from './waited-time.js'

/**
 * Starts a guest.
 *
 * @returns a promise that resolves when the guest has left its loop to its host, or has ended
 * @throws the errors with which {@link loadProgram} is rejected
 */
export async function startPumped(setup: GuestSetup): Promise<GuestRun> {
  const ending = new GuestExit()
  const streams = new GuestStreams(setup.streams, {
    host: setup.host,
    ledger: setup.limits.ledger,
    paces: () => false,
    onFailure: (error) => ending.end({ kind: 'failed', error }),
  })
  const signals = new Signals(setup.host, setup.onSignals)
  const end = (outcome: Outcome): void => endNow(ending, streams, outcome)
  const away = new WaitedTime(setup.host)
  const time = new OwnWatch(setup.host, setup.time, away, (exceeded) => end({ kind: 'limit', ...exceeded }))
  const driver = new PumpDriver({ streams: streams.open(COPY_MAX), signals, away, time })
  const program = await loadProgram(setup, driver, ending)
  // Not the program itself: what keeps the run would keep its instance.
  const { arrivals, files } = program
  signals.aim({
    deliver: (signal) => arrivals.add(signal),
    end: (signal) => end({ kind: 'signalled', signal: signalName(signal) }),
  })
  ending.whenOver(() => signals.close())
  ending.whenOver(() => time.close())
  ending.whenOver(setup.host.keepAlive())
  void live(program, driver, ending)
  return {
    outcome: streams.outlive(ending.told),
    terminate: () => end({ kind: 'killed' }),
    activity: () => time.activity(),
    timeUsed: () => time.used(),
    files: async () => files(),
    kill: (signal) => signals.send(signal),
  }
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

/** What a driver of pumped guests is made of. */
interface PumpParts extends Pick<Driver, 'signals' | 'streams'> {
  readonly away: WaitedTime
  readonly time: OwnWatch
}

/** Never waits; a call that would have to wait throws. */
class PumpDriver implements Driver {
  readonly pumps = true
  readonly waitsForRoom = false
  readonly streams: readonly HostStream[]
  readonly signals: SignalCalls

  /** The time since the guest has left its stack, except for the turns of its loop. */
  readonly away: WaitedTime
  readonly #time: OwnWatch

  constructor({ streams, signals, away, time }: PumpParts) {
    this.signals = signals
    this.away = away
    this.streams = streams
    this.#time = time
  }

  get onCall(): Driver['onCall'] {
    return this.#time.onCall
  }

  wait(ask: () => number, timeout: number): number {
    const answer = ask()
    if (answer === 0 && timeout !== 0)
      throw new Error(
        "Cannot wait: the driver 'pump' never waits, and runs the loop that uvp_run_and_exit() leaves to it; use 'worker' or 'jspi'",
      )
    return answer
  }

  get waited(): number {
    return this.away.total
  }

  enter(call: NumberCall, argument: number): number {
    this.#time.turn()
    return this.away.interrupt(call, argument)
  }

  onChange(): void {}
}
