/** C programs that send messages (`uv_udp_t`): on this machine's network, on a virtual one, and under a policy. */
import dgram from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeAll, expect, test } from '@jest/globals'
import { soon } from '../../support/deadline.js'
import { nodeHost, policyHost, virtualHost } from '../support/built.js'
import { nativeOutput } from '../support/native.js'
import { endAll, play } from '../support/stage.js'
import { COMPILING, guestModule } from '../support/uvcc.js'

beforeAll(() => guestModule('messages'), COMPILING)
endAll()

const program = 'messages'
const sockets: dgram.Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

/** An echo socket of Node. */
const echo = async (): Promise<{ socket: dgram.Socket; port: string }> => {
  const socket = dgram.createSocket('udp4', (message, { port, address }) => socket.send(message, port, address))
  sockets.push(socket)
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { socket, port: `${socket.address().port}` }
}

test('a guest answers a client of node:dgram if its policy allows the address', async () => {
  const host = policyHost(nodeHost(), { listen: ['127.0.0.1:0'] })
  const server = await play(['serve', '3'], { program, host })
  const [, port] = await server.says(/listening on (\d+)/)
  const { socket } = await echo()
  socket.removeAllListeners('message')
  for (const word of ['one', '', 'x'.repeat(9000)]) {
    const answer = soon(once(socket, 'message'), 'an answer')
    socket.send(word, Number(port), '127.0.0.1')
    expect(String((await answer)[0])).toBe(word)
  }
  expect([await server.code, server.errors]).toEqual([0, ''])
})

test('a guest gets answers from a server of node:dgram, and prints the same as natively', async () => {
  const { port } = await echo()
  const args = ['ask', '127.0.0.1', port, 'one', 'two', 'three']
  const guest = await play(args, { program })
  expect([await guest.code, guest.output]).toEqual([0, await nativeOutput(program, ...args)])
  expect(guest.output).toBe('127.0.0.1 says one\n127.0.0.1 says two\n127.0.0.1 says three\n')
})

test('two guests exchange messages on a virtual network', async () => {
  const host = virtualHost()
  const server = await play(['serve', '2'], { program, host })
  const [, port = ''] = await server.says(/listening on (\d+)/)
  const client = await play(['ask', '127.0.0.1', port, 'hello', 'again'], { program, host })
  expect([await client.code, client.output]).toEqual([0, '127.0.0.1 says hello\n127.0.0.1 says again\n'])
  expect(await server.code).toBe(0)
})

test('sending to an address that the policy does not allow fails with EACCES', async () => {
  const host = policyHost(virtualHost(), { connect: ['127.0.0.1:9'] })
  const client = await play(['ask', '127.0.0.1', '10', 'hello'], { program, host })
  expect([await client.code, client.output]).toEqual([1, 'sent: EACCES\n'])
})
