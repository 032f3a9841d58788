/** Faults of simulated worlds: that they happen, that they end, and that a failure tells which of them it needs. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { shrink } from '../../src/sim/faults/shrink.js'
import * as testing from '../../src/sim/testing.js'
import {
  type SimFault,
  type SimMachine,
  type SimulateOptions,
  type Simulation,
  SimulationError,
  simulate,
} from '../../src/sim/testing.js'
import { TCP } from '../../src/uv/streams/tcp.js'
import { lostReply } from './programs/lost-reply.mjs'

const PORT = 7

afterEach(() => {
  delete process.env.UVWASM_SEED
  delete process.env.UVWASM_FAULTS
})

/** The error of a simulation that has to fail. */
const failureOf = async (run: Promise<unknown>): Promise<SimulationError> => {
  const failure = await run.then(
    () => 'no failure',
    (error: unknown) => error,
  )
  if (failure instanceof SimulationError) return failure
  throw failure
}

/** Answers each connection with a byte and its end. */
const serve = (machine: SimMachine): void => {
  const server = new TCP({ loop: machine.loop })
  server.bind([machine.address, PORT])
  server.listen(8, () => {
    const peer = server.accept()
    peer.write(Uint8Array.of(1), () => void peer.close())
  })
}

/** Asks once. @returns what came: a byte, nothing, or an error */
const ask = async (machine: SimMachine, server: SimMachine): Promise<string> => {
  const socket = new TCP({ loop: machine.loop })
  try {
    await socket.connect([server.address, PORT])
    for await (const chunk of socket) return `${chunk.length} byte`
    return 'nothing'
  } catch (error) {
    return String(Object(error).code)
  } finally {
    await socket.close()
  }
}

const pair = async (sim: Simulation): Promise<[server: SimMachine, client: SimMachine]> => {
  const server = await sim.machine('server', { start: serve })
  return [server, await sim.machine('client')]
}

/** Asks at some times. @returns the answers, each with when it came */
const answersAt = async (faults: readonly SimFault[], ...times: number[]): Promise<string[] | undefined> => {
  const [run] = await simulate({ faults }, async (sim) => {
    const [server, client] = await pair(sim)
    const answers: string[] = []
    for (const time of times) {
      await sim.clock.advance(time - sim.clock.now)
      const answer = await ask(client, server)
      answers.push(`${answer} at ${Math.round(sim.clock.now)}`)
    }
    return answers
  })
  return run?.value
}

describe('a planted bug', () => {
  const options: SimulateOptions = { faults: { kinds: ['slicer', 'reset_peer'], most: 6 } }
  const scenario = lostReply({ TCP }, testing)

  // Of the seeds 1 to 1000, three show it.
  test('is found, needs at most three faults, and comes again by the line that is told', async () => {
    const failure = await failureOf(simulate({ ...options, seeds: '250-300' }, scenario))
    expect(failure.message).toContain('there is no reply to question')
    expect(failure.message).toMatch(/Faults that it needs: \d of \d+, found out by \d+ runs/)
    expect(failure.faults.length).toBeGreaterThanOrEqual(1)
    expect(failure.faults.length).toBeLessThanOrEqual(3)

    const [, line = ''] = /^To repeat it: (simulate\(.*, scenario\))$/m.exec(failure.message) ?? []
    const again = await failureOf(new Function('simulate', 'scenario', `return ${line}`)(simulate, scenario))
    expect([again.seed, again.faults]).toEqual([failure.seed, failure.faults])
    expect(again.cause).toEqual(failure.cause)

    const [, seed, faults] = /UVWASM_SEED=(\d+) UVWASM_FAULTS='(.*)'$/m.exec(failure.message) ?? []
    Object.assign(process.env, { UVWASM_SEED: seed, UVWASM_FAULTS: faults })
    const chosen = await failureOf(simulate({ ...options, runs: 400 }, scenario))
    expect([chosen.seed, chosen.faults, chosen.cause]).toEqual([failure.seed, failure.faults, failure.cause])
  })

  test('that needs no fault is told to need none', async () => {
    const failure = await failureOf(
      simulate({ faults: true }, async (sim) => {
        await pair(sim)
        await sim.clock.advance(100)
        throw new Error('always')
      }),
    )
    expect(failure.message).toMatch(/Faults that it needs: 0 of [1-9]/)
    expect(failure.message).toContain('simulate({ seed: 1, faults: [] }, scenario)')
  })
})

