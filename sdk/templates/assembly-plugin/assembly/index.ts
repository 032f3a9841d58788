/** A server that greets: it sends back what it receives, in capitals. */
import { decode, errorName, TCP } from 'libuv-wasm/assembly'

class Client extends TCP {
  onRead(data: Uint8Array): void {
    // What is not sent at once waits here: read no more until it is.
    if (this.writeText(decode(data).toUpperCase()) > 0) this.readStop()
  }

  onDrain(): void {
    this.readStart()
  }

  onError(code: i32): void {
    console.error(`a client failed: ${errorName(code)}`)
  }
}

class Server extends TCP {
  onConnection(): void {
    this.accept(new Client())
  }
}

const port = process.argv.length > 1 ? I32.parseInt(process.argv[1]) : 7000
const server = new Server()
const status = server.listen('127.0.0.1', port)
if (status < 0) {
  console.error(`cannot listen on port ${port}: ${errorName(status)}`)
  process.exitCode = 1
} else console.log(`listening on ${server.localAddress.toString()}`)
