/** Pipes: streams with paths as names, between libuv handles and with other programs. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { type Loop, Pipe, PipeFlags, PipeMode, StatusCode } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { FakeHost } from '../../support/fake-host.js'
import { bytes, codeOf, hosts, overHosts, text, virtual } from '../../support/loops.js'

const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
/** A path that was not used before. */
const newPath = (): string => join(folder, `${++count}.sock`)

/** An echo server for one client. */
const serve = (loop: Loop, path: string): Pipe => {
  const server = new Pipe({ loop })
  server.bind(path)
  server.listen(8, () => {
    const peer = server.accept()
    void server.close()
    peer.readStart((_peer, status, data) => {
      if (status === 0) peer.write(data)
      else peer.shutdown(() => peer.close())
    })
  })
  return server
}

/** Sends a word. @returns the answer, to its end */
const ask = async (client: Pipe, path: string, word: string): Promise<string> => {
  await client.connect(path)
  await client.write(bytes(word))
  await client.shutdown()
  const pieces: Uint8Array[] = []
  for await (const chunk of client) pieces.push(chunk)
  await client.close()
  return text(...pieces)
}

overHosts((lab) => {
  test('a listening pipe refuses to connect and to write, and still serves', async () => {
    const loop = await lab.open()
    const path = newPath()
    const server = serve(loop, path)
    for (const target of [path, newPath()]) expect(codeOf(() => server.connect(target))).toBe('EINVAL')
    expect(codeOf(() => server.write(bytes('x')))).toBe('EPIPE')
    const [answer] = await Promise.all([ask(new Pipe({ loop }), path, 'hello'), lab.run(loop)])
    expect(answer).toBe('hello')
  })

  test('a client connects to a server at its path, and closing the server removes the path', async () => {
    const loop = await lab.open()
    const path = newPath()
    const server = serve(loop, path)
    const client = new Pipe({ loop })
    expect([server.sockname, server.family, client.family]).toEqual([path, 'unix', undefined])
    const [answer] = await Promise.all([ask(client, path, 'hello'), lab.run(loop)])
    expect(answer).toBe('hello')
    // The path is free again.
    const another = new Pipe({ loop })
    another.bind(path)
    void another.close()
    await lab.run(loop)
    expect(existsSync(path)).toBe(false)
  })

  test('the path of the server is its sockname and the peername of the client', async () => {
    const loop = await lab.open()
    const path = newPath()
    const server = new Pipe({ loop })
    server.bind(path)
    const names: string[] = []
    const note = (pipe: Pipe): void => {
      names.push(pipe.sockname, pipe.peername)
      if (names.length === 4) void loop.closeAllHandles()
    }
    server.listen(1, () => note(server.accept()))
    const client = new Pipe({ loop })
    client.connect(path, () => note(client))
    await lab.run(loop)
    expect(names.sort()).toEqual(['', '', path, path])
  })

  test.each([
    ['an unused path', (path: string) => path, 'ENOENT'],
    [
      'a path without a listener',
      (path: string, loop: Loop) => {
        new Pipe({ loop }).bind(path)
        return path
      },
      'ECONNREFUSED',
    ],
  ])('connecting to %s fails', async (_target, prepare, code) => {
    const loop = await lab.open()
    const path = prepare(newPath(), loop)
    const client = new Pipe({ loop })
    const failed = client.connect(path).then(null, (error: unknown) => {
      void loop.closeAllHandles()
      return error
    })
    const [error] = await Promise.all([failed, lab.run(loop)])
    expect(error).toMatchObject({ code, syscall: 'connect' })
  })

  test('a path can be bound once, and a pipe can be bound to one path', async () => {
    const loop = await lab.open()
    const [path, one, other] = [newPath(), new Pipe({ loop }), new Pipe({ loop })]
    one.bind(path)
    expect(codeOf(() => other.bind(path))).toBe('EADDRINUSE')
    expect(codeOf(() => one.bind(newPath()))).toBe('EINVAL')
  })

  test.each(['nothing', 'a write'])('a pipe may connect again after a refusal with %s pending', async (early) => {
    const loop = await lab.open()
    const path = newPath()
    const client = new Pipe({ loop })
    const talk = async (): Promise<string> => {
      const refused = expect(client.connect(path)).rejects.toMatchObject({ code: 'ENOENT' })
      if (early === 'a write') client.write(bytes('lost'), () => {})
      await refused
      serve(loop, path)
      return ask(client, path, 'again')
    }
    const [answer] = await Promise.all([talk(), lab.run(loop)])
    expect(answer).toBe('again')
  })

  test('a large message arrives completely', async () => {
    const loop = await lab.open()
    const path = newPath()
    serve(loop, path)
    const word = 'x'.repeat(3_000_000)
    const [answer] = await Promise.all([ask(new Pipe({ loop }), path, word), lab.run(loop)])
    expect(answer === word).toBe(true)
  })

  test('closing a pipe cancels a pending connect', async () => {
    const loop = await lab.open()
    const server = serve(loop, newPath())
    const client = new Pipe({ loop })
    const statuses: number[] = []
    client.connect(server.sockname, (_request, status) => statuses.push(status))
    expect(codeOf(() => client.connect(server.sockname))).toBe('EALREADY')
    await Promise.all([loop.closeAllHandles(), lab.run(loop)])
    expect(statuses).toEqual([StatusCode.ECANCELED])
  })

  test('a pair of pipes has no names, and carries bytes', async () => {
    const loop = await lab.open()
    const [one, other] = Pipe.pair(loop)
    expect([one.sockname, one.family]).toEqual(['', 'unix'])
    one.write(bytes('through'))
    one.shutdown()
    const read = async (): Promise<string> => {
      const pieces: Uint8Array[] = []
      for await (const chunk of other) pieces.push(chunk)
      await loop.closeAllHandles()
      return text(...pieces)
    }
    const [said] = await Promise.all([read(), lab.run(loop)])
    expect(said).toBe('through')
  })

  test('a pipe refuses wrong input', async () => {
    const loop = await lab.open()
    const pipe = new Pipe({ loop })
    expect(() => new Pipe({ loop, ipc: true })).toThrow(/ENOTSUP.*ipc/)
    expect(codeOf(() => pipe.bind(''))).toBe('EINVAL')
    expect(codeOf(() => pipe.connect(''))).toBe('EINVAL')
    expect(codeOf(() => pipe.bind(`/${'x'.repeat(200)}`, PipeFlags.NO_TRUNCATE))).toBe('EINVAL')
    expect(codeOf(() => pipe.chmod(4))).toBe('EINVAL')
    expect(codeOf(() => pipe.chmod(PipeMode.READABLE))).toBe('EBADF')
    expect(codeOf(() => pipe.sockname)).toBe('EBADF')
    expect(codeOf(() => pipe.open(0))).toBe('EBADF')
    expect(codeOf(() => pipe.setPendingInstances(-1))).toBe('EINVAL')
    pipe.setPendingInstances(4)
  })
})

