/** socat as a guest, between programs of this machine. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import net from 'node:net'
import { expect, test } from '@jest/globals'
import { freePort } from '../support/free-port.js'
import { Process } from '../support/process.js'
import { describePrograms, freshFolder, startGuest } from './support/guests.js'

describePrograms('socat', (on) => {
  const folder = freshFolder()
  const socat = (grants: readonly string[], ...addresses: readonly string[]): Process =>
    startGuest(on, 'socat', grants, ['-d', '-d', '-t', '10', ...addresses])

  /** Sends bytes to a port, and its end. @returns what comes back until the end */
  const talk = async (port: number, bytes: Uint8Array): Promise<Buffer> => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.end(bytes)
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  test('sends its input to a server, and prints the answer', async () => {
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const bytes = randomBytes(300_000)
    const command = socat([`--allow-connect=127.0.0.1:${port}`], '-', `TCP4:127.0.0.1:${port}`)
    command.child.stdin.end(bytes)
    expect((await command.end).code).toBe(0)
    expect(command.bytes.equals(bytes)).toBe(true)
    server.close()
  })

  test('passes a connection on to another port', async () => {
    const [here, there] = [await freePort(), await freePort()]
    const echo = new Process('socat', ['-d', '-d', '-t', '10', `TCP4-LISTEN:${there},bind=127.0.0.1`, 'PIPE'])
    await echo.complains(/(listening on)/)
    const relay = socat(
      [`--allow-listen=127.0.0.1:${here}`, `--allow-connect=127.0.0.1:${there}`],
      `TCP4-LISTEN:${here},bind=127.0.0.1,reuseaddr`,
      `TCP4:127.0.0.1:${there}`,
    )
    await relay.complains(/(listening on)/)
    const bytes = randomBytes(500_000)
    expect((await talk(here, bytes)).equals(bytes)).toBe(true)
    expect((await relay.end).code).toBe(0)
  })

  test('writes what it receives into a file of the host', async () => {
    const port = await freePort()
    const receiver = socat(
      [`--allow-listen=127.0.0.1:${port}`, '--dir', `${folder()}:/work:rw`],
      '-u',
      `TCP4-LISTEN:${port},bind=127.0.0.1`,
      'CREATE:/work/copy',
    )
    await receiver.complains(/(listening on)/)
    const bytes = randomBytes(200_000)
    await talk(port, bytes)
    expect((await receiver.end).code).toBe(0)
    expect((await readFile(`${folder()}/copy`)).equals(bytes)).toBe(true)
  })

  test('answers datagrams', async () => {
    const port = await freePort()
    const echo = socat([`--allow-listen=127.0.0.1:${port}`], `UDP4-RECVFROM:${port},bind=127.0.0.1`, 'PIPE')
    await echo.complains(/(receiving on|recvfrom)/i)
    const native = new Process('socat', ['-T', '5', '-', `UDP4:127.0.0.1:${port}`])
    native.child.stdin.write('a datagram\n')
    expect(await native.says(/^(a datagram)\n/)).toBe('a datagram')
  })
})
