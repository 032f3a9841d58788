/** Starts plugins for tests of what keeps them apart, and ends them after the test. */
import { afterEach } from '@jest/globals'
import type { Isolated, Isolation } from '../../../src/plugin/isolation.js'
import type { PluginSetup } from '../../../src/plugin/setup.js'
import { Policy } from '../../guest/support/built.js'
import { until } from '../../guest/support/stage.js'
import { guestModule } from '../../guest/support/uvcc.js'
import { soon } from '../../support/deadline.js'

const running: Isolated[] = []

/** Ends the running plugins after each test; has to be called while tests are registered. */
export const endAll = (): void => {
  afterEach(async () => {
    for (const plugin of running) plugin.terminate()
    for (const { outcome } of running.splice(0)) await soon(outcome, 'the plugin to end')
  })
}

/** A running plugin, and what it has told. */
export interface Running {
  readonly plugin: Isolated
  readonly refusals: readonly string[]
  /** Its standard output so far. */
  output(): string
  /** Waits for its output. */
  says(pattern: RegExp): Promise<void>
}

/** The options of a plugin: its setup, where the rules stand for the policy. */
export interface Part extends Partial<Omit<PluginSetup, 'policy'>> {
  readonly program?: string
  readonly rules?: ConstructorParameters<typeof Policy>[0]
}

/** Starts a plugin: `services`, unless its part names another program. */
export const start = async (isolation: Isolation, args: readonly string[], part: Part = {}): Promise<Running> => {
  const { program = 'services', rules, hooks, ...others } = part
  const pieces: Uint8Array[] = []
  const refusals: string[] = []
  const plugin = await isolation.start({
    name: program,
    module: await guestModule(program),
    args: [program, ...args],
    env: {},
    files: undefined,
    input: undefined,
    stdio: undefined,
    host: undefined,
    policy: new Policy(rules),
    limits: {},
    services: {},
    ...others,
    hooks: {
      onOutput: (stream, bytes) => void (stream === 1 && pieces.push(bytes)),
      onRefusal: ({ action, target }) => refusals.push(`${action} ${target}`),
      ...hooks,
    },
  })
  running.push(plugin)
  const output = (): string => Buffer.concat(pieces).toString()
  return {
    plugin,
    refusals,
    output,
    says: (pattern) => until(() => pattern.test(output()), `the plugin to say ${pattern}`),
  }
}
