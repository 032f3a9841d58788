/** Host names: looked up by a loop, and connected to. */
import { describe, expect, test } from '@jest/globals'
import type { LookupEvents } from '../../src/host/contract/lookup.js'
import { ConnectError, type Host, type Loop, StatusCode, TCP, UVError } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { FakeConnection } from '../support/fake-host.js'
import { codeOf, type LoopLab, overHosts, portFreeInBothFamilies, virtual } from '../support/loops.js'
import { loopback } from '../support/wishes.js'

/**
 * Gives a host a table of names; a lookup of a name without addresses is never answered.
 *
 * @returns the lookups that the host got, and those that were cancelled
 */
const teach = (
  host: Host,
  names: Readonly<Record<string, readonly string[]>>,
): { asked: string[]; gaveUp: string[] } => {
  const asked: string[] = []
  const gaveUp: string[] = []
  host.lookup = (name, family, events: LookupEvents) => {
    asked.push(`${name} ${family}`)
    let wanted = true
    const found = names[name]
    if (found?.length !== 0) {
      host.defer(() => {
        if (!wanted) return
        if (found === undefined) events.onError('ENOENT')
        else events.onAnswer(found.filter((text) => family === 'any' || text.includes(':') === (family === 'ipv6')))
      })
    }
    return () => {
      wanted = false
      gaveUp.push(name)
    }
  }
  return { asked, gaveUp }
}

/** Runs a loop until a promise settles. @returns its value or its reason */
const settle = async (lab: LoopLab, loop: Loop, promise: PromiseLike<unknown>): Promise<unknown> => {
  const [outcome] = await Promise.all([
    promise.then(
      (kept) => kept,
      (reason: unknown) => reason,
    ),
    lab.run(loop),
  ])
  return outcome
}

/** Listens on a loopback address, and closes the first connection. */
const serve = (loop: Loop, host = '127.0.0.1', port = portFreeInBothFamilies(loop)): TCP => {
  const server = new TCP({ loop })
  server.bind([host, port])
  server.listen(8, () => {
    void server.accept().close()
    void server.close()
  })
  return server
}

