/**
 * Guests that leave their loop to their host: under the driver that pumps it, and the same programs under one that
 * waits.
 */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { seeded } from '../support/random.js'
import { driver, Guest, GuestTrap, nodeHost } from './support/built.js'
import { connect, endAll, type Part, play, playEcho, receive, received } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => Promise.all([guestModule('pumped'), guestModule('echo'), guestModule('behave')]), COMPILING)
endAll()

const pumped = (what: string, part: Part = {}) => play([what], { program: 'pumped', driver: 'pump', ...part })

describe.each(['pump', driver] as const)('under %s, it is as uv_run() and exit() are', (driver) => {
  test.each([
    ['timers', 'the loop runs while main() has not returned', 3, '2 left\n1 left\n0 left\nend, 0 alive, 0\nat exit\n'],
    ['stop', 'uv_stop() ends the run', 3, 'end, 1 alive, 1\nat exit\n'],
    ['exit', 'exit() in a callback', 9, 'at exit\n'],
    ['none', 'nothing to do, and nothing to do at the end', 0, 'at exit\n'],
    ['again', 'once more at the end', 3, 'again\nend, 0 alive, 1\nat exit\n'],
    ['return', 'a main() that returns instead', 5, 'at exit\n'],
    ['read', 'an input that is there', 3, 'the inputend, 0 alive, 0\nat exit\n'],
  ])('%s: %s', async (what, _title, code, output) => {
    const guest = await pumped(what, { driver, input: new TextEncoder().encode('the input') })
    expect([await guest.code, guest.output, guest.errors]).toEqual([code, output, ''])
  })

  test('a trap is one', async () => {
    const { failure } = await pumped('abort', { driver })
    expect(await failure).toBeInstanceOf(GuestTrap)
    expect(String(Reflect.get(Object(await failure), 'stack'))).toMatch(/on_abort/)
  })

  test('what the receiver of the output throws ends it', async () => {
    const onOutput = () => {
      throw new Error('no more paper')
    }
    expect(await (await pumped('timers', { driver, onOutput })).failure).toMatchObject({ message: 'no more paper' })
  })
})

describe(`under ${driver}, a program that waits for the pump`, () => {
  const waiting = (what: string) => play([what, 'waiting'], { program: 'pumped' })

  test.each([
    ['timers', 'the loop runs', 3, '2 left\n1 left\n0 left\nend, 0 alive, 0\nat exit\n'],
    ['stop', 'uv_stop() ends the run', 3, 'end, 1 alive, 1\nat exit\n'],
    ['exit', 'exit() in a callback', 9, 'at exit\n'],
    ['sleep', 'sleep() in a callback', 3, 'end, 1 alive, 1\nat exit\n'],
  ])('%s: %s', async (what, _title, code, output) => {
    const guest = await waiting(what)
    expect([await guest.code, guest.output, guest.errors]).toEqual([code, output, ''])
  })

  test('a trap in a callback is one', async () => {
    const { failure } = await waiting('abort')
    expect(String(Reflect.get(Object(await failure), 'stack'))).toMatch(/on_abort/)
  })
})

describe('where nothing waits', () => {
  test.each([
    ['wait', 'uv_run()', /Cannot wait outside of the loop.*use 'worker' or 'jspi'/],
    ['sleep', 'sleep()', /Cannot wait outside of the loop.*use 'worker' or 'jspi'/],
    ['other', 'a loop of another', /uv__io_poll/],
  ])('%s: waiting in %s is a trap', async (what, _title, message) => {
    const trap = await (await pumped(what)).failure
    expect(trap).toBeInstanceOf(GuestTrap)
    expect(String(Reflect.get(Object(trap), 'stack'))).toMatch(message)
  })

  test('an input that comes in its own time is not waited for', async () => {
    const failure = await (await pumped('read', { input: never() })).failure
    expect(failure).toMatchObject({ message: expect.stringMatching(/Cannot wait for its standard input/) })
  })

  test('a guest is ended from outside', async () => {
    const guest = await pumped('for-ever')
    guest.guest.terminate()
    guest.guest.terminate()
    expect(await guest.code).toBe(143)
  })

  test('a promise of a receiver that is broken ends the guest', async () => {
    const onOutput = () => Promise.reject(new Error('the paper has run out'))
    const guest = await pumped('stop', { onOutput })
    // What it prints last, nobody has received when it ends; that is no failure of its own.
    expect(await guest.code).toBe(3)
    const failing = await play(['127.0.0.1'], { program: 'echo', driver: 'pump', onOutput })
    expect(await failing.failure).toMatchObject({ message: 'the paper has run out' })
  })

  test('auto takes it for programs that leave their loop, and for no others', async () => {
    const host = nodeHost()
    const guest = await Guest.start(await guestModule('pumped'), { args: ['pumped', 'none'], host })
    expect([guest.driver, await guest.exit]).toEqual(['pump', 0])
    await expect(Guest.start(await guestModule('behave'), { driver: 'pump', host })).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/uvp_run_and_exit\(\).*'worker' or 'jspi'/),
    })
  })
})

describe('a server whose loop is pumped', () => {
  const serve = () => playEcho({ driver: 'pump' })

  test('answers many clients', async () => {
    const { port } = await serve()
    const clients = await Promise.all(Array.from({ length: 50 }, () => connect(port)))
    for (const [index, client] of clients.entries()) {
      client.write(`client ${index}`)
      expect(String(await receive(client, `client ${index}`.length))).toBe(`client ${index}`)
      client.end()
      expect((await received(client)).length).toBe(0)
    }
  })

  test('loses and changes no byte of many', async () => {
    const { port } = await serve()
    const client = await connect(port)
    const sent = seeded('pumped').bytes(8 * 1024 * 1024)
    client.end(sent)
    expect((await soon(received(client), 'all bytes')).equals(sent)).toBe(true)
  })

  test('closes its connections when it is ended', async () => {
    const { echo, port } = await serve()
    const client = await connect(port)
    client.write('x')
    await receive(client, 1)
    const closed = soon(new Promise((resolve) => client.once('close', resolve)), 'the end of the connection')
    client.on('error', () => {}).resume()
    echo.guest.terminate()
    expect(await echo.code).toBe(143)
    await closed
  })
})

async function* never(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {})
}
