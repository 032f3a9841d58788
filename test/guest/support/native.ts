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

/**
 * The output of a native program, which has to succeed.
 *
 * @param name - the name of its file, without `.c`; it may be in a folder
 */
export const nativeOutput = async (name: string, ...args: readonly string[]): Promise<string> => {
  const program = path(`build/test/native/${name}`)
  await mkdir(dirname(program), { recursive: true })
  const options = ['-D_GNU_SOURCE', '-Wall', '-Werror', `-I${path('build/libuv/include')}`, '-o', program]
  const libraries = [path('build/native/libuv.a'), '-lpthread', '-ldl', '-lrt']
  await run(process.env.CC ?? 'cc', [...options, path(`test/guest/programs/${name}.c`), ...libraries])
  const { stdout } = await soon(run(program, args), `${name} to end`)
  return stdout
}
