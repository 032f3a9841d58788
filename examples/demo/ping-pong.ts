/** The game: a server sends a ping, its client returns a pong, and so on. Both are on the same loop. */
import { type Address, type Loop, StatusCode, TCP, UVError } from 'libuv-wasm'

/** An event in the game. */
export interface Step {
  readonly what: 'connect' | 'ping' | 'pong' | 'end' | 'closed'
  /** Microseconds since the client asked to connect. */
  readonly at: number
}

/** A finished game. */
export interface Game {
  readonly server: Address
  readonly client: Address
  /** When the server began to listen, in milliseconds of `performance.now()`. */
  readonly listening: number
  /** The events in order. */
  readonly steps: readonly Step[]
}

type Note = (what: Step['what']) => void

/**
 * Plays one game, and runs the loop until both sides are closed.
 *
 * @param host - the address to play on, for example `127.0.0.1` or `::1`
 * @param goesOn - called after each pong; returns whether another ping follows
 * @throws {UVError} EADDRNOTAVAIL or EAFNOSUPPORT when this machine does not have the address
 */
export async function playPingPong(loop: Loop, host: string, goesOn: (pongs: number) => boolean): Promise<Game> {
  const steps: Step[] = []
  const server = new TCP({ loop })
  const client = new TCP({ loop })
  let game: Game | undefined
  try {
    server.bind({ host, port: 0 })
    server.listen(1, (server) => beginServer(server, note, goesOn))
    const start = performance.now()
    function note(what: Step['what']): void {
      steps.push({ what, at: (performance.now() - start) * 1_000 })
    }
    client.connect(server.sockname, () => {
      note('connect')
      game = { server: client.peername, client: client.sockname, listening: start, steps }
      beginClient(client, note)
    })
  } catch (error) {
    void loop.closeAllHandles()
    await loop.run()
    throw error
  }
  await loop.run()
  if (game === undefined) throw new Error(`Cannot play on ${host}: the client did not connect`)
  return game
}

function beginServer(server: TCP, note: Note, goesOn: (pongs: number) => boolean): void {
  const peer = server.accept()
  void server.close()
  let pongs = 0
  send(peer, 'PING')
  receive(peer, 'PONG', {
    onMessage: () => {
      note('pong')
      pongs++
      if (goesOn(pongs)) send(peer, 'PING')
      else peer.shutdown()
    },
    onEnd: () => peer.close(() => note('closed')),
  })
}

function beginClient(client: TCP, note: Note): void {
  receive(client, 'PING', {
    onMessage: () => {
      note('ping')
      send(client, 'PONG')
    },
    onEnd: () => {
      note('end')
      client.shutdown(() => client.close())
    },
  })
}

function send(stream: TCP, message: string): void {
  stream.write(new TextEncoder().encode(message))
}

/** Splits received bytes into messages: TCP may deliver bytes in different pieces than they were sent in. */
function receive(stream: TCP, message: string, events: { onMessage: () => void; onEnd: () => void }): void {
  let text = ''
  stream.readStart((_stream, status, data) => {
    if (status === StatusCode.EOF) return events.onEnd()
    if (status < 0) throw new UVError(status, `the game was interrupted while waiting for ${message}`, 'read')
    text += new TextDecoder().decode(data)
    if (!message.startsWith(text)) throw new Error(`expected ${message}, received ${JSON.stringify(text)}`)
    if (text !== message) return
    text = ''
    events.onMessage()
  })
}
