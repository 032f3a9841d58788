/**
 * `await using` a loop: whatever state it is in, it closes its handles, runs until they are closed, and is closed
 * itself.
 */
import { expect, test } from '@jest/globals'
import { Idle, type Loop, TCP, Timer } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { expectNothingLeft } from '../support/leakcheck.js'
import { overHosts } from '../support/loops.js'

/** States that a loop can be left in. */
const STATES: Record<string, (loop: Loop) => unknown> = {
  'that was never run': () => {},
  'that is to stop': (loop) => loop.stop(),
  'that runs': (loop) => void loop.run(),
  'that runs and is to stop': (loop) => {
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
  test.each(Object.keys(STATES))('a loop %s', async (name) => {
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

  test('a loop that is closed already', async () => {
    const loop = await lab.open()
    loop.close()
    await expect(loop[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })

  test('from within a callback, while others go on', async () => {
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

  test('what callbacks throw meanwhile is thrown once everything is closed', async () => {
    const loop = await lab.open()
    // libuv closes the last one first.
    for (const name of ['first', 'second']) {
      void new Timer({ loop }).close(() => {
        throw new Error(name)
      })
    }
    await expect(loop[Symbol.asyncDispose]()).rejects.toThrow('second')
    expectNothingLeft(loop)
  })

  test('what callbacks throw meanwhile reaches onError where there is one', async () => {
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
