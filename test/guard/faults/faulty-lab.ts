/** A lab over a host with faults. */

import type { Fault } from '../../../src/guard/faults/faults.js'
import { type FaultyHost, faultyHost } from '../../../src/guard/faults/faulty-host.js'
import type { Host } from '../../../src/host/contract/host.js'
import { virtualHost } from '../../../src/host/virtual.js'
import { Lab, type Subject } from '../../host/contract/lab.js'

/** The names that the virtual network knows. */
const NAMES = { names: { 'db.test': '127.0.0.2' } }

const overVirtual = (): Subject => {
  const host = virtualHost(NAMES)
  return { host, leaks: () => host.open() }
}

/** What a test gets. */
export interface FaultyLab {
  readonly lab: Lab
  readonly host: FaultyHost
  /** What has fired: names and effects, without times. */
  fired(): string[]
}

/** Runs a test over a host with faults; afterwards nothing may be open, in the host below either. */
export const withFaults = (
  faults: readonly Fault[],
  body: (lab: FaultyLab) => Promise<void>,
  { seed = 1, below = overVirtual }: { readonly seed?: number; readonly below?: () => Subject } = {},
): Promise<void> => {
  const subject = below()
  const host = faultyHost(subject.host, { seed, faults })
  const fired = (): string[] => host.faults.explain().fired.map(({ fault, on, effect }) => `${fault}: ${on} ${effect}`)
  return Lab.try(
    () => ({ ...subject, host }),
    (lab) => body({ lab, host, fired }),
  )
}

/** The milliseconds of a host's clock that something takes. */
export const taking = async (host: Host, action: () => Promise<unknown>): Promise<number> => {
  const start = host.clock()
  await action()
  return (host.clock() - start) / 1e6
}
