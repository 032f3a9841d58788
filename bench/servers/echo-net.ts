/** The yardstick: an echo server on `node:net`, as most people would write it. */
import net from 'node:net'

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('data', (data) => {
    if (!socket.write(data)) {
      socket.pause()
      socket.once('drain', () => socket.resume())
    }
  })
  socket.on('error', () => socket.destroy())
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(address.port)
})
