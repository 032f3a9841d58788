/**
 * The contract of `src/host/contract/host.ts` as tests of any host. A test file makes the host, lists what the host
 * refuses and why, and calls {@link hostContract}.
 */
import type { HostConnection } from '../../../src/host/contract/connection.js'
import { describe, expect, test } from '../../support/harness.js'
import { bindContract } from './bind.js'
import { chaosContract } from './chaos.js'
import { connectContract } from './connect.js'
import { dataContract } from './data.js'
import { datagramContract } from './datagram.js'
import { endContract } from './end.js'
import { type ContractOptions, type Feature, Lab, type MakeHost, refusal, v4, v6 } from './lab.js'
import { lifetimesContract } from './lifetimes.js'
import { lookupContract } from './lookup.js'
import { Mailbox } from './mailbox.js'
import { ownershipContract } from './ownership.js'
import { timeContract } from './time.js'
import { unixContract } from './unix.js'

export type { ContractOptions, Feature, MakeHost, Subject } from './lab.js'

/** Registers the whole contract. */
export function hostContract(make: MakeHost, options: ContractOptions = {}): void {
  bindContract(make, options)
  connectContract(make, options)
  dataContract(make, options)
  endContract(make, options)
  ownershipContract(make, options)
  lifetimesContract(make, options)
  chaosContract(make, options)
  lookupContract(make, options)
  unixContract(make, options)
  timeContract(make, options)
  datagramContract(make, options)
  refusalContract(make, options)
}

/**
 * How a feature is refused: the expected error code (or the result of a host that cannot know better), and the call
 * that must give it.
 */
const REFUSALS: Record<Feature, { codes: RegExp; refuse(lab: Lab): Promise<string> }> = {
  ipv6: { codes: /^E(AFNOSUPPORT|ADDRNOTAVAIL)$/, refuse: async (lab) => refusal(() => lab.bind(v6())) },
  reusePort: { codes: /^ENOTSUP$/, refuse: async (lab) => refusal(() => lab.listen(v4(), { reusePort: true })) },
  datagrams: { codes: /^EOPNOTSUPP$/, refuse: async (lab) => refusal(() => new Mailbox(lab)) },
  shareDatagrams: {
    codes: /^ENOTSUP$/,
    refuse: async (lab) => refusal(() => new Mailbox(lab, v4(), { reusePort: true })),
  },
  connectFromPort: {
    codes: /^EOPNOTSUPP$/,
    refuse: async (lab) => refusal(() => lab.connect(lab.listen().local, lab.bind())),
  },
  ipv6Only: { codes: /^ENOTSUP$/, refuse: async (lab) => refusal(() => lab.listen(v6(0, '::'), { ipv6Only: true })) },
  localAtOnce: {
    codes: /^0\.0\.0\.0$/,
    refuse: async (lab) => lab.connect(lab.listen().local).connection.local.host,
  },
  quietPort: {
    codes: /^E(CONNRESET|PIPE)$/,
    refuse: async (lab) => {
      const port = lab.bind()
      const client = lab.connect(port.local)
      await client.until('onConnect', () => client.saw('connect'))
      port.close()
      client.readStart()
      return String(await client.failed())
    },
  },
  reset: { codes: /^ENOTSUP$/, refuse: (lab) => refusalOf(lab, (connection) => connection.reset()) },
  noDelay: { codes: /^ENOPROTOOPT$/, refuse: (lab) => refusalOf(lab, (connection) => connection.setNoDelay(true)) },
  keepAlive: {
    codes: /^ENOPROTOOPT$/,
    refuse: (lab) => refusalOf(lab, (connection) => connection.setKeepAlive(true, 60)),
  },
  lookup: {
    codes: /^ENOTSUP$/,
    refuse: async (lab) => refusal(() => lab.host.lookup('localhost', 'any', { onAnswer() {}, onError() {} })),
  },
  unix: {
    codes: /^ENOTSUP$/,
    refuse: async ({ host: { unix } }) =>
      unix === undefined ? 'ENOTSUP' : refusal(() => unix.bind({ family: 'unix', path: '/nowhere' })),
  },
}

/** Registers a test of each refusal that the options announce. */
function refusalContract(make: MakeHost, { refuses = {} }: ContractOptions): void {
  const announced = (Object.keys(REFUSALS) as Feature[]).filter((feature) => refuses[feature] !== undefined)
  if (announced.length === 0) return
  describe('refusals', () => {
    for (const feature of announced) {
      test(`${feature}: ${refuses[feature]}`, () =>
        Lab.try(make, async (lab) => {
          const { codes, refuse } = REFUSALS[feature]
          expect(await refuse(lab)).toMatch(codes)
        }))
    }
  })
}

const refusalOf = async (lab: Lab, call: (connection: HostConnection) => void): Promise<string> => {
  const { client } = await lab.pair()
  return refusal(() => call(client.connection))
}
