/** Tests of the system calls of two guests on one virtual network. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Address } from '../../src/base/address.js'
import { type VirtualHost, virtualHost } from '../../src/host/virtual.js'
import { seeded } from '../support/random.js'
import { loopback } from '../support/wishes.js'
import { type Answer, c, Machine } from './support/machine.js'
import { unixAddress, unixListener } from './support/unix.js'

type Guest = Machine<VirtualHost>

let host: VirtualHost
let release: () => void
let server: Guest
let client: Guest

beforeEach(() => {
  host = virtualHost()
  release = host.keepAlive()
  server = new Machine({ host })
  client = new Machine({ host })
})

afterEach(async () => {
  server.kernel.closeAll()
  client.kernel.closeAll()
  // Closed connections still send their end.
  for (let left = 1_000; host.open().length > 0 && left > 0; left--)
    await new Promise<void>((resolve) => host.defer(resolve))
  release()
  expect(host.open()).toEqual([])
  expect([server.defects, client.defects]).toEqual([[], []])
})

function listen(address: Address, options: { v6only?: boolean } = {}): { fd: number; port: number } {
  const fd = server.socket(address.family)
  if (options.v6only !== undefined) server.setOption(fd, c.IPPROTO_IPV6, c.IPV6_V6ONLY, Number(options.v6only))
  expect(server.bind(fd, address)).toBe(0)
  expect(server.os.listen(fd, 5)).toBe(0)
  const name = server.name('getsockname', fd)
  if (typeof name === 'string' || name.family === 'unix') throw new Error(JSON.stringify(name))
  return { fd, port: name.port }
}

const ready = (guest: Guest, fd: number, letter: string): Promise<void> =>
  guest.until(() => guest.poll(fd).includes(letter), `${letter} of ${fd}`)

async function connect(address: Address): Promise<number> {
  const fd = client.socket(address.family)
  expect(client.connect(fd, address)).toBe('EINPROGRESS')
  await ready(client, fd, 'O')
  return fd
}

/** A connection: the client's end and the server's. */
async function meet(): Promise<{ near: number; far: number }> {
  const { fd, port } = listen(loopback(0))
  const near = await connect(loopback(port))
  await ready(server, fd, 'I')
  const far = server.accept(fd)
  if (typeof far === 'string') throw new Error(far)
  server.os.close(fd)
  return { near, far }
}

describe.each(['ipv4', 'ipv6'] as const)('over %s', (family) => {
  test('a connection is established, has the names of both ends, carries bytes and ends', async () => {
    const { fd, port } = listen(loopback(0, family))
    const near = await connect(loopback(port, family))
    await ready(server, fd, 'I')
    const far = Number(server.accept(fd))
    expect(server.name('getpeername', far)).toEqual(client.name('getsockname', near))
    expect(server.name('getsockname', far)).toEqual(client.name('getpeername', near))
    client.write(near, 'hello')
    await ready(server, far, 'I')
    expect([server.read(far, 2, c.MSG_PEEK), server.read(far)]).toEqual(['he', 'hello'])
    client.os.shutdown(near, c.SHUT_WR)
    await ready(server, far, 'R')
    expect(server.read(far)).toBe('')
    server.write(far, 'bye')
    await ready(client, near, 'I')
    expect(client.read(near)).toBe('bye')
  })
})

test('connect() to a port without a listener reports ECONNREFUSED once', async () => {
  const { fd, port } = listen(loopback(0))
  server.os.close(fd)
  const near = await connect(loopback(port))
  expect([client.poll(near), client.error(near), client.error(near)]).toEqual(['IOEHR', 'ECONNREFUSED', 0])
})

test('bind() to the address of a listener returns EADDRINUSE until it is closed', () => {
  const { fd, port } = listen(loopback(0))
  const other = client.socket()
  expect(client.bind(other, loopback(port))).toBe('EADDRINUSE')
  server.os.close(fd)
  expect(client.bind(other, loopback(port))).toBe(0)
})

test('IPV6_V6ONLY decides whether IPv4 reaches an IPv6 listener', async () => {
  const any: Address = { family: 'ipv6', host: '::', port: 0, flowInfo: 0, scopeId: 0 }
  const both = listen(any, { v6only: false })
  expect(client.error(await connect(loopback(both.port)))).toBe(0)
  await ready(server, both.fd, 'I')
  const far = Number(server.accept(both.fd))
  expect(server.name('getpeername', far)).toMatchObject({ family: 'ipv6', host: expect.stringMatching(/^::ffff:/) })
  const only = listen(any, { v6only: true })
  expect(client.error(await connect(loopback(only.port)))).toBe('ECONNREFUSED')
})

test('SO_LINGER 0 resets the other end', async () => {
  const { near, far } = await meet()
  client.setLinger(near, 1, 0)
  client.os.close(near)
  await ready(server, far, 'E')
  expect([server.read(far), server.read(far), server.write(far, 'x')]).toEqual(['ECONNRESET', '', 'EPIPE'])
})

test('close() with unread bytes resets the other end', async () => {
  const { near, far } = await meet()
  server.write(far, 'never read')
  await ready(client, near, 'I')
  client.os.close(near)
  await ready(server, far, 'E')
  expect(server.read(far)).toBe('ECONNRESET')
})

test('a writer gets EAGAIN while its peer does not read, and all bytes arrive', async () => {
  const { near, far } = await meet()
  const random = seeded('virtual bytes')
  const all = random.bytes(3 * 1024 * 1024)
  let sent = 0
  const write = (): void => {
    for (;;) {
      const piece = all.subarray(sent, sent + random.int(1, 60_000))
      const answer: Answer = piece.length === 0 ? 'EAGAIN' : client.write(near, piece)
      if (typeof answer === 'string') return
      sent += answer
    }
  }
  for (let turn = 0; turn < 300; turn++) {
    write()
    await new Promise<void>((resolve) => host.defer(resolve))
  }
  // The limit of what both kernels and the network hold.
  expect(sent).toBeLessThan(1024 * 1024)
  const read = new Uint8Array(all.length)
  const at = server.alloc(100_000)
  for (let done = 0; done < all.length; ) {
    const count = server.os.readv(far, server.iovecs([at, random.int(1, 50_000)]), 1, 0)
    if (typeof count === 'number') {
      read.set(server.memory.heap.subarray(at, at + count), done)
      done += count
    } else await ready(server, far, 'I')
    write()
  }
  expect(Buffer.compare(read, all)).toBe(0)
})

test("a Unix client reports its peer's name before it is connected", async () => {
  const listener = unixListener(server, '/tmp/server')
  const fd = client.socket('unix')
  expect(client.name('getpeername', fd)).toBe('ENOTCONN')
  expect(client.connect(fd, unixAddress('/tmp/server'))).toBe('EINPROGRESS')
  expect(client.name('getpeername', fd)).toEqual(unixAddress('/tmp/server'))
  await ready(client, fd, 'O')
  expect(client.name('getpeername', fd)).toEqual(unixAddress('/tmp/server'))
  expect(server.accept(listener)).toEqual(expect.any(Number))
})
