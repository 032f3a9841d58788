/** Tests of Unix sockets. The expected results are those of Linux. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { UnixAddress } from '../../../src/base/address.js'
import type { HostBoundSocket } from '../../../src/host/contract/connection.js'
import type { HostUnix } from '../../../src/host/contract/unix.js'
import { describe, expect } from '../../support/harness.js'
import { type ContractOptions, contract, type Lab, Listener, type MakeHost, refusal } from './lab.js'
import type { Socket } from './socket.js'

const named = (path: string): UnixAddress => ({ family: 'unix', path })

/** The unix part of a lab's host, and a folder of its own for paths. */
export class UnixLab {
  readonly lab: Lab
  readonly unix: HostUnix
  readonly #folder: string
  #pairs = 0

  constructor(lab: Lab) {
    const { unix } = lab.host
    if (unix === undefined) throw new Error('the host has no Unix sockets')
    this.lab = lab
    this.unix = unix
    // A virtual host has no folders, but accepts a path in one.
    this.#folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
    lab.atEnd(() => rmSync(this.#folder, { recursive: true, force: true }))
  }

  path(name: string): string {
    return join(this.#folder, name)
  }

  bind(path: string): HostBoundSocket<UnixAddress> {
    const port = this.lab.call(() => this.unix.bind(named(path)))
    this.lab.atEnd(() => port.close())
    return port
  }

  listen(path: string): Listener<UnixAddress> {
    const listener = new Listener(this.lab, this.bind(path))
    this.lab.atEnd(() => listener.close())
    return listener
  }

  connect(path: string, from?: HostBoundSocket<UnixAddress>): Socket<UnixAddress> {
    const socket = this.lab.socket<UnixAddress>('client')
    socket.connection = this.lab.call(() => (from ?? this.unix).connect(named(path), socket))
    return socket
  }

  async pair(): Promise<{ client: Socket<UnixAddress>; server: Socket<UnixAddress> }> {
    const path = this.path(`pair ${this.#pairs++}`)
    const listener = this.listen(path)
    const client = this.connect(path)
    const server = await listener.accept()
    await client.until('onConnect', () => client.saw('connect'))
    return { client, server }
  }
}

/** Registers the tests of Unix sockets. */
export function unixContract(make: MakeHost, options?: ContractOptions): void {
  describe('Unix sockets', () => {
    const { test: register, testWith } = contract(make, options, 'unix')
    const test = (name: string, body: (lab: UnixLab) => Promise<void>): void =>
      register(name, (lab) => body(new UnixLab(lab)))

    test('both ends of a connection report the path of the listener', async (lab) => {
      const { client, server } = await lab.pair()
      const path = lab.path('pair 0')
      expect([client.connection.local, client.connection.remote]).toEqual([named(''), named(path)])
      expect([server.connection.local, server.connection.remote]).toEqual([named(path), named('')])
    })

    test('bytes and the end are delivered in both directions', async (lab) => {
      const { client, server } = await lab.pair()
      for (const end of [client, server]) end.readStart()
      client.write(Buffer.from('there'))
      server.write(Buffer.from('back'))
      client.shutdown()
      await server.until('the end', () => server.saw('end'))
      server.shutdown()
      await client.until('the end', () => client.saw('end'))
      expect([server.bytes.toString(), client.bytes.toString()]).toEqual(['there', 'back'])
    })

    test('bytes stay pending while the peer does not read, and all of them arrive', async (lab) => {
      const { client, server } = await lab.pair()
      const block = Buffer.alloc(1024 * 1024, 7)
      let written = 0
      while (client.write(block)) written++
      expect(written).toBeLessThan(64)
      server.readStart()
      await client.until('onDrain', () => client.saw('drain'))
      client.shutdown()
      await server.until('the end', () => server.saw('end'))
      expect(server.received).toBe((written + 1) * block.length)
    })

    test('close() with unread bytes resets the peer', async (lab) => {
      const { client, server } = await lab.pair()
      client.readStart()
      client.write(Buffer.from('unread'))
      await lab.lab.settle()
      server.close()
      await client.until('a reset', () => client.saw('ECONNRESET'))
    })

    test('a path that is in use is refused with EADDRINUSE', async (lab) => {
      const path = lab.path('taken')
      lab.bind(path)
      expect(refusal(() => lab.bind(path))).toBe('EADDRINUSE')
    })

    test('bind() refuses an invalid path and a path in a missing folder at once', async (lab) => {
      expect(refusal(() => lab.bind(lab.path('none/such')), 'no folders')).toMatch(/^(ENOENT|no folders)$/)
      // Not valid text: a host that takes any bytes takes these, too.
      expect(refusal(() => lab.bind(lab.path('\xff')), 'any bytes')).toMatch(/^(EINVAL|any bytes)$/)
    })

    test('connect() reports ENOENT for an unused path and ECONNREFUSED for an unused abstract name', async (lab) => {
      const missing = lab.connect(lab.path('nobody'))
      await missing.until('ENOENT', () => missing.saw('ENOENT'))
      const abstract = lab.connect(`\0${lab.path('abstract')}`)
      await abstract.until('ECONNREFUSED', () => abstract.saw('ECONNREFUSED'))
    })

    testWith(
      'quietPort',
      'connect() reports ECONNREFUSED for a path that is bound but has no listener',
      async (inner) => {
        const lab = new UnixLab(inner)
        lab.bind(lab.path('bound'))
        const deaf = lab.connect(lab.path('bound'))
        await deaf.until('ECONNREFUSED', () => deaf.saw('ECONNREFUSED'))
      },
    )

    test('a listener keeps its connections after its path was removed', async (lab) => {
      const path = lab.path('removed')
      const listener = lab.listen(path)
      const client = lab.connect(path)
      const server = await listener.accept()
      await client.until('onConnect', () => client.saw('connect'))
      lab.unix.unlink(path)
      expect(refusal(() => lab.unix.unlink(path))).toBe('ENOENT')
      const late = lab.connect(path)
      await late.until('ENOENT', () => late.saw('ENOENT'))
      server.readStart()
      client.write(Buffer.from('still here'))
      await server.until('the bytes', () => server.received === 10)
    })

    test('chmod() sets the permissions that mode() reads', async (lab) => {
      const path = lab.path('guarded')
      lab.bind(path)
      lab.unix.chmod(path, 0o600)
      expect(lab.unix.mode(path)).toBe(0o600)
      expect(refusal(() => lab.unix.chmod(lab.path('other'), 0o600))).toBe('ENOENT')
      expect(refusal(() => lab.unix.mode(lab.path('other')))).toBe('ENOENT')
    })

    test('an abstract name can be bound again after its socket was closed', async (lab) => {
      const name = `\0${lab.path('abstract')}`
      const listener = lab.listen(name)
      const client = lab.connect(name)
      await listener.accept()
      await client.until('onConnect', () => client.saw('connect'))
      expect(refusal(() => lab.bind(name))).toBe('EADDRINUSE')
      listener.close()
      await lab.lab.settle()
      lab.bind(name).close()
    })

    testWith('connectFromPort', 'a bound socket connects from its path', async (inner) => {
      const lab = new UnixLab(inner)
      const listener = lab.listen(lab.path('server'))
      const client = lab.connect(lab.path('server'), lab.bind(lab.path('client')))
      await listener.accept()
      await client.until('onConnect', () => client.saw('connect'))
      expect(client.connection.local).toEqual(named(lab.path('client')))
    })

    test('a connection that is closed while it connects receives no event', async (lab) => {
      const listener = lab.listen(lab.path('hasty'))
      const client = lab.connect(lab.path('hasty'))
      client.close()
      await lab.lab.settle()
      expect(client.events).toEqual([])
      listener.close()
    })
  })
}
