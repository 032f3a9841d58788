/** The standard streams of the command: each line of shell prints the same with a guest as with the native program. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { nativeProgram } from '../guest/support/native.js'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'
import { soon } from '../support/deadline.js'
import { type End, Process } from '../support/process.js'
import { caches, command, killAll } from './command.js'

let folder = ''
let native = ''
let guest = ''
let cat = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uvwasm-streams-'))
  await writeFile(join(folder, 'in'), 'one\ntwo\nthree\n')
  native = await nativeProgram('streams')
  guest = fileURLToPath(await guestModule('streams'))
  cat = fileURLToPath(await guestModule('behave'))
}, COMPILING)
afterAll(() => rm(folder, { recursive: true }))
killAll()

const WAITING = WebAssembly.Suspending === undefined ? ['worker'] : ['worker', 'jspi']

/** Runs a line of shell in which `P` is a program. */
const play = (line: string, ...program: readonly string[]): Promise<End> => {
  const script = `P() { ${program.map((word) => `'${word}'`).join(' ')} "$@"; }\n${line}`
  return new Process('bash', ['-c', script], { cwd: folder, env: { XDG_CACHE_HOME: caches } }).end
}

const playNatively = (line: string): Promise<End> => play(line, native)

const playGuest = (driver: string, line: string): Promise<End> =>
  play(line, process.execPath, command, 'run', '--driver', driver, guest, '--')

const LINES: readonly (readonly [what: string, line: string])[] = [
  ['a file, and a file to append to', '{ P kinds < in >> out 2> err; }; cat err; rm out'],
  ['pipes', 'cat in | P kinds 2>&1 >/dev/null | cat'],
  ['devices, and a file for both directions', 'P kinds < /dev/zero 2> err 1<> in; cat err'],
  ['a directory', 'P kinds < / 2> err > /dev/null; cat err; P take 4 < / 2> err; cat err'],
  ['a socket of the parent', 'P kinds'],
  ['a read from a file, which leaves the rest', '(P take 4; cat) < in 2>&1'],
  ['a read from a pipe, which leaves the rest', 'cat in | (P take 4 2>&1; cat)'],
  ['a line of a file, of which the C library gives back the rest', '(P line; cat) < in 2>&1'],
  ['lseek() of a file, which the next program sees', '(P seek; cat) < in 2>&1'],
  ['a file as input, read elsewhere', '(P at-offsets 0; cat) < in 2>&1'],
  [
    'a file for both directions, read and written elsewhere',
    'cp in both; P at-offsets 0 2>&1 <> both; cat both; rm both',
  ],
  [
    'a file as output, written elsewhere',
    '{ echo first; P at-offsets 1; echo last; } 2> err > out; cat err out; rm out',
  ],
  ['a file to append to, written elsewhere', 'cp in out; P at-offsets 1 2> err >> out; cat err out; rm out'],
  ['a device, read and written elsewhere', 'P at-offsets 0 < /dev/null 2>&1; P at-offsets 1 2>&1 > /dev/full'],
  ['a pipe, which has no offsets', 'cat in | P at-offsets 0 2>&1 | grep -v -e waiting -e left'],
  ['poll() of a file', 'P watch < in'],
  ['poll() of no input', 'P watch < /dev/null'],
  ['a full disk', 'P print 1 > /dev/full; echo "code $?"'],
  ['a full disk after many lines', 'P print 2000 > /dev/full; echo "code $?"'],
  ['a full disk for stderr', 'P fill 2 2> /dev/full; echo "code $?"'],
  ['a reader that leaves', 'P fill 1 | head -c 5 > /dev/null; echo "code $PIPESTATUS"'],
  ['a reader that leaves, without SIGPIPE', 'P fill-ignoring 1 | head -c 5 > /dev/null; echo "code $PIPESTATUS"'],
  [
    'a reader of stderr that leaves',
    'P fill-ignoring 2 2>&1 > out | head -c 5 > /dev/null; echo "code $PIPESTATUS"; cat out; rm out',
  ],
  ['a reader that is slow', 'P fill 1 | (sleep 0.3; wc -c); echo "code $PIPESTATUS"'],
  ['much output', 'P print 100000 | md5sum; P print 100000 > out; md5sum < out; rm out'],
  ['no terminal', 'P terminal < in | cat'],
]

/** Output that is on its way when a program under pump ends, so that it does not hear that the reader has left. */
const UNHEARD = /fill-ignoring/

describe.each([...WAITING, 'pump'])('under the driver %s, a program', (driver) => {
  test.each(LINES.filter(([, line]) => driver !== 'pump' || !UNHEARD.test(line)))(
    'with %s prints what it prints natively',
    async (_what, line) => {
      const theirs = await playNatively(line)
      const ours = await playGuest(driver, line)
      expect(ours).toEqual(theirs)
      expect(ours.output + ours.errors).not.toBe('')
    },
  )
})

describe.each(WAITING)('under the driver %s, a program', (driver) => {
  /** Starts a program with a pipe as its input. */
  const start = (program: string, ...args: readonly string[]): Process =>
    new Process(process.execPath, [command, 'run', '--driver', driver, program, '--', ...args])

  const complaint = async (child: Process, pattern: RegExp): Promise<void> => {
    while (!pattern.test(child.errors)) await soon(once(child.child.stderr, 'data'), `the program to say ${pattern}`)
  }

  test('that polls a silent input waits for it, and reads no more than it asks for', async () => {
    const child = start(guest, 'watch')
    await complaint(child, /at once 0\n0 read -1 .*\n/)
    child.child.stdin.write('abcdef')
    await complaint(child, /\[abcd\]\[ef\]/)
    child.child.stdin.end()
    expect((await child.end).code).toBe(0)
  })

  const SIGTERMED = driver === 'worker' ? [143, null] : [null, 'SIGTERM']

  test('that waits for its input is ended by SIGTERM', async () => {
    const child = start(cat, 'cat')
    child.child.stdin.write('x')
    await child.says(/x/)
    child.child.kill('SIGTERM')
    const { code, signal } = await child.end
    expect([code, signal]).toEqual(SIGTERMED)
  })

  test('that waits for the reader of its output is ended by SIGTERM', async () => {
    const child = start(guest, 'fill', '1')
    child.child.stdout.pause()
    await soon(once(child.child.stdout, 'readable'), 'the program to write')
    child.child.kill('SIGTERM')
    child.child.stdout.resume()
    const { code, signal } = await child.end
    expect([code, signal]).toEqual(SIGTERMED)
  })

  const SCRIPT = ['script', '--quiet', '--return', '--command']
  const quoted = (...words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ')

  test('has the terminal of the command', async () => {
    const words = quoted(process.execPath, command, 'run', '--driver', driver, guest, '--', 'terminal')
    const [program = '', ...options] = SCRIPT
    const child = new Process(program, [...options, `stty cols 91 rows 17; ${words}; echo code $?; stty`, '/dev/null'])
    await child.says(/ready/)
    child.child.stdin.write('k')
    const { output } = await child.end
    const lines = output.replaceAll('\r', '').split('\n')
    expect(lines.slice(0, 6)).toEqual(['0, 91 by 17', '0, echo 1', '0', 'echo 0, ready', 'key k', 'code 6'])
    expect(output).not.toContain('-echo')
  })
})
