/** Signals: what a program sends to itself, judged by native runs, and what is sent to a guest from TypeScript. */
import net from 'node:net'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { SIGNALS, type SignalName } from '../../src/base/signals.js'
import { soon } from '../support/deadline.js'
import { driver } from './support/built.js'
import { nativeEnd, nativeOutput } from './support/native.js'
import { connect, endAll, type Part, type Play, play } from './support/stage.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => Promise.all([guestModule('signals'), guestModule('stopped')]), COMPILING)
endAll()

const start = (how: string, part: Part = {}): Promise<Play> => play([how], { program: 'stopped', ...part })

/** Starts a server. @returns it and its port */
const serve = async (how: string, part: Part = {}): Promise<{ guest: Play; port: number }> => {
  const guest = await start(how, part)
  const [, port] = await guest.says(/port (\d+)\n/)
  return { guest, port: Number(port) }
}

/** Listens on a port, which has to be free. */
const listen = async (port: number): Promise<void> => {
  const server = net.createServer()
  const listening = new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  )
  await soon(listening, 'the port to be free').finally(() => server.close())
}

test(
  'a guest prints of its own signals and alarms what the program prints natively',
  async () => {
    const guest = await play([], { program: 'signals' })
    expect(await guest.code).toBe(0)
    expect(guest.output).toBe(await nativeOutput('signals'))
  },
  COMPILING,
)

/** SIGSTOP stops the native program, and the others of terminals do if it has a shell. */
const RAISED = Object.entries(SIGNALS).filter(([name]) => !/STOP|TSTP|TT/.test(name))

test(
  'the default action of each signal is that of a native program',
  async () => {
    for (const [name, number] of RAISED) {
      const guest = await play(['raise', String(number)], { program: 'signals' })
      const end = await guest.guest.exit.catch(() => 134)
      expect([name, end, guest.output]).toEqual([name, ...(await nativeEnd('signals', 'raise', String(number)))])
    }
  },
  COMPILING,
)

test.each(['broken', 'abort', 'abort-with-handler', 'ignored-abort', 'compute'])(
  'a program ends like natively: %s',
  async (part) => {
    if (part === 'compute' && driver === 'jspi') return
    const guest = await play([part], { program: 'signals' })
    expect([await guest.guest.exit.catch(() => 134), guest.output]).toEqual(await nativeEnd('signals', part))
  },
)

describe.each([
  ['loop', driver, 'watched'],
  ['pumped', driver, 'watched'],
  ['pumped', 'pump', 'watched'],
  ['accept', driver, 'accepted'],
  ['poll', driver, 'polled'],
  ['print', driver, 'printed'],
  ['sigwait', driver, 'awaited'],
] as const)('a server that waits by %s, under %s', (how, driver, word) => {
  test.each(['SIGINT', 'SIGTERM', 'SIGUSR1'] as const)('ends cleanly on %s', async (name) => {
    const { guest, port } = await serve(how, { driver })
    await connect(port)
    expect(guest.guest.kill(name)).toBe(true)
    expect(await guest.code).toBe(7)
    expect(guest.output).toMatch(new RegExp(`\n${word} ${SIGNALS[name]}\n$`))
    await listen(port)
  })

  test('ends at once on SIGKILL', async () => {
    const { guest, port } = await serve(how, { driver })
    guest.guest.kill('SIGKILL')
    expect(await guest.code).toBe(137)
    await listen(port)
  })
})

test('a signal without a handler ends the guest with 128 plus its number', async () => {
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGALRM', 'SIGUSR2'] as const) {
    const guest = await start('wait')
    await guest.says(/waiting/)
    expect(guest.guest.kill(name)).toBe(true)
    expect([name, await guest.code]).toEqual([name, 128 + SIGNALS[name]])
    expect(guest.guest.kill(name)).toBe(false)
  }
})

test('kill() sends SIGTERM, or a number', async () => {
  for (const [send, code] of [
    [(play: Play) => play.guest.kill(), 143],
    [(play: Play) => play.guest.kill(14), 142],
  ] as const) {
    const guest = await start('wait')
    await guest.says(/waiting/)
    send(guest)
    expect(await guest.code).toBe(code)
  }
})

test('signals that are ignored, by default or by the guest, have no effect', async () => {
  const guest = await start('ignore')
  await guest.says(/waiting/)
  for (const name of ['SIGCHLD', 'SIGWINCH', 'SIGURG', 'SIGCONT', 'SIGTSTP', 'SIGINT'] as const) {
    expect(guest.guest.kill(name)).toBe(true)
  }
  guest.guest.kill('SIGUSR1')
  expect([await guest.code, guest.output]).toEqual([7, `waiting\nignored SIGINT ${SIGNALS.SIGUSR1}\n`])
})

test('a handler can run again and again', async () => {
  const guest = await start('count')
  for (const [word, name] of [
    [/first/, 'SIGINT'],
    [/second/, 'SIGINT'],
    [/third/, 'SIGTERM'],
  ] as const) {
    await guest.says(word)
    guest.guest.kill(name)
  }
  expect([await guest.code, guest.output]).toEqual([3, 'first\ngot 2\nsecond\ngot 2\nthird\ngot 15\n'])
})

test('a handler that was taken back does not prevent the end', async () => {
  const guest = await start('reset')
  await guest.says(/waiting/)
  guest.guest.kill()
  expect(await guest.code).toBe(143)
})

test('onSignals receives what would not end the guest', async () => {
  const told: string[] = []
  const guest = await start('ignore', { onSignals: (names) => void told.push(names.join()) })
  await guest.says(/waiting/)
  expect(told.slice(0, 2)).toEqual(['SIGINT', 'SIGINT,SIGUSR1'])
  guest.guest.kill('SIGUSR1')
  await guest.code
})

test.each([['SIGFOO'], [0], [32], [-1], [1.5], [Number.NaN], ['toString'], [null]])(
  'kill(%p) is refused, and the message names the value',
  async (signal) => {
    const guest = await start('wait')
    const send = (): unknown => guest.guest.kill(signal as SignalName)
    expect(send).toThrow(expect.objectContaining({ code: 'EINVAL', message: expect.stringMatching(/SIGTERM/) }))
  },
)

test('SIGSTOP is refused', async () => {
  const guest = await start('wait')
  expect(() => guest.guest.kill('SIGSTOP')).toThrow(/cannot be stopped/)
})

// Under the other drivers the guest blocks this thread.
if (driver === 'worker') {
  test('a guest that computes does not see a signal, and kill() reports that it is pending', async () => {
    const guest = await start('compute')
    await guest.says(/computing/)
    expect([guest.guest.kill('SIGINT'), guest.guest.kill('SIGINT'), guest.guest.kill('SIGTERM')]).toEqual([
      true,
      false,
      true,
    ])
    expect(guest.guest.kill('SIGHUP')).toBe(true)
    expect(await guest.code).toBe(129)
  })
}
