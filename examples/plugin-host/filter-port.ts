/** A port of the gateway: connects each client to the plugin that filters it. */
import type { Duplex } from 'node:stream'
import { createServer, type Server, type Socket } from 'libuv-wasm/net'

/** Opens a stream to the plugin; waits while the plugin restarts. */
export type Open = () => Promise<Duplex>

/** The clients of one filter. */
export class FilterPort {
  /** Clients that are connected now. */
  clients = 0
  /** Clients that have been connected. */
  served = 0
  /** Bytes that went through, in both directions. */
  bytes = 0
  readonly #server: Server
  readonly #open: Open

  private constructor(open: Open) {
    this.#open = open
    // The other direction of a connection stays open when a client has sent all that it has to say.
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => void this.#serve(client))
  }

  /** Listens on a port of 127.0.0.1; 0 takes a free one. */
  static listen(port: number, open: Open): Promise<FilterPort> {
    const made = new FilterPort(open)
    return new Promise((resolve, reject) => {
      made.#server.once('error', reject).listen(port, '127.0.0.1', () => resolve(made))
    })
  }

  /** The port that it listens on. */
  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Takes no more clients. */
  close(): void {
    this.#server.close()
  }

  async #serve(client: Socket): Promise<void> {
    this.clients++
    this.served++
    client.on('close', () => this.clients--)
    client.on('error', () => client.destroy())
    try {
      const plugin = await this.#open()
      if (client.destroyed) plugin.destroy()
      else this.#join(client, plugin)
    } catch {
      client.resetAndDestroy()
    }
  }

  #join(client: Socket, plugin: Duplex): void {
    const count = (data: Buffer): void => {
      this.bytes += data.length
    }
    client.on('data', count).on('close', () => plugin.destroy())
    // A plugin that ends early has lost the connection, and its client must know that.
    plugin.on('data', count).on('error', () => client.resetAndDestroy())
    plugin.on('close', () => client.destroySoon())
    client.pipe(plugin)
    plugin.pipe(client)
  }
}
