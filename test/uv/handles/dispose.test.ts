/** `await using` a loop: in every state, it closes its handles, runs until they are closed, and is closed itself. */
import { expect, test } from '@jest/globals'
import { Idle, type Loop, TCP, Timer } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { expectNothingLeft } from '../../support/leakcheck.js'
import { overHosts } from '../../support/loops.js'

/** States of a loop that is disposed of. */
const STATES: Record<string, (loop: Loop) => unknown> = {
  'that was never run': () => {},
  'that was stopped before a run': (loop) => loop.stop(),
  'that runs': (loop) => void loop.run(),
  'that runs and was stopped': (loop) => {
    void loop.run()
    loop.stop()
  },
  'that runs and waits': async (loop) => {
    const running = loop.run()
    await new Promise<void>((resolve) => new Timer({ loop }).start(1, 0, () => resolve()))
    return void running
  },
  'that is closing its handles': (loop) => void loop.closeAllHandles(),
  'that makes new handles while it closes': (loop) => {
    void new Timer({ loop }).close(() => {
      void new Timer({ loop }).close(() => new TCP({ loop }).listen())
    })
  },
}

overHosts((lab) => {
  test.each(Object.keys(STATES))('disposing of a loop %s closes it and leaves nothing', async (name) => {
    const opened: Loop[] = []
    const use = async (): Promise<void> => {
      await using loop = await lab.open()
      opened.push(loop)
      const server = new TCP({ loop })
      server.listen()
      new TCP({ loop }).connect(['127.0.0.1', server.sockname.port])
      new Timer({ loop }).start(60_000)
      await STATES[name]?.(loop)
    }
    await soon(use(), 'the loop to be closed')
    for (const loop of opened) expectNothingLeft(loop)
  })

  test('disposing of a closed loop does nothing', async () => {
    const loop = await lab.open()
    loop.close()
    await expect(loop[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })

  test('a loop that is disposed of within a callback is closed', async () => {
    const loop = await lab.open()
    const idle = new Idle({ loop })
    let disposed: Promise<void> | undefined
    idle.start(() => {
      disposed ??= loop[Symbol.asyncDispose]()
    })
    const server = new TCP({ loop })
    server.listen()
    new TCP({ loop }).connect(['127.0.0.1', server.sockname.port])
    await lab.run(loop)
    await soon(Promise.resolve(disposed), 'the loop to be closed')
    expect(loop.closed).toBe(true)
  })

  test('an exception of a callback during disposal rejects it once everything is closed', async () => {
    const loop = await lab.open()
    // libuv calls the close callbacks in reverse order.
    for (const name of ['first', 'second']) {
      void new Timer({ loop }).close(() => {
        throw new Error(name)
      })
    }
    await expect(loop[Symbol.asyncDispose]()).rejects.toThrow('second')
    expectNothingLeft(loop)
  })

  test('onError receives an exception of a callback during disposal', async () => {
    const loop = await lab.open()
    const caught: unknown[] = []
    loop.onError = (error) => caught.push(String(error))
    void new Timer({ loop }).close(() => {
      throw new Error('told')
    })
    await expect(loop[Symbol.asyncDispose]()).resolves.toBeUndefined()
    expect(caught).toEqual(['Error: told'])
  })
})
