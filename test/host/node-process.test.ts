/**
 * Tests of how a host affects its process, each in a process of its own: how long the process lives, what happens when
 * descriptors run out, and when Node denies its bindings. They use the library that `make test` has just built.
 */
import { spawn } from 'node:child_process'
import net from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'

/** How a process ended, and what it printed. */
interface Outcome {
  readonly code: number | null
  readonly output: string
}

const PRELUDE = `
  import { nodeHost } from '${new URL('../../dist/node.js', import.meta.url)}'
  const local = { family: 'ipv4', host: '127.0.0.1', port: 0 }
  const plain = { ipv6Only: false, reusePort: false }
  const deaf = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onError() {} }
  const codeOf = (call) => { try { call(); return 'none' } catch (error) { return error.code } }
  const listen = (host, onConnection) =>
    host.bind(local, plain).listen(64, { onConnection, onError: (code) => console.log('listener', code) })
`

/** A server in this process for the duration of a test. */
const serve = async (
  onConnection: (socket: net.Socket) => void,
  body: (port: number) => Promise<void>,
): Promise<void> => {
  const server = new net.Server(onConnection)
  await soon(new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)), 'a server')
  try {
    const address = server.address()
    await body(typeof address === 'object' && address !== null ? address.port : 0)
  } finally {
    server.close()
  }
}

/** Runs a program, given as text, with Node's `flags` and at most `files` descriptors. */
const run = (program: string, { flags = [], files = 1024 }: { flags?: string[]; files?: number } = {}) => {
  const node = [...flags, '--input-type=module', '--eval', PRELUDE + program]
  const child = spawn('sh', ['-c', `ulimit -n ${files}; exec "$@"`, 'sh', process.execPath, ...node])
  let output = ''
  child.stdout.on('data', (text) => {
    output += text
  })
  child.stderr.on('data', (text) => {
    output += text
  })
  const exited = new Promise<Outcome>((resolve) => child.on('close', (code) => resolve({ code, output })))
  return soon(exited, 'the process to exit').finally(() => child.kill('SIGKILL'))
}

