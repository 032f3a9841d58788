/**
 * C programs with sockets that have paths: on this machine, on a virtual network, and under a policy.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { nodeHost, policyHost, virtualHost } from '../support/built.js'
import { endAll, play, received } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('paths'), COMPILING)
endAll()

const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const program = 'paths'

test('a guest serves a client of node:net at a path that its policy allows', async () => {
  const path = join(folder, 'serve.sock')
  const host = policyHost(nodeHost(), { listen: [`unix:${path}`] })
  const server = await play(['serve', path], { program, host })
  await server.says(/listening/)
  const client = net.connect(path)
  client.end('hello')
  expect((await received(client)).toString()).toBe('hello')
  expect(await server.code).toBe(0)
  expect(existsSync(path)).toBe(false)
})

test('a guest gets an answer from a server of node:net', async () => {
  const path = join(folder, 'ask.sock')
  const server = net.createServer((socket) => void socket.pipe(socket))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const client = await play(['ask', path, 'hello'], { program })
  expect([await client.code, client.output]).toEqual([0, 'hello\n'])
  await new Promise((resolve) => server.close(resolve))
})

test('two guests connect by a path on a virtual network', async () => {
  const host = virtualHost()
  const server = await play(['serve', '/run/there'], { program, host })
  await server.says(/listening/)
  const client = await play(['ask', '/run/there', 'hello'], { program, host })
  expect([await client.code, client.output, await server.code]).toEqual([0, 'hello\n', 0])
})

test('a path that the policy does not allow fails with EACCES', async () => {
  const host = policyHost(virtualHost(), { listen: ['*', 'unix:/run/a'], connect: ['*', 'unix:/run/a'] })
  const server = await play(['serve', '/run/b'], { program, host })
  expect([await server.code, server.output]).toEqual([1, 'listen: EACCES\n'])
  const client = await play(['ask', '/run/b', 'hello'], { program, host })
  expect([await client.code, client.output]).toEqual([1, 'connect: EACCES\n'])
})
