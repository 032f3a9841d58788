/** A program whose functions its host calls. */
import { keepRunning, letEnd, setTimeout, TCP } from 'libuv-wasm/assembly'

class Echo extends TCP {
  onRead(data: Uint8Array): void {
    this.write(data)
  }
}

class Server extends TCP {
  onConnection(): void {
    this.accept(new Echo())
  }
}

const server = new Server()
let fired: i32 = 0

export function greet(name: string): string {
  return `Hello, ${name}!`
}

/** @returns the port, or an error */
export function listen(): i32 {
  const status = server.listen('127.0.0.1', 0)
  return status < 0 ? status : server.localAddress.port
}

export function start(ms: i32): void {
  setTimeout((): void => {
    fired++
  }, ms)
}

export function timesFired(): i32 {
  return fired
}

export function end(): void {
  server.close()
  letEnd()
}

keepRunning()
