/** The environment of a guest: peers on a virtual network, or on the loopback interface of this machine. */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Host, PolicyRules, TCP } from 'libuv-wasm'
import { freePort } from '../../support/free-port.js'
import { openSockets } from '../../support/open-sockets.js'
import { patternBytes } from '../guest/layout.js'
import type { Places } from '../script/author.js'
import type { Library } from './library.js'

/** The name of a network. */
export type StageName = 'virtual' | 'node'

/** One network, and the peers on it. */
export interface Stage {
  readonly name: StageName
  /** The host of the guests. */
  readonly host: Host
  /** The network without a policy. */
  readonly network: Host
  /** What plugins are granted there. */
  readonly grant: PolicyRules
  readonly places: Places
  /** The open sockets of guests and peers, a line each. */
  held(): string[]
  /** Closes those connections of the peers that do not end by themselves, since they are never read. */
  sweep(): void
  close(): Promise<void>
}

/** The bytes that the `talker` peer sends before it ends. */
const SPEECH = patternBytes().subarray(0, 3000)

/** A network in memory, without a policy: the guest may make any call. */
export async function virtualStage({ main }: Library): Promise<Stage> {
  const host = main.virtualHost({ names: { 'here.test': '127.0.0.1' } })
  const loop = await main.Loop.open({ host })
  const silent = new Set<TCP>()
  const serve = (port: number, take: (peer: TCP) => void): void => {
    const server = new main.TCP({ loop })
    server.bind(['127.0.0.1', port])
    server.listen(128, () => take(server.accept()))
  }
  const answer = (peer: TCP, back: (data: Uint8Array) => void): void =>
    peer.readStart((_peer, status, data) => {
      if (status === 0) back(data)
      else void peer.close(() => {})
    })
  const places: Places = { echo: 7, silent: 9, talker: 19, rude: 13, messages: 7, own: [4001, 4002, 4003] }
  serve(places.echo, (peer) => answer(peer, (data) => void peer.write(data, () => {})))
  serve(places.silent, (peer) => void silent.add(peer))
  serve(places.rude, (peer) => peer.closeReset(() => {}))
  serve(places.talker, (peer) => {
    peer.write(SPEECH, () => {})
    peer.shutdown(() => {})
    answer(peer, () => {})
  })
  const messages = new main.UDP({ loop })
  messages.bind(['127.0.0.1', places.messages])
  messages.recvStart((_udp, status, data, from) => {
    if (status === 0 && from !== undefined) messages.send(data, from, () => {})
  })
  loop.run().catch((error: unknown) => process.emitWarning(String(error)))
  return {
    name: 'virtual',
    host,
    network: host,
    grant: { connect: ['*', 'unix:*'], listen: ['*', 'unix:*'] },
    places,
    held: () => host.open(),
    sweep: () => {
      for (const peer of silent) void peer.close(() => {})
      silent.clear()
    },
    close: () => loop[Symbol.asyncDispose](),
  }
}

/** The loopback interface, with a policy that grants the peers here. */
export async function nodeStage({ main, node }: Library): Promise<Stage> {
  const silent = new Set<Socket>()
  const open: (() => void)[] = []
  const serve = async (take: (peer: Socket) => void, backlog = 128): Promise<number> => {
    const server = createServer({ allowHalfOpen: true }, (peer) => {
      peer.on('error', () => {})
      take(peer)
    })
    server.listen({ host: '127.0.0.1', port: 0, backlog })
    await once(server, 'listening')
    open.push(() => server.close())
    return portOf(server)
  }
  const udp = createSocket('udp4', (message, from) => udp.send(message, from.port, from.address))
  udp.on('error', () => {})
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  open.push(() => udp.close())
  const places: Places = {
    echo: await serve((peer) => void peer.pipe(peer)),
    silent: await serve((peer) => void silent.add(peer.pause())),
    talker: await serve((peer) => void peer.resume().end(SPEECH)),
    rude: await serve((peer) => void peer.resetAndDestroy()),
    messages: udp.address().port,
    own: [await freePort(), await freePort(), await freePort()],
  }
  const tcp = [places.echo, places.silent, places.talker, places.rude, places.messages, ...places.own]
  const network = node.nodeHost()
  const grant = {
    connect: tcp.map((port) => `127.0.0.1:${port}`).concat(`localhost:${places.echo}`),
    listen: places.own.map((port) => `127.0.0.1:${port}`),
  }
  return {
    name: 'node',
    host: main.policyHost(network, grant),
    network,
    grant,
    places,
    held: openSockets,
    sweep: () => {
      for (const peer of silent) peer.destroy()
      silent.clear()
    },
    close: async () => {
      for (const close of open) close()
    },
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return address.port
}
