/** Runs a group of scenarios over the TypeScript API and on native libuv, and compares the traces. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { nodeHost } from '../../../src/host/node.js'
import { virtualHost } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { type Difference, differences, type Raced, raced } from './differences.js'
import { nativeTraces, programs, sideBySide } from './native-traces.js'
import { startProcess, startVirtualPeer } from './peer.js'
import { type Place, Stage, type Twins } from './stage.js'

/** An iteration without other events. */
const ROUND = 'prepare,check'

const places: readonly Place[] = [
  { name: 'virtual', host: () => virtualHost(), startPeer: startVirtualPeer },
  ...(['handle', 'net'] as const).map((transport) => ({
    name: transport,
    host: () => nodeHost({ transport }),
    startPeer: (_host: unknown, port: number, script: string) => startProcess(`${programs}peer`, port, script),
  })),
]

/** The index of a sequence of lines, or -1. */
const find = (lines: readonly string[], wanted: readonly string[]): number =>
  lines.findIndex((_line, at) => wanted.every((line, index) => lines[at + index] === line))

/** The trace that is expected here: the native one with the known differences. @throws {Error} if one is outdated */
const expected = (native: readonly string[], known: readonly Difference[]): string[] => {
  const lines = [...native]
  for (const { native: there, ours } of known) {
    const at = find(lines, there)
    if (at < 0) throw new Error(`a difference is out of date: native has no\n${there.join('\n')}`)
    lines.splice(at, there.length, ...ours)
  }
  return lines
}

/** The events sorted by lane, each lane in its order; or all events, with one of several empty iterations. */
const inLanes = (lines: readonly string[], by: Raced['by']): string[] => {
  if (by === 'rounds') {
    return lines.filter(
      (_line, at) => at < 2 || ![at - 1, at].some((from) => `${lines.slice(from, from + 2)}` === ROUND),
    )
  }
  const lane = (line: string): string => line.split(' ', by === 'actor' ? 1 : 2).join(' ')
  return lines.toSorted((a, b) => (lane(a) < lane(b) ? -1 : lane(a) > lane(b) ? 1 : 0))
}

/** Registers the tests of a group: every scenario over every host. */
export const compareGroup = (group: string, twins: Twins): void => {
  let native = new Map<string, string[]>()
  beforeAll(async () => {
    native = await nativeTraces(group)
  })

  test(`the scenarios of ${group} have the same names in native/${group}.c`, () => {
    expect(Object.keys(twins)).toEqual([...native.keys()])
  })

  describe.each(places)('over $name', (place) => {
    const known = <Entry extends Raced | Difference>(list: readonly Entry[], name: string): Entry[] =>
      list.filter(
        (one) =>
          one.group === group &&
          (one.scenarios ?? [name]).includes(name) &&
          (one.places ?? [place.name]).includes(place.name),
      )

    test.each(Object.entries(twins))(`the scenario of ${group} "%s" has the native trace`, async (name, twin) => {
      const [race] = known(raced, name)
      const inOrder = (lines: readonly string[]): string[] => (race ? inLanes(lines, race.by) : [...lines])
      const wanted = inOrder(expected(native.get(name) ?? [], known(differences, name)))
      const stage = await Stage.open(place)
      const failure = await soon(stage.play(twin), 'the scenario to end').catch((error: unknown) => error)
      const got = inOrder(stage.lines)
      if (failure === undefined && got.join('\n') === wanted.join('\n')) return
      throw new Error(`${failure ?? 'another trace'}\n${sideBySide(wanted, got)}`, { cause: failure })
    })
  })
}
