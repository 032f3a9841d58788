/**
 * Tests of loops on Deno and Bun, as seen from outside: bytes that were reported as written, bytes that were not, ports
 * that are free, and a process that ends. Each test is a separate program on that runtime, with the library that `make
 * test` has just built; its peer is a server in this Node process.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { fetchRuntime } from '../../scripts/lib/runtime.mjs'
import { soon } from '../support/deadline.js'

const RUNTIMES = [
  {
    name: 'deno',
    major: '2',
    flags: ['run', '--allow-all', '--quiet'],
    listen: 'Deno.listen({ hostname, port }).close()',
  },
  { name: 'bun', major: '1', flags: [], listen: 'Bun.listen({ hostname, port, socket: { data() {} } }).stop()' },
] as const

type Runtime = (typeof RUNTIMES)[number]

/**
 * The byte that a write is filled with, and the byte that its buffer is filled with once it belongs to the writer
 * again.
 */
const WRITTEN = 1
const RETURNED = 2

const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let programs = 0

const dist = (file: string): string => JSON.stringify(new URL(`../../dist/${file}`, import.meta.url).href)

const prelude = ({ name, listen }: Runtime): string => `
  import { readFileSync } from 'node:fs'
  import { Loop, Pipe, statusName, TCP } from ${dist('index.js')}
  import { createNet } from ${dist('net.js')}
  import { ${name}Host } from ${dist(`${name}.js`)}
  const hostname = '127.0.0.1'
  const host = ${name}Host()
  const module = await WebAssembly.compile(readFileSync(new URL(${dist('libuv.wasm')})))
  const loop = await Loop.open({ host, module })
  const at = JSON.parse(process.argv[2])
  const open = () => typeof at === 'string' ? new Pipe({ loop }) : new TCP({ loop })
  /** Listens like another program. */
  const takeNatively = (port) => { try { ${listen}; return 'free' } catch (error) { return String(error.code) } }
`

/** How a program ended, and what it printed. */
interface Outcome {
  readonly code: number | null
  readonly output: string
}

/**
 * Runs a program on the runtime, with a standard input that ends.
 *
 * @param at - the address to connect to, if any
 * @param onPrint - called when it has printed something for the first time; the input ends after that
 */
const run = (
  runtime: Runtime,
  body: string,
  at: unknown = null,
  onPrint = (): Promise<void> => Promise.resolve(),
): Promise<Outcome> => {
  const file = join(folder, `${++programs}.mjs`)
  writeFileSync(file, prelude(runtime) + body)
  const args = [...runtime.flags, file, JSON.stringify(at)]
  const child = spawn(fetchRuntime(runtime.name, runtime.major), args)
  let output = ''
  const note = (text: Buffer): void => {
    output += text
  }
  child.stdout.on('data', note)
  child.stderr.on('data', note)
  const printed = new Promise((resolve) => child.stdout.once('data', resolve))
  const exited = new Promise<Outcome>((resolve) => child.on('close', (code) => resolve({ code, output })))
  const whole = Promise.race([printed, exited])
    .then(onPrint)
    .finally(() => child.stdin.end())
    .then(() => exited)
  return soon(whole, 'the program to exit').finally(() => child.kill('SIGKILL'))
}

/** A peer that reads nothing until it is asked to. */
interface Peer {
  readonly at: unknown
  /** Reads all there is. @returns how many bytes of each kind came, and how they ended */
  readAll(): Promise<{ written: number; others: number; ended: string }>
}

/** A peer by TCP or by a Unix socket, for the duration of `body`. */
const withPeer = async (kind: string, body: (peer: Peer) => Promise<void>): Promise<void> => {
  const accepted: net.Socket[] = []
  const server = new net.Server({ pauseOnConnect: true }, (socket) => accepted.push(socket))
  const path = join(folder, `${++programs}.sock`)
  await soon(
    new Promise<void>((resolve) => {
      if (kind === 'pipe') server.listen(path, resolve)
      else server.listen(0, '127.0.0.1', resolve)
    }),
    'a server',
  )
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    await body({ at: kind === 'pipe' ? path : ['127.0.0.1', port], readAll: () => readAll(accepted[0]) })
  } finally {
    for (const socket of accepted) socket.destroy()
    server.close()
  }
}

const readAll = (socket: net.Socket | undefined): Promise<{ written: number; others: number; ended: string }> => {
  if (socket === undefined) throw new Error('no connection came')
  let written = 0
  let others = 0
  const over = new Promise<string>((resolve) => {
    socket.on('end', () => resolve('end'))
    socket.on('error', ({ message }) => resolve(message))
  })
  socket.on('data', (chunk) => {
    for (const byte of chunk) byte === WRITTEN ? written++ : others++
  })
  socket.resume()
  return soon(over, 'the end of the bytes').then((ended) => ({ written, others, ended }))
}

