/**
 * A recording of a behaviour of `node:net` on one implementation: every event and result that a program sees.
 */
import type { Net, Server, Socket } from 'libuv-wasm/net'
import { soon } from '../../support/deadline.js'

/**
 * A behaviour that programs rely on. The scene's record of it has to be the same on `node:net`.
 */
export type Behaviour = (scene: Scene) => Promise<void>

/** Behaviours by their names. */
export type Behaviours = Readonly<Record<string, Behaviour>>

/** An emitter whose events can be recorded. */
interface Emitter {
  on(event: string, listener: (...args: unknown[]) => void): unknown
}

/** The address of all servers. */
export const HOST = '127.0.0.1'

/** One run of a behaviour. */
export class Scene {
  readonly net: Net
  readonly #lines = new Map<string, string[]>()
  readonly #open: (Socket | Server)[] = []

  /** @param net - that of libuv-wasm, or `node:net` */
  constructor(net: Net) {
    this.net = net
  }

  /** The lines of each participant, in order. */
  get seen(): ReadonlyMap<string, readonly string[]> {
    return this.#lines
  }

  /** Records a line of the participant `who`. */
  say(who: string, ...what: readonly unknown[]): void {
    const lines = this.#lines.get(who) ?? []
    this.#lines.set(who, lines)
    lines.push(what.map(told).join(' '))
  }

  /** Records what a call returns or throws. */
  try(who: string, call: () => unknown): void {
    try {
      this.say(who, 'returned', call())
    } catch (error) {
      this.say(who, 'threw', error)
    }
  }

  /** Records the events of one participant. */
  watch<Watched extends Emitter>(who: string, emitter: Watched, ...events: readonly string[]): Watched {
    for (const event of events) emitter.on(event, (...args) => this.say(who, event, ...args))
    return emitter
  }

  /** A server that is closed at the end of the run. */
  server(...args: Parameters<Net['createServer']>): Server {
    const server = this.net.createServer(...args)
    this.#open.push(server)
    server.on('connection', (peer: Socket) => this.#open.push(peer))
    return server
  }

  /** A socket that is destroyed at the end of the run. */
  socket(...args: ConstructorParameters<Net['Socket']>): Socket {
    const socket = new this.net.Socket(...args)
    this.#open.push(socket)
    return socket
  }

  /** Waits for an event. @returns its arguments */
  async told(emitter: Socket | Server, event: string): Promise<unknown[]> {
    // Not once() of node:events, which is rejected by an error event: that is part of the behaviour.
    return soon(new Promise<unknown[]>((resolve) => emitter.once(event, (...args: unknown[]) => resolve(args))), event)
  }

  /** Makes a server listen. @returns its port */
  async listen(server: Server): Promise<number> {
    server.listen(0, HOST)
    await this.told(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** A port without a listener. */
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

  /** Closes the open servers and sockets, and waits until they are closed. */
  async leave(): Promise<void> {
    await Promise.all(
      this.#open.map(async (one) => {
        if ('destroy' in one) {
          if (one.closed || (one.destroyed && one.pending)) return
          // An error at this point is not part of the behaviour.
          one.on('error', () => {})
          one.destroy()
        } else if (one.listening) one.close()
        else return
        await this.told(one, 'close')
      }),
    )
  }
}

/** A value in a form that can be compared between two runs, which have different ports and streams. */
function told(value: unknown): string {
  if (value instanceof Uint8Array) return String(value)
  if (Object.prototype.toString.call(value) === '[object Error]') {
    const { name, code, syscall, address, message } = Object(value)
    return [name, code, syscall, address, withoutPorts(message)].join('|')
  }
  if (typeof value === 'object' && value !== null) {
    // Node's classes are from another realm than Jest's; those of libuv-wasm/net extend the ones of the same name.
    const { name } = value.constructor
    return name === 'Object' ? withoutPorts(JSON.stringify(value)) : name.replace('Loop', '')
  }
  return withoutPorts(String(value))
}

const withoutPorts = (text: string): string => text.replace(/\b[1-9]\d{4}\b/g, 'PORT')
