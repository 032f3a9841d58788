/** Options that restrict sockets and servers, such as a BlockList, and errors for wrong options. */
import { BlockList } from 'node:net'
import type { Server, Socket } from 'libuv-wasm/net'
import { type Behaviours, HOST, type Scene } from '../support/scene.js'

const LIFE = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close']

/** Lists that block this machine, in each way a BlockList offers, and one that does not. */
const LISTS: Readonly<Record<string, (list: BlockList) => void>> = {
  address: (list) => list.addAddress(HOST),
  range: (list) => list.addRange('127.0.0.0', '127.0.0.9'),
  subnet: (list) => list.addSubnet('127.0.0.0', 8),
  'IPv6 subnet': (list) => list.addSubnet('::ffff:0:0', 96, 'ipv6'),
  another: (list) => list.addAddress('192.0.2.1'),
}

const listOf = (fill: (list: BlockList) => void): BlockList => {
  const list = new BlockList()
  fill(list)
  return list
}

const LOCAL = listOf((list) => list.addSubnet('127.0.0.0', 8))

/** Connects to a server. @returns whether it accepted the connection */
async function knock(scene: Scene, server: Server, port: number, host = HOST): Promise<string> {
  let seen = 'kept out'
  const accepted = (peer: Socket): void => {
    seen = 'let in'
    peer.end()
  }
  server.on('connection', accepted)
  const socket = scene.socket()
  socket.on('error', () => {})
  socket.connect(port, host)
  await scene.told(socket.resume(), 'close')
  server.off('connection', accepted)
  return seen
}

/** A lookup function with these results. */
const finding =
  (...addresses: readonly { address: string; family: number }[]) =>
  (_name: string, _options: object, callback: (error: null, found: readonly object[]) => void): void => {
    setImmediate(callback, null, addresses)
  }

/** Records the error of a call, without its message, which may differ. @returns whether it threw nothing */
function attempt(scene: Scene, who: string, call: () => unknown): boolean {
  try {
    call()
    scene.say(who, 'no error')
    return true
  } catch (error) {
    scene.say(who, Object(error).name, Object(error).code)
    return false
  }
}

