/**
 * A filter that numbers lines: it listens at a path, and sends what a client says to another path, each line with its
 * number. In a plugin the paths are services, as in `service:plugin` and `service:upstream`.
 */
import { errorName, Pipe } from 'libuv-wasm/assembly'

const NEWLINE: u8 = 0x0a

/** While more than this waits to be sent on one side, the other side is not read. */
const HIGH_WATER: i32 = 256 * 1024

/** One side of a connection. What it receives goes to the other side, and its end, too. */
class Side extends Pipe {
  private other: Side | null = null
  private hasFailed: bool = false

  /** Joins two sides. */
  join(other: Side): void {
    this.other = other
    other.other = this
  }

  onRead(data: Uint8Array): void {
    this.pass(data)
  }

  /** Sends bytes to the other side. */
  protected pass(data: Uint8Array): void {
    const other = this.other
    if (other !== null && other.write(data) > HIGH_WATER) this.readStop()
  }

  onDrain(): void {
    const other = this.other
    if (other !== null) other.readStart()
  }

  onEnd(): void {
    const other = this.other
    if (other !== null) other.end()
  }

  onError(code: i32): void {
    this.hasFailed = true
    console.error(`a connection failed: ${errorName(code)}`)
  }

  onClose(): void {
    const other = this.other
    if (other === null) return
    if (this.hasFailed) other.close()
    else other.end()
  }
}

class Client extends Side {
  private lines: i32 = 0
  private atStart: bool = true

  onRead(data: Uint8Array): void {
    let start = 0
    for (let index = 0; index < data.length; index++) {
      if (this.atStart) this.pass(Uint8Array.wrap(String.UTF8.encode(`${++this.lines}: `)))
      this.atStart = data[index] == NEWLINE
      if (!this.atStart && index + 1 < data.length) continue
      this.pass(data.subarray(start, index + 1))
      start = index + 1
    }
  }
}

class Filter extends Pipe {
  onConnection(): void {
    const client = new Client()
    const upstream = new Side()
    client.join(upstream)
    this.accept(client)
    upstream.connect(process.argv[2])
  }
}

if (process.argv.length != 3) {
  console.error('usage: number PATH UPSTREAM')
  process.exitCode = 2
} else {
  const filter = new Filter()
  const status = filter.listen(process.argv[1])
  if (status < 0) {
    console.error(`cannot listen at ${process.argv[1]}: ${errorName(status)}`)
    process.exitCode = 1
  }
}
