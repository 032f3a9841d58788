/** Exceptions in callbacks: they are passed to `onError`, or reject `run()`. */
import { expect, test } from '@jest/globals'
import { Async, Check, Idle, type Loop, Prepare, TCP, Timer } from '../../../src/index.js'
import { bytes, connectPair, overHosts } from '../../support/loops.js'

/** Each makes one kind of callback throw `error`. */
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
  test('onError receives what callbacks of every kind throw, and the loop can be run again', async () => {
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

  test.each(Object.keys(THROWERS))(
    'without onError, an exception of the callback "%s" rejects the run',
    async (name) => {
      const loop = await lab.open()
      const error = new Error(name)
      THROWERS[name]?.(loop, error)
      await expect(lab.run(loop)).rejects.toBe(error)
      // It is reported once, and the loop can be run again.
      void loop.closeAllHandles()
      expect(await lab.run(loop)).toBe(false)
    },
  )

  test('the other callbacks of an iteration are called after one throws', async () => {
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

  test('without onError, the first error rejects the run, and the loop stops after its iteration', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    const later = new Timer({ loop, onTimeout: () => seen.push('later') })
    for (const name of ['a', 'b']) {
      new Timer({ loop }).start(0, 0, () => {
        seen.push(name)
        // Due in the next iteration.
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

  test('an exception of onError itself rejects the run', async () => {
    const loop = await lab.open()
    loop.onError = () => {
      throw new Error('from the handler')
    }
    THROWERS.timer?.(loop, new Error('from the timer'))
    await expect(lab.run(loop)).rejects.toThrow('from the handler')
  })

  test('a thrown undefined rejects the run with undefined', async () => {
    const loop = await lab.open()
    new Timer({ loop }).start(0, 0, () => {
      // biome-ignore lint/style/useThrowOnlyError: a callback may throw any value
      throw undefined
    })
    await expect(lab.run(loop)).rejects.toBeUndefined()
  })

  test('every onClosed of a handle is called when the first one throws', async () => {
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

  test('a read callback that has thrown is called with the next bytes', async () => {
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
