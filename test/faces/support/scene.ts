/**
 * Where a behaviour of `node:net` is played: on one implementation, with everything that its user sees written down.
 */
import type { Net, Server, Socket } from 'libuv-wasm/net'
import { soon } from '../../support/deadline.js'

/**
 * Something that programs rely on. What they see of it stands in the scene afterwards, and is the same on `node:net`.
 */
export type Behaviour = (scene: Scene) => Promise<void>

/** Behaviours by what they are about. */
export type Behaviours = Readonly<Record<string, Behaviour>>

/** What can be watched. */
interface Emitter {
  on(event: string, listener: (...args: unknown[]) => void): unknown
}

/** The address that everything happens at. */
export const HOST = '127.0.0.1'

/** One play. */
export class Scene {
  readonly net: Net
  readonly #lines = new Map<string, string[]>()
  readonly #open: (Socket | Server)[] = []

  /** @param net - ours, or Node's */
  constructor(net: Net) {
    this.net = net
  }

  /** What each participant saw, in its own order. */
  get seen(): ReadonlyMap<string, readonly string[]> {
    return this.#lines
  }

  /** Writes down what `who` sees. */
  say(who: string, ...what: readonly unknown[]): void {
    const lines = this.#lines.get(who) ?? []
    this.#lines.set(who, lines)
    lines.push(what.map(told).join(' '))
  }

  /** Writes down the outcome of a call: what it returns or throws. */
  try(who: string, call: () => unknown): void {
    try {
      this.say(who, 'returned', call())
    } catch (error) {
      this.say(who, 'threw', error)
    }
  }

  /** Writes the events of one participant down as they come. */
  watch<Watched extends Emitter>(who: string, emitter: Watched, ...events: readonly string[]): Watched {
    for (const event of events) emitter.on(event, (...args) => this.say(who, event, ...args))
    return emitter
  }

  /** A server that is closed when the play is over. */
  server(...args: Parameters<Net['createServer']>): Server {
    const server = this.net.createServer(...args)
    this.#open.push(server)
    server.on('connection', (peer: Socket) => this.#open.push(peer))
    return server
  }

  /** A socket that is destroyed when the play is over. */
  socket(...args: ConstructorParameters<Net['Socket']>): Socket {
    const socket = new this.net.Socket(...args)
    this.#open.push(socket)
    return socket
  }

  /** Waits for an event. @returns what it came with */
  async told(emitter: Socket | Server, event: string): Promise<unknown[]> {
    // Not once() of node:events, which fails with an error: that belongs to the play.
    return soon(new Promise<unknown[]>((resolve) => emitter.once(event, (...args: unknown[]) => resolve(args))), event)
  }

  /** Lets a server listen. @returns its port */
  async listen(server: Server): Promise<number> {
    server.listen(0, HOST)
    await this.told(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** A port that nobody listens on. */
  async deafPort(): Promise<number> {
    const server = this.net.createServer()
    const port = await this.listen(server)
    server.close()
    await this.told(server, 'close')
    return port
  }

  /** Both ends of a connection. */
  async pair(client: object = {}, server: object = {}): Promise<{ client: Socket; peer: Socket; server: Server }> {
    const listening = this.server(server)
    const socket = this.socket(client)
    socket.connect({ ...client, port: await this.listen(listening), host: HOST })
    const [[peer]] = await Promise.all([
      this.told(listening, 'connection') as Promise<[Socket]>,
      this.told(socket, 'connect'),
    ])
    return { client: socket, peer, server: listening }
  }

  /** Ends what is left, and waits until it has ended. */
  async leave(): Promise<void> {
    await Promise.all(
      this.#open.map(async (one) => {
        if ('destroy' in one) {
          if (one.closed || (one.destroyed && one.pending)) return
          // What fails on its way out is not a part of the play.
          one.on('error', () => {})
          one.destroy()
        } else if (one.listening) one.close()
        else return
        await this.told(one, 'close')
      }),
    )
  }
}

/** A value as it can be compared between two plays: ports and streams are other ones each time. */
function told(value: unknown): string {
  if (value instanceof Uint8Array) return String(value)
  if (Object.prototype.toString.call(value) === '[object Error]') {
    const { name, code, syscall, address, message } = Object(value)
    return [name, code, syscall, address, withoutPorts(message)].join('|')
  }
  if (typeof value === 'object' && value !== null) {
    // Node's classes are of another realm than Jest's, and ours are derived from those of the same name.
    const { name } = value.constructor
    return name === 'Object' ? withoutPorts(JSON.stringify(value)) : name.replace('Loop', '')
  }
  return withoutPorts(String(value))
}

const withoutPorts = (text: string): string => text.replace(/\b[1-9]\d{4}\b/g, 'PORT')
