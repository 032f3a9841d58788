/** The callbacks of writes that are pending when their connection ends. */
import type { Socket } from 'libuv-wasm/net'
import type { Behaviours, Scene } from '../support/scene.js'

/** More bytes than all buffers between two ends hold. */
const PLENTY = 16_000_000

/** Makes three writes that the peer does not read, and an end if wanted, and records their callbacks. */
function write(scene: Scene, socket: Socket, end = false): void {
  scene.watch('client', socket, 'drain', 'finish', 'error', 'close')
  for (const which of [1, 2, 3]) {
    socket.write(Buffer.alloc(PLENTY), (error) => scene.say('client', 'written', which, error))
  }
  if (end) socket.end((error?: Error) => scene.say('client', 'ended', error))
}

/** Waits for the close of a socket, and for the callbacks after it. */
async function over(scene: Scene, socket: Socket): Promise<void> {
  await scene.told(socket, 'close')
  await new Promise(setImmediate)
}

/** Behaviours of sockets that end while writes are pending. */
export const cancelling: Behaviours = {
  'destroy() cancels pending writes': async (scene) => {
    const { client } = await scene.pair()
    write(scene, client)
    client.destroy()
    await over(scene, client)
  },

  'destroy() with an error cancels pending writes': async (scene) => {
    const { client } = await scene.pair()
    write(scene, client)
    client.destroy(new Error('enough'))
    await over(scene, client)
  },

  'destroy() cancels a pending end': async (scene) => {
    const { client } = await scene.pair()
    write(scene, client, true)
    client.destroy()
    await over(scene, client)
  },

  'destroy() after some bytes were sent cancels the other writes': async (scene) => {
    const { client, peer } = await scene.pair()
    write(scene, client)
    await scene.told(peer, 'readable')
    client.destroy()
    await over(scene, client)
  },

  'destroy() cancels writes that were corked together': async (scene) => {
    const { client } = await scene.pair()
    client.cork()
    write(scene, client)
    client.uncork()
    await new Promise(setImmediate)
    client.destroy()
    await over(scene, client)
  },

  'resetAndDestroy() cancels pending writes': async (scene) => {
    const { client } = await scene.pair()
    write(scene, client)
    client.resetAndDestroy()
    await over(scene, client)
  },

  'a reset by the peer fails pending writes': async (scene) => {
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

  'an abort signal cancels pending writes': async (scene) => {
    const controller = new AbortController()
    const { client } = await scene.pair({ signal: controller.signal })
    write(scene, client)
    controller.abort()
    await over(scene, client)
  },

  'a write that was sent before destroy() arrives': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('client', client, 'error', 'close')
    client.write('small', (error) => scene.say('client', 'written', error))
    client.destroy()
    const [data] = await scene.told(peer, 'data')
    scene.say('peer', String(data))
    if (!client.closed) await over(scene, client)
  },

  'end() of a socket without a connection waits for destroySoon()': async (scene) => {
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
