/** How connections end, by end(), destroy(), a reset or a timeout. */
import { type Behaviours, HOST } from '../support/scene.js'

const LIFE = ['data', 'end', 'finish', 'error', 'close', 'timeout']

/** Behaviours of sockets that end. */
export const ending: Behaviours = {
  'the end of one socket ends the other': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('client', client.resume(), ...LIFE)
    scene.watch('peer', peer.resume(), ...LIFE)
    client.end()
    await Promise.all([scene.told(client, 'close'), scene.told(peer, 'close')])
    scene.say('client', client.readyState, client.readableEnded, client.writableFinished)
    scene.say('peer', peer.readyState, peer.readableEnded, peer.writableFinished)
  },

  'a half-open connection stays open with allowHalfOpen': async (scene) => {
    const { client, peer } = await scene.pair({ allowHalfOpen: true }, { allowHalfOpen: true })
    scene.watch('client', client, ...LIFE)
    scene.watch('peer', peer, ...LIFE)
    client.end('question')
    await scene.told(peer, 'end')
    scene.say('peer', peer.readyState)
    await new Promise((resolve) => peer.write('answer', resolve))
    peer.end()
    await Promise.all([scene.told(client, 'close'), scene.told(peer, 'close')])
  },

  'end is not emitted while bytes are unread': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('peer', peer, 'end', 'close')
    client.end('unread')
    await scene.told(peer, 'readable')
    scene.say('peer', peer.readableEnded)
    scene.say('peer', String(peer.read()))
    await scene.told(peer, 'close')
  },

  'close has true as its argument after an error': async (scene) => {
    const { client, peer } = await scene.pair()
    const closes = [client, peer].map(
      (socket, index) =>
        new Promise<void>((resolve) => {
          socket.on('error', (error) => scene.say(String(index), error))
          socket.on('close', (failed: unknown) => {
            scene.say(String(index), 'close', failed)
            resolve()
          })
        }),
    )
    peer.resume()
    client.destroy(new Error('on purpose'))
    await Promise.all(closes)
  },

  'a reset emits an error on the peer': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('client', client, ...LIFE)
    scene.watch('peer', peer.resume(), ...LIFE)
    const over = [client, peer].map((socket) => new Promise((resolve) => socket.on('close', resolve)))
    client.resetAndDestroy()
    client.resetAndDestroy()
    await Promise.all(over)
  },

  'a reset fails later writes': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('peer', peer.resume(), 'error', 'close')
    const over = [client, peer].map((socket) => new Promise((resolve) => socket.on('close', resolve)))
    client.resetAndDestroy()
    client.write('too late', (error) => scene.say('client', error))
    client.on('error', (error) => scene.say('client', error))
    await Promise.all(over)
  },

  'destroySoon() sends the pending writes': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('peer', peer, ...LIFE)
    client.write('the last ')
    client.write('words')
    client.destroySoon()
    scene.say('client', client.writableEnded, client.destroyed)
    let text = ''
    peer.on('data', (data) => {
      text += data
    })
    await scene.told(peer, 'close')
    scene.say('peer text', text)
  },

  'getters and methods work after close': async (scene) => {
    const { client, peer } = await scene.pair()
    peer.resume()
    client.end('bye')
    await scene.told(client.resume(), 'close')
    scene.say('client', client.bytesRead, client.bytesWritten, client.pending, client.connecting, client.readyState)
    scene.say('client', client.localAddress, client.localPort, JSON.stringify(client.address()))
    for (const call of ['setNoDelay', 'setKeepAlive', 'ref', 'unref', 'pause', 'resume', 'destroy', 'destroySoon']) {
      scene.try(call, () => Reflect.apply(Reflect.get(client, call), client, []) === client)
    }
    scene.try('timeout', () => client.setTimeout(5) === client)
  },

  'getters and methods work before the connection': async (scene) => {
    const socket = scene.socket()
    scene.say('client', socket.bytesRead, socket.bytesWritten, socket.pending, socket.connecting, socket.readyState)
    scene.say('client', socket.localAddress, socket.remoteAddress, JSON.stringify(socket.address()), socket.bufferSize)
    for (const call of ['setNoDelay', 'setKeepAlive', 'ref', 'unref', 'pause', 'resume']) {
      scene.try(call, () => Reflect.apply(Reflect.get(socket, call), socket, []) === socket)
    }
  },

  'a second and a third end() call back': async (scene) => {
    const { client, peer } = await scene.pair()
    peer.resume()
    scene.watch('client', client, 'finish', 'error')
    const over = new Promise((resolve) => client.on('close', resolve))
    client.end(() => scene.say('client', 'first'))
    client.end(() => scene.say('client', 'second'))
    await over
    client.end(() => scene.say('client', 'third'))
    await new Promise(setImmediate)
  },

  'a socket without a connection can be ended and destroyed': async (scene) => {
    // Whether it emits finish too depends on the version of Node.
    const socket = scene.watch('client', scene.socket(), 'end', 'error', 'close')
    socket.end()
    scene.say('client', socket.writableEnded, socket.writable)
    socket.destroy()
    await scene.told(socket, 'close')
  },

  'an idle socket emits timeout, and stays open': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('client', client, ...LIFE)
    client.setTimeout(10, () => scene.say('client', 'silent', client.timeout))
    await scene.told(client, 'timeout')
    scene.say('client', client.destroyed, client.readyState)
    client.destroy()
    peer.destroy()
    await scene.told(client, 'close')
  },

  'the timeout option counts from the connection': async (scene) => {
    const port = await scene.listen(scene.server())
    const socket = scene.net.connect({ port, host: HOST, timeout: 10 })
    scene.say('client', socket.timeout)
    scene.watch('client', socket, ...LIFE)
    await scene.told(socket, 'timeout')
    socket.destroy()
    await scene.told(socket, 'close')
  },

  'setTimeout() refuses wrong times and listeners': async (scene) => {
    const socket = scene.socket()
    for (const wrong of ['10', '', null, undefined, {}, Number.NaN, -1, Number.POSITIVE_INFINITY, true]) {
      scene.try('ms', () => Reflect.apply(socket.setTimeout, socket, [wrong]) === socket)
    }
    for (const wrong of ['', 1, {}, true]) {
      scene.try('listener', () => Reflect.apply(socket.setTimeout, socket, [1, wrong]) === socket)
    }
    scene.say('ms', socket.timeout)
    socket.setTimeout(0)
  },
}
