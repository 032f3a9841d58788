/** What the writes hear that a connection does not live to see through. */
import type { Socket } from 'libuv-wasm/net'
import type { Behaviours, Scene } from '../support/scene.js'

/** More than all buffers between two ends hold. */
const PLENTY = 16_000_000

/** Writes three times what nobody takes, with an end behind if that is wanted, and writes down what becomes of it. */
function write(scene: Scene, socket: Socket, end = false): void {
  scene.watch('client', socket, 'drain', 'finish', 'error', 'close')
  for (const which of [1, 2, 3]) {
    socket.write(Buffer.alloc(PLENTY), (error) => scene.say('client', 'written', which, error))
  }
  if (end) socket.end((error?: Error) => scene.say('client', 'ended', error))
}

/** Waits for the end of a socket, and for what is told behind it. */
async function over(scene: Scene, socket: Socket): Promise<void> {
  await scene.told(socket, 'close')
  await new Promise(setImmediate)
}

/** See the top of the file. */
export const cancelling: Behaviours = {
  'destroy() cancels what is under way': async (scene) => {
    const { client } = await scene.pair()
    write(scene, client)
    client.destroy()
    await over(scene, client)
  },

  'destroy() with an error does, too': async (scene) => {
    const { client } = await scene.pair()
    write(scene, client)
    client.destroy(new Error('enough'))
    await over(scene, client)
  },

  'an end that was asked for comes no more': async (scene) => {
    const { client } = await scene.pair()
    write(scene, client, true)
    client.destroy()
    await over(scene, client)
  },

  'destroying later, when some has gone': async (scene) => {
    const { client, peer } = await scene.pair()
    write(scene, client)
    await scene.told(peer, 'readable')
    client.destroy()
    await over(scene, client)
  },

  'what is gathered is cancelled as one': async (scene) => {
    const { client } = await scene.pair()
    client.cork()
    write(scene, client)
    client.uncork()
    await new Promise(setImmediate)
    client.destroy()
    await over(scene, client)
  },

  'a reset of its own': async (scene) => {
    const { client } = await scene.pair()
    write(scene, client)
    client.resetAndDestroy()
    await over(scene, client)
  },

  'a reset of the peer': async (scene) => {
    for (const listens of [true, false]) {
      const { client, peer } = await scene.pair()
      if (listens) write(scene, client)
      else {
        client.on('error', () => {})
        client.write(Buffer.alloc(PLENTY), (error) => scene.say('client', 'written', error))
      }
      await scene.told(peer, 'readable')
      peer.resetAndDestroy()
      await over(scene, client)
    }
  },

  'a signal': async (scene) => {
    const controller = new AbortController()
    const { client } = await scene.pair({ signal: controller.signal })
    write(scene, client)
    controller.abort()
    await over(scene, client)
  },

  'what was gone when it was destroyed is no failure': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('client', client, 'error', 'close')
    client.write('small', (error) => scene.say('client', 'written', error))
    client.destroy()
    const [data] = await scene.told(peer, 'data')
    scene.say('peer', String(data))
    if (!client.closed) await over(scene, client)
  },

  'an end without a connection': async (scene) => {
    const socket = scene.watch('client', scene.socket(), 'finish', 'error', 'close')
    let called = false
    socket.end(() => {
      called = true
    })
    await new Promise(setImmediate)
    scene.say('client', called, socket.writableEnded, socket.writableFinished, socket.destroyed)
    socket.destroySoon()
    await new Promise(setImmediate)
    scene.say('client', called, socket.destroyed)
  },
}
