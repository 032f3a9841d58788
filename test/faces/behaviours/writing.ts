/** How bytes are written, counted and read. */
import type { Socket } from 'libuv-wasm/net'
import { type Behaviours, HOST, type Scene } from '../support/scene.js'

/** The text that one end receives, to its end. */
async function whole(scene: Scene, socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (data) => {
    text += data
  })
  await scene.told(socket, 'end')
  return text
}

/** Behaviours of writing and reading. */
export const writing: Behaviours = {
  'bytesWritten counts encoded bytes, whatever the encoding': async (scene) => {
    const { client, peer } = await scene.pair()
    const received = whole(scene, peer)
    client.write('grün')
    scene.say('client', client.bytesWritten)
    client.write('67727c6e', 'hex')
    scene.say('client', client.bytesWritten)
    client.write('Z3LDvG4=', 'base64')
    client.write('gr\u00fcn', 'latin1')
    client.write('\u20ac', 'utf16le')
    client.write(new Uint8Array([104, 105]))
    scene.say('client', client.bytesWritten)
    client.end()
    scene.say('peer', await received, peer.bytesRead)
  },

  'corked writes are sent together': async (scene) => {
    const { client, peer } = await scene.pair()
    const received = whole(scene, peer)
    client.cork()
    for (const piece of ['a', 'b', 'c']) client.write(piece, () => scene.say('client', 'written', piece))
    scene.say('client', client.writableLength, client.bytesWritten, client.writableCorked)
    process.nextTick(() => client.uncork())
    await new Promise((resolve) => client.write('d', resolve))
    scene.say('client', client.writableLength, client.bytesWritten)
    client.end()
    scene.say('peer', await received)
  },

  'writes call back in order': async (scene) => {
    const { client, peer } = await scene.pair()
    peer.resume()
    for (let i = 0; i < 5; i++) client.write(String(i), () => scene.say('client', i))
    await new Promise<void>((resolve) => client.end('the end', resolve))
    scene.say('client', 'ended', client.writableFinished)
  },

  'a write after end() is an error': async (scene) => {
    const { client, peer } = await scene.pair()
    peer.resume()
    scene.watch('client', client, 'finish', 'error', 'close')
    client.end()
    scene.say(
      'client',
      client.write('late', (error) => scene.say('client', 'written', error)),
    )
    await scene.told(client, 'close')
  },

  'a write after destroy() fails without an error event': async (scene) => {
    const { client } = await scene.pair()
    scene.watch('client', client, 'error', 'close')
    client.destroy()
    scene.say(
      'client',
      client.write('late', (error) => scene.say('client', 'written', error)),
    )
    await scene.told(client, 'close')
    client.write('later', (error) => scene.say('client', 'written', error))
    await new Promise(setImmediate)
  },

  'a write without a connection is an error': async (scene) => {
    const socket = scene.watch('client', scene.socket(), 'error', 'close')
    socket.write('hello', (error) => scene.say('client', 'written', error))
    await scene.told(socket, 'close')
  },

  'a write after the peer has ended is an error without allowHalfOpen': async (scene) => {
    for (const allowHalfOpen of [false, true]) {
      const { client, peer } = await scene.pair({ allowHalfOpen })
      peer.end()
      client.resume()
      await scene.told(client, 'end')
      scene.say('client', client.writable)
      client.on('error', (error) => scene.say('client', error))
      scene.say(
        'client',
        client.write('still there', (error) => scene.say('client', 'written', error)),
      )
      client.end()
      await Promise.all([
        client.closed || scene.told(client, 'close'),
        peer.closed || scene.told(peer.resume(), 'close'),
      ])
    }
  },

  'a write of neither bytes nor text is refused': async (scene) => {
    const { client } = await scene.pair()
    for (const wrong of [undefined, null, 5, {}, true, []]) {
      scene.try('client', () => Reflect.apply(client.write, client, [wrong]))
    }
    scene.try('client', () => Reflect.apply(client.write, client, ['text', 'no encoding']))
  },

  'many writes fill the buffer, and drain is emitted once the peer reads': async (scene) => {
    const { client, peer } = await scene.pair()
    let held = false
    for (let i = 0; i < 200 && !held; i++) held = !client.write(Buffer.alloc(262_144, 1))
    scene.say('client', held, client.writableNeedDrain, (client.bufferSize ?? 0) > 0)
    peer.resume()
    await scene.told(client, 'drain')
    scene.say('client', client.writableLength, client.writableNeedDrain)
    client.end()
    await scene.told(peer, 'end')
    scene.say('peer', peer.bytesRead === client.bytesWritten)
  },

  'more than 2 GiB may wait for one write': async (scene) => {
    const { client, peer } = await scene.pair()
    scene.watch('client', client, 'error')
    const piece = Buffer.alloc(2 ** 24)
    for (let n = 0; n < 132; n++) client.write(piece)
    scene.say('client', client.writableLength > 2 ** 31, client.bytesWritten)
    // Until the waiting writes are sent as one.
    for await (const _ of peer) if (peer.bytesRead > 2 * piece.length) break
    scene.say('client', client.destroyed, client.bytesWritten)
  },

  'setEncoding decodes characters that are split between chunks': async (scene) => {
    const { client, peer } = await scene.pair()
    peer.setEncoding('utf8')
    const received = whole(scene, peer)
    const bytes = Buffer.from('ein Stück für Ännchen')
    for (const byte of bytes) client.write(Buffer.from([byte]))
    client.end()
    scene.say('peer', await received, peer.readableEncoding)
  },

  'read(size) gives pieces of that size': async (scene) => {
    const { client, peer } = await scene.pair()
    client.end('abcdefgh')
    const pieces: unknown[] = []
    await new Promise<void>((resolve) => {
      peer.on('readable', () => {
        for (let piece = peer.read(3); piece !== null; piece = peer.read(3)) pieces.push(String(piece))
      })
      peer.on('end', resolve)
    })
    scene.say('peer', pieces.join('|'), peer.readableEnded)
  },

  'pipe() forwards all bytes and the end': async (scene) => {
    const { client } = await scene.pair({}, Object({ pauseOnConnect: false })).then(async (ends) => {
      ends.peer.pipe(ends.peer)
      return ends
    })
    const received = whole(scene, client)
    client.write('there ')
    client.end('and back')
    scene.say('client', await received)
  },

  'for await reads a socket to its end': async (scene) => {
    const { client, peer } = await scene.pair()
    client.end('all of it')
    let text = ''
    for await (const chunk of peer) text += chunk
    scene.say('peer', text, peer.destroyed)
  },

  'onread reads into its own buffer': async (scene) => {
    const server = scene.server((peer) => peer.end('into a buffer'))
    const buffer = Buffer.alloc(64)
    let text = ''
    const socket = scene.net.connect({
      port: await scene.listen(server),
      host: HOST,
      onread: {
        buffer,
        callback: (length, where) => {
          text += Buffer.from(where.subarray(0, length))
          return true
        },
      },
    })
    scene.watch('client', socket, 'data', 'end', 'close')
    await scene.told(socket, 'close')
    scene.say('client', text, socket.bytesRead)
  },
}
