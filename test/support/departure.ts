/**
 * Programs that end at once, and what their peers get of them. A program is given as text and runs the library as
 * built, as `make test` has just done, in a process of its own.
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

/** A peer that reads nothing until the program has ended. */
export interface Departure {
  /** What the program said. */
  readonly said: string
  /** Bytes that its peers received in all, from then on. */
  readonly received: number
}

/** Where a peer of ours listens: a port of 127.0.0.1, or a path. */
export type Where = 'tcp' | 'path'

/**
 * Runs a program that connects to `where`, and reads what came of it.
 *
 * @param program - has `Loop`, `TCP`, `Pipe`, `Guest`, `createNet`, `nodeHost`; `say(what)` to tell us something, and
 *   `leave(what)` to exit at once after that
 * @throws {Error} when it fails, or does not end
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

/** @returns what a program names the place by, as JavaScript */
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
