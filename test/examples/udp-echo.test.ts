import dgram from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { example, hasIPv6, run, startServer } from '../support/programs.js'

test.each(hasIPv6() ? ['127.0.0.1', '::1'] : ['127.0.0.1'])(
  'the server on %s answers a socket of node:dgram',
  async (host) => {
    const server = await startServer(process.execPath, [example('udp-echo'), '--host', host, '--port', '0'])
    const client = dgram.createSocket(host === '::1' ? 'udp6' : 'udp4')
    const got: Buffer[] = []
    client.on('message', (message) => got.push(message))
    for (const message of [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(65_507, 'x')]) {
      client.send(message, server.port, server.host)
      await soon(once(client, 'message'), 'the echo')
    }
    client.close()
    expect(got.map(({ length }) => length)).toEqual([3, 0, 65_507])
    expect(await server.program.end('SIGINT')).toMatchObject({ code: 0, stderr: '' })
  },
)

test('a port in use is an error of one line, with the exit code 1', async () => {
  const holder = dgram.createSocket('udp4')
  holder.bind(0, '127.0.0.1')
  await once(holder, 'listening')
  const { code, stderr } = await run(process.execPath, [example('udp-echo'), '--port', String(holder.address().port)])
  holder.close()
  expect(code).toBe(1)
  expect(stderr).toMatch(/^udp-echo: cannot listen on 127\.0\.0\.1, port \d+: bind EADDRINUSE/)
})
