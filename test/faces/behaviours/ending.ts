/** How connections end. */
import { type Behaviours, HOST } from '../support/scene.js'

const LIFE = ['data', 'end', 'finish', 'error', 'close', 'timeout']

/** See the top of the file. */
export const ending: Behaviours = {
  'the end of one is the end of both': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('client', client.resume(), ...LIFE)
    scene.watch('peer', peer.resume(), ...LIFE)
    client.end()
    await Promise.all([scene.told(client, 'close'), scene.told(peer, 'close')])
    scene.say('client', client.readyState, client.readableEnded, client.writableFinished)
    scene.say('peer', peer.readyState, peer.readableEnded, peer.writableFinished)
  },

  'half of a connection stays open where that is wanted': async (scene) => {
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

  'the end is not told while nobody reads': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('peer', peer, 'end', 'close')
    client.end('unread')
    await scene.told(peer, 'readable')
    scene.say('peer', peer.readableEnded)
    scene.say('peer', String(peer.read()))
    await scene.told(peer, 'close')
  },

  'close says whether there was an error': async (scene) => {
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

  'a reset is an error for the other': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('client', client, ...LIFE)
    scene.watch('peer', peer.resume(), ...LIFE)
    const over = [client, peer].map((socket) => new Promise((resolve) => socket.on('close', resolve)))
    client.resetAndDestroy()
    client.resetAndDestroy()
    await Promise.all(over)
  },

  'a reset drops what was written': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('peer', peer.resume(), 'error', 'close')
    const over = [client, peer].map((socket) => new Promise((resolve) => socket.on('close', resolve)))
    client.resetAndDestroy()
    client.write('too late', (error) => scene.say('client', error))
    client.on('error', (error) => scene.say('client', error))
    await Promise.all(over)
  },

  'destroySoon() sends what is there': async (scene) => {
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

  'behind the end everything can still be asked': async (scene) => {
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

  'behind the beginning of nothing, too': async (scene) => {
    const socket = scene.socket()
    scene.say('client', socket.bytesRead, socket.bytesWritten, socket.pending, socket.connecting, socket.readyState)
    scene.say('client', socket.localAddress, socket.remoteAddress, JSON.stringify(socket.address()), socket.bufferSize)
    for (const call of ['setNoDelay', 'setKeepAlive', 'ref', 'unref', 'pause', 'resume']) {
      scene.try(call, () => Reflect.apply(Reflect.get(socket, call), socket, []) === socket)
    }
  },

  'end() calls back once, and says of a second time': async (scene) => {
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

  'ending what never began': async (scene) => {
    // Whether that is a finish, too, differs between Nodes.
    const socket = scene.watch('client', scene.socket(), 'end', 'error', 'close')
    socket.end()
    scene.say('client', socket.writableEnded, socket.writable)
    socket.destroy()
    await scene.told(socket, 'close')
  },

  'silence is told, once, and only that': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('client', client, ...LIFE)
    client.setTimeout(10, () => scene.say('client', 'silent', client.timeout))
    await scene.told(client, 'timeout')
    scene.say('client', client.destroyed, client.readyState)
    client.destroy()
    peer.destroy()
    await scene.told(client, 'close')
  },

  'silence may be listened for before the connection': async (scene) => {
    const port = await scene.listen(scene.server())
    const socket = scene.net.connect({ port, host: HOST, timeout: 10 })
    scene.say('client', socket.timeout)
    scene.watch('client', socket, ...LIFE)
    await scene.told(socket, 'timeout')
    socket.destroy()
    await scene.told(socket, 'close')
  },

  'what a timeout may be': async (scene) => {
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
