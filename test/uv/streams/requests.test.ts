/** Requests: with a callback, awaited as a promise, or neither. */
import { expect, test } from '@jest/globals'
import {
  type Loop,
  type Request,
  ShutdownRequest,
  StatusCode,
  TCP,
  TCPConnectRequest,
  Timer,
  UVError,
  WriteRequest,
} from '../../../src/index.js'
import { bytes, connectPair, overHosts } from '../../support/loops.js'

/** An address without a listener, that stays bound while the test runs. */
const deadEnd = (loop: Loop): readonly [string, number] => {
  const holder = new TCP({ loop })
  holder.bind(['127.0.0.1', 0])
  const { host, port } = holder.sockname
  return [host, port]
}

overHosts((lab) => {
  test('a request has its handle, and its status once it is finished', async () => {
    const loop = await lab.open()
    const made: Request[] = []
    const told: unknown[] = []
    const hear = (request: Request, status: number): void => void told.push(request, status, request.finished)
    connectPair(loop, (client, peer) => {
      made.push(client.write(bytes('x'), hear), client.shutdown(hear))
      expect(made.map((request) => [request.handle, request.finished, request.status])).toEqual([
        [client, false, undefined],
        [client, false, undefined],
      ])
      peer.readStart((peer, status) => {
        if (status === 0) return
        void peer.close()
        void client.close()
      })
    })
    await lab.run(loop)
    expect(told).toEqual([made[0], 0, true, made[1], 0, true])
    expect(made[0]).toBeInstanceOf(WriteRequest)
    expect(made[1]).toBeInstanceOf(ShutdownRequest)
    expect(made.map((request) => request.status)).toEqual([0, 0])
  })

  test('an awaited request resolves to undefined when it succeeds', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.listen(1, (server) => {
      server.accept().readStart((peer, status) => {
        if (status < 0) void peer.close()
      })
      void server.close()
    })
    const client = new TCP({ loop })
    const talk = async (): Promise<unknown[]> => {
      const results: unknown[] = [await client.connect(['127.0.0.1', server.sockname.port])]
      results.push(await client.write(bytes('hello')), await client.shutdown())
      await client.close()
      return results
    }
    const talked = talk()
    expect(await lab.run(loop)).toBe(false)
    expect(await talked).toEqual([undefined, undefined, undefined])
  })

  test('an awaited request is rejected when it fails, and onError is not called', async () => {
    const loop = await lab.open()
    loop.onError = (error) => expect(error).toBe('not to be told')
    const request = new TCP({ loop }).connect(deadEnd(loop))
    expect(request).toBeInstanceOf(TCPConnectRequest)
    const failure = expect(request).rejects.toMatchObject({
      name: 'UVError',
      code: 'ECONNREFUSED',
      errno: StatusCode.ECONNREFUSED,
      syscall: 'connect',
      message: 'connect ECONNREFUSED: connection refused',
    })
    await lab.run(loop)
    await failure
  })

  test('catch and finally of a request work like those of a promise', async () => {
    const loop = await lab.open()
    loop.onError = (error) => expect(error).toBe('not to be told')
    const wrong = new TCP({ loop }).connect(deadEnd(loop)).catch((error: unknown) => String(error))
    const ended: string[] = []
    const [one, other] = TCP.pair(loop)
    const right = one.write(bytes('x')).finally(() => void ended.push('written'))
    const failed = new TCP({ loop }).connect(deadEnd(loop)).finally(() => void ended.push('refused'))
    const refused = expect(failed).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await lab.run(loop)
    expect(await wrong).toBe('UVError: connect ECONNREFUSED: connection refused')
    expect(await right).toBe(undefined)
    await refused
    expect(ended.sort()).toEqual(['refused', 'written'])
    await Promise.all([one.close(), other.close(), lab.run(loop)])
  })

  test('a request that is awaited again has the same outcome, even after the loop is closed', async () => {
    const loop = await lab.open()
    const good: Request[] = []
    connectPair(loop, (client, peer) => {
      good.push(client.write(bytes('x'), () => void loop.closeAllHandles()))
      peer.readStart()
    })
    const bad = new TCP({ loop }).connect(deadEnd(loop), () => {})
    await lab.run(loop)
    for (const request of good) await expect(request).resolves.toBeUndefined()
    await expect(bad).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    void loop.closeAllHandles()
    await lab.run(loop)
    loop.close()
    for (const request of good) await expect(request).resolves.toBeUndefined()
    await expect(bad).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED: connection refused',
    })
  })

  test('a request that is first awaited after the loop is closed has its outcome', async () => {
    const loop = await lab.open()
    const request = new TCP({ loop }).connect(deadEnd(loop), () => void loop.closeAllHandles())
    await lab.run(loop)
    loop.close()
    const told: unknown[] = []
    await request.then(undefined, (error) => told.push(error))
    expect(told).toMatchObject([{ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED: connection refused' }])
    expect(told[0]).toBeInstanceOf(UVError)
  })

  test('a request with a callback that is awaited calls the callback first', async () => {
    const loop = await lab.open()
    const order: string[] = []
    const request = new TCP({ loop }).connect(deadEnd(loop), () => order.push('callback'))
    const awaited = request.then(undefined, () => order.push('promise'))
    await lab.run(loop)
    await awaited
    expect(order).toEqual(['callback', 'promise'])
  })

  test('onError receives the failure of a request that has no callback and is not awaited', async () => {
    const loop = await lab.open()
    const caught: unknown[] = []
    loop.onError = (error) => caught.push(error)
    new TCP({ loop }).connect(deadEnd(loop))
    expect(await lab.run(loop)).toBe(false)
    expect(caught).toMatchObject([{ code: 'ECONNREFUSED', syscall: 'connect' }])
  })

  test('without onError, the failure of such a request rejects the run', async () => {
    const loop = await lab.open()
    new TCP({ loop }).connect(deadEnd(loop))
    await expect(lab.run(loop)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('onError receives the failure of a write after the peer’s reset', async () => {
    const loop = await lab.open()
    const caught: unknown[] = []
    loop.onError = (error) => caught.push(error)
    connectPair(loop, (client, peer) => {
      void peer.closeReset(() => {
        const timer = new Timer({ loop })
        timer.start(0, 5, () => {
          client.write(bytes('x'))
          if (caught.length === 0) return
          void timer.close()
          void client.close()
        })
      })
    })
    await lab.run(loop)
    expect(caught[0]).toMatchObject({ syscall: 'write', code: expect.stringMatching(/^E(CONNRESET|PIPE)$/) })
  })

  test('a request that a callback awaits is not reported to onError, although it fails in the same turn', async () => {
    const loop = await lab.open()
    const told: unknown[] = []
    loop.onError = (error) => told.push(error)
    const caught: unknown[] = []
    connectPair(loop, (client, peer) => {
      void peer.closeReset(() => {
        const timer = new Timer({ loop })
        const write = async (): Promise<void> => {
          try {
            await client.write(bytes('x'))
          } catch (error) {
            caught.push(error)
            void timer.close()
            void client.close()
          }
        }
        timer.start(0, 5, () => void write())
      })
    })
    await lab.run(loop)
    expect(caught[0]).toMatchObject({ syscall: 'write', code: expect.stringMatching(/^E(CONNRESET|PIPE)$/) })
    expect(told).toEqual([])
  })

  test('a request that closing cancels is not reported to onError', async () => {
    const loop = await lab.open()
    loop.onError = (error) => expect(error).toBe('not to be told')
    connectPair(loop, (client, peer) => {
      client.write(new Uint8Array(8_000_000))
      client.shutdown()
      void client.close()
      void peer.close()
    })
    const other = new TCP({ loop })
    other.connect(deadEnd(loop))
    void other.close()
    expect(await lab.run(loop)).toBe(false)
  })

  test('an awaited request that closing cancels is rejected with ECANCELED', async () => {
    const loop = await lab.open()
    const client = new TCP({ loop })
    const request = client.connect(deadEnd(loop))
    const failure = expect(request).rejects.toMatchObject({ code: 'ECANCELED', syscall: 'connect' })
    void client.close()
    await lab.run(loop)
    await failure
  })

  test('Promise.all accepts requests', async () => {
    const loop = await lab.open()
    let written: Promise<unknown> | undefined
    connectPair(loop, (client, peer) => {
      peer.readStart()
      written = Promise.all([client.write(bytes('a')), client.write(bytes('b')), client.shutdown()]).then((results) => {
        void loop.closeAllHandles()
        return results
      })
    })
    await lab.run(loop)
    expect(await written).toEqual([undefined, undefined, undefined])
  })
})
