/**
 * Compiles the C programs of test/guest/programs for this machine, with native libuv: guests should print the same as
 * these.
 */
import { execFile } from 'node:child_process'
import { mkdir, rename } from 'node:fs/promises'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { soon } from '../../support/deadline.js'

const run = promisify(execFile)
const path = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url))

const compiled = new Map<string, Promise<string>>()

const compile = async (name: string): Promise<string> => {
  const program = path(`build/test/native/${name}`)
  await mkdir(dirname(program), { recursive: true })
  // Other tests may compile the same program at the same time: a rename never shows an incomplete file.
  const fresh = `${program}.${process.pid}`
  // Of the port's headers only those that neither the system nor libuv has: uv/pump.h.
  const headers = [`-I${path('build/libuv/include')}`, '-idirafter', path('libuv-port/include')]
  const options = ['-D_GNU_SOURCE', '-Wall', '-Werror', ...headers, '-o', fresh]
  const libraries = [path('build/native/libuv.a'), '-lpthread', '-ldl', '-lrt']
  await run(process.env.CC ?? 'cc', [...options, path(`test/guest/programs/${name}.c`), ...libraries])
  await rename(fresh, program)
  return program
}

/**
 * Compiles a native program once.
 *
 * @param name - the name of its file, without `.c`; it may be in a folder
 * @returns its path
 */
export const nativeProgram = (name: string): Promise<string> => {
  const program = compiled.get(name) ?? compile(name)
  compiled.set(name, program)
  return program
}

/** What a native program printed. */
interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a native program, which has to succeed.
 *
 * @param name - see {@link nativeProgram}
 * @param cwd - its working directory
 */
export const runNatively = async (name: string, args: readonly string[], cwd?: string): Promise<Printed> => {
  const program = await nativeProgram(name)
  const running = run(program, args, cwd === undefined ? {} : { cwd })
  running.child.stdin?.end()
  return await soon(running, `${name} to end`)
}

/** The output of a native program; see {@link runNatively}. */
export const nativeOutput = async (name: string, ...args: readonly string[]): Promise<string> =>
  (await runNatively(name, args)).stdout

/** The exit code of a native program, 128 plus its number if it is a signal, and its output. */
export const nativeEnd = async (
  name: string,
  ...args: readonly string[]
): Promise<readonly [code: number, output: string]> => {
  const program = await nativeProgram(name)
  // Without a core file, which some signals cause.
  const child = run('sh', ['-c', 'ulimit -c 0; exec "$0" "$@"', program, ...args])
  const { stdout } = await soon(
    child.catch((error) => error),
    `${name} to end`,
  )
  const { exitCode, signalCode } = child.child
  return [signalCode === null ? (exitCode ?? -1) : 128 + constants.signals[signalCode], stdout]
}
