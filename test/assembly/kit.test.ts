/** The library for AssemblyScript: programs that use it run like guests in C, under every driver. */
import net from 'node:net'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { driver, GuestTrap, policyHost, virtualHost } from '../guest/support/built.js'
import { connect, endAll, type Part, play, receive, received } from '../guest/support/stage.js'
import { COMPILING } from '../guest/support/uvcc.js'
import { soon } from '../support/deadline.js'
import { freePort } from '../support/free-port.js'
import { assemblyModule } from './support/asc.js'

const PROGRAM = 'test/assembly/programs/behave.ts'

beforeAll(() => assemblyModule(PROGRAM), COMPILING)
endAll()

const behave = async (args: string, part: Part) =>
  play(args.split(' '), { program: await assemblyModule(PROGRAM), ...part })

/** Runs the program to its end. @returns the exit code, the output, and the errors */
const ended = async (args: string, part: Part) => {
  const guest = await behave(args, part)
  return [await guest.code, guest.output, guest.errors]
}

describe('a program in AssemblyScript', () => {
  const driver = 'pump'

  test.each([
    ['nothing', 0, 'nothing to do\n', ''],
    ['arguments a bc', 0, 'a|bc\n', ''],
    ['code', 9, '', ''],
    ['globals', 0, 'true true true true\n', 'trace: traced 1.0, 2.0\nto standard error\n'],
    ['misuse', 0, 'ENOTCONN\nEAGAIN\nEINVAL\nEINVAL\nEPIPE\nEINVAL\nETIMEDOUT\nUNKNOWN\nSUCCESS\n', ''],
  ])('%s', async (args, ...outcome) => {
    expect(await ended(args, { driver })).toEqual(outcome)
  })

  test('finds the variables that it was given', async () => {
    expect(await ended('variables', { driver, env: { A: '1', B: 'x=y' } })).toEqual([0, 'A|B\n', ''])
  })

  test('knows what is an address', async () => {
    const texts: readonly (readonly [text: string, said: string])[] = [
      ['127.0.0.1', 'true 127.0.0.1'],
      ['0.0.0.0', 'true 0.0.0.0'],
      ['::', 'true ::'],
      ['::1', 'true ::1'],
      ['1:0:0:2:0:0:0:3', 'true EADDRNOTAVAIL'],
      ['127.0.0.01', 'false EINVAL'],
      ['127.0.0.256', 'false EINVAL'],
      ['127.1', 'false EINVAL'],
      ['1::2::3', 'false EINVAL'],
      ['::12345', 'false EINVAL'],
      ['1:2:3:4:5:6:7', 'false EINVAL'],
      ['1:2:3:4:5:6:7:8:9', 'false EINVAL'],
      ['::1.2.3', 'false EINVAL'],
      ['localhost', 'false EINVAL'],
    ]
    const said = texts.map(([text, said]) => `${text} ${said}\n`).join('')
    expect(await ended(`addresses ${texts.map(([text]) => text).join(' ')}`, { driver })).toEqual([0, said, ''])
  })

  describe.each([
    ['without a grant', {}],
    ['with a rule for something else', { connect: ['127.0.0.1:1'], listen: ['127.0.0.1:1'] }],
  ])('%s', (_, rules) => {
    test.each([
      ['cannot connect', 'connect 10.0.0.7 80 x', 'error EACCES\nclosed\n'],
      ['cannot connect by name', 'connect db.internal 80 x', 'error EACCES\nclosed\n'],
      ['cannot listen', 'listen 10.0.0.7 80', 'EACCES\n'],
      ['cannot listen on every address', 'listen :: 0', 'EACCES\n'],
      ['cannot look up names', 'lookup db.internal', 'error EACCES\n'],
      ['cannot use paths', 'pipes /run/echo.sock', 'EACCES\nerror EACCES\n'],
      ['has no environment', 'variables', '\n'],
      ['has no time of day', 'date', '1970 1000000000000 2001-09-09T01:46:40.000Z 86400000\n'],
    ])('%s', async (_, args, said) => {
      const host = policyHost(virtualHost({ names: { 'db.internal': ['10.0.0.7'] } }), rules)
      expect(await ended(args, { driver, host, wallClock: false })).toEqual([0, said, ''])
    })
  })

  test('reports a name that does not exist', async () => {
    expect(await ended('lookup nothing.invalid', { driver })).toEqual([0, expect.stringMatching(/^error E\w+\n$/), ''])
  })
})

