/**
 * A chat: each line that a client sends goes to all the others.
 *
 *   asc examples/assembly/chat.ts --config asconfig.json -o chat.wasm
 *   libuv-wasm run --allow-listen=127.0.0.1:0 chat.wasm
 */
import { decode, errorName, TCP } from 'libuv-wasm/assembly'

/** A client that does not read while this many bytes wait for it has to leave. */
const PATIENCE: i32 = 1024 * 1024

const clients: Client[] = []
let guests: i32 = 0

class Client extends TCP {
  private readonly name: string = `guest ${++guests}`
  private line: string = ''

  enter(): void {
    clients.push(this)
    this.tell(`${this.name} has come`)
  }

  onRead(data: Uint8Array): void {
    const lines = (this.line + decode(data)).split('\n')
    this.line = lines.pop()
    for (let index = 0; index < lines.length; index++) this.tell(`${this.name}: ${lines[index]}`)
    if (this.line.length > 4096) this.close()
  }

  onError(code: i32): void {
    console.error(`${this.name} failed: ${errorName(code)}`)
  }

  onClose(): void {
    clients.splice(clients.indexOf(this), 1)
    this.tell(`${this.name} has left`)
  }

  private tell(text: string): void {
    const present = clients.slice(0)
    for (let index = 0; index < present.length; index++) {
      const other = present[index]
      if (other !== this && other.writeText(`${text}\n`) > PATIENCE) other.close()
    }
  }
}

class Chat extends TCP {
  onConnection(): void {
    const client = new Client()
    this.accept(client)
    client.enter()
  }
}

const chat = new Chat()
const port = process.argv.length > 1 ? I32.parseInt(process.argv[1]) : 0
const status = chat.listen('127.0.0.1', port)
if (status < 0) {
  console.error(`cannot listen on port ${port}: ${errorName(status)}`)
  process.exitCode = 1
} else console.log(`listening on ${chat.localAddress.toString()}`)
