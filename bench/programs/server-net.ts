/**
 * The yardstick: a server on `node:net` in the usual style. Its argument is a role, as in
 * `native/server-uv.c`.
 */
import net from 'node:net'
import { pattern } from '../pattern.js'

const roles: Record<string, (socket: net.Socket) => void> = {
  echo(socket) {
    socket.on('data', (data) => {
      if (!socket.write(data)) {
        socket.pause()
        socket.once('drain', () => socket.resume())
      }
    })
  },

  sink(socket) {
    let received = 0
    socket.on('data', ({ length }) => {
      received += length
    })
    socket.on('end', () => socket.end(String(received)))
  },

  source(socket) {
    const chunk = pattern()
    const send = (error?: Error | null): void => {
      if (!error) socket.write(chunk, send)
    }
    send()
  },
}

const serve = roles[process.argv[2] ?? 'echo'] ?? roles.echo
const server = net.createServer({ noDelay: true, allowHalfOpen: process.argv[2] === 'sink' }, (socket) => {
  serve?.(socket)
  socket.on('error', () => socket.destroy())
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(address.port)
})
