/** Guests on this machine's network and on a virtual network, under either driver. */
import net from 'node:net'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { soon } from '../../support/deadline.js'
import { seeded } from '../../support/random.js'
import { nodeHost, policyHost, virtualHost } from '../support/built.js'
import { connect, endAll, play, playEcho, receive, received, until } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(
  () => Promise.all([guestModule('behave'), guestModule('echo'), guestModule('talk'), guestModule('leave')]),
  COMPILING,
)
endAll()

const MEGABYTE = 1024 * 1024

/** Starts a server of node:net on a free port. */
const listen = async (onConnection: (socket: net.Socket) => void): Promise<{ server: net.Server; port: number }> => {
  const server = net.createServer({ allowHalfOpen: true }, onConnection)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, port: address.port }
}

describe('a guest that serves', () => {
  test('answers 50 clients of node:net at once', async () => {
    const { port } = await playEcho()
    const clients = await Promise.all(Array.from({ length: 50 }, () => connect(port)))
    await Promise.all(
      clients.map(async (client, index) => {
        for (const word of ['one', 'two', 'three']) {
          client.write(`${word} ${index}`)
          expect((await receive(client, `${word} ${index}`.length)).toString()).toBe(`${word} ${index}`)
        }
        client.end()
        expect((await received(client)).length).toBe(0)
      }),
    )
  })

  test('echoes megabytes without loss or change', async () => {
    const { port } = await playEcho()
    const client = await connect(port)
    const sent = seeded('bulk').bytes(8 * MEGABYTE)
    client.end(sent)
    expect((await soon(received(client), 'all bytes')).equals(sent)).toBe(true)
  })

  test('keeps the bytes that a client does not read yet', async () => {
    const { port } = await playEcho()
    const client = await connect(port)
    client.pause()
    const sent = seeded('slow').bytes(8 * MEGABYTE)
    await soon(new Promise<void>((resolve) => client.end(sent, resolve)), 'the guest to take all bytes')
    expect((await soon(received(client), 'all bytes')).equals(sent)).toBe(true)
  })

  test('answers one client while another floods it', async () => {
    const { port } = await playEcho()
    const [greedy, modest] = [await connect(port), await connect(port)]
    const block = Buffer.alloc(64 * 1024)
    let flooding = true
    const flood = (): void => {
      while (flooding && greedy.write(block));
    }
    greedy.on('drain', flood).resume()
    flood()
    for (let round = 0; round < 100; round++) {
      modest.write('ping')
      expect(String(await receive(modest, 4))).toBe('ping')
    }
    flooding = false
  })

  test('gets ECONNRESET for a reset', async () => {
    const { echo, port } = await playEcho()
    const client = await connect(port)
    client.write('x')
    await receive(client, 1)
    client.resetAndDestroy()
    await echo.complains(/^read: ECONNRESET\n$/)
  })

  test('closes its connections and frees its port when it is terminated', async () => {
    const { echo, port } = await playEcho()
    const client = await connect(port)
    client.write('x')
    await receive(client, 1)
    echo.guest.terminate()
    expect((await soon(received(client), 'the end')).length).toBe(0)
    expect(await echo.code).toBe(143)
    const again = await play(['127.0.0.1', String(port)], { program: 'echo' })
    await again.says(new RegExp(`port ${port}`))
  })

  test.each(['exit', 'trap'])('resets a client with unread bytes when it ends by %s', async (how) => {
    const leaving = await play([how], { program: 'leave' })
    const port = Number((await leaving.says(/port (\d+)/))[1])
    const client = await connect(port)
    client.write('first')
    await leaving.says(/read/)
    await new Promise<void>((resolve) => client.write('unread', () => resolve()))
    const failed = soon(new Promise<Error>((resolve) => client.once('error', resolve)), 'the reset')
    await connect(port)
    expect(await failed).toMatchObject({ code: 'ECONNRESET' })
    await leaving.guest.exit.catch(() => {})
  })

  test('answers a client on IPv6', async () => {
    const { port } = await playEcho({}, '::1')
    const client = await connect(port, '::1')
    client.write('six')
    expect((await receive(client, 3)).toString()).toBe('six')
  })

  test('gets EADDRINUSE for a port in use', async () => {
    const { port } = await playEcho()
    const late = await play(['127.0.0.1', String(port)], { program: 'echo' })
    expect(await late.code).toBe(1)
    expect(late.errors).toBe('listen: EADDRINUSE\n')
  })
})

