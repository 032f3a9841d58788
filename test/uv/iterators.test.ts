/** Streams as async iterables: `for await` over a connection's bytes and over a server's connections. */
import { expect, test } from '@jest/globals'
import { type Loop, StatusCode, TCP, Timer } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { bytes, codeOf, connectPair, overHosts, text } from '../support/loops.js'

/** Two connected ends of a loop that has been started. @returns the run as well */
const connected = async (loop: Loop): Promise<{ client: TCP; peer: TCP; running: Promise<boolean> }> => {
  let running: Promise<boolean> = Promise.resolve(false)
  const ends = new Promise<{ client: TCP; peer: TCP }>((resolve) => {
    connectPair(loop, (client, peer) => {
      resolve({ client, peer })
      // Kept until the test closes it: nothing else may be active for a while.
      new Timer({ loop }).start(60_000)
    })
    running = loop.run()
  })
  return { ...(await soon(ends, 'a connection')), running }
}

/** Ends the run of a loop by closing what it has. */
const finish = async (loop: Loop, running: Promise<boolean>): Promise<void> => {
  void loop.closeAllHandles()
  expect(await soon(running, 'the loop to end')).toBe(false)
}

/** What is taken of an iterable until its end. */
const collect = async (iterable: AsyncIterable<Uint8Array>): Promise<string> => {
  const pieces: Uint8Array[] = []
  for await (const piece of iterable) pieces.push(piece)
  return text(...pieces)
}

overHosts((lab) => {
  test('the bytes of a connection, until its end', async () => {
    const loop = await lab.open()
    const { client, peer, running } = await connected(loop)
    const received = collect(peer)
    await client.write(bytes('hello, '))
    await client.write(bytes('world'))
    await client.shutdown()
    expect(await soon(received, 'the end')).toBe('hello, world')
    expect([peer.active, peer.closing, peer.onRead]).toEqual([false, false, undefined])
    // Of a connection that has ended there is nothing more.
    expect(await soon(collect(peer), 'the end again')).toBe('')
    await finish(loop, running)
  })

  test('leaving early stops reading; another iterator goes on where it left', async () => {
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

  test('after an iterator, callbacks are as they were before', async () => {
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

  test('a consumer that takes its time holds the sender back', async () => {
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
    // Nobody asks for more, so after a while nothing moves.
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

  test('closing the handle while somebody waits for bytes ends the iteration', async () => {
    const loop = await lab.open()
    const { peer, running } = await connected(loop)
    const received = collect(peer)
    await peer.close()
    expect(await soon(received, 'the end')).toBe('')
    expect(await collect(peer)).toBe('')
    await finish(loop, running)
  })

  test('a reset is thrown', async () => {
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

  test('of what is no connection, or is read by a callback already, the first step is rejected', async () => {
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
    // The callback that reads already goes on.
    await client.write(bytes('still read'))
    await soon(told, 'the callback')
    expect(heard).toBe('still read')
    await finish(loop, running)
  })

  test('the connections of a server, each served at its own pace, until it is closed', async () => {
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

  test('leaving the connections keeps who waits for who comes next', async () => {
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
        // Time enough for the loop to offer the next one, which nobody takes here.
        await new Promise<void>((resolve) => new Timer({ loop }).start(5, 0, () => resolve()))
        break
      }
    }
    await soon(take(), 'the first')
    await soon(take(), 'the second')
    // The one that waits now is an offer to everybody: accept() takes it, once it has come.
    while (codeOf(() => seen.push(server.accept().peername.port)) === 'EAGAIN') {
      await new Promise<void>((resolve) => new Timer({ loop }).start(1, 0, () => resolve()))
    }
    expect(codeOf(() => server.accept())).toBe('EAGAIN')
    expect(seen.sort()).toEqual(clients.map((client) => client.sockname.port).sort())
    await finish(loop, running)
  })

  test('closing the server while somebody waits for a connection ends the iteration', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.listen()
    const before = server.onConnection
    const served = (async () => {
      for await (const peer of server.connections()) throw new Error(`nobody should come: ${peer}`)
    })()
    const running = loop.run()
    await soon(server.close(), 'the close')
    await soon(served, 'the end')
    expect(server.onConnection).toBe(before)
    for await (const peer of server.connections()) throw new Error(`nobody should come: ${peer}`)
    await finish(loop, running)
  })
})
