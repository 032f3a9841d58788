/** The game: a server serves a ping, its client returns a pong, and so on. Both are on one loop. */
import { type Address, type Loop, StatusCode, TCP, UVError } from 'libuv-wasm'

/** Something that happened. */
export interface Step {
  readonly what: 'connect' | 'ping' | 'pong' | 'end' | 'closed'
  /** Microseconds since the client asked to connect. */
  readonly at: number
}

/** A game that was played. */
export interface Game {
  readonly server: Address
  readonly client: Address
  /** When the server listened, in milliseconds of `performance.now()`. */
  readonly listening: number
  /** What happened, in the order it came about. */
  readonly steps: readonly Step[]
}

type Note = (what: Step['what']) => void

/**
 * Plays one game, and runs the loop until both sides are closed.
 *
 * @param host - the address to play on, as `127.0.0.1` or `::1`
 * @param goesOn - asked after each pong whether another ping follows
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
  if (game === undefined) throw new Error(`nobody came to play on ${host}`)
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

/** Cuts what comes into messages: TCP carries bytes, and may deliver them in other pieces than they were sent. */
function receive(stream: TCP, message: string, events: { onMessage: () => void; onEnd: () => void }): void {
  let text = ''
  stream.readStart((_stream, status, data) => {
    if (status === StatusCode.EOF) return events.onEnd()
    if (status < 0) throw new UVError(status, `the game was broken off while waiting for ${message}`, 'read')
    text += new TextDecoder().decode(data)
    if (!message.startsWith(text)) throw new Error(`${JSON.stringify(text)} came, and not ${message}`)
    if (text !== message) return
    text = ''
    events.onMessage()
  })
}
