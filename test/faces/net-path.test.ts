/** Unix sockets of `libuv-wasm/net`: the same calls have the same results as with `node:net`. */
import { existsSync, mkdtempSync, rmSync, statSync, unlinkSync } from 'node:fs'
import * as node from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Net, Socket } from 'libuv-wasm/net'
import { soon } from '../support/deadline.js'
import { hosts, told, useNet } from './support/net-lab.js'

/** The part of both that is used here. */
type AnyNet = Pick<Net, 'createServer' | 'connect'>

const theirs: AnyNet = Object(node)

/** The fields of an error, with the folder's name replaced. */
const fields = (error: unknown, folder: string): unknown => {
  const { message, code, errno, syscall, address, port } = Object(error)
  return [message, code, errno, syscall, address, port].map((value) =>
    typeof value === 'string' ? value.replaceAll(folder, 'FOLDER') : value,
  )
}

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.each(hosts)('over %s', (_name, host, real) => {
  let ours: AnyNet
  useNet(host, ({ net }) => {
    ours = net
  })

  /** Runs the same calls on both, and compares what they return. */
  const alike = async (story: (net: AnyNet, path: string) => Promise<unknown>): Promise<void> => {
    const path = join(folder, 'socket')
    const expected = await story(theirs, path)
    expect(await story(ours, path)).toEqual(expected)
  }

  test('a server listens at once, and reports its address until it is closed', () =>
    alike(async (net, path) => {
      const server = net.createServer()
      const seen: unknown[] = [server.address(), server.listen(path) === server, server.listening, server.address()]
      // The virtual network has no files.
      seen.push(real ? existsSync(path) : true)
      await told(server, 'listening')
      server.close()
      seen.push(server.listening, server.address(), existsSync(path))
      await told(server, 'close')
      return seen
    }))

  test('both ends have no addresses, and exchange bytes', () =>
    alike(async (net, path) => {
      const server = net.createServer((peer) => peer.pipe(peer)).listen({ path, backlog: 3 })
      const client = net.connect({ path, noDelay: true, keepAlive: true })
      const seen: unknown[] = [client.connecting, client.pending, client.readyState]
      const [[peer]] = await Promise.all([told(server, 'connection') as Promise<[Socket]>, told(client, 'connect')])
      for (const end of [client, peer]) {
        seen.push(end.address(), end.localAddress, end.localPort, end.localFamily)
        seen.push(end.remoteAddress, end.remotePort, end.remoteFamily)
      }
      client.setNoDelay(true).setKeepAlive(true, 1_000)
      client.end('there and back')
      seen.push(
        Buffer.concat(await soon(client.toArray(), 'the end')).toString(),
        client.bytesRead,
        client.bytesWritten,
      )
      server.close()
      await told(server, 'close')
      return seen
    }))

  test('connecting to a path without a server is an error that names the path', () =>
    alike(async (net, path) => {
      const client = net.connect(path)
      const [attempt, [error], closed] = await Promise.all([
        told(client, 'connectionAttemptFailed'),
        told(client, 'error'),
        told(client, 'close'),
      ])
      return [fields(error, folder), attempt.slice(0, 3), attempt[3] === error, closed, client.readyState]
    }))

  test('listening on a path in use is an error that names the path', () =>
    alike(async (net, path) => {
      const [first, second] = [net.createServer(), net.createServer()]
      await told(first.listen(path), 'listening')
      const [error] = await told(second.listen(path), 'error')
      const seen = [fields(error, folder), second.listening, second.address()]
      first.close()
      await told(first, 'close')
      return seen
    }))

  test('a connection cannot be reset, and one above maxConnections is dropped', () =>
    alike(async (net, path) => {
      const server = net.createServer()
      server.maxConnections = 1
      server.listen(path)
      const first = net.connect(path)
      const [[peer]] = await Promise.all([told(server, 'connection') as Promise<[Socket]>, told(first, 'connect')])
      const second = net.connect(path)
      second.resume()
      const [drop] = await Promise.all([told(server, 'drop'), told(second, 'close')])
      const seen: unknown[] = [drop]
      try {
        first.resetAndDestroy()
      } catch (error) {
        seen.push(fields(error, folder), Object(error).name)
      }
      const closed = [first, peer].map((end) => told(end, 'close'))
      for (const end of [first, peer]) end.destroy()
      server.close()
      await Promise.all([...closed, told(server, 'close')])
      return seen
    }))

  test('a refused socket connects again, and a closed server listens on a path', () =>
    alike(async (net, path) => {
      const client = net.connect(path)
      await Promise.all([told(client, 'error'), told(client, 'close')])
      const server = net.createServer((peer) => peer.end('yes')).listen(0)
      await told(server, 'listening')
      server.close()
      await told(server, 'close')
      server.listen(path)
      client.connect({ path })
      const answer = Buffer.concat(await soon(client.toArray(), 'the end')).toString()
      server.close()
      await told(server, 'close')
      return [answer, server.address()]
    }))

  test('an abort signal closes a server, and wrong paths are refused with an error that names them', () =>
    alike(async (net, path) => {
      const controller = new AbortController()
      const server = net.createServer().listen({ path, signal: controller.signal })
      const closed = told(server, 'close')
      controller.abort()
      await closed
      const seen: unknown[] = [existsSync(path)]
      for (const wrong of [{ path: 5 }, { path: null }, {}]) {
        for (const call of [() => net.createServer().listen(Object(wrong)), () => net.connect(Object(wrong))]) {
          try {
            call()
          } catch (error) {
            seen.push(Object(error).message, Object(error).code)
          }
        }
      }
      return seen
    }))

  if (!real) return

  test('a missing folder is an error, and a server closes after its path was removed', () =>
    alike(async (net, path) => {
      const [error] = await told(net.createServer().listen(join(path, 'deeper')), 'error')
      const server = net.createServer().listen({ path, readableAll: true, writableAll: true })
      await told(server, 'listening')
      const mode = statSync(path).mode & 0o666
      unlinkSync(path)
      server.close()
      await told(server, 'close')
      return [fields(error, folder), mode, existsSync(path)]
    }))

  test('a path that is too long is refused, like in newer versions of Node', async () => {
    const path = join(folder, 'x'.repeat(200))
    const [error] = await told(ours.createServer().listen(path), 'error')
    expect(error).toMatchObject({ code: 'EINVAL', syscall: 'listen', address: path })
    const client = ours.connect(path)
    const [[refusal]] = await Promise.all([told(client, 'error'), told(client, 'close')])
    expect(refusal).toMatchObject({ code: 'EINVAL', syscall: 'connect', address: path })
  })
})
