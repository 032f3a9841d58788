/**
 * The yardstick on Deno: the same server on `Deno.listen`, at its fastest. Its argument is a role, as in
 * `native/server-uv.c`.
 */
import { pattern } from '../pattern.js'

/** The part of Deno's API that is used here; its types are not installed. */
interface Conn {
  read(into: Uint8Array): Promise<number | null>
  write(data: Uint8Array): Promise<number>
  closeWrite(): Promise<void>
  close(): void
  setNoDelay(): void
}
interface Listener extends AsyncIterable<Conn> {
  readonly addr: { readonly port: number }
}
declare const Deno: { listen(options: { hostname: string; port: number }): Listener }

async function write(conn: Conn, data: Uint8Array): Promise<void> {
  for (let sent = 0; sent < data.length; ) sent += await conn.write(sent === 0 ? data : data.subarray(sent))
}

const roles: Record<string, (conn: Conn) => Promise<void>> = {
  async echo(conn) {
    const buffer = new Uint8Array(65_536)
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
      await write(conn, buffer.subarray(0, count))
    }
  },

  async sink(conn) {
    const buffer = new Uint8Array(65_536)
    let received = 0
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) received += count
    await write(conn, Buffer.from(String(received)))
  },

  async source(conn) {
    const chunk = pattern()
    for (;;) await write(conn, chunk)
  },
}

const serve = roles[process.argv[2] ?? 'echo'] ?? roles.echo
const listener = Deno.listen({ hostname: '127.0.0.1', port: 0 })
console.log(listener.addr.port)
for await (const conn of listener) {
  conn.setNoDelay()
  // A client may reset the connection, which ends it.
  void serve?.(conn)
    .catch(() => {})
    .then(() => conn.close())
}