/** Behaviours of options. */
export const guarding: Behaviours = {
  'a server drops connections from blocked addresses': async (scene) => {
    for (const [what, fill] of Object.entries(LISTS)) {
      const server = scene.watch('server', scene.server(Object({ blockList: listOf(fill) })), 'drop', 'error')
      scene.say('server', what, await knock(scene, server, await scene.listen(server)))
    }
  },

  'a server on both families drops connections from a blocked IPv4 address': async (scene) => {
    const server = scene.server(Object({ blockList: LOCAL }))
    server.listen(0)
    await scene.told(server, 'listening')
    const { port } = Object(server.address())
    scene.say('server', await knock(scene, server, port), await knock(scene, server, port, '::1'))
  },

  'a blockList that is set later is used where the option exists': async (scene) => {
    const server = scene.server()
    const port = await scene.listen(server)
    scene.say('server', await knock(scene, server, port))
    Object.assign(server, { blockList: LOCAL })
    const used = Reflect.get(new scene.net.Server(Object({ blockList: LOCAL })), 'blockList') !== undefined
    // A Node without the option has no such property either.
    scene.say('server', used ? await knock(scene, server, port) : 'no list')
  },

  'maxConnections counts before the blockList is checked': async (scene) => {
    const server = scene.server(Object({ blockList: LOCAL }))
    server.maxConnections = 1
    server.on('drop', () => scene.say('server', 'drop'))
    const port = await scene.listen(server)
    for (let n = 0; n < 3; n++) scene.say('server', await knock(scene, server, port))
  },

  'a client does not connect to a blocked address': async (scene) => {
    const server = scene.server((peer) => peer.end())
    const port = await scene.listen(server)
    for (const fill of Object.values(LISTS)) {
      const socket = scene.watch('client', scene.socket(Object({ blockList: listOf(fill) })), ...LIFE)
      socket.connect({ port, host: HOST })
      await scene.told(socket.resume(), 'close')
    }
  },

  'a client skips a blocked address of a name': async (scene) => {
    const server = scene.server((peer) => peer.end())
    server.listen(0)
    await scene.told(server, 'listening')
    const { port } = Object(server.address())
    const [four, six] = [
      { address: HOST, family: 4 },
      { address: '::1', family: 6 },
    ]
    for (const addresses of [[four, six], [six, four], [four]]) {
      const socket = scene.watch('client', scene.socket(Object({ blockList: LOCAL })), ...LIFE)
      socket.connect(Object({ port, host: 'name.test', lookup: finding(...addresses), autoSelectFamily: true }))
      await scene.told(socket.resume(), 'close')
      scene.say('client', socket.autoSelectFamilyAttemptedAddresses?.join())
    }
  },

  'a client fails if all addresses of a name are blocked': async (scene) => {
    const both = listOf((list) => {
      list.addAddress(HOST)
      list.addAddress('::1', 'ipv6')
    })
    const socket = scene.socket(Object({ blockList: both }))
    socket.on('connectionAttempt', () => scene.say('client', 'attempt'))
    socket.on('error', (error) => scene.say('client', Object(error).code, Object(error).errors?.map(String)))
    const lookup = finding({ address: HOST, family: 4 }, { address: '::1', family: 6 })
    socket.connect(Object({ port: await scene.deafPort(), host: 'name.test', lookup, autoSelectFamily: true }))
    await scene.told(socket, 'close')
  },

  'a wrong blockList is refused': async (scene) => {
    for (const wrong of [5, 'list', {}, [], () => {}, null, undefined, 0, '']) {
      attempt(scene, 'socket', () => scene.socket(Object({ blockList: wrong })))
      attempt(scene, 'server', () => scene.server(Object({ blockList: wrong })))
    }
  },

  'maxConnections may have odd values': async (scene) => {
    for (const most of [0, 1, null, undefined, Number.NaN, '0', '1', -1, Number.POSITIVE_INFINITY]) {
      const server = scene.server()
      server.on('drop', () => scene.say('server', 'drop'))
      Reflect.set(server, 'maxConnections', most)
      const port = await scene.listen(server)
      scene.say('server', String(most), await knock(scene, server, port))
    }
  },

  'a wrong descriptor is refused': async (scene) => {
    for (const fd of [1000, -1, 1.5, 2 ** 31, 'x', null]) {
      attempt(scene, 'socket', () => scene.socket(Object({ fd })))
    }
    attempt(scene, 'socket', () => Reflect.construct(scene.net.Socket, [1000]))
    for (const options of [{ fd: 1000 }, { fd: 1000, port: 0 }, { fd: 1000, path: '/nowhere' }]) {
      const server = scene.server()
      server.listen(Object(options))
      const [error] = await scene.told(server, 'error')
      scene.say('server', Object(error).code, server.listening)
    }
  },

  'a wrong signal is refused': async (scene) => {
    for (const signal of [5, 'signal', {}, null, undefined]) {
      attempt(scene, 'socket', () => scene.socket(Object({ signal })))
      const server = scene.server()
      const listens = attempt(scene, 'server', () => server.listen(Object({ port: 0, host: HOST, signal })))
      if (listens) await scene.told(server, 'listening')
    }
  },

  'a wrong autoSelectFamilyAttemptTimeout is refused': async (scene) => {
    const port = await scene.deafPort()
    for (const autoSelectFamilyAttemptTimeout of [0, -1, 1.5, 2 ** 31, 'x', true, null, 1, 20]) {
      const socket = scene.socket()
      socket.on('error', () => {})
      const options = { port, host: HOST, autoSelectFamilyAttemptTimeout }
      attempt(scene, 'client', () => socket.connect(Object(options)))
      socket.destroy()
    }
  },

  'reusePort shares a port between servers that set it': async (scene) => {
    const [one, other] = [scene.server(), scene.server()]
    one.listen(Object({ port: 0, host: HOST, reusePort: true }))
    await scene.told(one, 'listening')
    const { port } = Object(one.address())
    const told = new Promise<unknown>((resolve) => {
      other.on('listening', () => resolve('both listen'))
      other.on('error', (error) => resolve(Object(error).code))
    })
    other.listen(Object({ port, host: HOST, reusePort: true }))
    scene.say('server', await told)
    // A server without the option cannot share it.
    const third = scene.server()
    third.listen(Object({ port, host: HOST }))
    const [error] = await scene.told(third, 'error')
    scene.say('server', Object(error).code)
  },

  'a negative highWaterMark is replaced by the default': async (scene) => {
    const server = scene.server({ highWaterMark: -5 })
    const port = await scene.listen(server)
    const coming = scene.told(server, 'connection') as Promise<[Socket]>
    scene.socket().connect(port, HOST)
    const [peer] = await coming
    scene.say('peer', peer.readableHighWaterMark, peer.writableHighWaterMark)
  },

  'a wrong onread is ignored': async (scene) => {
    for (const onread of [null, {}, { buffer: new Uint8Array(8) }, { buffer: 'x', callback: () => true }]) {
      const { client, peer } = await scene.pair({ onread })
      peer.end('bytes')
      client.on('data', (data) => scene.say('client', String(data)))
      await scene.told(client, 'end')
    }
  },
}
