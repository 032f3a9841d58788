/** The twins of `native/lookup.c`: lookups without a resolver. */
import { UVError } from '../../../src/index.js'
import type { Stage, Twin, Twins } from '../support/stage.js'

/** Looks a name up, and prints the addresses. */
const ask =
  (name: string, family: 'ipv4' | undefined, port: number): Twin =>
  (stage: Stage) => {
    const found = stage.loop.lookup(name, { port, ...(family && { family }) })
    stage.say(`alive ${Number(stage.loop.alive)}`)
    found
      .then(
        (addresses) => {
          for (const { host, port } of addresses) stage.say(`found ${host} ${port}`)
        },
        (error: unknown) => stage.say(`found ${error instanceof UVError ? error.code : String(error)}`),
      )
      .finally(stage.end)
  }

export const lookup: Twins = {
  'four bytes': ask('127.0.0.1', undefined, 80),
  'sixteen bytes': ask('2001:db8::1', undefined, 65_535),
  'four in sixteen': ask('::ffff:192.0.2.1', undefined, 0),
  'of one family': ask('127.0.0.1', 'ipv4', 1),
  'of the other family': ask('::1', 'ipv4', 1),
  localhost: ask('localhost', 'ipv4', 80),
}
