/**
 * How a loop shares its thread with the host's event loop: turns, waits, stops, and no work while there is nothing to
 * do.
 */
import { setImmediate } from 'node:timers'
import { expect, test } from '@jest/globals'
import { Async, Check, Idle, type Loop, Prepare, RunMode, TCP, Timer } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { bytes, codeOf, connectPair, overHosts } from '../../support/loops.js'

/** A turn of Node's event loop. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** Waits until the loop schedules nothing more: it waits for a timer or for the host. */
const untilParked = async (loop: Loop, calls: { readonly defers: number }): Promise<void> => {
  let before = -1
  const still = async (): Promise<void> => {
    for (let quiet = 0; quiet < 20; quiet++) {
      if (calls.defers + loop.metrics.loopCount !== before) quiet = 0
      before = calls.defers + loop.metrics.loopCount
      await turn()
    }
  }
  await soon(still(), 'the loop to wait')
}

overHosts((lab) => {
  test('no callback runs before run() has returned', async () => {
    const loop = await lab.open()
    const order: string[] = []
    new Timer({ loop }).start(0, 0, () => order.push('timer'))
    loop.callLater(() => order.push('later'))
    const running = lab.run(loop)
    order.push('run() returned')
    await running
    expect(order).toEqual(['run() returned', 'later', 'timer'])
  })

  test('a run after stop() ends at once, and the next run is complete', async () => {
    const loop = await lab.open()
    let ticks = 0
    const timer = new Timer({ loop })
    timer.start(0, 0, () => ticks++)
    loop.stop()
    expect(await lab.run(loop)).toBe(true)
    expect(ticks).toBe(0)
    expect(await lab.run(loop)).toBe(false)
    expect(ticks).toBe(1)
  })

  test.each(['timer', 'prepare', 'check', 'idle', 'async', 'close'])(
    'stop from a %s callback ends the run',
    async (kind) => {
      const loop = await lab.open()
      let calls = 0
      const stop = (): void => {
        calls++
        loop.stop()
      }
      new Timer({ loop }).start(60_000)
      if (kind === 'timer') new Timer({ loop }).start(0, 1, stop)
      if (kind === 'prepare') new Prepare({ loop }).start(stop)
      if (kind === 'check') new Check({ loop }).start(stop)
      if (kind === 'idle') new Idle({ loop }).start(stop)
      if (kind === 'async') new Async({ loop, onWakeup: stop }).send()
      if (kind === 'close') void new Timer({ loop }).close(stop)
      expect(await lab.run(loop)).toBe(true)
      expect(calls).toBe(1)
    },
  )

  test('stop from outside of a callback ends a run that waits', async () => {
    const loop = await lab.open()
    new Async({ loop })
    const running = lab.run(loop)
    await untilParked(loop, lab.host.calls)
    loop.stop()
    expect(await running).toBe(true)
  })

  test('a callback cannot run or close its loop', async () => {
    const loop = await lab.open()
    const codes: unknown[] = []
    new Timer({ loop }).start(0, 0, () => {
      codes.push(codeOf(() => loop.close()))
      loop.run().catch((error: unknown) => codes.push(error))
      loop.run(RunMode.NOWAIT).catch((error: unknown) => codes.push(error))
    })
    expect(await lab.run(loop)).toBe(false)
    expect(codes).toMatchObject(['EBUSY', { code: 'EBUSY' }, { code: 'EBUSY' }])
  })

  test('a run may follow directly after another', async () => {
    const loop = await lab.open()
    let ticks = 0
    new Timer({ loop }).start(0, 1, () => {
      ticks++
      loop.stop()
    })
    for (let run = 1; run <= 3; run++) {
      expect(await lab.run(loop)).toBe(true)
      expect(ticks).toBe(run)
    }
    void loop.closeAllHandles()
    expect(await lab.run(loop)).toBe(false)
  })

  test('a run with NOWAIT makes one iteration and sets no timer', async () => {
    const loop = await lab.open()
    let rounds = 0
    new Prepare({ loop, onPrepare: () => rounds++ }).start()
    new Timer({ loop }).start(60_000)
    for (let round = 1; round <= 5; round++) {
      expect(await lab.run(loop, RunMode.NOWAIT)).toBe(true)
      expect(rounds).toBe(round)
    }
    expect(lab.host.calls.timers).toBe(0)
  })

  test('a run with ONCE waits for one event and ends', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    const async = new Async({ loop, onWakeup: () => seen.push('async') })
    const timer = new Timer({ loop, onTimeout: () => seen.push('timer') })
    timer.start(5)
    expect(await lab.run(loop, RunMode.ONCE)).toBe(true)
    expect(seen).toEqual(['timer'])
    const running = lab.run(loop, RunMode.ONCE)
    await untilParked(loop, lab.host.calls)
    expect(seen).toEqual(['timer'])
    async.send()
    expect(await running).toBe(true)
    expect(seen).toEqual(['timer', 'async'])
  })

  test('a run with ONCE ends when a timer becomes due in the same iteration', async () => {
    const loop = await lab.open()
    let fired = 0
    new Async({ loop })
    new Check({ loop }).start(() => {
      // Longer than the timer, so that it is due when the iteration runs timers.
      for (const end = performance.now() + 10; performance.now() < end; );
    })
    new Timer({ loop, onTimeout: () => fired++ }).start(5)
    expect(await lab.run(loop, RunMode.ONCE)).toBe(true)
    expect(fired).toBe(1)
  })

  test('an idle handle starves neither the host nor timers', async () => {
    const loop = await lab.open()
    let idles = 0
    let turns = 0
    let ticks = 0
    const idle = new Idle({ loop })
    idle.start(() => idles++)
    new Timer({ loop }).start(1, 1, (timer) => {
      if (++ticks < 10 || turns < 10) return
      void timer.close()
      void idle.close()
    })
    const others = async (): Promise<void> => {
      while (loop.alive) {
        turns++
        await turn()
      }
    }
    const counted = others()
    await lab.run(loop)
    await counted
    expect(idles).toBeGreaterThan(10)
    expect(turns).toBeGreaterThan(10)
  })

  test('a stream that always has bytes to read does not starve the host', async () => {
    const loop = await lab.open()
    let received = 0
    let turns = 0
    connectPair(loop, (client, peer) => {
      const chunk = new Uint8Array(65_536)
      const more = (): void => {
        if (!client.closing) client.write(chunk, more)
      }
      more()
      peer.readStart((_peer, _status, data) => {
        received += data.length
        if (turns > 20) void loop.closeAllHandles()
      })
    })
    const others = async (): Promise<void> => {
      while (loop.alive) {
        turns++
        await turn()
      }
    }
    const counted = others()
    await lab.run(loop)
    await counted
    expect(turns).toBeGreaterThan(20)
    expect(received).toBeGreaterThan(0)
  })

  test('a loop that waits schedules nothing, reads no clock and makes no iteration', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.listen()
    new Async({ loop })
    const running = lab.run(loop)
    await untilParked(loop, lab.host.calls)
    const before = { ...lab.host.calls, loopCount: loop.metrics.loopCount }
    for (let turns = 0; turns < 200; turns++) await turn()
    expect({ ...lab.host.calls, loopCount: loop.metrics.loopCount }).toEqual(before)
    expect(lab.host.held()).toEqual(['1 times a hold on the process'])
    void loop.closeAllHandles()
    expect(await running).toBe(false)
  })

  test('a loop that waits for a timer sets one timer of the host', async () => {
    const loop = await lab.open()
    const timers = [30, 20, 10].map((ms) => {
      const timer = new Timer({ loop })
      timer.start(60_000 + ms)
      return timer
    })
    const running = lab.run(loop)
    await untilParked(loop, lab.host.calls)
    expect(lab.host.calls.timers).toBe(1)
    expect(lab.host.held()).toEqual(['1 times a timer', '1 times a hold on the process'])
    for (const timer of timers) void timer.close()
    expect(await running).toBe(false)
    expect(lab.host.held()).toEqual([])
  })

  test('a timer of centuries sets one timer of the host, like any other', async () => {
    const loop = await lab.open()
    const timer = new Timer({ loop })
    timer.start(Number.MAX_SAFE_INTEGER)
    const running = lab.run(loop)
    await untilParked(loop, lab.host.calls)
    expect(lab.host.calls.timers).toBe(1)
    void timer.close()
    expect(await running).toBe(false)
  })

  test.each([
    [
      'Timer.stop',
      (loop: Loop) =>
        started(
          new Timer({ loop }),
          (timer) => timer.start(60_000),
          (timer) => timer.stop(),
        ),
    ],
    [
      'Timer.close',
      (loop: Loop) =>
        started(
          new Timer({ loop }),
          (timer) => timer.start(60_000),
          (timer) => timer.close(),
        ),
    ],
    [
      'Prepare.stop',
      (loop: Loop) =>
        started(
          new Prepare({ loop }),
          (prepare) => prepare.start(),
          (prepare) => prepare.stop(),
        ),
    ],
    [
      'Check.stop',
      (loop: Loop) =>
        started(
          new Check({ loop }),
          (check) => check.start(),
          (check) => check.stop(),
        ),
    ],
    [
      'Async.close',
      (loop: Loop) =>
        started(
          new Async({ loop }),
          () => {},
          (async) => async.close(),
        ),
    ],
    [
      'Async.unref',
      (loop: Loop) =>
        started(
          new Async({ loop }),
          () => {},
          (async) => async.unref(),
        ),
    ],
    [
      'TCP.close',
      (loop: Loop) =>
        started(
          new TCP({ loop }),
          (tcp) => tcp.listen(),
          (tcp) => tcp.close(),
        ),
    ],
    [
      'TCP.readStop',
      (loop: Loop) =>
        started(
          TCP.pair(loop)[0],
          (tcp) => tcp.readStart(),
          (tcp) => tcp.readStop(),
        ),
    ],
  ])('%s from outside of a callback ends a run that waits for nothing else', async (_name, start) => {
    const loop = await lab.open()
    const stop = start(loop)
    const running = lab.run(loop)
    await untilParked(loop, lab.host.calls)
    expect(loop.alive).toBe(true)
    stop()
    expect(await running).toBe(false)
  })

  test('a timer, a wakeup and a read that start outside of a callback wake a run that waits', async () => {
    const loop = await lab.open()
    const keeper = new Async({ loop })
    const running = lab.run(loop)
    await untilParked(loop, lab.host.calls)
    const fired = new Promise<void>((resolve) => new Timer({ loop }).start(1, 0, () => resolve()))
    await soon(fired, 'the timer')
    await untilParked(loop, lab.host.calls)
    const woken = new Promise<void>((resolve) => keeper.send(() => resolve()))
    await soon(woken, 'the wakeup')
    await untilParked(loop, lab.host.calls)
    const [one, other] = TCP.pair(loop)
    const read = new Promise<void>((resolve) => one.readStart(() => resolve()))
    other.write(bytes('x'))
    await soon(read, 'the bytes')
    void loop.closeAllHandles()
    expect(await running).toBe(false)
  })
})

/** Starts a handle. @returns a function that stops it */
function started<H>(handle: H, start: (handle: H) => unknown, stop: (handle: H) => unknown): () => void {
  start(handle)
  return () => void stop(handle)
}