overHosts((lab) => {
  describe('lookup', () => {
    test('returns addresses with the two families alternating', async () => {
      const loop = await lab.open()
      teach(lab.host, { both: ['::1', '2001:db8::1', '2001:db8::2', '127.0.0.1', '127.0.0.2'] })
      const found = await settle(lab, loop, loop.lookup('both', { port: 80 }))
      expect(found).toEqual([
        { family: 'ipv6', host: '::1', port: 80, flowInfo: 0, scopeId: 0 },
        { family: 'ipv4', host: '127.0.0.1', port: 80 },
        { family: 'ipv6', host: '2001:db8::1', port: 80, flowInfo: 0, scopeId: 0 },
        { family: 'ipv4', host: '127.0.0.2', port: 80 },
        { family: 'ipv6', host: '2001:db8::2', port: 80, flowInfo: 0, scopeId: 0 },
      ])
    })

    test.each([
      ['127.0.0.1', ['127.0.0.1']],
      ['2001:db8::1', ['2001:db8::1']],
      ['localhost', ['127.0.0.1', '::1']],
      ['LocalHost', ['127.0.0.1', '::1']],
    ])('resolves %s without the host', async (name, hosts) => {
      const loop = await lab.open()
      const { asked } = teach(lab.host, {})
      const found = await settle(lab, loop, loop.lookup(name))
      expect(found).toEqual(hosts.map((host) => expect.objectContaining({ host, port: 0 })))
      expect(asked).toEqual([])
    })

    test('asks the host for one family, with the name in ASCII', async () => {
      const loop = await lab.open()
      const { asked } = teach(lab.host, { 'xn--bcher-kva.test': ['127.0.0.2', '::1'] })
      const found = await settle(lab, loop, loop.lookup('Bücher.test', { family: 'ipv4' }))
      expect(found).toEqual([{ family: 'ipv4', host: '127.0.0.2', port: 0 }])
      expect(asked).toEqual(['xn--bcher-kva.test ipv4'])
    })

    test('leaves out what the host answers and is not a valid address', async () => {
      const loop = await lab.open()
      teach(lab.host, {
        some: ['127.1', 'localhost', '127.0.0.2', '', '127.0.0.3\n', '::1%nosuchinterface', '2001:DB8::1', Object(7)],
        none: ['0x7f.1'],
      })
      const found = await settle(lab, loop, loop.lookup('some'))
      expect(found).toMatchObject([{ host: '127.0.0.2' }, { host: '2001:db8::1' }])
      expect(await settle(lab, loop, loop.lookup('none'))).toMatchObject({ code: 'EAI_NONAME' })
    })

    test('converts names with other letters to ASCII, also localhost', async () => {
      const loop = await lab.open()
      const { asked } = teach(lab.host, { 'xn--r8jz45g.xn--zckzah': ['127.0.0.2'] })
      expect(await settle(lab, loop, loop.lookup('例え。テスト'))).toMatchObject([{ host: '127.0.0.2' }])
      expect(await settle(lab, loop, loop.lookup('ｌocalhost'))).toMatchObject([{ host: '127.0.0.1' }, { host: '::1' }])
      expect(asked).toEqual(['xn--r8jz45g.xn--zckzah any'])
    })

    test('rejects an unknown name with EAI_NONAME', async () => {
      const loop = await lab.open()
      teach(lab.host, {})
      const error = await settle(lab, loop, loop.lookup('nobody.test'))
      expect(error).toBeInstanceOf(UVError)
      expect(error).toMatchObject({ code: 'EAI_NONAME', errno: StatusCode.EAI_NONAME, syscall: 'lookup' })
      expect(String(error)).toContain('"nobody.test"')
      expect(await settle(lab, loop, loop.lookup('127.0.0.1', { family: 'ipv4' }))).toHaveLength(1)
    })

    test('is cancelled by an abort signal', async () => {
      const loop = await lab.open()
      const { gaveUp } = teach(lab.host, { 'silent.test': [] })
      const abort = new AbortController()
      const promise = loop.lookup('silent.test', { signal: abort.signal })
      loop.callLater(() => abort.abort(new Error('enough')))
      expect(await settle(lab, loop, promise)).toEqual(new Error('enough'))
      expect(gaveUp).toEqual(['silent.test'])
      await expect(loop.lookup('silent.test', { signal: abort.signal })).rejects.toThrow('enough')
    })

    test('rejects wrong input', async () => {
      const loop = await lab.open()
      for (const name of ['', 'two words', 'a/b', 'http://a', 'x'.repeat(256), '[::1]', 'a..b', 'a.1', 'localhost\n']) {
        await expect(loop.lookup(name)).rejects.toThrow(/neither an IP address nor a name/)
      }
      await expect(loop.lookup('a', { port: 65_536 })).rejects.toThrow(/port 65536/)
    })
  })

  describe('connect by name', () => {
    test('reaches the first address that answers', async () => {
      const loop = await lab.open()
      const server = serve(loop, '127.0.0.1')
      teach(lab.host, { 'db.test': ['::1', '127.0.0.1'] })
      const client = new TCP({ loop })
      client.setNoDelay(true)
      const request = client.connect({ host: 'db.test', port: server.sockname.port })
      let peer: unknown
      const done = request.then(() => {
        peer = client.peername
        return client.close()
      })
      expect(await settle(lab, loop, done)).toBeUndefined()
      expect(peer).toEqual({ family: 'ipv4', host: '127.0.0.1', port: expect.any(Number) })
    })

    test('tries the addresses of the given family only', async () => {
      const loop = await lab.open()
      const server = serve(loop, '127.0.0.1')
      const { port } = server.sockname
      teach(lab.host, { 'db.test': ['::1', '127.0.0.1'] })
      const four = new TCP({ loop })
      const reached = four.connect({ host: 'db.test', port, family: 'ipv4' }).then(() => four.peername.host)
      expect(await settle(lab, loop, reached)).toBe('127.0.0.1')
      const six = new TCP({ loop })
      const refused = await settle(lab, loop, six.connect({ host: 'db.test', port, family: 'ipv6' }))
      expect(refused).toMatchObject({ errors: [{ address: { host: '::1' } }] })
      const bound = new TCP({ loop })
      bound.bind(['127.0.0.1', 0])
      expect(codeOf(() => bound.connect({ host: 'db.test', port, family: 'ipv6' }))).toBe('EINVAL')
      await Promise.all([settle(lab, loop, loop.closeAllHandles())])
    })

    test('gives a connection that carries bytes both ways', async () => {
      const loop = await lab.open()
      const server = new TCP({ loop })
      server.bind(['127.0.0.1', 0])
      server.listen(1, () => {
        const peer = server.accept()
        peer.readStart((_peer, status, data) => {
          if (status < 0) void peer.close()
          else peer.write(data)
        })
        void server.close()
      })
      const client = new TCP({ loop })
      const talk = async (): Promise<string> => {
        await client.connect({ host: 'localhost', port: server.sockname.port })
        await client.write(new TextEncoder().encode('hello'))
        for await (const chunk of client) {
          await client.close()
          return new TextDecoder().decode(chunk)
        }
        return ''
      }
      expect(await settle(lab, loop, talk())).toBe('hello')
    })

    test('fails with an error for every address that it could not reach', async () => {
      const loop = await lab.open()
      teach(lab.host, { 'db.test': ['127.0.0.1', '::1'] })
      const server = serve(loop)
      const { port } = server.sockname
      void server.close()
      const client = new TCP({ loop })
      const error = await settle(lab, loop, client.connect({ host: 'db.test', port }))
      expect(error).toBeInstanceOf(ConnectError)
      expect(error).toMatchObject({
        code: 'ECONNREFUSED',
        errors: [
          { code: 'ECONNREFUSED', address: { host: '127.0.0.1', port } },
          { code: 'ECONNREFUSED', address: { host: '::1', port } },
        ],
      })
      expect(String(error)).toContain(`127.0.0.1:${port} ECONNREFUSED, [::1]:${port} ECONNREFUSED`)
      // The handle is unchanged: it may connect again.
      const another = serve(loop)
      const again = client.connect({ host: '127.0.0.1', port: another.sockname.port }).then(() => client.close())
      expect(await settle(lab, loop, again)).toBeUndefined()
    })

    test('fails with the error of the lookup for an unknown name', async () => {
      const loop = await lab.open()
      teach(lab.host, {})
      const client = new TCP({ loop })
      const error = await settle(lab, loop, client.connect({ host: 'nobody.test', port: 80 }))
      expect(error).toMatchObject({ code: 'EAI_NONAME', syscall: 'lookup' })
    })

    test('is cancelled, with its lookup, when the handle is closed', async () => {
      const loop = await lab.open()
      const { gaveUp } = teach(lab.host, { 'silent.test': [] })
      const client = new TCP({ loop })
      const events: unknown[] = []
      client.connect({ host: 'silent.test', port: 80 }, (_request, status) => events.push(status))
      expect(codeOf(() => client.connect(['127.0.0.1', 80]))).toBe('EALREADY')
      void client.close(() => events.push('closed'))
      expect(gaveUp).toEqual(['silent.test'])
      await lab.run(loop)
      expect(events).toEqual([StatusCode.ECANCELED, 'closed'])
    })

    test('keeps the address of a bound handle, and uses an address of its family', async () => {
      const loop = await lab.open()
      const server = serve(loop)
      teach(lab.host, { 'db.test': ['::1', '127.0.0.1'] })
      const client = new TCP({ loop })
      client.bind(['127.0.0.1', 0])
      const { port } = client.sockname
      const done = client.connect({ host: 'db.test', port: server.sockname.port }).then(() => {
        expect(client.sockname.port).toBe(port)
        return client.close()
      })
      expect(await settle(lab, loop, done)).toBeUndefined()
    })
  })
})

