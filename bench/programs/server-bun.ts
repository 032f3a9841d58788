/**
 * The yardstick on Bun: the same server on `Bun.listen`, at its fastest. Its argument is a role, as in
 * `native/server-uv.c`.
 */
import { pattern } from '../pattern.js'

/** The part of Bun's API that is used here; its types are not installed. */
interface Socket {
  /** The bytes that the operating system has not accepted; for a sink, the number of received bytes. */
  data: { rest: Uint8Array | undefined; received: number }
  write(data: Uint8Array): number
  end(data?: Uint8Array): void
  pause(): void
  resume(): void
  setNoDelay(enable: boolean): void
}
interface Handler {
  readonly binaryType: 'uint8array'
  open(socket: Socket): void
  data(socket: Socket, chunk: Uint8Array): void
  drain(socket: Socket): void
  end(socket: Socket): void
  error(): void
}
declare const Bun: {
  listen(options: { hostname: string; port: number; allowHalfOpen: boolean; socket: Handler }): {
    readonly port: number
  }
}

const role = process.argv[2] ?? 'echo'
const chunk = role === 'source' ? pattern() : new Uint8Array()

function send(socket: Socket, data: Uint8Array): void {
  const sent = socket.write(data)
  if (sent === data.length) return
  socket.data.rest = data.subarray(Math.max(0, sent))
  if (role === 'echo') socket.pause()
}

function flood(socket: Socket): void {
  while (socket.data.rest === undefined) send(socket, chunk)
}

const socket: Handler = {
  binaryType: 'uint8array',
  open(socket) {
    socket.data = { rest: undefined, received: 0 }
    socket.setNoDelay(true)
    if (role === 'source') flood(socket)
  },
  data(socket, data) {
    if (role === 'echo') send(socket, data)
    else socket.data.received += data.length
  },
  drain(socket) {
    const { rest } = socket.data
    socket.data.rest = undefined
    if (rest !== undefined) send(socket, rest)
    if (role === 'source') flood(socket)
    if (role === 'echo' && rest !== undefined && socket.data.rest === undefined) socket.resume()
  },
  end(socket) {
    if (role === 'sink') socket.end(Buffer.from(String(socket.data.received)))
    else socket.end()
  },
  error() {},
}

console.log(Bun.listen({ hostname: '127.0.0.1', port: 0, allowHalfOpen: true, socket }).port)
