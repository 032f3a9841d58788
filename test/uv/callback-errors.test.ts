/** Exceptions in callbacks: they go to `onError`, or reject `run()`. */
import { expect, test } from '@jest/globals'
import { Async, Check, Idle, type Loop, Prepare, TCP, Timer } from '../../src/index.js'
import { bytes, connectPair, overHosts } from '../support/loops.js'

/** Ways to have a callback throw `error`. */
const THROWERS: Record<string, (loop: Loop, error: Error) => void> = {
  prepare: (loop, error) => new Prepare({ loop, onPrepare: thrower(error) }).start(),
  check: (loop, error) => new Check({ loop, onCheck: thrower(error) }).start(),
  idle: (loop, error) => new Idle({ loop, onIdle: thrower(error) }).start(),
  async: (loop, error) => new Async({ loop, onWakeup: thrower(error) }).send(),
  timer: (loop, error) => new Timer({ loop, onTimeout: thrower(error) }).start(0),
  'close callback': (loop, error) => void new Timer({ loop }).close(thrower(error)),
  'later callback': (loop, error) => {
    new Timer({ loop }).start(0)
    loop.callLater(thrower(error))
  },
  connect: (loop, error) => {
    const nobody = new TCP({ loop })
    nobody.bind(['127.0.0.1', 0])
    new TCP({ loop }).connect(nobody.sockname, thrower(error))
  },
  connection: (loop, error) => {
    const server = new TCP({ loop })
    server.listen(1, thrower(error))
    new TCP({ loop }).connect(['127.0.0.1', server.sockname.port])
  },
  read: (loop, error) =>
    connectPair(loop, (client, peer) => {
      peer.readStart(thrower(error))
      client.write(bytes('x'))
    }),
  write: (loop, error) => connectPair(loop, (client) => void client.write(bytes('x'), thrower(error))),
  shutdown: (loop, error) => connectPair(loop, (client) => void client.shutdown(thrower(error))),
}

const thrower = (error: Error) => (): void => {
  throw error
}

overHosts((lab) => {
  test('onError: gets what callbacks of every kind throw, and the loop can be run again', async () => {
    const loop = await lab.open()
    const caught: unknown[] = []
    loop.onError = (error) => {
      caught.push(error)
      void loop.closeAllHandles()
    }
    const expected = Object.entries(THROWERS).map(([name, start]) => ({ error: new Error(name), start }))
    for (const { error, start } of expected) {
      start(loop, error)
      expect(await lab.run(loop)).toBe(false)
      expect(caught.at(-1)).toBe(error)
    }
    expect(caught).toEqual(expected.map(({ error }) => error))
  })

  test.each(Object.keys(THROWERS))('without onError the run is rejected with what a %s threw', async (name) => {
    const loop = await lab.open()
    const error = new Error(name)
    THROWERS[name]?.(loop, error)
    await expect(lab.run(loop)).rejects.toBe(error)
    // It is told once, and the loop can be run again.
    void loop.closeAllHandles()
    expect(await lab.run(loop)).toBe(false)
  })

  test('the rest of the round goes on: nothing else is lost', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    loop.onError = (error) => seen.push(String(error))
    for (const name of ['a', 'b', 'c']) {
      const timer = new Timer({ loop })
      timer.start(0, 0, () => {
        void timer.close()
        throw new Error(name)
      })
    }
    expect(await lab.run(loop)).toBe(false)
    expect(seen).toEqual(['Error: a', 'Error: b', 'Error: c'])
  })

  test('without onError the first error is the one that is told, and the loop stops after its round', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    const later = new Timer({ loop, onTimeout: () => seen.push('later') })
    for (const name of ['a', 'b']) {
      new Timer({ loop }).start(0, 0, () => {
        seen.push(name)
        // The next round's.
        later.start(0)
        throw new Error(name)
      })
    }
    await expect(lab.run(loop)).rejects.toThrow('a')
    expect(seen).toEqual(['a', 'b'])
    expect(loop.alive).toBe(true)
    expect(await lab.run(loop)).toBe(false)
    expect(seen).toEqual(['a', 'b', 'later'])
  })

  test('what onError itself throws rejects the run', async () => {
    const loop = await lab.open()
    loop.onError = () => {
      throw new Error('from the handler')
    }
    THROWERS.timer?.(loop, new Error('from the timer'))
    await expect(lab.run(loop)).rejects.toThrow('from the handler')
  })

  test('anything can be thrown, undefined too', async () => {
    const loop = await lab.open()
    new Timer({ loop }).start(0, 0, () => {
      // biome-ignore lint/style/useThrowOnlyError: what others throw cannot be chosen
      throw undefined
    })
    await expect(lab.run(loop)).rejects.toBeUndefined()
  })

  test('each of several onClosed is called, though the first throws', async () => {
    const loop = await lab.open()
    const seen: unknown[] = []
    loop.onError = (error) => seen.push(error)
    const error = new Error('first')
    const timer = new Timer({ loop })
    const closed = timer.close(thrower(error))
    void timer.close(() => seen.push('second'))
    await lab.run(loop)
    await closed
    expect(seen).toEqual([error, 'second'])
  })

  test('a read callback that throws gets what comes next', async () => {
    const loop = await lab.open()
    const seen: unknown[] = []
    loop.onError = (error) => seen.push(String(error))
    connectPair(loop, (client, peer) => {
      peer.readStart((peer, status, data) => {
        if (status < 0) return void peer.close()
        if (data.length === 3) client.write(bytes('defg'), () => void client.close())
        throw new Error(`at ${data.length} bytes`)
      })
      client.write(bytes('abc'))
    })
    await lab.run(loop)
    expect(seen).toEqual(['Error: at 3 bytes', 'Error: at 4 bytes'])
  })
})
