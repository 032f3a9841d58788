/** The lines that `UVWASM_DEBUG` prints, and that it costs nothing when it is off. */
import { afterEach, expect, jest, test } from '@jest/globals'
import { type Loop, TCP, Timer, Trace, type TraceTopic } from '../../../src/index.js'
import { bytes, connectPair, overHosts, virtual } from '../../support/loops.js'

/** Makes calls of every topic. */
const exercise = async (loop: Loop, run: (loop: Loop) => Promise<boolean>): Promise<void> => {
  connectPair(loop, (client, peer) => {
    peer.readStart((_peer, status) => {
      if (status < 0) void loop.closeAllHandles()
    })
    client.write(bytes('hello'))
    client.shutdown()
  })
  new Timer({ loop }).start(1)
  await run(loop)
}

const SHAPES: Record<TraceTopic, RegExp> = {
  syscall: /^[a-z_]+\((-?\d+(, -?\d+)*)?\) = (-1 E[A-Z]+|-?\d+(\.\d+)?)$/,
  pump: /^turn: \d+ passes, (nothing left|stopped|waits, -?\d+ ms)$/,
  handle: /^(TCP|Timer) \d+: (init|close|closed)$/,
}
const TOPICS = Object.keys(SHAPES) as TraceTopic[]

afterEach(() => {
  delete process.env.UVWASM_DEBUG
  jest.restoreAllMocks()
})

overHosts((lab) => {
  test.each(TOPICS)('the topic %s alone prints only its lines', async (topic) => {
    const lines: string[] = []
    const loop = await lab.open({ trace: new Trace(topic, (line) => lines.push(line)) })
    await exercise(loop, (loop) => lab.run(loop))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.filter((line) => !SHAPES[topic].test(line))).toEqual([])
  })

  test('the topic syscall prints every call with its result, or the name of its error', async () => {
    const lines: string[] = []
    const loop = await lab.open({ trace: new Trace('syscall', (line) => lines.push(line)) })
    await exercise(loop, (loop) => lab.run(loop))
    const calls = new Set(lines.map((line) => line.replace(/\(.*/, '')))
    for (const call of ['socket', 'bind', 'listen', 'accept', 'connect', 'readv', 'writev', 'shutdown', 'close']) {
      expect(calls).toContain(call)
    }
    expect(lines.some((line) => line.startsWith('connect(') && line.endsWith('= -1 EINPROGRESS'))).toBe(true)
    expect(lines.some((line) => line.startsWith('poll_wait('))).toBe(true)
  })

  test('the topic handle prints the creation and the close of each handle with its number', async () => {
    const lines: string[] = []
    const loop = await lab.open({ trace: new Trace('handle', (line) => lines.push(line)) })
    const [one, other] = [new TCP({ loop }), new TCP({ loop })]
    void one.close()
    await lab.run(loop)
    void other.close()
    await lab.run(loop)
    const names = [...new Set(lines.map((line) => line.replace(/:.*/, '')))]
    expect(names).toHaveLength(2)
    expect(lines).toEqual([
      `${names[0]}: init`,
      `${names[1]}: init`,
      `${names[0]}: close`,
      `${names[0]}: closed`,
      `${names[1]}: close`,
      `${names[1]}: closed`,
    ])
  })

  test('several topics, or *, print the lines of each', async () => {
    const choices: [string, TraceTopic[]][] = [
      ['pump,handle', ['pump', 'handle']],
      ['*', TOPICS],
    ]
    for (const [topics, expected] of choices) {
      const lines: string[] = []
      const loop = await lab.open({ trace: new Trace(topics, (line) => lines.push(line)) })
      await exercise(loop, (loop) => lab.run(loop))
      for (const topic of TOPICS) {
        expect([topic, lines.some((line) => SHAPES[topic].test(line))]).toEqual([topic, expected.includes(topic)])
      }
    }
  })

  test('UVWASM_DEBUG is read when a loop is opened, and lines go to the error stream', async () => {
    const print = jest.spyOn(console, 'error').mockImplementation(() => {})
    process.env.UVWASM_DEBUG = 'handle'
    const loop = await lab.open()
    process.env.UVWASM_DEBUG = ''
    const quiet = await lab.open()
    new Timer({ loop: quiet })
    expect(print).not.toHaveBeenCalled()
    new Timer({ loop })
    expect(print.mock.calls).toEqual([[expect.stringMatching(/^Timer \d+: init$/)]])
  })

  test('a trace without topics prints nothing', async () => {
    const print = jest.spyOn(console, 'error').mockImplementation(() => {})
    const loop = await lab.open({ trace: new Trace('') })
    await exercise(loop, (loop) => lab.run(loop))
    expect(print).not.toHaveBeenCalled()
  })
})

overHosts(
  (lab) => {
    test('a trace without topics wraps no function and gives no printer', async () => {
      const trace = new Trace('', () => {})
      const functions = { call: () => 0 }
      const never = (): never => {
        throw new Error('asked for a line that is not printed')
      }
      expect(trace.imports(functions, never)).toBe(functions)
      for (const topic of TOPICS) expect(trace.topic(topic)).toBeUndefined()
      // Topics other than syscall wrap no call either.
      expect(new Trace('pump,handle').imports(functions, never)).toBe(functions)
      expect(new Trace('syscall', () => {}).imports(functions, never)).not.toBe(functions)
      expect((await lab.open({ trace })).closed).toBe(false)
    })
  },
  [virtual],
)
