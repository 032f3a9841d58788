/** How connections begin, and how they do not. */
import { type Behaviours, HOST } from '../support/scene.js'

const LIFE = ['lookup', 'connectionAttempt', 'connect', 'ready', 'end', 'error', 'close']

/** See the top of the file. */
export const connecting: Behaviours = {
  'says where it is on its way': async (scene) => {
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

  'a refusal names address and port': async (scene) => {
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(await scene.deafPort(), HOST)
    await scene.told(socket, 'close')
    scene.say('client', socket.connecting, socket.destroyed, socket.readyState)
  },

  'a refused socket connects again': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.end('here')))
    const socket = scene.watch('client', scene.socket(), ...LIFE, 'data')
    socket.connect(await scene.deafPort(), HOST)
    await scene.told(socket, 'close')
    socket.connect(port, HOST)
    await scene.told(socket, 'close')
  },

  'a socket whose connection is over connects again': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.end('once more')))
    const socket = scene.watch('client', scene.socket(), ...LIFE, 'data')
    for (let times = 0; times < 3; times++) {
      socket.connect(port, HOST)
      await scene.told(socket, 'close')
      scene.say('client', socket.bytesRead, socket.destroyed)
    }
  },

  'destroying at once tells nothing but the close': async (scene) => {
    const port = await scene.listen(scene.server())
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(port, HOST)
    socket.destroy()
    await scene.told(socket, 'close')
    scene.say('client', socket.connecting, socket.pending, socket.readyState)
  },

  'destroying with an error tells that': async (scene) => {
    const port = await scene.listen(scene.server())
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(port, HOST)
    socket.destroy(new Error('enough'))
    await scene.told(socket, 'close')
  },

  'destroying twice is destroying once': async (scene) => {
    const { client } = await scene.pair()
    scene.watch('client', client, ...LIFE)
    client.destroy(new Error('first'))
    client.destroy(new Error('second'))
    await scene.told(client, 'close')
  },

  'a signal ends it': async (scene) => {
    const port = await scene.listen(scene.server())
    const controller = new AbortController()
    const socket = scene.watch('client', scene.socket({ signal: controller.signal }), ...LIFE)
    socket.connect(port, HOST)
    controller.abort()
    await scene.told(socket, 'close')
  },

  'what is written meanwhile is kept, and counted': async (scene) => {
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

  'the end may be asked for before the beginning': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.resume()))
    const socket = scene.watch('client', scene.socket(), ...LIFE, 'finish')
    socket.connect(port, HOST)
    socket.end()
    scene.say('client', socket.writable, socket.writableEnded)
    await scene.told(socket.resume(), 'close')
  },

  'nobody is there for bytes that were written before': async (scene) => {
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(await scene.deafPort(), HOST)
    socket.write('hello', (error) => scene.say('client', 'written', error))
    socket.end(() => scene.say('client', 'ended'))
    await scene.told(socket, 'close')
  },

  'destroying meanwhile fails what was written': async (scene) => {
    const port = await scene.listen(scene.server())
    const socket = scene.watch('client', scene.socket(), ...LIFE)
    socket.connect(port, HOST)
    socket.write('hello', (error) => scene.say('client', 'written', error))
    socket.destroy()
    await scene.told(socket, 'close')
  },

  'pausing meanwhile leaves bytes where they are': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.end('waiting')))
    const socket = scene.watch('client', scene.socket(), 'data', 'end', 'close')
    socket.connect(port, HOST)
    socket.pause()
    await scene.told(socket, 'connect')
    scene.say('client', socket.isPaused())
    socket.resume()
    await scene.told(socket, 'close')
  },

  'a reset meanwhile comes behind the connection': async (scene) => {
    const server = scene.server()
    const port = await scene.listen(server)
    const socket = scene.watch('client', scene.socket(), 'connect', 'error', 'close')
    socket.connect(port, HOST)
    scene.say('client', socket.resetAndDestroy() === socket, socket.destroyed)
    const [peer] = (await scene.told(server, 'connection')) as [ReturnType<typeof scene.socket>]
    scene.watch('peer', peer, 'error', 'close')
    await Promise.all([scene.told(socket, 'close'), new Promise((resolve) => peer.resume().on('close', resolve))])
  },

  'a reset without a connection is an error': async (scene) => {
    const socket = scene.watch('client', scene.socket(), 'error', 'close')
    scene.say('client', socket.resetAndDestroy() === socket)
    await scene.told(socket, 'close')
  },

  'a reset behind the end of all is nothing': async (scene) => {
    const { client } = await scene.pair()
    scene.watch('client', client, 'error', 'close')
    client.destroy()
    await scene.told(client, 'close')
    client.resetAndDestroy()
    scene.say('client', client.destroyed)
  },

  'a taken port of its own is told as an error': async (scene) => {
    const port = await scene.listen(scene.server())
    const other = scene.server()
    const taken = await scene.listen(other)
    const socket = scene.watch('client', scene.socket(), 'error', 'close')
    socket.connect({ port, host: HOST, localAddress: HOST, localPort: taken })
    await scene.told(socket, 'close')
  },

  'a look-up of the caller is asked, and believed': async (scene) => {
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

  'a look-up that fails, or says nonsense, is told': async (scene) => {
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

  'an address in numbers is not looked up': async (scene) => {
    const port = await scene.listen(scene.server((peer) => peer.end()))
    const socket = scene.watch('client', scene.socket(), 'lookup', 'connect', 'close')
    socket.connect({ port, host: HOST, lookup: () => scene.say('client', 'asked') })
    await scene.told(socket.resume(), 'close')
  },
}
