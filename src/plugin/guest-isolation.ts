/** Plugins in this process: in a thread, or with nothing that keeps them apart but WebAssembly. */
import type { Duplex } from 'node:stream'
import type { SignalName } from '../base/signals.js'
import { policyHost } from '../guard/policy-host.js'
import { Guest } from '../guest/guest.js'
import type { Outcome } from '../guest/outcome.js'
import type { Activity } from '../guest/time/activity.js'
import { defaultHost } from '../host/platform/default-host.js'
import type { Directory } from '../wasi/fs/given.js'
import type { Isolated, Isolation } from './isolation.js'
import { Services } from './services/services.js'
import type { PluginSetup, UsageTable } from './setup.js'

/** Starts guests of this process. */
export class GuestIsolation implements Isolation {
  readonly name: 'thread' | 'none'

  /** @param name - `none` is for trusted programs: an endless loop in one stops the host application */
  constructor(name: 'thread' | 'none') {
    this.name = name
  }

  async start(setup: PluginSetup): Promise<Isolated> {
    const { module, args, env, input, hooks, files, stdio, limits, wallClock = true } = setup
    const services = new Services(setup.host ?? (await defaultHost()), setup.services)
    const host = policyHost(services.host, setup.policy, hooks)
    const guest = await Guest.start(module, {
      driver: this.name === 'thread' ? 'worker' : 'auto',
      args,
      env,
      host,
      limits,
      wallClock,
      ...(stdio ? { stdio } : { onOutput: hooks.onOutput }),
      ...(hooks.onWarning && { onWarning: hooks.onWarning }),
      ...(hooks.onLimit && { onLimit: hooks.onLimit }),
      ...(input && { input }),
      ...(files && { dirs: files }),
    })
    return new IsolatedGuest(guest, services)
  }
}

class IsolatedGuest implements Isolated {
  readonly outcome: Promise<Outcome>
  readonly activity = (): Activity => this.#guest.activity
  readonly #guest: Guest
  readonly #services: Services

  constructor(guest: Guest, services: Services) {
    this.#guest = guest
    this.#services = services
    this.outcome = guest.outcome.finally(() => services.end())
  }

  get usage(): UsageTable {
    return this.#guest.usage
  }

  kill(signal: SignalName | number): boolean {
    return this.#guest.kill(signal)
  }

  terminate(): void {
    this.#guest.terminate()
  }

  files(path?: string): Promise<Directory> {
    return this.#guest.files(path)
  }

  connect(service = 'plugin'): Promise<Duplex> {
    return this.#services.connect(service)
  }
}
