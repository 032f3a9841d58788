/** A small world for the gateway to stand in: an upstream that echoes, and clients that talk to each filter. */
import { connect, createServer } from 'libuv-wasm/net'

/** Starts a server that returns what it receives. @returns its port */
export function startUpstream(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

const LINES = ['hello\n', 'my card is 4111 1111 1111 1111\n', 'order 12345 has 3 items\n', 'bye for now\n']

/** How long a client pauses between two lines, in milliseconds. */
const PAUSE = 250

/** The lines that a client sends before it makes a new connection. */
const CONVERSATION = 20

/** Keeps a client talking to a port, over one connection after the other. @returns a function that ends it */
export function talk(port: number): () => void {
  let over = false
  const begin = (): void => {
    if (over) return
    const socket = connect(port, '127.0.0.1')
    let sent = 0
    const timer = setInterval(() => {
      socket.write(LINES[sent % LINES.length] ?? '')
      if (++sent === CONVERSATION) socket.end()
    }, PAUSE)
    socket.resume()
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearInterval(timer)
      setTimeout(begin, PAUSE)
    })
  }
  begin()
  return () => {
    over = true
  }
}
