/** Streams as async iterables: `for await` over the bytes of a connection and over the connections of a server. */
import { expect, test } from '@jest/globals'
import { type Loop, StatusCode, TCP, Timer } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { bytes, codeOf, connectPair, overHosts, text } from '../../support/loops.js'

/** Starts a loop with a connection. @returns both ends and the run */
const connected = async (loop: Loop): Promise<{ client: TCP; peer: TCP; running: Promise<boolean> }> => {
  let running: Promise<boolean> = Promise.resolve(false)
  const ends = new Promise<{ client: TCP; peer: TCP }>((resolve) => {
    connectPair(loop, (client, peer) => {
      resolve({ client, peer })
      // Keeps the loop alive until the test closes it.
      new Timer({ loop }).start(60_000)
    })
    running = loop.run()
  })
  return { ...(await soon(ends, 'a connection')), running }
}

/** Ends the run of a loop by closing its handles. */
const finish = async (loop: Loop, running: Promise<boolean>): Promise<void> => {
  void loop.closeAllHandles()
  expect(await soon(running, 'the loop to end')).toBe(false)
}

/** The text of an iterable, to its end. */
const collect = async (iterable: AsyncIterable<Uint8Array>): Promise<string> => {
  const pieces: Uint8Array[] = []
  for await (const piece of iterable) pieces.push(piece)
  return text(...pieces)
}

