/** How long a guest keeps the process that runs it; each test starts a process. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { beforeAll, expect, test } from '@jest/globals'
import { soon } from '../support/deadline.js'
import { driver } from './support/built.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => Promise.all([guestModule('behave'), guestModule('echo')]), COMPILING)

/** Runs a program that starts guests. @returns its exit code, its signal and its output */
const run = async (body: string): Promise<{ code: unknown; signal: unknown; output: string; errors: string }> => {
  const library = new URL('../../dist/', import.meta.url).href
  const modules = new URL('.', await guestModule('behave')).href
  const program = `
    import { Guest } from '${library}guest.js'
    import { nodeHost } from '${library}node.js'
    import { virtualHost } from '${library}virtual.js'
    const start = (name, args, options = {}) => Guest.start(new URL(name + '.wasm', '${modules}'), {
      driver: '${driver}', host: nodeHost(), args: [name, ...args], ...options
    })
    ${body}
  `
  const options = ['--expose-gc', '--input-type=module', '-e', program]
  const child = execFile(process.execPath, options)
  let [output, errors] = ['', '']
  child.stdout?.on('data', (text) => {
    output += text
  })
  child.stderr?.on('data', (text) => {
    errors += text
  })
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode, output, errors }))
  return soon(ended, 'the process to end').finally(() => child.kill('SIGKILL'))
}

const GONE = { code: 0, signal: null, errors: '' }

test('the process lives while its guest runs, and ends after it', async () => {
  const body = `
    const guest = await start('behave', ['timer', '300'])
    const before = performance.now()
    process.on('exit', () => console.log(performance.now() - before > 200 ? 'stayed' : 'left'))
  `
  expect(await run(body)).toMatchObject({ ...GONE, output: 'stayed\n' })
})

test('the process lives while its guest serves, and ends when the guest is terminated', async () => {
  const body = `
    let echo
    const onOutput = () => setTimeout(() => echo.terminate(), 100)
    echo = await start('echo', [], { onOutput })
    console.log(await echo.exit)
  `
  expect(await run(body)).toMatchObject({ ...GONE, output: '143\n' })
})

test.each(['nodeHost()', 'virtualHost()'])(
  'the process ends although the guest left connections open, on %s',
  async (host) => {
    const body = `
    const host = ${host}
    let port = 0
    const heard = (_stream, bytes) => { port ||= Number(/port (\\d+)/.exec(Buffer.from(bytes))?.[1] ?? 0) }
    const echo = await start('echo', [], { host, onOutput: heard })
    while (port === 0) await new Promise((resolve) => setImmediate(resolve))
    const remote = { family: 'ipv4', host: '127.0.0.1', port }
    const quiet = { onData() {}, onEnd() {}, onDrain() {}, onError() {}, onConnect() { echo.terminate() } }
    const connection = host.connect(remote, quiet)
    console.log(await echo.exit)
    connection.close()
  `
    expect(await run(body)).toMatchObject({ ...GONE, output: '143\n' })
  },
)

test('a trap that is not awaited does not fail the process', async () => {
  const body = `
    const guest = await start('behave', ['trap-in-callback'])
    process.on('exit', () => console.log('fine'))
  `
  expect(await run(body)).toMatchObject({ ...GONE, output: 'fine\n' })
})

test('input that the guest does not read does not keep the process', async () => {
  const body = `
    const guest = await start('behave', ['return', '4'], { input: process.stdin })
    console.log(await guest.exit)
  `
  expect(await run(body)).toMatchObject({ ...GONE, output: '4\n' })
})

test('a guest that cannot be started leaves no thread', async () => {
  const body = `
    const because = (options) => start('behave', ['wait'], options).catch((error) => console.log(error.message))
    await because({ host: Promise.reject(new Error('no host')) })
    await because({ host: Promise.resolve('a host') })
    await because({ dirs: { '/': '/no/such/folder' } })
    await Guest.start(new Uint8Array(8), { driver: '${driver}' }).catch((error) => console.log(error.name))
  `
  const { output, ...ended } = await run(body)
  expect(ended).toEqual(GONE)
  expect(output.trim().split('\n')).toEqual([
    'no host',
    expect.stringContaining('host "a host" is not a Host'),
    expect.stringContaining('Cannot give the guest the directory "/no/such/folder"'),
    'CompileError',
  ])
})

test('guests that have ended can be collected', async () => {
  const body = `
    let alive = 0
    const registry = new FinalizationRegistry(() => alive--)
    const instantiate = WebAssembly.instantiate
    WebAssembly.instantiate = async (...given) => {
      const made = await instantiate(...given)
      if (made.exports?._start !== undefined) {
        alive++
        registry.register(made)
      }
      return made
    }
    for (const how of ['return', 'trap-in-callback', 'exit-in-callback', 'timer']) {
      const guest = await start('behave', [how, '0'])
      await guest.exit.catch(() => {})
    }
    const wait = await start('behave', ['wait'])
    wait.terminate()
    await wait.exit
    for (let round = 0; round < 10 && alive > 1; round++) {
      gc()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    // The engine may hold on to the last one a little longer.
    console.log(alive <= 1 ? 'nothing' : alive)
  `
  expect(await run(body)).toMatchObject({ ...GONE, output: 'nothing\n' })
})
