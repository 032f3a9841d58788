import { Loop, StatusCode, TCP } from 'libuv-wasm'

const loop = await Loop.open()

// A server that sends back what it gets, and ends with its first client.
const server = new TCP({ loop })
server.bind({ host: '127.0.0.1', port: 0 })
server.listen(128, (server) => {
  const peer = server.accept()
  peer.readStart((peer, status, data) => {
    if (status === StatusCode.SUCCESS) peer.write(data)
    else {
      peer.close()
      server.close()
    }
  })
})

// A client that says something and shows what comes back.
const client = new TCP({ loop })
client.connect(server.sockname, () => {
  client.write(new TextEncoder().encode('Hello, libuv'))
  client.readStart((client, _status, data) => {
    console.log(new TextDecoder().decode(data))
    client.close()
  })
})

// Callbacks run from here on, until nothing is left to do.
await loop.run()
loop.close()
