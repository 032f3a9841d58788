/** Two clients exchange messages through a server, over TCP in memory. Each of the three has its own libuv loop. */
import { type Address, type Host, Loop, TCP } from 'libuv-wasm'

/** An event in the conversation. */
export interface Step {
  readonly from: string
  readonly to: string
  readonly what: 'connect' | 'say' | 'end'
  readonly text: string
  /** Milliseconds since the conversation was opened. */
  readonly at: number
}

/** The resources of all loops together. */
export interface Held {
  readonly handles: number
  readonly descriptors: number
  readonly heapBlocks: number
}

type Note = (step: Omit<Step, 'at'>) => void

/** The server's name, which no client may have. */
export const SERVER = 'server'

/** An open conversation. */
export class Conversation {
  /** The server's address. */
  readonly address: Address
  readonly #loops: readonly Loop[]
  readonly #guests: ReadonlyMap<string, TCP>
  readonly #over: Promise<unknown>

  private constructor(server: TCP, guests: ReadonlyMap<string, TCP>, over: Promise<unknown>) {
    this.address = server.sockname
    this.#guests = guests
    this.#loops = [server.loop, ...[...guests.values()].map(({ loop }) => loop)]
    this.#over = over
  }

  /** Opens a server, and connects a client for each name. */
  static async open(host: Host, names: readonly string[], onStep: (step: Step) => void): Promise<Conversation> {
    const start = performance.now()
    const note: Note = (step) => onStep({ ...step, at: performance.now() - start })
    const server = new TCP({ loop: await Loop.open({ host }) })
    server.bind(['127.0.0.1', 80])
    server.listen()
    const parts = [serve(server, note), server.loop.run()]
    const guests = new Map<string, TCP>()
    for (const name of names) {
      const guest = new TCP({ loop: await Loop.open({ host }) })
      guests.set(name, guest)
      const joined = join(guest, name, server.sockname, note)
      parts.push(guest.loop.run())
      await joined
      parts.push(listen(guest, name, note))
    }
    return new Conversation(server, guests, Promise.all(parts))
  }

  /** Sends a message from one client, which the server forwards to the others. */
  async say(name: string, text: string): Promise<void> {
    await this.#guests.get(name)?.write(encode(text.replaceAll('\n', ' ')))
  }

  /** A client's address. */
  addressOf(name: string): Address | undefined {
    return this.#guests.get(name)?.sockname
  }

  /** The current resources of the loops. */
  get held(): Held {
    const all = this.#loops.map(({ resources }) => resources)
    return {
      handles: all.reduce((sum, { handles }) => sum + handles, 0),
      descriptors: all.reduce((sum, { descriptors }) => sum + descriptors, 0),
      heapBlocks: all.reduce((sum, { heapBlocks }) => sum + heapBlocks, 0),
    }
  }

  /** Shuts down all connections. The loops then have no work left, end, and are closed. */
  async close(): Promise<void> {
    await Promise.all([...this.#guests.values()].map((guest) => guest.shutdown()))
    await this.#over
    for (const loop of this.#loops) loop.close()
  }
}

/** Forwards each client's messages to all the others, until the last client has disconnected. */
async function serve(server: TCP, note: Note): Promise<void> {
  const peers = new Map<TCP, string>()
  for await (const peer of server.connections()) {
    void attend(peer, peers, note).then(() => {
      if (peers.size === 0) void server.close()
    })
  }
}

async function attend(peer: TCP, peers: Map<TCP, string>, note: Note): Promise<void> {
  let name = ''
  for await (const line of lines(peer)) {
    if (name === '') {
      name = line
      peers.set(peer, name)
      continue
    }
    note({ from: name, to: SERVER, what: 'say', text: line })
    for (const other of peers.keys()) if (other !== peer) await other.write(encode(line))
  }
  note({ from: name, to: SERVER, what: 'end', text: 'end' })
  peers.delete(peer)
  await peer.close()
}

async function join(guest: TCP, name: string, address: Address, note: Note): Promise<void> {
  await guest.connect(address)
  note({ from: name, to: SERVER, what: 'connect', text: 'connect' })
  await guest.write(encode(name))
}

async function listen(guest: TCP, name: string, note: Note): Promise<void> {
  for await (const line of lines(guest)) note({ from: SERVER, to: name, what: 'say', text: line })
  await guest.close()
}

/** Splits received bytes into lines: TCP carries bytes, and may split them anywhere. */
async function* lines(stream: TCP): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
}

function encode(line: string): Uint8Array {
  return new TextEncoder().encode(`${line}\n`)
}