describe.each(['handle', 'net'])('a process with a host over %s', (transport) => {
  const host = `const host = nodeHost({ transport: '${transport}' })\n`

  test('exits by itself with listeners, connections and timers open', async () => {
    const program = `
      const listener = listen(host, (connection) => { connection.events = deaf; connection.readStart(); settle() })
      host.timer(() => {}).set(60_000)
      host.bind(local, plain)
      const release = host.keepAlive()
      const client = host.connect(listener.local, { ...deaf, onConnect() { client.readStart(); settle() } })
      let open = 2
      const settle = () => { if (--open === 0) { console.log('established'); release() } }
    `
    expect(await run(host + program)).toEqual({ code: 0, output: 'established\n' })
  })

  test('stays until the last keepAlive() is released, also if one is released twice', async () => {
    const program = `
      const first = host.keepAlive()
      const second = nodeHost({ transport: '${transport}' }).keepAlive()
      first()
      first()
      host.timer(() => { console.log('still here'); second() }).set(20)
    `
    expect(await run(host + program)).toEqual({ code: 0, output: 'still here\n' })
  })

  test('calls deferred callbacks before it exits', async () => {
    expect(await run(`${host} host.defer(() => console.log('deferred'))`)).toEqual({ code: 0, output: 'deferred\n' })
  })

  test('exits after close() and still delivers the bytes reported as written', async () => {
    let bytes = 0
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const count = (socket: net.Socket): void => {
      socket.on('data', (chunk) => {
        bytes += chunk.length
      })
      socket.on('end', end)
    }
    await serve(count, async (port) => {
      const program = `
        const release = host.keepAlive()
        const client = host.connect({ ...local, port: ${port} }, { ...deaf,
          onConnect() { client.write(new Uint8Array(16 << 20)) },
          onDrain() { client.close(); release() },
        })
      `
      expect(await run(host + program)).toEqual({ code: 0, output: '' })
      await soon(ended, 'the end of the bytes')
    })
    expect(bytes).toBe(16 << 20)
  })

  test('reports EMFILE when descriptors run out and continues when some are free again', async () => {
    const program = `
      const listener = listen(host, (connection) => connection.close())
      const taken = []
      let code = 'none'
      while (code === 'none' && taken.length < 100) code = codeOf(() => taken.push(host.bind(local, plain)))
      console.log(code)
      console.log(codeOf(() => host.connect(listener.local, deaf)))
      for (const port of taken) port.close()
      const release = host.keepAlive()
      host.defer(() => {
        const client = host.connect(listener.local, { ...deaf, onConnect: () => client.readStart(), onEnd() {
          console.log('served')
          client.close()
          release()
        } })
      })
    `
    expect(await run(host + program, { files: 64 })).toEqual({ code: 0, output: 'EMFILE\nEMFILE\nserved\n' })
  })

  test('closes connections that it has no descriptor for, like libuv, and keeps listening', async () => {
    const program = `
      const taken = []
      const listener = listen(host, (connection) => {
        connection.close()
        console.log('accepted')
      })
      const release = host.keepAlive()
      let rounds = 0
      const dial = () => {
        const full = rounds++ === 0
        const client = host.connect(listener.local, { ...deaf, onConnect: () => client.readStart(), onEnd() {
          console.log(full ? 'turned away' : 'served')
          client.close()
          for (const port of taken.splice(0)) port.close()
          if (full) host.defer(dial)
          else release()
        } })
        if (full) while (codeOf(() => taken.push(host.bind(local, plain))) === 'none');
      }
      dial()
    `
    expect(await run(host + program, { files: 64 })).toEqual({ code: 0, output: 'turned away\naccepted\nserved\n' })
  })

  test('continues after events that throw, which are uncaught exceptions', async () => {
    const program = `
      process.on('uncaughtException', (error) => console.log('uncaught', error.message))
      let chunks = 0
      const listener = listen(host, (connection) => {
        connection.events = { ...deaf, onEnd: () => connection.close(), onData() {
          if (++chunks === 1) { client.write(Uint8Array.of(2)); throw new Error('first') }
          client.shutdown()
          throw new Error('second')
        } }
        connection.readStart()
        throw new Error('accepting')
      })
      const client = host.connect(listener.local, { ...deaf,
        onConnect() { client.readStart(); client.write(Uint8Array.of(1)); host.defer(() => { throw new Error('deferred') }) },
        onEnd() { client.close(); listener.close(); release() },
      })
      const release = host.keepAlive()
    `
    const { code, output } = await run(host + program)
    expect(code).toBe(0)
    const messages = ['accepting', 'deferred', 'first', 'second'].map((message) => `uncaught ${message}`)
    expect(output.trim().split('\n').sort()).toEqual(messages)
  })
})

describe('a process without access to the bindings of Node', () => {
  const permission = Number(process.versions.node.split('.')[0]) < 24 ? '--experimental-permission' : '--permission'
  const network = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : []
  const flags = [permission, '--allow-fs-read=*', ...network, '--disable-warning=ExperimentalWarning', '--no-warnings']

  test('falls back to net, which connects and binds', async () => {
    const program = (port: number): string => `
      const host = nodeHost()
      console.log(host.transport, codeOf(() => nodeHost({ transport: 'handle' })), codeOf(() => host.bind(local, plain)))
      const release = host.keepAlive()
      const client = host.connect({ ...local, port: ${port} }, { ...deaf, onConnect: () => client.readStart(),
        onData: (chunk) => console.log(new TextDecoder().decode(chunk)),
        onEnd: () => { client.close(); release() },
      })
    `
    await serve(
      (socket) => socket.end('hello'),
      async (port) => {
        expect(await run(program(port), { flags })).toEqual({ code: 0, output: 'net ENOTSUP none\nhello\n' })
      },
    )
  })
})
