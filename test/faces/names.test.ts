/** Names of hosts: `libuv-wasm/net` does the same with each as `node:net`. */
import dns from 'node:dns'
import nodeNet from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { createSockets } from 'libuv-wasm/sockets'
import { nodeHost } from '../../src/host/node.js'
import { soon } from '../support/deadline.js'
import { type Random, runSeed, seeded } from '../support/random.js'
import { type NetLab, useNet } from './support/net-lab.js'

type Connect = (options: { host: string; port: number }) => nodeNet.Socket
type NewServer = () => nodeNet.Server

let lab: NetLab
useNet(
  () => nodeHost(),
  (begun) => {
    lab = begun
  },
)

/** The connect functions of both. */
const sides = (): readonly [node: Connect, ours: Connect] => [
  nodeNet.connect,
  (options) => Object(lab.net.connect(options)),
]

const server = nodeNet.createServer((socket) => socket.resume())
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  port = Object(server.address()).port
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** The fields of an error that do not depend on the socket. */
const describeError = (error: unknown): string => {
  const { code, syscall, hostname } = Object(error)
  return [code, syscall, JSON.stringify(hostname)].join(' ')
}

/** The result of connecting to a name. */
const outcome = (connect: Connect, host: string): Promise<string> =>
  soon(
    new Promise<string>((resolve) => {
      let told = 'nothing'
      try {
        const socket = connect({ host, port })
        socket.on('connect', () => {
          told = `connected to ${socket.remoteAddress}`
          socket.destroy()
        })
        socket.on('error', (error) => {
          told = describeError(error)
        })
        socket.on('close', () => resolve(told))
      } catch (error) {
        resolve(`throws ${describeError(error)}`)
      }
    }),
    `an end of ${JSON.stringify(host)}`,
  )

/** The result of listening on a name. */
const listening = (create: NewServer, host: string): Promise<string> =>
  soon(
    new Promise<string>((resolve) => {
      const listener = create()
      listener.on('error', (error) => resolve(describeError(error)))
      try {
        listener.listen(0, host, () => {
          const { address } = Object(listener.address())
          listener.close(() => resolve(`listens on ${address}`))
        })
      } catch (error) {
        resolve(`throws ${describeError(error)}`)
      }
    }),
    `a server on ${JSON.stringify(host)}`,
  )

/** Names that a resolver answers or refuses without asking another machine. */
const LOCAL = [
  '',
  ' ',
  '-',
  '..',
  'a..b',
  '[::1]',
  '127.0.0.1#é.trusted.example',
  '127.0.0.1/é.trusted.example',
  '127.0.0.1?é',
  'é.trusted.example@127.0.0.1',
  '127.0.0.1:80',
  '127.0.0.1\n',
  '127.0.0.1\t',
  ' 127.0.0.1',
  '127.0.0.1 ',
  '0x7f.1 ',
  '0x7f.1',
  '0x7f000001',
  '2130706433',
  '127.1',
  '0177.0.0.1',
  '127.0.0.01',
  '127.0.0.1\0',
  'localhost\0.trusted.example',
  'localhost',
  'LOCALHOST',
  'local\u00adhost',
  'ⓛocalhost',
  'loc%61lhost',
  'localhost ',
  'localhost\n',
  '127。0。0。1',
  '１２７.0.0.1',
  '::1 ',
  ' ::1',
  '::1%',
  '::1%é',
  '127.0.0.1%lo',
  '::1%lo',
  '::1%nosuchinterface',
  '::1',
  '::ffff:127.0.0.1',
  '0:0:0:0:0:0:0:1',
  '\ud800',
  'xn--é',
  'a'.repeat(254),
  'a'.repeat(300),
  `${'a.'.repeat(127)}a`,
  'é'.repeat(100),
]

