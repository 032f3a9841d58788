/** `libuv-wasm run`, started like from a shell. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { readCommand } from '../../src/cli/command.js'
import { connect, endAll, receive, turn } from '../guest/support/stage.js'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'
import { soon } from '../support/deadline.js'
import { freePort } from '../support/free-port.js'
import { seeded } from '../support/random.js'
import { Command, caches, command, killAll, run } from './command.js'

let behave = ''
let echo = ''
let talk = ''
let files = ''
let messages = ''
let paths = ''

beforeAll(async () => {
  const modules = await Promise.all([
    guestModule('behave'),
    guestModule('echo'),
    guestModule('talk'),
    guestModule('files'),
    guestModule('messages'),
    guestModule('paths'),
  ])
  const names = modules.map((module) => fileURLToPath(module))
  ;[behave = '', echo = '', talk = '', files = '', messages = '', paths = ''] = names
}, COMPILING)
killAll()
endAll()

const DRIVERS = WebAssembly.Suspending === undefined ? ['worker'] : ['worker', 'jspi']

describe('help', () => {
  test.each([[['--help']], [['-h']], [['run', '--help']], [['help']], [[]]])('is printed for %j', async (args) => {
    const { code, output, errors } = await run(...args)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    for (const option of [
      '--allow-net',
      '--allow-listen',
      '--allow-connect',
      '--env',
      '--dir',
      '--driver',
      '--host',
      '--max-descriptors',
      '--trace',
      '--version',
    ]) {
      expect(output).toContain(option)
    }
    expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })
})

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(await run('--version')).toMatchObject({ code: 0, output: `${version}\n`, errors: '' })
})

describe('a wrong command line', () => {
  test.each([
    [['walk', 'x.wasm'], /"walk".*libuv-wasm run PROGRAM\.wasm/],
    [['run'], /name its \.wasm file/],
    [['run', 'a.wasm', 'b'], /"b": only one program.*after --/],
    [['run', '--', 'a.wasm'], /name its \.wasm file/],
    [['run', '--frobnicate', 'a.wasm'], /'--frobnicate'.*--help/],
    [['run', '--env', 'NAME', 'a.wasm'], /"NAME".*NAME=VALUE/],
    [['run', '--env', '=x', 'a.wasm'], /"=x".*NAME=VALUE/],
    [['run', '--dir', 'a:b', 'a.wasm'], /"a:b".*HOST:\/GUEST/],
    [['run', '--dir', '/a', '--dir', '/b:/', 'a.wasm'], /"\/b:\/".*already/],
    [['run', '--dir', '/a:/b:wr', 'a.wasm'], /"\/a:\/b:wr".*:rw/],
    [['run', '--dir', ':/b', 'a.wasm'], /":\/b".*HOST is empty/],
    [['run', '--driver', 'rocket', 'a.wasm'], /"rocket".*auto, jspi, worker/],
    [['run', '--host', 'moon', 'a.wasm'], /"moon".*node, virtual/],
    [['run', '--max-descriptors', 'many', 'a.wasm'], /--max-descriptors "many".*4 or more/],
    [['run', '--max-descriptors', '0', 'a.wasm'], /--max-descriptors "0".*4 or more/],
    [['run', '--allow-net=x', 'a.wasm'], /--allow-net/],
    [['run', '--deny-connect=1:2:3', 'package.json'], /"1:2:3": it is not an address; give HOST:PORT/],
    [['run', '--policy', '/no/policy.json', 'package.json'], /Cannot read the policy.*--policy/],
    [['run', '--policy', 'README.md', 'package.json'], /Cannot read the policy.*give JSON/],
    [['run', '--audit', '/no/such/folder/audit', 'package.json'], /Cannot write the audit log.*--audit/],
    [['run', '/no/such/file.wasm'], /Cannot read.*\/no\/such\/file\.wasm/],
    // Its thread has started already, and waits.
    [['run', '--driver', 'worker', '/no/such/file.wasm'], /Cannot read.*\/no\/such\/file\.wasm/],
  ])('%j exits with 2 and prints what to do', async (args, message) => {
    const { code, output, errors } = await run(...args)
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toMatch(message)
    expect(errors.split('\n')).toHaveLength(2)
  })

  test('with a rule that is not a valid address exits with 2', async () => {
    const { code, errors } = await run('run', '--allow-listen=example.com:80', behave)
    expect(code).toBe(2)
    expect(errors).toMatch(/"example.com:80".*127\.0\.0\.1:80/)
  })

  test('with a file that is not a valid program exits with 2', async () => {
    const file = join(caches, 'no-program.wasm')
    await writeFile(file, 'no program')
    const { code, errors } = await run('run', file)
    expect(code).toBe(2)
    expect(errors).toContain(`Cannot run ${JSON.stringify(file)}: `)
    expect(errors).toContain('; build it with uvcc')
    const library = fileURLToPath(new URL('../../wasm/build/release/libuv.wasm', import.meta.url))
    expect(await run('run', library)).toMatchObject({ code: 2, errors: expect.stringMatching(/main\(\).*uvcc/) })
  })
})

describe.each(DRIVERS)('under the driver %s', (driver) => {
  const start = (...args: readonly string[]): Command => new Command('run', '--driver', driver, ...args)
  const play = (...args: readonly string[]) => run('run', '--driver', driver, ...args)

  test.each([
    ['0', 0],
    ['3', 3],
    ['255', 255],
  ])('the exit code %s of the program is that of the command', async (number, code) => {
    expect(await play(behave, '--', 'exit', number)).toEqual({ code, signal: null, output: '', errors: '' })
  })

  test('a trap exits with 134, and prints the C functions', async () => {
    const { code, errors } = await play(behave, '--', 'trap-in-callback')
    expect(code).toBe(134)
    expect(errors).toMatch(/trapped\nRuntimeError: unreachable\n +at step_on_it .*\n +at trap_in_callback/)
  })

  test('all arguments after -- are passed to the program', async () => {
    const { output } = await play(behave, '--', 'args', '--help', '--', '-x', 'a b')
    expect(output).toBe(`${behave}\nargs\n--help\n--\n-x\na b\n`)
  })

  test('--env passes variables, and no others are passed', async () => {
    const { output } = await play(
      '--env',
      'A=1',
      '--env',
      'B=x=y',
      '--env=C=',
      behave,
      '--',
      'env',
      'A',
      'B',
      'C',
      'PATH',
    )
    expect(output).toBe('A=1\nB=x=y\nC=\nPATH=\n')
  })

  test('--dir passes a copy of a folder', async () => {
    const here = fileURLToPath(new URL('.', import.meta.url))
    const { output } = await play('--dir', `${here}:/data`, files, '--', 'list', '/data')
    expect(output).toMatch(/^run\.test\.ts$/m)
  })

  test('--dir with :rw lets the program change the folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'given:'))
    await writeFile(join(folder, 'file'), '')
    const { output } = await play('--dir', `${folder}:/data:rw`, files, '--', 'change', '/data/file')
    expect(output).toContain('19:01AB')
    expect(existsSync(join(folder, 'file'))).toBe(false)
    await rm(folder, { recursive: true })
  })

  test.each([
    ['a', { '/': { path: 'a', access: 'ro' } }],
    ['a:rw', { '/': { path: 'a', access: 'rw' } }],
    ['a:/b', { '/b': { path: 'a', access: 'ro' } }],
    ['a:/b:ro', { '/b': { path: 'a', access: 'ro' } }],
    ['a:b:/c:rw', { '/c': { path: 'a:b', access: 'rw' } }],
    ['C:\\data:/data:rw', { '/data': { path: 'C:\\data', access: 'rw' } }],
    ['C:/data', { '/': { path: 'C:/data', access: 'ro' } }],
    ['c:/data:/d', { '/d': { path: 'c:/data', access: 'ro' } }],
    ['./C:/data', { '/data': { path: './C', access: 'ro' } }],
  ])('--dir %s is read as %j', (text, dirs) => {
    expect(readCommand(['run', '--dir', text, 'a.wasm'])).toMatchObject({ dirs })
  })

  test('the standard input is passed to the program', async () => {
    const cat = start(behave, '--', 'cat')
    cat.child.stdin.write('one ')
    await cat.says(/^one $/)
    cat.child.stdin.end('two')
    expect(await cat.end).toMatchObject({ code: 0, output: 'one two' })
  })

  test('an input without an end does not keep the command', async () => {
    const program = start(behave, '--', 'return', '4')
    expect(await program.end).toMatchObject({ code: 4 })
  })

  test('--trace prints each system call', async () => {
    const { code, errors } = await play('--trace', behave, '--', 'timer', '1')
    expect(code).toBe(0)
    expect(errors).toMatch(/^pipe\(\d+, 0\) = 0$/m)
    expect(errors).toMatch(/^poll_wait\(\d+, \d+, \d+\) = 0$/m)
  })

  test('a call without permission fails with EACCES, and the message names the flag', async () => {
    const served = await play(echo)
    expect(served).toMatchObject({ code: 1, output: '' })
    expect(served.errors).toContain('may not listen on 127.0.0.1:0; grant it with --allow-listen=127.0.0.1:0\n')
    expect(served.errors).toContain('listen: EACCES\n')
    const talked = await play('--allow-listen=*', talk, '--', '127.0.0.1', '9')
    expect(talked).toMatchObject({ code: 1, output: 'connect: EACCES\n' })
    expect(talked.errors).toBe(
      'libuv-wasm: the program may not connect to 127.0.0.1:9; grant it with --allow-connect=127.0.0.1:9\n',
    )
  })

  test.each([['--allow-listen=127.0.0.1:0'], ['--allow-net']])(
    'with %s a program serves clients of node:net',
    async (flag) => {
      const server = start(flag, echo)
      const client = await connect(Number(await server.says(/port (\d+)/)))
      client.write('hello')
      expect((await receive(client, 5)).toString()).toBe('hello')
    },
  )

  test('with --allow-listen and --allow-connect two programs exchange messages', async () => {
    const server = start('--allow-listen=127.0.0.1:0', messages, '--', 'serve', '2')
    const port = await server.says(/listening on (\d+)/)
    const client = await play(`--allow-connect=127.0.0.1:${port}`, messages, '--', 'ask', '127.0.0.1', port, 'a', 'b')
    expect(client).toEqual({ code: 0, signal: null, output: '127.0.0.1 says a\n127.0.0.1 says b\n', errors: '' })
    expect(await server.end).toMatchObject({ code: 0, errors: '' })
    const refused = await play(messages, '--', 'ask', '127.0.0.1', port, 'a')
    expect(refused).toMatchObject({ code: 1, output: 'sent: EACCES\n' })
    expect(refused.errors).toContain(`grant it with --allow-send=127.0.0.1:${port}\n`)
  })

  test('with --policy and --deny-connect the rules of both hold, and --audit writes which rule decided', async () => {
    const [policy, audit] = [join(caches, `${driver}-policy.json`), join(caches, `${driver}-audit`)]
    await writeFile(policy, '{ "connect": [{ "host": "127.0.0.0/8", "comment": "this machine" }] }')
    const rules = ['--policy', policy, '--deny-connect=127.0.0.1:1-9', '--audit', audit]
    const refused = await play(...rules, talk, '--', '127.0.0.1', '9')
    expect(refused).toMatchObject({ code: 1, output: 'connect: EACCES\n' })
    expect(refused.errors).toBe('libuv-wasm: the program may not connect to 127.0.0.1:9: deny connect 127.0.0.1:1-9\n')
    const port = await freePort()
    expect(await play(...rules, talk, '--', '127.0.0.1', `${port}`)).toMatchObject({
      output: 'connect: ECONNREFUSED\n',
    })
    const lines = (await readFile(audit, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { guest: talk, target: '127.0.0.1:9', verdict: 'deny', rule: 'deny connect 127.0.0.1:1-9' },
      { guest: talk, target: `127.0.0.1:${port}`, verdict: 'allow', comment: 'this machine' },
    ])
  })

  test('with --allow-listen=unix: and --allow-connect=unix: two programs connect by a path', async () => {
    const path = join(caches, `${driver}.sock`)
    const server = start(`--allow-listen=unix:${path}`, paths, '--', 'serve', path)
    await server.says(/listening/)
    expect(await play(`--allow-connect=unix:${path}`, paths, '--', 'ask', path, 'hello')).toEqual({
      code: 0,
      signal: null,
      output: 'hello\n',
      errors: '',
    })
    expect(await server.end).toMatchObject({ code: 0, errors: '' })
    const refused = await play(paths, '--', 'ask', path, 'hello')
    expect(refused).toMatchObject({ code: 1, output: 'connect: EACCES\n' })
    expect(refused.errors).toContain(`grant it with --allow-connect=unix:${path}\n`)
  })

  test('--host virtual is not reachable from this machine', async () => {
    const server = start('--host', 'virtual', '--allow-net', echo)
    const port = Number(await server.says(/port (\d+)/))
    await expect(connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('Ctrl-C ends a waiting program with the exit code 130', async () => {
    const waiting = start(behave, '--', 'wait')
    await waiting.says(/waiting/)
    waiting.child.kill('SIGINT')
    // A suspended program occupies the thread that handles signals, so the system ends it.
    expect(await waiting.end).toMatchObject(driver === 'worker' ? { code: 130 } : { signal: 'SIGINT' })
  })

  test('Ctrl-C ends a program that computes', async () => {
    const spinning = start(behave, '--', 'spin')
    await spinning.says(/spinning/)
    spinning.child.kill('SIGINT')
    expect(await spinning.end).toMatchObject(driver === 'worker' ? { code: 130 } : { signal: 'SIGINT' })
  })

  test('SIGTERM ends a waiting program', async () => {
    const waiting = start(behave, '--', 'wait')
    await waiting.says(/waiting/)
    waiting.child.kill('SIGTERM')
    expect(await waiting.end).toMatchObject(driver === 'worker' ? { code: 143 } : { signal: 'SIGTERM' })
  })

  test('all output arrives through a non-blocking pipe that is often full', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'uvwasm-'))
    const [input, pipe] = [join(folder, 'input'), join(folder, 'pipe')]
    const bytes = seeded('output').bytes(1_000_000)
    await writeFile(input, bytes)
    execFileSync('mkfifo', [pipe])
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK)
    // Started by the shell, since Node makes the standard streams of its children blocking.
    const script = `exec "$0" "$@" <${input} >&3`
    const args = ['-c', script, process.execPath, command, 'run', '--driver', driver, behave, '--', 'cat']
    const child = spawn('sh', args, { stdio: ['ignore', 'ignore', 'inherit', writer] })
    closeSync(writer)
    const ended = soon(once(child, 'exit'), 'the program to end')
    const output = await soon(readSlowly(reader), 'the output to end')
    expect(await ended).toEqual([0, null])
    expect(output.equals(bytes)).toBe(true)
    closeSync(reader)
    await rm(folder, { recursive: true })
  })

  test('the command exits with 141 when its output is closed', async () => {
    const flooding = start(behave, '--', 'flood')
    await flooding.says(/x/)
    flooding.child.stdout.destroy()
    expect(await flooding.end).toMatchObject({ code: 141, errors: '' })
  })
})

/** Reads a kilobyte in each turn, until the writers have closed the pipe. */
async function readSlowly(fd: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let begun = false; ; await turn()) {
    const piece = Buffer.alloc(1024)
    try {
      const length = readSync(fd, piece)
      if (length === 0 && begun) return Buffer.concat(pieces)
      begun ||= length > 0
      pieces.push(piece.subarray(0, length))
    } catch (error) {
      if (Reflect.get(Object(error), 'code') !== 'EAGAIN') throw error
    }
  }
}

