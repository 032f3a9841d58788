/** The programs of the page's machines: a server and its clients, on libuv. They know nothing of a simulation. */
import { type Loop, StatusCode, TCP, Timer, UVError } from 'libuv-wasm'

/** Tells what a program calls. */
export type Note = (text: string) => void

/** The port of the server. */
export const PORT = 7000

/** What the server sends to each client five times a second, in bytes, and into how many parts that time is divided. */
const NEWS = 16 * 1024
const NEWS_EVERY = 200
const PARTS = 20

/** What may wait for one client: the news of some seconds. */
const MOST_QUEUED = 256 * 1024

/** How often a client asks, and how long it waits before it connects again, in milliseconds. */
const ASK_EVERY = 1000
const AGAIN_AFTER = 1000

/** Answers each line that it gets, and sends news to all clients, unless one does not read them. */
export class Server {
  readonly #listener: TCP
  readonly #news: Timer
  /** The clients, and in which part of the time each gets its news. */
  readonly #peers = new Map<TCP, number>()
  readonly #note: Note
  #accepted = 0
  #part = 0
  /** The lines that it has answered. */
  answered = 0

  constructor(loop: Loop, host: string, note: Note) {
    this.#note = note
    this.#listener = new TCP({ loop })
    this.#listener.bind([host, PORT])
    this.#listener.listen(128, () => this.#accept())
    note('uv_listen')
    this.#news = new Timer({ loop })
    this.#news.start(NEWS_EVERY, NEWS_EVERY / PARTS, () => this.#tell())
  }

  /** How many clients are connected. */
  get peers(): number {
    return this.#peers.size
  }

  /** The bytes that wait for clients which do not read. */
  get queued(): number {
    return [...this.#peers.keys()].reduce((sum, { writeQueueSize }) => sum + writeQueueSize, 0)
  }

  #accept(): void {
    const peer = this.#listener.accept()
    this.#peers.set(peer, this.#accepted++ % PARTS)
    const lines = lineReader((line) => {
      this.answered++
      peer.write(encode(`pong ${line.slice(5)}\n`)).catch(unlessClosed(() => this.#leave(peer)))
    })
    peer.readStart((_peer, status, data) => {
      if (status === StatusCode.SUCCESS) lines(data)
      else this.#leave(peer)
    })
  }

  #tell(): void {
    const news = new Uint8Array(NEWS).fill(46)
    news[NEWS - 1] = 10
    this.#part = (this.#part + 1) % PARTS
    for (const [peer, part] of this.#peers) {
      if (part === this.#part && peer.writeQueueSize < MOST_QUEUED)
        peer.write(news).catch(unlessClosed(() => this.#leave(peer)))
    }
  }

  #leave(peer: TCP): void {
    if (!this.#peers.delete(peer)) return
    this.#note('uv_close')
    void peer.close()
  }
}

/** Connects, asks once a second, and reads everything; connects again when the connection is lost. */
export class Client {
  readonly #loop: Loop
  readonly #host: string
  readonly #note: Note
  readonly #asking: Timer
  readonly #waits: number
  #socket: TCP | undefined
  #asked = 0
  #isReading = true
  /** The answers that it got. */
  answers = 0
  /** The bytes that it got. */
  received = 0

  /** @param waits - how long it waits before it asks for the first time, in milliseconds */
  constructor(loop: Loop, host: string, note: Note, waits = 0) {
    this.#loop = loop
    this.#waits = waits
    this.#host = host
    this.#note = note
    this.#asking = new Timer({ loop })
    this.#connect()
  }

  /** Whether it is connected. */
  get isConnected(): boolean {
    return this.#socket?.readable === true
  }

  /** Stops to read, or goes on: what is sent to it then waits, in its machine and then in the server. */
  set isReading(isReading: boolean) {
    this.#isReading = isReading
    if (!this.isConnected) return
    this.#note(isReading ? 'uv_read_start' : 'uv_read_stop')
    if (isReading) this.#read()
    else this.#socket?.readStop()
  }

  #connect(): void {
    const socket = new TCP({ loop: this.#loop })
    this.#socket = socket
    this.#note('uv_tcp_connect')
    socket.connect([this.#host, PORT]).then(
      () => {
        if (this.#isReading) this.#read()
        this.#asking.start(this.#waits, ASK_EVERY, () => this.#ask())
      },
      unlessClosed(() => this.#lose('connect failed')),
    )
  }

  #read(): void {
    const lines = lineReader((line) => {
      if (line.startsWith('pong')) this.answers++
    })
    this.#socket?.readStart((_socket, status, data) => {
      if (status !== StatusCode.SUCCESS)
        return this.#lose(status === StatusCode.UV_EOF ? 'the peer has ended' : 'reset')
      this.received += data.length
      lines(data)
    })
  }

  #ask(): void {
    this.#note('uv_write')
    this.#socket?.write(encode(`ping ${++this.#asked}\n`)).catch(unlessClosed(() => this.#lose('write failed')))
  }

  #lose(why: string): void {
    if (this.#socket === undefined) return
    this.#note(`uv_close: ${why}`)
    void this.#socket.close()
    this.#socket = undefined
    this.#asking.start(AGAIN_AFTER, 0, () => this.#connect())
  }
}

/** Reacts to an error, unless it is that the program itself has ended. */
function unlessClosed(react: () => void): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof UVError && error.code === 'ECANCELED')) react()
  }
}

/** Calls back for each line: TCP carries bytes, and may split them anywhere. */
function lineReader(take: (line: string) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder()
  let rest = ''
  return (bytes) => {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) take(line)
  }
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