describe('a pipe', () => {
  overHosts(
    (lab) => {
      test('answers a client of node:net', async () => {
        const loop = await lab.open()
        const path = newPath()
        serve(loop, path)
        const client = net.connect(path)
        client.end('hello from node')
        const heard = new Promise<string>((resolve) => {
          let all = ''
          client.on('data', (chunk) => {
            all += String(chunk)
          })
          client.on('end', () => resolve(all))
        })
        await lab.run(loop)
        expect(await soon(heard, 'the answer')).toBe('hello from node')
      })

      test('is answered by a server of node:net', async () => {
        const loop = await lab.open()
        const path = newPath()
        const server = net.createServer((socket) => void socket.pipe(socket))
        await new Promise<void>((resolve) => server.listen(path, resolve))
        const [answer] = await Promise.all([ask(new Pipe({ loop }), path, 'hello from libuv'), lab.run(loop)])
        expect(answer).toBe('hello from libuv')
        await new Promise((resolve) => server.close(resolve))
      })

      test('answers curl', async () => {
        const loop = await lab.open()
        const path = newPath()
        const server = new Pipe({ loop })
        server.bind(path)
        server.chmod(PipeMode.READABLE | PipeMode.WRITABLE)
        expect(statSync(path).mode & 0o666).toBe(0o666)
        server.listen(1, () => {
          const peer = server.accept()
          peer.readStart((_peer, status) => {
            if (status === 0)
              peer.write(bytes('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello'))
            else void loop.closeAllHandles()
          })
        })
        const running = lab.run(loop)
        const { stdout } = await soon(
          promisify(execFile)('curl', ['--silent', '--unix-socket', path, 'http://localhost/']),
          'curl to end',
        )
        expect(stdout).toBe('hello')
        await running
      })
    },
    hosts.filter(({ name }) => name !== virtual.name),
  )
})

overHosts(
  (lab) => {
    test('two loops on one network connect by a path', async () => {
      const [here, there] = [await lab.open(), await lab.open()]
      serve(there, '/run/there')
      const talked = ask(new Pipe({ loop: here }), '/run/there', 'across')
      const [answer] = await Promise.all([talked, lab.run(here), lab.run(there)])
      expect(answer).toBe('across')
    })

    test('a loop connects its own paths on a host without paths', async () => {
      const host = lab.host
      Object.defineProperty(host, 'unix', { value: new FakeHost().unix })
      const loop = await lab.open({ host })
      serve(loop, '/run/mine')
      const [answer] = await Promise.all([ask(new Pipe({ loop }), '/run/mine', 'inside'), lab.run(loop)])
      expect(answer).toBe('inside')
    })
  },
  [virtual],
)
