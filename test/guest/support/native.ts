/**
 * Compiles the C programs of test/guest/programs for this machine, with native libuv: guests should print the same as
 * these.
 */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { soon } from '../../support/deadline.js'

const run = promisify(execFile)
const path = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url))

/** What a native program printed. */
interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/**
 * Compiles a native program.
 *
 * @param name - the name of its file, without `.c`; it may be in a folder
 * @returns its path
 */
export const nativeProgram = async (name: string): Promise<string> => {
  const program = path(`build/test/native/${name}`)
  await mkdir(dirname(program), { recursive: true })
  const options = ['-D_GNU_SOURCE', '-Wall', '-Werror', `-I${path('build/libuv/include')}`, '-o', program]
  const libraries = [path('build/native/libuv.a'), '-lpthread', '-ldl', '-lrt']
  await run(process.env.CC ?? 'cc', [...options, path(`test/guest/programs/${name}.c`), ...libraries])
  return program
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
