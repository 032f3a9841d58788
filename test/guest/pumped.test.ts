/**
 * Guests that leave their loop to the host: under the driver "pump", and the same programs under a driver that can
 * wait.
 */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { seeded } from '../support/random.js'
import { driver, Guest, GuestTrap, nodeHost } from './support/built.js'
import { nativeOutput } from './support/native.js'
import { connect, endAll, type Part, play, playEcho, receive, received } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => Promise.all([guestModule('pumped'), guestModule('echo'), guestModule('behave')]), COMPILING)
endAll()

const pumped = (what: string, part: Part = {}) => play([what], { program: 'pumped', driver: 'pump', ...part })

describe.each(['pump', driver] as const)('under %s, uvp_run_and_exit()', (driver) => {
  test.each([
    ['timers', 'runs the loop, and keeps the stack of main()', 3, '2 left\n1 left\n0 left\nend, 0 alive, 0\nat exit\n'],
    ['stop', 'ends the run at uv_stop()', 3, 'end, 1 alive, 1\nat exit\n'],
    ['exit', 'ends at exit() in a callback', 9, 'at exit\n'],
    ['none', 'exits with 0 without handles or a callback', 0, 'at exit\n'],
    ['again', 'may be called in its end callback', 3, 'again\nend, 0 alive, 1\nat exit\n'],
    ['return', 'is not needed if main() returns', 5, 'at exit\n'],
    ['read', 'follows a read() of available input', 3, 'the inputend, 0 alive, 0\nat exit\n'],
  ])('%s: %s', async (what, _title, code, output) => {
    const guest = await pumped(what, { driver, input: new TextEncoder().encode('the input') })
    expect([await guest.code, guest.output, guest.errors]).toEqual([code, output, ''])
  })

  test('reports a trap in a callback as a GuestTrap', async () => {
    const { failure } = await pumped('abort', { driver })
    expect(await failure).toBeInstanceOf(GuestTrap)
    expect(String(Reflect.get(Object(await failure), 'stack'))).toMatch(/on_abort/)
  })

  test('ends with the exception of the receiver of the output', async () => {
    const onOutput = () => {
      throw new Error('no more paper')
    }
    expect(await (await pumped('timers', { driver, onOutput })).failure).toMatchObject({ message: 'no more paper' })
  })
})

describe(`under ${driver}, uvh_pump_run()`, () => {
  const waiting = (what: string) => play([what, 'waiting'], { program: 'pumped' })

  test.each([
    ['timers', 'runs the loop', 3, '2 left\n1 left\n0 left\nend, 0 alive, 0\nat exit\n'],
    ['stop', 'returns at uv_stop()', 3, 'end, 1 alive, 1\nat exit\n'],
    ['exit', 'ends at exit() in a callback', 9, 'at exit\n'],
    ['sleep', 'allows sleep() in a callback', 3, 'end, 1 alive, 1\nat exit\n'],
  ])('%s: %s', async (what, _title, code, output) => {
    const guest = await waiting(what)
    expect([await guest.code, guest.output, guest.errors]).toEqual([code, output, ''])
  })

  test('prints much in a callback, which cannot be suspended', async () => {
    const guest = await waiting('print')
    expect(await guest.code).toBe(3)
    expect(guest.output).toMatch(/^line 0\n[\s\S]*\nline 29999\nend, 1 alive, 1\nat exit\n$/)
  })

  test('reports a trap in a callback', async () => {
    const { failure } = await waiting('abort')
    expect(String(Reflect.get(Object(await failure), 'stack'))).toMatch(/on_abort/)
  })
})

describe('a guest under pump', () => {
  test.each([
    ['wait', 'uv_run()', /Cannot wait: .*'pump' never waits.*use 'worker' or 'jspi'/],
    ['sleep', 'sleep()', /Cannot wait: .*'pump' never waits.*use 'worker' or 'jspi'/],
    ['other', 'another loop', /uv__io_poll/],
  ])('%s: traps when it waits in %s', async (what, _title, message) => {
    const trap = await (await pumped(what)).failure
    expect(trap).toBeInstanceOf(GuestTrap)
    expect(String(Reflect.get(Object(trap), 'stack'))).toMatch(message)
  })

  test('fails when it waits for its input', async () => {
    const failure = await (await pumped('read', { input: never() })).failure
    expect(failure).toMatchObject({ message: expect.stringMatching(/Cannot wait: /) })
  })

  test('can be terminated', async () => {
    const guest = await pumped('for-ever')
    guest.guest.terminate()
    guest.guest.terminate()
    expect(await guest.code).toBe(143)
  })

  test('fails when the promise of the receiver of its output is rejected', async () => {
    const onOutput = () => Promise.reject(new Error('the paper has run out'))
    const guest = await pumped('stop', { onOutput })
    // It ends before its last output is received, so that rejection does not fail it.
    expect(await guest.code).toBe(3)
    const failing = await play(['127.0.0.1'], { program: 'echo', driver: 'pump', onOutput })
    expect(await failing.failure).toMatchObject({ message: 'the paper has run out' })
  })

  test('runs a program to its end that leaves no loop and does not wait', async () => {
    const guest = await play([], { program: 'posix/users', driver: 'pump' })
    expect([await guest.code, guest.output]).toEqual([0, await nativeOutput('posix/users')])
  })

  test('is chosen by auto only if the program calls uvp_run_and_exit()', async () => {
    const host = nodeHost()
    const guest = await Guest.start(await guestModule('pumped'), { args: ['pumped', 'none'], host })
    expect([guest.driver, await guest.exit]).toEqual(['pump', 0])
    const other = await Guest.start(await guestModule('behave'), { host })
    expect(other.driver).not.toBe('pump')
    other.terminate()
    await other.exit
  })
})

describe('a pumped server', () => {
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

  test('echoes megabytes without loss or change', async () => {
    const { port } = await serve()
    const client = await connect(port)
    const sent = seeded('pumped').bytes(8 * 1024 * 1024)
    client.end(sent)
    expect((await soon(received(client), 'all bytes')).equals(sent)).toBe(true)
  })

  test('closes its connections when it is terminated', async () => {
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
