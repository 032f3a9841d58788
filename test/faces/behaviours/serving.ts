/** How servers listen, accept and close. */
import { EventEmitter } from 'node:events'
import type { Server, Socket } from 'libuv-wasm/net'
import { type Behaviours, HOST, type Scene } from '../support/scene.js'

const LIFE = ['listening', 'connection', 'drop', 'error', 'close']

/** Connects. @returns the socket once it is connected */
async function visit(scene: Scene, port: number): Promise<Socket> {
  const socket = scene.socket()
  socket.connect(port, HOST)
  await scene.told(socket, 'connect')
  return socket
}

/** Behaviours of servers. */
export const serving: Behaviours = {
  'a server listens, serves a connection and closes': async (scene) => {
    const server = scene.watch(
      'server',
      scene.server((peer) => peer.end()),
      ...LIFE,
    )
    scene.say('server', server.listening, server.address())
    const port = await scene.listen(server)
    scene.say('server', server.listening, server.address())
    const client = await visit(scene, port)
    await scene.told(client.resume(), 'close')
    server.close((error) => scene.say('server', 'closed', error))
    scene.say('server', server.listening, server.address())
    await scene.told(server, 'close')
  },

  'a port in use is an error that names it': async (scene) => {
    const port = await scene.listen(scene.server())
    const second = scene.watch('second', scene.server(), ...LIFE)
    second.listen(port, HOST)
    await scene.told(second, 'error')
    scene.say('second', second.listening)
    second.listen(0, HOST)
    await scene.told(second, 'listening')
  },

  'an address of another machine is an error': async (scene) => {
    const server = scene.watch('server', scene.server(), ...LIFE)
    server.listen(0, '192.0.2.1')
    await scene.told(server, 'error')
  },

  'a second listen() is refused until the server is closed': async (scene) => {
    const server = scene.watch('server', scene.server(), ...LIFE)
    await scene.listen(server)
    scene.try('server', () => server.listen(0, HOST))
    server.close()
    await scene.told(server, 'close')
    await scene.listen(server)
    scene.say('server', server.listening)
  },

  'closing a server that does not listen is an error': async (scene) => {
    const server = scene.watch('server', scene.server(), ...LIFE)
    const closed = new Promise((resolve) => server.close(resolve))
    scene.say('server', await closed)
    scene.try('server', () => Reflect.apply(server.close, server, ['no function']) === server)
    await new Promise(setImmediate)
  },

  'closing a server twice calls both back': async (scene) => {
    const server = scene.watch('server', scene.server(), 'close')
    await scene.listen(server)
    const closed = [1, 2].map(
      (which) =>
        new Promise<void>((resolve) =>
          server.close((error) => {
            scene.say(`closed ${which}`, error)
            resolve()
          }),
        ),
    )
    await Promise.all(closed)
  },

  'a server can be closed directly after listen()': async (scene) => {
    const server = scene.watch('server', scene.server(), ...LIFE)
    server.listen(0, HOST)
    server.close()
    await scene.told(server, 'close')
    scene.say('server', server.listening)
  },

  'a server emits close after its last connection has closed': async (scene) => {
    const server = scene.server()
    const port = await scene.listen(server)
    const clients = [await visit(scene, port), await visit(scene, port)]
    const counted = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))
    scene.say('server', await counted())
    let over = false
    server.close(() => {
      over = true
    })
    const closed = scene.told(server, 'close')
    clients[0]?.destroy()
    await scene.told(clients[0] ?? server, 'close')
    scene.say('server', over)
    clients[1]?.destroy()
    await closed
    scene.say('server', over, await counted())
  },

  'connections above maxConnections are dropped until another has closed': async (scene) => {
    const server = scene.server()
    server.maxConnections = 1
    const port = await scene.listen(server)
    server.once('drop', (from) =>
      scene.say(
        'server',
        'drop',
        Object.keys(from ?? {})
          .sort()
          .join(),
      ),
    )
    const first = await visit(scene, port)
    const second = await visit(scene, port)
    scene.watch('second', second.resume(), 'end', 'error', 'close')
    await scene.told(second, 'close')
    const peers = scene.told(server, 'connection')
    first.destroy()
    await scene.told(first, 'close')
    let third = await visit(scene, port)
    // The server may not have noticed the end of the first one yet.
    while (
      (await Promise.race([peers.then(() => 'in'), scene.told(third.resume(), 'close').then(() => 'out')])) === 'out'
    ) {
      third = await visit(scene, port)
    }
    scene.say('third', third.destroyed)
  },

  'pauseOnConnect leaves the bytes unread until resume()': async (scene) => {
    const server = scene.server({ pauseOnConnect: true })
    const port = await scene.listen(server)
    const coming = scene.told(server, 'connection') as Promise<[Socket]>
    const client = await visit(scene, port)
    await new Promise((resolve) => client.end('patience', () => resolve(undefined)))
    const [peer] = await coming
    scene.say('peer', peer.isPaused(), peer.bytesRead, peer.readableFlowing)
    let text = ''
    peer.on('data', (data) => {
      text += data
    })
    peer.resume()
    await scene.told(peer, 'end')
    scene.say('peer', text)
  },

  'an accepted socket has the addresses of both ends': async (scene) => {
    const server = scene.server()
    const port = await scene.listen(server)
    const coming = scene.told(server, 'connection') as Promise<[Socket]>
    const client = await visit(scene, port)
    const [peer] = await coming
    scene.say('peer', peer.remoteAddress, peer.remoteFamily, peer.remotePort === client.localPort)
    scene.say('peer', peer.localAddress, peer.localFamily, peer.localPort === port)
    scene.say('peer', peer.server === server, peer.readyState, peer.allowHalfOpen, peer.connecting, peer.pending)
    client.destroy()
    await scene.told(peer.resume(), 'close')
    scene.say('peer', peer.remoteAddress, peer.remotePort === undefined)
  },

  'a listener that rejects destroys its socket with captureRejections': async (scene) => {
    EventEmitter.captureRejections = true
    const server = scene.server(async (peer: Socket) => {
      scene.watch('peer', peer, 'error', 'close')
      await Promise.reject(new Error('no'))
    })
    EventEmitter.captureRejections = false
    const port = await scene.listen(server)
    const client = await visit(scene, port)
    await scene.told(client.resume(), 'close')
  },

  'an abort signal closes a server': async (scene) => {
    const controller = new AbortController()
    const server = scene.watch('server', scene.server(), ...LIFE)
    server.listen({ port: 0, host: HOST, signal: controller.signal })
    await scene.told(server, 'listening')
    controller.abort()
    await scene.told(server, 'close')
    const other = scene.watch('other', scene.server(), ...LIFE)
    other.listen({ port: 0, host: HOST, signal: AbortSignal.abort() })
    await scene.told(other, 'close')
  },

  'listen() refuses wrong arguments': async (scene) => {
    const tries: readonly (readonly unknown[])[] = [
      [-1],
      [65_536],
      [1.5],
      ['no port'],
      [Number.NaN],
      [{}],
      [{ port: -1 }],
      [{ port: 'x' }],
      [{ port: null, path: null }],
      [{ path: 5 }],
      [{ port: false }],
      [false],
      [{ host: HOST }],
      [Symbol.iterator],
    ]
    for (const args of tries) {
      const server: Server = scene.server()
      scene.try('server', () => Reflect.apply(server.listen, server, args) === server)
    }
  },

  'listen() accepts a port as text, or no port': async (scene) => {
    for (const args of [['0', HOST], [], [undefined], [null], [{ port: '0', host: HOST }], [() => {}]]) {
      const server = scene.server()
      scene.say('server', Reflect.apply(server.listen, server, args) === server)
      await scene.told(server, 'listening')
      scene.say('server', server.listening)
    }
  },

  'the options of a server apply to its sockets': async (scene) => {
    const server = scene.server({ allowHalfOpen: true, noDelay: true, keepAlive: true, highWaterMark: 4_096 })
    const port = await scene.listen(server)
    const coming = scene.told(server, 'connection') as Promise<[Socket]>
    await visit(scene, port)
    const [peer] = await coming
    scene.say('peer', peer.allowHalfOpen, peer.readableHighWaterMark, peer.writableHighWaterMark)
  },

  'a server with ipv6Only refuses IPv4': async (scene) => {
    const server = scene.server()
    server.listen({ port: 0, host: '::1', ipv6Only: true })
    await scene.told(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const socket = scene.watch('client', scene.socket(), 'connect', 'error', 'close')
    socket.connect(port, HOST)
    await scene.told(socket, 'close')
  },
}
