/**
 * How long a process lives: exactly as long as a run of a loop, which lasts as long as the loop is alive. Each test
 * starts a process with the library in `dist`, which `make test` has built.
 */
import { spawn } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import { tcpWrap } from '../../../src/host/node/tcp-wrap.js'
import { soon } from '../../support/deadline.js'

const dist = (path: string): string => new URL(`../../../dist/${path}`, import.meta.url).href

const PRELUDE = `
  import { Loop, TCP, Timer, virtualHost } from '${dist('index.js')}'
  import { nodeHost } from '${dist('node.js')}'
`

/** Runs the text of a program with Node's `flags`. @returns its exit code and its output */
const run = (program: string, ...flags: string[]): Promise<{ code: number | null; output: string }> => {
  const child = spawn(process.execPath, [...flags, '--input-type=module', '--eval', PRELUDE + program])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text
    })
  }
  const exited = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  )
  return soon(exited, 'the process to exit').finally(() => child.kill('SIGKILL'))
}

const HOSTS: readonly (readonly [name: string, host: string])[] = [
  ['virtual', 'virtualHost()'],
  ['node, net', `nodeHost({ transport: 'net' })`],
  ...(tcpWrap() === undefined ? [] : ([['node, handle', `nodeHost({ transport: 'handle' })`]] as const)),
]

describe.each(HOSTS)('over %s', (_name, host) => {
  const loop = `const loop = await Loop.open({ host: ${host} })\n`

  test('a run, and with it the process, ends when timers, requests and connections are finished', async () => {
    const program = `${loop}
      new Timer({ loop }).start(20, 0, () => console.log('timer'))
      const server = new TCP({ loop })
      server.bind(['127.0.0.1', 0])
      server.listen(1, () => {
        const peer = server.accept()
        peer.readStart((_, status, data) => { if (status < 0) peer.close(); else peer.write(data) })
        server.close()
      })
      const client = new TCP({ loop })
      client.connect(server.sockname)
      client.write(new TextEncoder().encode('hello'))
      client.readStart((_, status, data) => { console.log(Buffer.from(data).toString()); client.close() })
      console.log(await loop.run(), loop.alive)
      process.on('exit', () => console.log('by itself'))
    `
    const { code, output } = await run(program)
    expect([code, output.split('\n').sort()]).toEqual([0, ['', 'by itself', 'false false', 'hello', 'timer']])
  })

  test('a listener keeps the process while it is referenced', async () => {
    const program = `${loop}
      const server = new TCP({ loop })
      server.listen()
      setTimeout(() => { console.log('still here'); server.unref() }, 50).unref()
      console.log(await loop.run())
    `
    expect(await run(program)).toEqual({ code: 0, output: 'still here\nfalse\n' })
  })

  test('unreferenced handles do not keep the process', async () => {
    const program = `${loop}
      const server = new TCP({ loop })
      server.listen()
      server.unref()
      const timer = new Timer({ loop })
      timer.start(60_000)
      timer.unref()
      console.log(await loop.run())
    `
    expect(await run(program)).toEqual({ code: 0, output: 'false\n' })
  })

  test('a loop with active handles does not keep the process before a run and after stop()', async () => {
    const program = `${loop}
      new TCP({ loop }).listen()
      const server = new TCP({ loop })
      server.listen(1, () => {
        server.accept().readStart(() => {})
        loop.stop()
      })
      const client = new TCP({ loop })
      client.connect(['127.0.0.1', server.sockname.port])
      new Timer({ loop }).start(60_000)
      console.log(await loop.run(), loop.alive)
      const another = await Loop.open({ host: ${host} })
      new Timer({ loop: another }).start(60_000)
      console.log(another.alive)
    `
    expect(await run(program)).toEqual({ code: 0, output: 'true true\ntrue\n' })
  })

  test('the process lives until the runs of two loops have ended', async () => {
    const program = `${loop}
      const other = await Loop.open({ host: ${host} })
      const listener = new TCP({ loop: other })
      listener.listen()
      new Timer({ loop }).start(10, 0, () => console.log('first'))
      other.run().then(() => console.log('second ended'))
      await loop.run()
      console.log('first ended')
      new Timer({ loop: other }).start(10, 0, () => { console.log('second'); listener.close() })
    `
    expect(await run(program)).toEqual({ code: 0, output: 'first\nfirst ended\nsecond\nsecond ended\n' })
  })

  test('an unreachable listener works on, and closed handles and finished requests are collected', async () => {
    const program = `${loop}
      const collected = async (ref) => {
        for (let n = 0; n < 20 && ref.deref() !== undefined; n++) {
          await new Promise((resolve) => setImmediate(resolve))
          gc()
        }
        return ref.deref() === undefined
      }
      let port
      const make = () => {
        const server = new TCP({ loop })
        server.listen(1, () => {
          const peer = server.accept()
          peer.readStart(() => peer.close())
          server.close()
        })
        port = server.sockname.port
        return new WeakRef(server)
      }
      const connect = () => {
        const client = new TCP({ loop })
        client.connect(['127.0.0.1', port], () => {})
        const request = client.write(new Uint8Array(1), () => client.close())
        return [new WeakRef(client), new WeakRef(request)]
      }
      const server = make()
      console.log(await collected(server))
      const refs = [server, ...connect()]
      await loop.run()
      for (const ref of refs) console.log(await collected(ref))
    `
    expect(await run(program, '--expose-gc')).toEqual({ code: 0, output: 'false\ntrue\ntrue\ntrue\n' })
  })

  test('an uncaught error of a callback is printed, and ends the process with code 1', async () => {
    const program = `${loop}
      new Timer({ loop }).start(0, 0, () => { throw new Error('from a callback') })
      new TCP({ loop }).listen()
      await loop.run()
    `
    expect(await run(program)).toEqual({ code: 1, output: expect.stringContaining('Error: from a callback') })
  })
})

test('Loop.open without a host uses the host of the platform', async () => {
  const program = `
    const server = new TCP({ loop: await Loop.open() })
    server.bind(['127.0.0.1', 0])
    console.log(server.loop === Loop.current, server.sockname.port > 0)
  `
  expect(await run(program)).toEqual({ code: 0, output: 'true true\n' })
})
