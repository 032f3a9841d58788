/** Guests over a host that refuses a call, or throws: the guest gets an error, and nothing else fails. */
import net from 'node:net'
import { afterEach, beforeAll, expect, test } from '@jest/globals'
import type { HostConnection } from '../../src/host/contract/connection.js'
import type { Host } from '../../src/host/contract/host.js'
import { driver, HostError, nodeHost } from './support/built.js'
import { endAll, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => Promise.all([guestModule('echo'), guestModule('talk')]), COMPILING)
endAll()

let server: net.Server | undefined
afterEach(() => {
  server?.close()
})

/** Starts an echo server. @returns its port */
const listen = async (): Promise<string> => {
  const started = net.createServer((socket) => socket.on('error', () => {}).pipe(socket))
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const address = started.address()
  return typeof address === 'object' ? String(address?.port) : ''
}

/** This machine's host, with a fault in its outgoing connections. */
const withFault = (spoil: (connection: HostConnection) => void): Host => {
  const host = nodeHost()
  const connect = host.connect.bind(host)
  host.connect = (remote, events) => {
    const connection = connect(remote, events)
    // A guest that writes to the descriptor itself would bypass the fault.
    connection.exposeDescriptor = () => undefined
    spoil(connection)
    return connection
  }
  return host
}

const breaks = (): never => {
  throw new Error('out of order')
}

test('an option that the host refuses is an error for the guest', async () => {
  const host = withFault((connection) => {
    connection.setNoDelay = () => {
      throw new HostError('ENOPROTOOPT', 'there is no such thing here')
    }
  })
  const talk = await play(['127.0.0.1', await listen(), '5', 'nodelay'], { program: 'talk', host })
  expect(await talk.code).toBe(1)
  // Suspended, the call itself fails; in a thread the guest gets the error a little later, as a failed connection.
  expect(talk.output).toMatch(driver === 'jspi' ? /^nodelay: ENOPROTOOPT\n$/ : /^(read|write|shutdown): ENOPROTOOPT\n$/)
  expect(talk.errors).toBe('')
})

// In one thread, an exception of readStart() within an event of the host goes back to the host.
const METHODS = driver === 'worker' ? (['write', 'readStart'] as const) : (['write'] as const)

test.each(METHODS)('an exception of the host in %s() is EIO for the guest, and is printed', async (method) => {
  const host = withFault((connection) => {
    connection[method] = breaks
  })
  const talk = await play(['127.0.0.1', await listen(), '5'], { program: 'talk', host })
  expect(await talk.code).toBe(1)
  expect(talk.output).toMatch(/^(read|write|shutdown|connect): EIO\n$/)
  expect(talk.errors).toBe('libuv-wasm: Error: out of order\n')
})

test.each(['bind', 'connect'] as const)(
  'an exception of the host in %s() is EIO for the program that calls it, and is printed',
  async (method) => {
    const host = nodeHost()
    host[method] = breaks
    const program = method === 'bind' ? 'echo' : 'talk'
    const guest = await play(['127.0.0.1', '9'], { program, host })
    expect(await guest.code).toBe(1)
    expect(guest.output + guest.errors).toMatch(/(bind|listen|connect): EIO\n/)
    expect(guest.errors).toContain('libuv-wasm: Error: out of order\n')
  },
)

test('a write that fails with a reset is reported as ECONNRESET', async () => {
  const host = withFault((connection) => {
    connection.write = () => {
      throw new HostError('ECONNRESET', 'the peer is gone')
    }
    connection.shutdown = () => {
      throw new HostError('ENOTCONN', 'the peer is gone')
    }
  })
  // More than is in transit between the threads, so that the write is not reported as done before it has failed.
  const talk = await play(['127.0.0.1', await listen(), '200000'], { program: 'talk', host })
  expect(await talk.code).toBe(1)
  expect(talk.output).toMatch(/^(write: ECONNRESET|read: ECONNRESET|shutdown: ENOTCONN)\n$/)
})