describe('a fault', () => {
  test('of a link delays, cuts and loses', async () => {
    const between = ['server', 'client'] as const
    const slow: SimFault = { toxic: 'latency', between, latency: 100, at: 10, lasts: 1000 }
    expect(await answersAt([slow], 0, 20, 2000)).toEqual(['1 byte at 0', '1 byte at 420', '1 byte at 2000'])
    const cut: SimFault = { toxic: 'partition', between, oneWay: true, at: 10, lasts: 500 }
    // SYN is sent again after a second.
    expect(await answersAt([{ ...cut, between: ['client', 'server'] }], 0, 20)).toEqual([
      '1 byte at 0',
      '1 byte at 1020',
    ])
    expect(await answersAt([{ toxic: 'loss', between, loss: 1, at: 10, lasts: 500 }], 20)).toEqual(['1 byte at 1020'])
    const narrow: SimFault = { toxic: 'bandwidth', between, rate: 1 }
    expect(await answersAt([narrow], 0)).toEqual(['1 byte at 161'])
  })

  test('of a host has the names and the effects of docs/faults.md', async () => {
    const on = { machine: 'client', at: 10, lasts: 100 } as const
    expect(await answersAt([{ toxic: 'refuse', ...on }], 0, 20, 200)).toEqual([
      '1 byte at 0',
      'ECONNREFUSED at 21',
      '1 byte at 200',
    ])
    expect(await answersAt([{ toxic: 'descriptors', ...on, lasts: 5 }], 12)).toEqual(['EMFILE at 12'])
    expect(await answersAt([{ toxic: 'reset_peer', ...on, times: 1 }], 20, 30)).toEqual([
      'ECONNRESET at 20',
      '1 byte at 30',
    ])
  })

  test('of a machine ends it, and starts its programs again', async () => {
    const crash: SimFault = { toxic: 'crash', machine: 'server', at: 10, lasts: 490 }
    expect(await answersAt([crash], 0, 20, 2000)).toEqual(['1 byte at 0', '1 byte at 1020', '1 byte at 2000'])
  })

  test('ends when the faults of the run do', async () => {
    const cut: SimFault = { toxic: 'partition', between: ['server', 'client'] }
    // SYN is sent after 1, 3, 7 and 15 s.
    expect(await answersAt([cut, { toxic: 'crash', machine: 'server', at: 100 }], 0)).toEqual(['1 byte at 15000'])
  })

  test('of a machine that there is not is refused', async () => {
    const failure = await failureOf(simulate({ faults: [{ toxic: 'crash', machine: 'srever' }] }, pair))
    expect(failure.message).toContain('there was no such machine; give one of server, client')
  })

  test('that is drawn is the same for the same seed, whatever else the scenario does', async () => {
    const drawn = async (names: readonly string[]): Promise<readonly (readonly SimFault[])[]> => {
      const runs = await simulate({ faults: true, runs: 5 }, async (sim) => {
        for (const name of names) await sim.machine(name)
        return sim.faults
      })
      return runs.map(({ value }) => value)
    }
    const few = await drawn(['one', 'two'])
    const more = await drawn(['zero', 'one', 'two'])
    expect(few.flat().length).toBeGreaterThan(0)
    for (const [run, faults] of few.entries()) expect(more[run]).toEqual(expect.arrayContaining([...faults]))
    expect(new Set(few.map((faults) => JSON.stringify(faults))).size).toBeGreaterThan(2)
  })
})

describe('a machine', () => {
  test('tells what runs beside its loop that it has crashed', async () => {
    await simulate(1, async (sim) => {
      const [server] = await pair(sim)
      const { signal } = server
      await sim.crash(server)
      expect([signal.aborted, server.isDown]).toEqual([true, true])
      await sim.restart(server)
      expect([server.signal.aborted, server.isDown]).toEqual([false, false])
    })
  })

  test('stays beyond a partition when another one crashes', async () => {
    await simulate(1, async (sim) => {
      const [server, client] = await pair(sim)
      const other = await sim.machine('other')
      sim.partition(server, client)
      await sim.crash(other)
      await sim.restart(other)
      expect(await ask(client, server)).toBe('ETIMEDOUT')
    })
  })
})

describe('shrinking', () => {
  const numbers = Array.from({ length: 40 }, (_, index) => index)

  test('finds what an effect needs, wherever it is', async () => {
    for (const needed of [[], [0], [39], [3, 30], [7, 8, 21]]) {
      const has = async (part: readonly number[]): Promise<boolean> => needed.every((one) => part.includes(one))
      const { list, tries } = await shrink(numbers, has, 200)
      expect(list).toEqual(needed)
      expect(tries).toBeLessThan(100)
    }
  })

  test('ends with its tries, and keeps the effect', async () => {
    let count = 0
    const has = async (part: readonly number[]): Promise<boolean> =>
      ++count > 0 && part.includes(5) && part.includes(30)
    const { list, tries } = await shrink(numbers, has, 4)
    expect([tries, count]).toEqual([4, 4])
    expect(list).toEqual(expect.arrayContaining([5, 30]))
  })
})