overHosts((lab) => {
  test('for await over a connection gives its bytes until its end', async () => {
    const loop = await lab.open()
    const { client, peer, running } = await connected(loop)
    const received = collect(peer)
    await client.write(bytes('hello, '))
    await client.write(bytes('world'))
    await client.shutdown()
    expect(await soon(received, 'the end')).toBe('hello, world')
    expect([peer.active, peer.closing, peer.onRead]).toEqual([false, false, undefined])
    // A second iteration gives nothing more.
    expect(await soon(collect(peer), 'the end again')).toBe('')
    await finish(loop, running)
  })

  test('leaving an iteration stops reading, and another one continues after it', async () => {
    const loop = await lab.open()
    const { client, peer, running } = await connected(loop)
    let first = ''
    const leave = async (): Promise<void> => {
      for await (const piece of peer) {
        first += text(piece)
        break
      }
    }
    const left = leave()
    await client.write(bytes('one,'))
    await soon(left, 'the first bytes')
    expect(peer.active).toBe(false)
    await client.write(bytes('two,'))
    await client.write(bytes('three'))
    await client.shutdown()
    expect(first + (await soon(collect(peer), 'the end'))).toBe('one,two,three')
    await finish(loop, running)
  })

  test('onRead is called again for reads after an iteration', async () => {
    const loop = await lab.open()
    const { client, peer, running } = await connected(loop)
    let heard = ''
    let hear = (): void => {}
    peer.onRead = (_peer, _status, data) => {
      heard += text(data)
      hear()
    }
    const next = peer[Symbol.asyncIterator]()
    const piece = next.next()
    await client.write(bytes('to the iterator'))
    expect(await soon(piece, 'bytes')).toMatchObject({ done: false })
    await next.return?.()
    const told = new Promise<void>((resolve) => {
      hear = resolve
    })
    peer.readStart()
    await client.write(bytes('to the callback'))
    await soon(told, 'the callback')
    expect(heard).toBe('to the callback')
    await finish(loop, running)
  })

  test('a consumer that does not ask for more holds the sender back', async () => {
    const loop = await lab.open()
    const { client, peer, running } = await connected(loop)
    let written = 0
    const chunk = new Uint8Array(1_000_000)
    const send = async (): Promise<void> => {
      for (let n = 0; n < 16; n++) {
        await client.write(chunk)
        written++
      }
      await client.shutdown()
    }
    const sent = send()
    const iterator = peer[Symbol.asyncIterator]()
    let received = (await soon(iterator.next(), 'bytes')).value?.length ?? 0
    // No step is asked for, so after a while no write completes.
    const still = async (): Promise<void> => {
      let before = -1
      const timer = new Timer({ loop })
      await new Promise<void>((resolve) => {
        timer.start(20, 20, () => {
          if (before === written) resolve()
          before = written
        })
      })
      void timer.close()
    }
    await soon(still(), 'the sender to be held back')
    expect(written).toBeLessThan(16)
    expect(received).toBeLessThanOrEqual(65_536)
    for await (const piece of { [Symbol.asyncIterator]: () => iterator }) received += piece.length
    await soon(sent, 'the sender')
    expect(received).toBe(16_000_000)
    await finish(loop, running)
  })

  test('closing the handle ends an iteration that waits for bytes', async () => {
    const loop = await lab.open()
    const { peer, running } = await connected(loop)
    const received = collect(peer)
    await peer.close()
    expect(await soon(received, 'the end')).toBe('')
    expect(await collect(peer)).toBe('')
    await finish(loop, running)
  })

  test('a reset of the connection rejects the iteration with ECONNRESET', async () => {
    const loop = await lab.open()
    const { client, peer, running } = await connected(loop)
    const received = expect(collect(peer)).rejects.toMatchObject({
      name: 'UVError',
      code: 'ECONNRESET',
      errno: StatusCode.ECONNRESET,
      syscall: 'read',
    })
    await client.closeReset()
    await soon(received, 'the reset')
    await finish(loop, running)
  })

  test('the first step is rejected without a connection, or while a callback reads it', async () => {
    const loop = await lab.open()
    await expect(collect(new TCP({ loop }))).rejects.toMatchObject({ code: 'ENOTCONN' })
    const { client, peer, running } = await connected(loop)
    let heard = ''
    const told = new Promise<void>((resolve) => {
      peer.readStart((_peer, _status, data) => {
        heard += text(data)
        resolve()
      })
    })
    await expect(collect(peer)).rejects.toMatchObject({ code: 'EALREADY' })
    // The callback still receives bytes.
    await client.write(bytes('still read'))
    await soon(told, 'the callback')
    expect(heard).toBe('still read')
    await finish(loop, running)
  })

  test('connections() gives the connections of a server until it is closed', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.listen()
    const { port } = server.sockname
    const echoes: Promise<void>[] = []
    const echo = async (peer: TCP): Promise<void> => {
      await using connection = peer
      for await (const piece of connection) await connection.write(piece)
      await connection.shutdown()
    }
    const serve = async (): Promise<number> => {
      let served = 0
      for await (const peer of server.connections()) {
        expect(peer).toBeInstanceOf(TCP)
        echoes.push(echo(peer))
        if (++served === 20) void server.close()
      }
      return served
    }
    const talk = async (word: string): Promise<string> => {
      await using client = new TCP({ loop })
      await client.connect(['127.0.0.1', port])
      await client.write(bytes(word))
      await client.shutdown()
      return await collect(client)
    }
    const served = serve()
    const words = Array.from({ length: 20 }, (_, n) => `word ${n}`)
    const talks = Promise.all(words.map(talk))
    await lab.run(loop)
    expect(await served).toBe(20)
    expect(await talks).toEqual(words)
    await Promise.all(echoes)
  })

  test('leaving connections() keeps the waiting connections for the next iteration or accept()', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.listen()
    const address = { host: '127.0.0.1', port: server.sockname.port }
    const running = loop.run()
    const clients = [1, 2, 3].map(() => new TCP({ loop }))
    await soon(Promise.all(clients.map((client) => client.connect(address))), 'the connections')
    const seen: number[] = []
    const take = async (): Promise<void> => {
      for await (const peer of server.connections()) {
        seen.push(peer.peername.port)
        // Enough time for the loop to offer the next one, which is not accepted here.
        await new Promise<void>((resolve) => new Timer({ loop }).start(5, 0, () => resolve()))
        break
      }
    }
    await soon(take(), 'the first')
    await soon(take(), 'the second')
    // accept() takes the last one, once it has arrived.
    while (codeOf(() => seen.push(server.accept().peername.port)) === 'EAGAIN') {
      await new Promise<void>((resolve) => new Timer({ loop }).start(1, 0, () => resolve()))
    }
    expect(codeOf(() => server.accept())).toBe('EAGAIN')
    expect(seen.sort()).toEqual(clients.map((client) => client.sockname.port).sort())
    await finish(loop, running)
  })

  test('closing the server ends an iteration that waits for a connection', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.listen()
    const before = server.onConnection
    const served = (async () => {
      for await (const peer of server.connections()) throw new Error(`no connection is expected: ${peer}`)
    })()
    const running = loop.run()
    await soon(server.close(), 'the close')
    await soon(served, 'the end')
    expect(server.onConnection).toBe(before)
    for await (const peer of server.connections()) throw new Error(`no connection is expected: ${peer}`)
    await finish(loop, running)
  })
})
