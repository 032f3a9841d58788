/**
 * Programs that exit at once, and the bytes that their peers receive. The text of a program runs in a process with the
 * library in `dist`, which `make test` has built.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { soon } from './deadline.js'
import { Program } from './programs.js'

const dist = (name: string): string => new URL(`../../dist/${name}.js`, import.meta.url).href

const PRELUDE = `
  import { writeSync } from 'node:fs'
  import { Loop, Pipe, TCP } from '${dist('index')}'
  import { Guest } from '${dist('guest')}'
  import { createNet } from '${dist('net')}'
  import { nodeHost } from '${dist('node')}'
  const say = (what) => writeSync(1, String(what))
  const leave = (what) => { say(what); process.exit() }
`

/** The result of a program; its peer reads nothing until the program has ended. */
export interface Departure {
  /** The output of the program. */
  readonly said: string
  /** The number of bytes that its peers received after its end. */
  readonly received: number
}

/** The address of the peer: a port of 127.0.0.1, or a path. */
export type Where = 'tcp' | 'path'

/**
 * Runs a program that connects to a peer.
 *
 * @param program - may use `Loop`, `TCP`, `Pipe`, `Guest`, `createNet`, `nodeHost`; `say(what)` prints, and
 *   `leave(what)` prints and exits at once
 * @throws {Error} if it fails, or does not end
 */
export const depart = async (where: Where, program: (where: string) => string): Promise<Departure> => {
  const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
  const sockets: net.Socket[] = []
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    sockets.push(socket.on('error', () => {}))
  })
  try {
    const target = await listen(server, where === 'path' ? join(folder, 'peer') : undefined)
    const child = new Program(process.execPath, ['--input-type=module', '--eval', PRELUDE + program(target)])
    const { code, stdout, stderr } = await soon(child.ended, 'the program to end').finally(() => child.kill())
    if (code !== 0) throw new Error(`the program ended with ${code}: ${stderr}`)
    const received = await Promise.all(sockets.map((socket) => soon(drain(socket), 'the end of the bytes')))
    return { said: stdout, received: received.reduce((sum, bytes) => sum + bytes, 0) }
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Makes a server listen. @returns its address as a JavaScript expression */
const listen = async (server: net.Server, path: string | undefined): Promise<string> => {
  await soon(
    new Promise<void>((resolve) =>
      path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(path, resolve),
    ),
    'a server',
  )
  const address = server.address()
  if (typeof address === 'string') return JSON.stringify(address)
  return JSON.stringify(['127.0.0.1', address?.port])
}

const drain = (socket: net.Socket): Promise<number> =>
  new Promise((resolve) => {
    let bytes = 0
    socket.on('data', (chunk) => {
      bytes += chunk.length
    })
    socket.on('close', () => resolve(bytes))
    socket.on('end', () => socket.end())
    socket.resume()
  })
