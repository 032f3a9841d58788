/** How connections are established, refused and cancelled. */
import { type Behaviours, HOST } from '../support/scene.js'

const LIFE = ['lookup', 'connectionAttempt', 'connect', 'ready', 'end', 'error', 'close']

/** Behaviours of sockets while they connect. */
export const connecting: Behaviours = {
  'a socket reports its state before, while and after it is connected': async (scene) => {
    const server = scene.server((peer) => peer.end())
    const port = await scene.listen(server)
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    const tell = (): void =>
      scene.say('client', socket.connecting, socket.pending, socket.readyState, socket.destroyed, socket.bytesRead)
    tell()
    socket.connect(port, HOST, tell)
    tell()
    socket.resume()
    await scene.told(socket, 'close')
    tell()
  },

  'a refusal names the address and the port': async (scene) => {
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(await scene.deafPort(), HOST)
    await scene.told(socket, 'close')
    scene.say('client', socket.connecting, socket.destroyed, socket.readyState)
  },

  'a refused socket can connect again': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.end('here')))
    const socket = scene.watch('client', scene.socket(), ...LIFE, 'data')
    socket.connect(await scene.deafPort(), HOST)
    await scene.told(socket, 'close')
    socket.connect(port, HOST)
    await scene.told(socket, 'close')
  },

  'a socket can connect again after its connection has closed': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.end('once more')))
    const socket = scene.watch('client', scene.socket(), ...LIFE, 'data')
    for (let times = 0; times < 3; times++) {
      socket.connect(port, HOST)
      await scene.told(socket, 'close')
      scene.say('client', socket.bytesRead, socket.destroyed)
    }
  },

  'a socket that is destroyed at once emits only close': async (scene) => {
    const port = await scene.listen(scene.server())
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(port, HOST)
    socket.destroy()
    await scene.told(socket, 'close')
    scene.say('client', socket.connecting, socket.pending, socket.readyState)
  },

  'a socket that is destroyed with an error emits it': async (scene) => {
    const port = await scene.listen(scene.server())
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(port, HOST)
    socket.destroy(new Error('enough'))
    await scene.told(socket, 'close')
  },

  'a second destroy() does nothing': async (scene) => {
    const { client } = await scene.pair()
    scene.watch('client', client, ...LIFE)
    client.destroy(new Error('first'))
    client.destroy(new Error('second'))
    await scene.told(client, 'close')
  },

  'an abort signal destroys a connecting socket': async (scene) => {
    const port = await scene.listen(scene.server())
    const controller = new AbortController()
    const socket = scene.watch('client', scene.socket({ signal: controller.signal }), ...LIFE)
    socket.connect(port, HOST)
    controller.abort()
    await scene.told(socket, 'close')
  },

  'writes before the connection is established are counted, and sent later': async (scene) => {
    const server = scene.server({ allowHalfOpen: true })
    const port = await scene.listen(server)
    const socket = scene.socket()
    socket.connect(port, HOST)
    const counts = (): void =>
      scene.say('client', socket.bytesWritten, socket.writableLength, socket.bufferSize, socket.writableNeedDrain)
    counts()
    scene.say('client', socket.write('one'), socket.write('zwölf'), socket.write(Buffer.from('three')))
    counts()
    socket.end('last', () => scene.say('client', 'finished'))
    const [peer] = (await scene.told(server, 'connection')) as [ReturnType<typeof scene.socket>]
    let text = ''
    peer.on('data', (data) => {
      text += data
    })
    await scene.told(peer, 'end')
    peer.end()
    await scene.told(socket.resume(), 'close')
    counts()
    scene.say('peer', text, peer.bytesRead)
  },

  'a connecting socket can be ended': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.resume()))
    const socket = scene.watch('client', scene.socket(), ...LIFE, 'finish')
    socket.connect(port, HOST)
    socket.end()
    scene.say('client', socket.writable, socket.writableEnded)
    await scene.told(socket.resume(), 'close')
  },

  'a refusal fails the writes and the end that waited for the connection': async (scene) => {
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(await scene.deafPort(), HOST)
    socket.write('hello', (error) => scene.say('client', 'written', error))
    socket.end(() => scene.say('client', 'ended'))
    await scene.told(socket, 'close')
  },

  'destroying a connecting socket fails its writes': async (scene) => {
    const port = await scene.listen(scene.server())
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(port, HOST)
    socket.write('hello', (error) => scene.say('client', 'written', error))
    socket.destroy()
    await scene.told(socket, 'close')
  },

  'a connecting socket that is paused reads nothing until resume()': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.end('waiting')))
    const socket = scene.watch('client', scene.socket(), 'data', 'end', 'close')
    socket.connect(port, HOST)
    socket.pause()
    await scene.told(socket, 'connect')
    scene.say('client', socket.isPaused())
    socket.resume()
    await scene.told(socket, 'close')
  },

  'resetAndDestroy() of a connecting socket resets it once it is connected': async (scene) => {
    const server = scene.server()
    const port = await scene.listen(server)
    const socket = scene.watch('client', scene.socket(), 'connect', 'error', 'close')
    socket.connect(port, HOST)
    scene.say('client', socket.resetAndDestroy() === socket, socket.destroyed)
    const [peer] = (await scene.told(server, 'connection')) as [ReturnType<typeof scene.socket>]
    scene.watch('peer', peer, 'error', 'close')
    await Promise.all([scene.told(socket, 'close'), new Promise((resolve) => peer.resume().on('close', resolve))])
  },

  'resetAndDestroy() without a connection emits an error': async (scene) => {
    const socket = scene.watch('client', scene.socket(), 'error', 'close')
    scene.say('client', socket.resetAndDestroy() === socket)
    await scene.told(socket, 'close')
  },

  'resetAndDestroy() after close does nothing': async (scene) => {
    const { client } = await scene.pair()
    scene.watch('client', client, 'error', 'close')
    client.destroy()
    await scene.told(client, 'close')
    client.resetAndDestroy()
    scene.say('client', client.destroyed)
  },

  'a local port in use is reported as an error': async (scene) => {
    const port = await scene.listen(scene.server())
    const other = scene.server()
    const taken = await scene.listen(other)
    const socket = scene.watch('client', scene.socket(), 'error', 'close')
    socket.connect({ port, host: HOST, localAddress: HOST, localPort: taken })
    await scene.told(socket, 'close')
  },

  'the lookup option resolves the name': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.end()))
    const socket = scene.watch('client', scene.socket(), 'lookup', 'connect', 'error', 'close')
    socket.connect({
      port,
      host: 'anybody.test',
      family: 4,
      lookup: (name, options, callback) => {
        scene.say('lookup', name, options.family, options.all)
        process.nextTick(callback, null, HOST, 4)
      },
    })
    await scene.told(socket.resume(), 'close')
  },

  'a lookup that fails, or gives an invalid address, is reported as an error': async (scene) => {
    const answers = [
      [Object.assign(new Error('no such luck'), { code: 'ELUCK' })],
      [null, 'no address', 4],
      [null, HOST, 5],
      [null, undefined, 4],
    ]
    for (const answer of answers) {
      const socket = scene.watch('client', scene.socket(), 'lookup', 'error', 'close')
      const lookup = (_name: string, _options: object, callback: (...args: unknown[]) => void): void => {
        process.nextTick(callback, ...answer)
      }
      socket.connect(Object({ port: 80, host: 'anybody.test', family: 4, lookup }))
      await scene.told(socket, 'close')
    }
  },

  'a numeric address is not looked up': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.end()))
    const socket = scene.watch('client', scene.socket(), 'lookup', 'connect', 'close')
    socket.connect({ port, host: HOST, lookup: () => scene.say('client', 'asked') })
    await scene.told(socket.resume(), 'close')
  },
}