overHosts(
  (lab) => {
    /** Makes one address never answer. @returns the connections that are tried to it */
    const silence = (host: Host, nowhere: string): FakeConnection[] => {
      const silent: FakeConnection[] = []
      const connect = host.connect.bind(host)
      host.connect = (remote, events) => {
        if (remote.host !== nowhere) return connect(remote, events)
        const connection = new FakeConnection(loopback(1), remote)
        silent.push(connection)
        return connection
      }
      return silent
    }

    test('connect by name tries the next address 250 ms after a silent one, and closes that attempt', async () => {
      const loop = await lab.open()
      const server = serve(loop, '127.0.0.2')
      teach(lab.host, { 'db.test': ['127.0.0.9', '127.0.0.2'] })
      const silent = silence(lab.host, '127.0.0.9')
      const client = new TCP({ loop })
      const began = loop.now
      const done = client.connect({ host: 'db.test', port: server.sockname.port }).then(() => {
        const took = loop.now - began
        void client.close()
        return took
      })
      expect(await settle(lab, loop, done)).toBeGreaterThanOrEqual(250)
      expect(silent.map(({ log }) => log.at(-1))).toEqual(['close'])
    })

    test('connect by name tries the next address at once after one that is refused', async () => {
      const loop = await lab.open()
      const server = serve(loop, '127.0.0.2')
      teach(lab.host, { 'db.test': ['127.0.0.9', '127.0.0.2'] })
      const client = new TCP({ loop })
      const began = loop.now
      const done = client.connect({ host: 'db.test', port: server.sockname.port }).then(() => {
        const took = loop.now - began
        void client.close()
        return took
      })
      expect(await settle(lab, loop, done)).toBeLessThan(250)
    })

    test('closing a handle during a connect by name cancels the request', async () => {
      const loop = await lab.open()
      teach(lab.host, { 'db.test': ['127.0.0.9'] })
      const silent = silence(lab.host, '127.0.0.9')
      const client = new TCP({ loop })
      const request = client.connect({ host: 'db.test', port: 80 })
      const look = (): void => {
        if (silent.length === 0) lab.host.defer(look)
        else void loop.closeAllHandles()
      }
      look()
      expect(await settle(lab, loop, request)).toMatchObject({ code: 'ECANCELED' })
      await soon(client.close(), 'the handle to be closed')
    })

    test('lookup and connect by name fail with ENOTSUP on a host without lookups', async () => {
      const loop = await lab.open()
      lab.host.lookup = Object.getPrototypeOf(Object.getPrototypeOf(lab.host)).lookup
      expect(codeOf(() => new TCP({ loop }).connect({ host: 'db.test', port: 80 }))).toBe('ENOTSUP')
      await expect(loop.lookup('db.test')).rejects.toMatchObject({ code: 'ENOTSUP' })
    })
  },
  [virtual],
)
