import { Loop, TCP } from 'libuv-wasm'

const loop = await Loop.open()

const server = new TCP({ loop })
server.bind(['127.0.0.1', 0])
server.listen()

async function serve() {
  for await (const peer of server.connections()) {
    // A chunk is read when the one before it has been written: a slow client is no trouble.
    for await (const chunk of peer) await peer.write(chunk)
    await peer.close()
  }
}

async function ask() {
  const client = new TCP({ loop })
  await client.connect(server.sockname)
  await client.write(new TextEncoder().encode('one step after the other'))
  await client.shutdown()
  for await (const chunk of client) console.log(new TextDecoder().decode(chunk))
  await client.close()
  await server.close()
}

const done = Promise.all([serve(), ask()])
await loop.run()
await done
loop.close()
