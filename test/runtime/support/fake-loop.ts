/** A simulated loop in place of libuv. */
import { RunResult } from '../../../src/abi/uv-module.js'
import type { Pump } from '../../../src/runtime/pump.js'
import type { FakeHost } from '../../support/fake-host.js'

/** The modes of a run, with numbers of their own. */
export const [DEFAULT, ONCE, NOWAIT] = [0, 1, 2]

/**
 * The part of `uv_run()` that the pump can observe: passes that poll, until nothing is left, it is stopped, or the poll
 * reports that it would have to wait.
 */
export class FakeLoop {
  /** Called in every pass, before the poll. */
  onPass: () => void = () => {}
  /** Handles that keep it alive. */
  handles = 1
  /** Events that wait for the next poll. */
  events = 0
  /** When the next timer ends, in milliseconds of the host's clock; -1 for none. */
  due = -1
  /** Whether passes must not wait, as with an idle handle. */
  idle = false
  readonly modes: number[] = []
  passes = 0
  pump: Pump | undefined
  #stopped = false
  readonly #host: FakeHost

  constructor(host: FakeHost) {
    this.#host = host
  }

  uvw_loop_run(mode: number): number {
    this.modes.push(mode)
    let parked = 0
    do {
      if (this.handles === 0 || this.#stopped) break
      this.passes++
      this.onPass()
      const timeout = mode === NOWAIT ? 0 : this.uvw_loop_timeout()
      if (this.#poll(timeout) === 'EAGAIN') {
        parked = RunResult.PARKED
        break
      }
    } while (mode === DEFAULT)
    this.#stopped = false
    return parked | (this.handles > 0 ? RunResult.ALIVE : 0)
  }

  uvw_loop_stop(): void {
    this.#stopped = true
  }

  uvw_loop_alive(): number {
    return Number(this.handles > 0)
  }

  uvw_loop_now(): number {
    return this.#host.now / 1e6
  }

  uvw_loop_timeout(): number {
    if (this.#stopped || this.idle || this.handles === 0) return 0
    return this.due < 0 ? -1 : Math.max(0, this.due - this.uvw_loop_now())
  }

  #poll(timeout: number): unknown {
    const { pump } = this
    if (pump === undefined) throw new Error('the loop has no pump')
    if (!pump.takePass()) return 'EAGAIN'
    if (this.events > 0) return this.events--
    return pump.park(timeout)
  }
}