describe.each(RUNTIMES)('a program on $name', (runtime) => {
  describe.each(['tcp', 'pipe'])('over %s', (kind) => {
    test('drops unwritten bytes after a close, returns their buffers and exits', async () => {
      await withPeer(kind, async (peer) => {
        const program = `
          const bytes = new Uint8Array(20_000_000).fill(${WRITTEN})
          const handle = open()
          handle.connect(at, () => {
            handle.write(bytes, () => {}).catch(({ code }) => { bytes.fill(${RETURNED}); console.log(code) })
            const later = () => handle.close(() => bytes.fill(${RETURNED}))
            setTimeout(later, 20)
          })
          await loop.run()
          loop.close()
          console.log(JSON.stringify(loop.resources.descriptors))
        `
        // The peer has read nothing when the program ends.
        expect(await run(runtime, program, peer.at)).toEqual({ code: 0, output: 'ECANCELED\n0\n' })
        const { written, others, ended } = await peer.readAll()
        expect({ others, ended }).toEqual({ others: 0, ended: 'end' })
        expect(written).toBeLessThan(20_000_000)
      })
    })

    test('sends no byte of a returned buffer to a peer that reads after the close', async () => {
      await withPeer(kind, async (peer) => {
        const program = `
          const bytes = new Uint8Array(20_000_000).fill(${WRITTEN})
          const handle = open()
          handle.connect(at, () => {
            const over = (_request, status) => { bytes.fill(${RETURNED}); console.log(statusName(status)) }
            handle.write(bytes.subarray(0, 5_000_000), over)
            handle.write([bytes.subarray(5_000_000, 5_000_100), bytes.subarray(5_000_100)], over)
            handle.close()
          })
          await loop.run()
          process.stdin.resume().on('end', () => process.exit(0))
        `
        const read = async (): Promise<void> => {
          const { written, others, ended } = await peer.readAll()
          expect({ others, ended }).toEqual({ others: 0, ended: 'end' })
          expect(written).toBeLessThan(20_000_000)
        }
        const output = 'ECANCELED\nECANCELED\n'
        expect(await run(runtime, program, peer.at, read)).toEqual({ code: 0, output })
      })
    })

    test('delivers the bytes reported as written when it exits at once', async () => {
      await withPeer(kind, async (peer) => {
        const program = `
          const handle = open()
          let told = 0
          const write = (size) => {
            const bytes = new Uint8Array(size).fill(${WRITTEN})
            handle.write(bytes, (_request, status) => {
              if (status !== 0) throw new Error('the write failed: ' + status)
              bytes.fill(${RETURNED})
              told += size
              if (told < 100_000) write((size * 7) % 9_973 + 1)
              else process.stdout.write(String(told), () => process.exit(0))
            })
          }
          handle.connect(at, () => write(100))
          await loop.run()
        `
        const { code, output } = await run(runtime, program, peer.at)
        expect([code, Number(output)]).toEqual([0, expect.any(Number)])
        const { written, others } = await peer.readAll()
        expect({ written, others }).toEqual({ written: Number(output), others: 0 })
      })
    })
  })

  test('frees the port for every program when it reports the close of its listener', async () => {
    const program = `
      const { createServer, connect } = createNet({ loop })
      const seen = []
      const listener = () => { const tcp = new TCP({ loop }); tcp.bind([hostname, 0]); tcp.listen(); return tcp }
      const ways = {
        close: (tcp) => tcp.close(),
        closeReset: (tcp) => tcp.closeReset(),
        callback: (tcp) => new Promise((resolve) => tcp.close(resolve)),
      }
      const all = async () => {
        for (const [name, way] of Object.entries(ways)) {
          const tcp = listener()
          const { port } = tcp.sockname
          // Accepting starts in the next turn.
          await new Promise((resolve) => setImmediate(resolve))
          await way(tcp)
          seen.push(name + ' ' + takeNatively(port))
          const again = new TCP({ loop })
          again.bind([hostname, port])
          again.listen()
          await again.close()
        }
        const server = createServer()
        await new Promise((resolve) => server.listen(0, hostname, resolve))
        const { port } = server.address()
        await new Promise((resolve) => server.close(resolve))
        seen.push('net ' + takeNatively(port))
        const next = createServer((socket) => { socket.destroy(); next.close() })
        await new Promise((resolve) => next.listen(port, hostname, resolve))
        await new Promise((resolve) => connect(port, hostname).on('close', resolve).resume())
      }
      const [, error] = await Promise.allSettled([loop.run(), all()])
      if (loop.alive) await loop.run()
      console.log([...seen, error.reason ?? 'well'].join(', '))
    `
    const output = 'close free, closeReset free, callback free, net free, well\n'
    expect(await run(runtime, program)).toEqual({ code: 0, output })
  })

  test('binds the port of a just closed listener at once, once only, and connects to it', async () => {
    const program = `
      const plain = { ipv6Only: false, reusePort: false }
      const codeOf = (call) => { try { call(); return 'none' } catch (error) { return error.code } }
      const release = host.keepAlive()
      const deaf = { onConnection() {}, onError: (code) => console.log('listener', code) }
      const first = host.bind({ family: 'ipv4', host: hostname, port: 0 }, plain).listen(8, deaf)
      const { local } = first
      setImmediate(() => {
        first.close()
        const port = host.bind(local, plain)
        console.log(port.local.port === local.port, codeOf(() => host.bind(local, plain)))
        const client = { onConnect() {}, onDrain() {}, onData() {}, onError: console.log, onEnd() { connection.close() } }
        const second = port.listen(8, { ...deaf, onConnection(accepted) {
          accepted.close()
          second.close()
          Promise.resolve(second.freed).then(() => { console.log(takeNatively(local.port)); release() })
        } })
        const connection = host.connect(local, client)
        connection.readStart()
      })
    `
    expect(await run(runtime, program)).toEqual({ code: 0, output: 'true EADDRINUSE\nfree\n' })
  })
})