describe('the real resolver', () => {
  test.each(LOCAL)('connects to %j like node:net', async (host) => {
    const [node, ours] = sides()
    expect(await outcome(ours, host)).toBe(await outcome(node, host))
  })

  test.each(LOCAL)('listens on %j like node:net', async (host) => {
    const ours = (): nodeNet.Server => Object(lab.net.createServer())
    expect(await listening(ours, host)).toBe(await listening(nodeNet.createServer, host))
  })

  test.each([5, true, {}, ['127.0.0.1'], Symbol('host')])(
    'never resolves a host that is not text (%p), which is refused',
    (host) => {
      expect(() => lab.net.connect({ host: Object(host) === host ? host : Object(host), port } as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      )
    },
  )
})

describe('a recording resolver', () => {
  const real = dns.lookup
  let asked: unknown[] = []
  afterEach(() => {
    dns.lookup = real
  })

  /** Replaces `dns.lookup()`: the length of the name decides the answer. */
  const watch = (): void => {
    asked = []
    const lookup = (name: unknown, options: { all?: boolean }, callback: (...values: unknown[]) => void): void => {
      asked.push(name)
      const text = String(name)
      const refused = text.length % 3 === 0
      const error = Object.assign(new Error('not found'), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: name })
      const address = { address: text.length % 3 === 1 ? '127.0.0.1' : '::1', family: text.length % 3 === 1 ? 4 : 6 }
      process.nextTick(() => {
        if (refused) callback(error)
        else if (options.all) callback(null, [address])
        else callback(null, address.address, address.family)
      })
    }
    dns.lookup = Object(lookup)
  }

  const seeds: readonly [string, ...string[]] = [
    '127.0.0.1',
    '::1',
    '::1%lo',
    'localhost',
    'é.trusted.example',
    'xn--bcher-kva.test',
    '0x7f.1',
    '１２７.0.0.1',
    'a_b.test',
  ]
  const pieces: readonly [string, ...string[]] = [
    '#',
    '/',
    '?',
    '@',
    '\\',
    ':',
    '[',
    ']',
    '%',
    '%2e',
    ' ',
    '\n',
    '\t',
    '\r',
    '.',
    '。',
    '-',
    '_',
    'é',
    'ß',
    '\u00ad',
    '\u200d',
    '０',
    '0',
    'A',
    'http://',
    '\ud800',
    '\u{1f4a9}',
    'x'.repeat(70),
    '\x7f',
    '"',
    "'",
    '<',
    '|',
    '^',
    '`',
    '{',
  ]

  /** A random name with unusual characters. */
  const oddName = (random: Random): string => {
    let name = random.pick(seeds)
    for (let count = random.int(0, 3); count > 0; count--) {
      const at = random.int(0, name.length)
      name = `${name.slice(0, at)}${random.pick(pieces)}${name.slice(at + (random.chance(0.2) ? 1 : 0))}`
    }
    return random.chance(0.1) ? name.toUpperCase() : name
  }

  test('receives every name unchanged, with the same result as for node:net', async () => {
    const random = seeded('odd names')
    // Random addresses could be those of any machine.
    const names = new Set(Array.from({ length: 600 }, () => oddName(random)).filter((name) => nodeNet.isIP(name) === 0))
    expect(names.size).toBeGreaterThan(300)
    for (const name of names) {
      const told: unknown[] = []
      for (const side of sides()) {
        watch()
        told.push([await outcome(side, name), asked])
      }
      expect([runSeed(), name, told[1]]).toEqual([runSeed(), name, told[0]])
      expect(asked).toEqual([name === '' ? 'localhost' : name])
    }
  })

  test('receives from WinterTC’s sockets only unambiguous names, in ASCII', async () => {
    const { connect } = createSockets({ loop: lab.loop })
    const ask = async (hostname: string): Promise<unknown> => {
      watch()
      const socket = connect({ hostname, port })
      const opened = await socket.opened.then(
        ({ remoteAddress }) => remoteAddress,
        (error: Error) => Object(error.cause).code,
      )
      await socket.close().catch(() => {})
      return [opened, ...asked]
    }
    for (const hostname of [
      '127.0.0.1#é.trusted.example',
      'é@127.0.0.1',
      '127.0.0.1\n',
      '0x7f.1',
      '127.1',
      'a..b',
      '１２７.0.0.1',
    ]) {
      expect([hostname, await ask(hostname)]).toEqual([hostname, ['ENOTFOUND']])
    }
    expect(await ask('bücher.test')).toEqual(['ENOTFOUND', 'xn--bcher-kva.test'])
    expect(await ask('db.test')).toEqual([`127.0.0.1:${port}`, 'db.test'])
    expect(await ask('::1')).toEqual([`[::1]:${port}`])
  })
})

/** A link-local address of this machine, with its zone, if it has one. */
const [linkLocal] = Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
  (entries ?? []).flatMap(({ address, scopeid }) =>
    address.startsWith('fe80') ? [{ named: `${address}%${name}`, numbered: `${address}%${scopeid}` }] : [],
  ),
)

const testLinkLocal = linkLocal === undefined ? test.skip : test

testLinkLocal('a server and a socket use a link-local address with its zone, and report both', async () => {
  const { named, numbered } = linkLocal ?? { named: '', numbered: '' }
  const ours = (): nodeNet.Server => Object(lab.net.createServer())
  expect(await listening(ours, named)).toBe(await listening(nodeNet.createServer, named))
  const [node, our] = sides()
  expect(await outcome(our, named)).toBe(await outcome(node, named))
  expect(await outcome(our, named)).toBe(`connected to ${named}`)
  expect(await outcome(our, numbered)).toBe(`connected to ${named}`)
})