describe('a guest that connects', () => {
  const reply = (socket: net.Socket): void => void socket.on('error', () => {}).pipe(socket)

  test('sends and receives megabytes', async () => {
    const { server, port } = await listen(reply)
    const talk = await play(['127.0.0.1', String(port), String(8 * MEGABYTE)], { program: 'talk' })
    expect(await talk.code).toBe(0)
    expect(talk.output).toBe(`received ${8 * MEGABYTE}, wrong 0\n`)
    server.close()
  })

  test.each(['nodelay', 'keepalive', 'from'])('sends and receives with the option %s', async (wish) => {
    const { server, port } = await listen(reply)
    const talk = await play(['127.0.0.1', String(port), '5', wish], { program: 'talk' })
    expect(await talk.code).toBe(0)
    expect(talk.output).toBe('received 5, wrong 0\n')
    server.close()
  })

  test('gets ECONNREFUSED without a listener', async () => {
    const { server, port } = await listen(() => {})
    await new Promise((resolve) => server.close(resolve))
    const talk = await play(['127.0.0.1', String(port)], { program: 'talk' })
    expect(await talk.code).toBe(1)
    expect(talk.output).toBe('connect: ECONNREFUSED\n')
  })

  test('gets ECONNRESET for a reset', async () => {
    const { server, port } = await listen((socket) => {
      socket.once('data', () => socket.resetAndDestroy())
    })
    const talk = await play(['127.0.0.1', String(port)], { program: 'talk' })
    expect(await talk.code).toBe(1)
    expect(talk.output).toBe('read: ECONNRESET\n')
    server.close()
  })

  test('has sent its written bytes when it exits', async () => {
    let come: Promise<Buffer> | undefined
    const { server, port } = await listen((socket) => {
      come = received(socket)
    })
    const talk = await play(['127.0.0.1', String(port), String(MEGABYTE), 'exit'], { program: 'talk' })
    expect(await talk.code).toBe(0)
    await until(() => come !== undefined, 'the connection')
    expect((await soon(come ?? Promise.reject(), 'all bytes')).length).toBe(MEGABYTE)
    server.close()
  })
})

describe('a guest without permission', () => {
  const parts = [
    ['no host', () => undefined],
    ['an empty policy', () => policyHost(nodeHost(), {})],
  ] as const

  test.each(parts)('gets EACCES from listen and connect with %s', async (_name, make) => {
    const host = make()
    const part = host === undefined ? {} : { host }
    const echo = await play([], { program: 'echo', ...part }, 'none')
    expect(await echo.code).toBe(1)
    expect(echo.errors).toBe('listen: EACCES\n')
    const talk = await play(['127.0.0.1', '9'], { program: 'talk', ...part }, 'none')
    expect(await talk.code).toBe(1)
    expect(talk.output).toBe('connect: EACCES\n')
  })
})

describe('a virtual network', () => {
  test('connects two guests, and is not reachable from this machine', async () => {
    const host = virtualHost()
    const { echo, port } = await playEcho({ host })
    await expect(connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const talk = await play(['127.0.0.1', String(port), String(4 * MEGABYTE)], { program: 'talk', host })
    expect(await talk.code).toBe(0)
    expect(talk.output).toBe(`received ${4 * MEGABYTE}, wrong 0\n`)
    await until(() => host.open().length === 1, 'only the listener to be left')
    echo.guest.terminate()
    await echo.code
    await until(() => host.open().length === 0, 'the network to be empty')
  })

  test('has nothing open after its guests are terminated', async () => {
    const host = virtualHost()
    const { echo, port } = await playEcho({ host })
    const talks = await Promise.all(
      [1, 2, 3].map(() => play(['127.0.0.1', String(port), String(MEGABYTE)], { program: 'talk', host })),
    )
    for (const { guest } of [...talks, echo]) guest.terminate()
    for (const { code } of [...talks, echo]) expect([0, 1, 143]).toContain(await code)
    await until(() => host.open().length === 0, 'the network to be empty')
  })
})
