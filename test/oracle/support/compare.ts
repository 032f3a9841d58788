/** Plays a group of scenarios here and on native libuv, and compares what happened. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { nodeHost } from '../../../src/host/node.js'
import { virtualHost } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { type Difference, differences, type Raced, raced } from './differences.js'
import { nativeTraces, programs, sideBySide } from './native-traces.js'
import { startProcess, startVirtualPeer } from './peer.js'
import { type Place, Stage, type Twins } from './stage.js'

/** A round in which nothing happened. */
const ROUND = 'prepare,check'

const places: readonly Place[] = [
  { name: 'virtual', host: () => virtualHost(), startPeer: startVirtualPeer },
  ...(['handle', 'net'] as const).map((transport) => ({
    name: transport,
    host: () => nodeHost({ transport }),
    startPeer: (_host: unknown, port: number, script: string) => startProcess(`${programs}peer`, port, script),
  })),
]

/** Where a run of lines begins, or -1. */
const find = (lines: readonly string[], wanted: readonly string[]): number =>
  lines.findIndex((_line, at) => wanted.every((line, index) => lines[at + index] === line))

/** What should happen here, going by what happened there. @throws {Error} for a difference from what is not there */
const expected = (native: readonly string[], known: readonly Difference[]): string[] => {
  const lines = [...native]
  for (const { native: there, ours } of known) {
    const at = find(lines, there)
    if (at < 0) throw new Error(`a difference is out of date: native has no\n${there.join('\n')}`)
    lines.splice(at, there.length, ...ours)
  }
  return lines
}

/** The events lane by lane, each in its order; or without the rounds in which nothing happened, but for the first. */
const inLanes = (lines: readonly string[], by: Raced['by']): string[] => {
  if (by === 'rounds') {
    return lines.filter(
      (_line, at) => at < 2 || ![at - 1, at].some((from) => `${lines.slice(from, from + 2)}` === ROUND),
    )
  }
  const lane = (line: string): string => line.split(' ', by === 'actor' ? 1 : 2).join(' ')
  return lines.toSorted((a, b) => (lane(a) < lane(b) ? -1 : lane(a) > lane(b) ? 1 : 0))
}

/** Declares the tests of a group: every scenario at every place. */
export const compareGroup = (group: string, twins: Twins): void => {
  let native = new Map<string, string[]>()
  beforeAll(async () => {
    native = await nativeTraces(group)
  })

  test(`${group}: the same scenarios on both sides`, () => {
    expect(Object.keys(twins)).toEqual([...native.keys()])
  })

  describe.each(places)('$name', (place) => {
    const known = <Entry extends Raced | Difference>(list: readonly Entry[], name: string): Entry[] =>
      list.filter(
        (one) =>
          one.group === group &&
          (one.scenarios ?? [name]).includes(name) &&
          (one.places ?? [place.name]).includes(place.name),
      )

    test.each(Object.entries(twins))(`${group}: %s`, async (name, twin) => {
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