describe.each(['pump', driver] as const)('under %s, a program in AssemblyScript', (driver) => {
  const listening = async (host = '127.0.0.1') => {
    const server = await behave(`listen ${host} 0`, { driver })
    const [, port] = await server.says(/ port (\d+)/)
    return { server, port: Number(port) }
  }

  test('calls timers in the order of their time', async () => {
    expect(await ended('timers', { driver })).toEqual([0, 'first\nsecond\n3\n2\n1\n', ''])
  })

  test('exits in a callback', async () => {
    expect(await ended('exit', { driver })).toEqual([7, '', ''])
  })

  test.each([
    ['throw', /^abort: ünerwartet at test\/assembly\/programs\/behave\.ts:\d+:\d+\n$/],
    ['index', /^abort: Index out of range at ~lib\/array\.ts:\d+:\d+\n$/],
  ])('says where it failed, and traps: %s', async (args, errors) => {
    const guest = await behave(args, { driver })
    expect(await guest.failure).toBeInstanceOf(GuestTrap)
    expect(guest.errors).toMatch(errors)
  })

  test('sends back what comes, and ends with its peer', async () => {
    const { server, port } = await listening()
    const [one, other] = [await connect(port), await connect(port)]
    one.write('first')
    other.write('second')
    expect([String(await receive(one, 5)), String(await receive(other, 6))]).toEqual(['first', 'second'])
    one.end('last')
    expect(String(await received(one))).toBe('last')
    await server.says(/closed/)
  })

  test('holds a peer back that does not read, and loses no byte', async () => {
    const { port } = await listening()
    const socket = await connect(port)
    const sent = Buffer.alloc(12_000_000, 'abcdefghijklm')
    // Nothing is read until the peer is held back.
    let waits = !socket.write(sent)
    await soon(new Promise((resolve) => setImmediate(resolve)), 'a turn')
    waits &&= socket.writableLength > 0
    socket.end()
    expect((await received(socket)).equals(sent)).toBe(true)
    expect(waits).toBe(true)
  })

  test('reports a connection that was reset', async () => {
    const { server, port } = await listening()
    const socket = await connect(port)
    socket.write('x')
    await receive(socket, 1)
    socket.resetAndDestroy()
    await server.says(/error ECONNRESET\nclosed\n/)
  })

  test('listens on IPv6', async () => {
    const { server, port } = await listening('::1')
    expect(server.output).toBe(`listening on [::1]:${port} port ${port}\n`)
    expect(String(await received((await connect(port, '::1')).end('six')))).toBe('six')
  })

  test('reports a port that is in use', async () => {
    const { port } = await listening()
    expect(await ended(`listen 127.0.0.1 ${port}`, { driver })).toEqual([0, 'EADDRINUSE\n', ''])
  })

  test.each(['127.0.0.1', 'localhost'])('connects to %s', async (host) => {
    const server = net.createServer((socket) => socket.end('welcome, '))
    server.on('connection', (socket) => socket.pipe(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    expect(await ended(`connect ${host} ${port} guest`, { driver })).toEqual([
      0,
      'connected there\nwelcome, closed\n',
      '',
    ])
    server.close()
  })

  test.each(['127.0.0.1', 'localhost'])('is refused at a port of %s where nothing listens', async (host) => {
    expect(await ended(`connect ${host} ${await freePort()} x`, { driver })).toEqual([
      0,
      'error ECONNREFUSED\nclosed\n',
      '',
    ])
  })

  test('looks up a name', async () => {
    const host = virtualHost({ names: { 'db.internal': ['10.0.0.7', 'fd00::7'] } })
    expect(await ended('lookup db.internal', { driver, host })).toEqual([0, '10.0.0.7 fd00::7\n', ''])
  })

  test.each(['/run/echo.sock', '@echo'])('talks through the path %s', async (path) => {
    const said = `SUCCESS\nat ${path}\nthrough a path\n`
    expect(await ended(`pipes ${path}`, { driver, host: virtualHost() })).toEqual([0, said, ''])
  })
})
