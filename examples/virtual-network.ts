import { Loop, TCP, virtualHost } from 'libuv-wasm'

// A network in memory: no real socket, and the same order of events in every run.
const host = virtualHost({ seed: 7 })
const here = await Loop.open({ host })
const there = await Loop.open({ host })

const server = new TCP({ loop: there })
server.bind(['127.0.0.1', 80])
server.listen(128, (server) => {
  const peer = server.accept()
  console.log('server:', peer.peername.host, peer.peername.port, 'is here')
  peer.write(new TextEncoder().encode('Hello from another loop'))
  peer.shutdown(() => peer.close())
  server.close()
})

const client = new TCP({ loop: here })
client.connect(['127.0.0.1', 80], () => {
  client.readStart((client, status, data) => {
    if (status === 0) console.log('client:', new TextDecoder().decode(data))
    else client.close()
  })
})

await Promise.all([here.run(), there.run()])
here.close()
there.close()
