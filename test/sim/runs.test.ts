/** What is asked of all runs of a simulation, and how a scenario steps through time. */
import { describe, expect, test } from '@jest/globals'
import { RunLog } from '../../src/host/virtual/run-log.js'
import { Schedule } from '../../src/host/virtual/schedule.js'
import { Driver } from '../../src/sim/driver.js'
import { always, reachable, type Simulation, simulate, sometimes } from '../../src/sim/testing.js'
import { TCP } from '../../src/uv/streams/tcp.js'
import { Timer } from '../../src/uv/timer.js'

describe('over all runs', () => {
  const coin = (sim: Simulation): boolean => sim.random.chance(0.5)

  test('what is sometimes so has to be so once', async () => {
    await simulate({ runs: 20 }, (sim) => sometimes(coin(sim), 'heads'))
    await expect(simulate({ seeds: '1-3' }, () => sometimes(false, 'heads'))).rejects.toThrow(
      'The 3 runs from the seed 1 on have missed what they are for; run more, or see why:\n  "heads" was asked 3 times, and never true',
    )
  })

  test('what is to be reached has to be reached once', async () => {
    const scenario = (sim: Simulation): void => {
      if (sim.seed === 2) reachable('two')
    }
    await simulate({ runs: 2, reaches: ['two'] }, scenario)
    await expect(simulate({ seeds: [1, 3], reaches: ['two'] }, scenario)).rejects.toThrow('"two" was never reached')
  })

  test('one run alone has to reach nothing', async () => {
    await simulate({ seed: 1, reaches: ['two'] }, () => sometimes(false, 'heads'))
  })

  test('what is always so fails at once', async () => {
    await expect(simulate({ runs: 3 }, ({ seed }) => always(seed < 2, 'the first'))).rejects.toThrow(
      'The run with the seed 2 has failed after 0 ms of virtual time: It is not always so: the first',
    )
    expect(() => always(false, 'outside too')).toThrow('outside too')
  })
})

describe('the clock', () => {
  test('goes on until a condition is true, and by one event', async () => {
    await simulate(1, async (sim) => {
      let calls = 0
      setInterval(() => calls++, 10)
      await sim.clock.runUntil(() => calls === 3)
      expect([calls, sim.clock.now]).toEqual([3, 30])
      await sim.clock.step()
      expect([calls, sim.clock.now]).toEqual([4, 40])
      await sim.clock.runUntil(() => true)
      expect(sim.clock.now).toBe(40)
    })
  })

  test('keeps to real time, as many times as fast', async () => {
    const began = performance.now()
    const [run] = await simulate({ speed: 10 }, async (sim) => {
      for (let count = 0; count < 5; count++) await sim.clock.advance(100)
      return sim.clock.now
    })
    expect(run?.value).toBe(500)
    expect(performance.now() - began).toBeGreaterThanOrEqual(45)
  })
})

describe('a scenario that waits in vain', () => {
  test('is told what waits for what, and since when', async () => {
    const failure = await simulate(1, async (sim) => {
      const server = await sim.machine('server')
      const client = await sim.machine('client')
      const listener = new TCP({ loop: server.loop })
      listener.bind([server.address, 7])
      listener.listen()
      const socket = new TCP({ loop: client.loop })
      await socket.connect([server.address, 7])
      await sim.clock.advance(5)
      await socket.write(Uint8Array.of(1))
      socket.readStart(() => {})
      await sim.clock.runUntil(() => false)
    }).catch((error: Error) => error.message)
    expect(failure).toContain('the scenario: clock.runUntil() since 5 ms')
    expect(failure).toMatch(
      /client: connection 10\.0\.0\.2:\d+ -> 10\.0\.0\.1:7 \(server\) present, which waits for bytes/,
    )
    expect(failure).toMatch(
      /server: connection 10\.0\.0\.1:7 -> .* \(client\) present, which waits for bytes since 5 ms/,
    )
    expect(failure).toContain('server: open handles: 1 TCP')
  })

  test('is told that time does not pass', async () => {
    const schedule = new Schedule(new RunLog())
    const again = (): void => schedule.post(again)
    again()
    const running = new Driver(schedule, () => []).run(new Promise(() => {}), { until: 1, speed: 1e9, mostAtOnce: 100 })
    await expect(running).rejects.toThrow('100 events have happened at 0 ms, and time does not pass')
  })

  test('is told so when its time is over', async () => {
    await expect(
      simulate({ until: 50 }, async (sim) => {
        const { loop } = await sim.machine('alone')
        new Timer({ loop }).start(0, 20, () => {})
        await sim.clock.advance(51)
      }),
    ).rejects.toThrow(/after 40 ms .*it is not over after 50 ms of virtual time.*alone: open handles: 1 Timer/s)
  })
})
