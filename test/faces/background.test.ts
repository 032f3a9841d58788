/**
 * The default loop of `libuv-wasm/net`, which runs by itself: how long it keeps a process, and how exceptions of
 * listeners are reported. Each program runs in a process with the library in `dist`, and in one with `node:net`; then
 * on Deno and Bun too.
 */
import { expect, test } from '@jest/globals'
import { fetchRuntime } from '../../scripts/lib/runtime.mjs'
import { run } from '../support/programs.js'

/** Milliseconds for fetching a runtime and running all programs on it. */
const PATIENCE = 120_000

const programs: readonly (readonly [name: string, program: string])[] = [
  ['importing the module does not keep the process', `net.isIP('::1')`],
  ['a socket that was never connected does not keep the process', `new net.Socket()`],
  [
    'a closed server does not keep the process',
    `const server = net.createServer().listen(0); setImmediate(() => server.close())`,
  ],
  ['an unreferenced server does not keep the process', `net.createServer().listen(0).unref()`],
  ['a server that is unreferenced before it listens does not keep the process', `net.createServer().unref().listen(0)`],
  [
    'an unreferenced server serves while a timer keeps the process',
    `const server = net.createServer((socket) => { say('served'); socket.end() }).listen(0).unref()
     setTimeout(() => net.connect(server.address().port).resume().on('close', () => say('closed')), 30)`,
  ],
  [
    'an idle connection keeps the process until it is unreferenced',
    `const server = net.createServer((peer) => peer.unref()).listen(0)
     const socket = net.connect(server.address().port, '127.0.0.1', () => {
       server.unref()
       setTimeout(() => { say('late'); socket.unref() }, 50)
     })`,
  ],
  [
    'a connection that waits for its peer keeps the process',
    `const server = net.createServer((peer) => setTimeout(() => peer.end('at last'), 50)).listen(0)
     net.connect(server.address().port).on('data', (data) => say(data)).on('close', () => server.close())`,
  ],
  [
    'the loop runs again after everything was closed',
    `const once = (left) => {
       const server = net.createServer((peer) => peer.end('again')).listen(0)
       net.connect(server.address().port).on('data', (data) => say(data)).on('close', () => {
         server.close(() => { if (left > 1) setTimeout(() => once(left - 1), 20) })
       })
     }
     once(3)`,
  ],
  [
    'an exception of a listener is an uncaught exception, and the next event is emitted',
    `process.on('uncaughtException', (error) => say(error.message))
     const server = net.createServer((peer) => { peer.end('x'); throw new Error('in a listener') }).listen(0)
     net.connect(server.address().port).on('data', () => { throw new Error('at data') }).on('close', () => { say('closed'); server.close() })`,
  ],
  [
    'a refused connection emits error before close',
    `const seen = []
     net.connect(1, '127.0.0.1').on('error', ({ code }) => seen.push(code)).on('close', (failed) => say([...seen, failed]))`,
  ],
  [
    'promises are settled between two data events',
    `const server = net.createServer({ noDelay: true }, (peer) => { peer.write('1'); setTimeout(() => peer.end('2'), 20) }).listen(0)
     const socket = net.connect(server.address().port)
     const next = () => new Promise((resolve) => socket.once('data', resolve))
     say(await next()); say(await next())
     socket.on('close', () => { say('closed'); server.close() })`,
  ],
  [
    'a listener runs in the async context that created its socket',
    `const { AsyncLocalStorage } = await import('node:async_hooks')
     const storage = new AsyncLocalStorage()
     const server = net.createServer((peer) => storage.run('peer', () => peer.on('data', (data) => { say(data); peer.end(data) }))).listen(0)
     let left = 2
     for (const name of ['one', 'two']) storage.run(name, () => {
       const socket = net.connect(server.address().port, () => socket.write(name))
       socket.on('data', (data) => { if (String(data) !== storage.getStore()) throw new Error('a stranger\\'s context') })
       socket.on('end', () => { if (--left === 0) server.close() })
     })`,
  ],
]

/** The arguments that make each runtime run a program from its standard input. */
const runtimes = {
  node: ['--input-type=module', '-'],
  deno: ['run', '--allow-all', '--quiet', '-'],
  bun: ['run', '-'],
}

/** A program's exit code and output; the lines are sorted, since events of two sockets may come in either order. */
const play = async (
  net: string,
  program: string,
  name: keyof typeof runtimes = 'node',
  path = process.execPath,
): Promise<unknown> => {
  const prelude = `import * as net from '${net}'; const say = (text) => console.log(String(text));`
  const { code, stdout, stderr } = await run(path, runtimes[name], prelude + program)
  return { code, said: stdout.split('\n').sort(), stderr }
}

const played = new Map<string, Promise<unknown>>()

/** The same with Node's own `node:net`; each program runs once. */
const playTheirs = (program: string): Promise<unknown> => {
  const known = played.get(program) ?? play('node:net', program)
  played.set(program, known)
  return known
}

const ours = new URL('../../dist/net.js', import.meta.url).href

test.each(programs)('%s', async (_name, program) => {
  const [here, theirs] = await Promise.all([play(ours, program), playTheirs(program)])
  expect(here).toEqual(theirs)
  expect(here).toMatchObject({ code: 0, stderr: '' })
})

test.each([
  ['deno', '2'],
  ['bun', '1'],
] as const)(
  'all of these programs behave on %s like node:net',
  async (name, major) => {
    const path = fetchRuntime(name, major)
    for (const [what, program] of programs) {
      const [here, theirs] = await Promise.all([play(ours, program, name, path), playTheirs(program)])
      expect({ what, here }).toEqual({ what, here: theirs })
    }
  },
  PATIENCE,
)

test('a connection from a local port in use fails in bind, like with node:net', async () => {
  const program = `
    const taken = net.createServer().listen(0, '127.0.0.1', () => {
      const target = net.createServer().listen(0, '127.0.0.1', () => {
        const local = { localAddress: '127.0.0.1', localPort: taken.address().port }
        net.connect({ host: '127.0.0.1', port: target.address().port, ...local }).on('error', ({ code, syscall }) => {
          say(code); say(syscall)
          taken.close(); target.close()
        })
      })
    })`
  const [here, theirs] = await Promise.all([play(ours, program), play('node:net', program)])
  expect(here).toEqual(theirs)
  expect(here).toEqual({ code: 0, said: ['', 'EADDRINUSE', 'bind'], stderr: '' })
})