test('compiled code is kept in the user’s caches, and replaced when it does not belong to the command’s files', async () => {
  const folder = join(caches, 'libuv-wasm')
  const runOnce = async () => {
    expect(await run('run', '--driver', 'worker', behave, '--', 'exit', '3')).toMatchObject({ code: 3, errors: '' })
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
  }
  const first = await runOnce()
  expect([...first.keys()].map((name) => name.replace(/-\d.*/, '')).sort()).toEqual(
    expect.arrayContaining(['cli-run-worker-driver.cjs', 'cli-run.cjs', 'worker.js']),
  )
  expect(await runOnce()).toEqual(first)
  const damaged = [...first.keys()].find((name) => name.startsWith('cli-run.cjs')) ?? ''
  writeFileSync(join(folder, damaged), 'no code')
  expect((await runOnce()).get(damaged)?.length).toBeGreaterThan(1000)
})

test('the program runs if no folder for compiled code can be made', async () => {
  const env = { ...process.env, XDG_CACHE_HOME: '', HOME: '/proc' }
  const child = spawn(process.execPath, [command, 'run', behave, '--', 'exit', '3'], { env, stdio: 'ignore' })
  try {
    expect(await soon(once(child, 'close'), 'the command to end')).toEqual([3, null])
  } finally {
    child.kill('SIGKILL')
  }
})

test('the driver jspi runs the program if this Node supports it, and is refused otherwise', async () => {
  const { code, errors } = await run('run', '--driver', 'jspi', behave, '--', 'exit', '3')
  if (DRIVERS.includes('jspi')) expect([code, errors]).toEqual([3, ''])
  else {
    expect(code).toBe(2)
    expect(errors).toMatch(/driver 'jspi'.*'worker'/)
  }
})
