/** The table of ways around a policy (`test/guard/bypasses`), tried with the installed package on a runtime. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { APP, run } from './stage.mjs'

/**
 * Tries the whole table under each driver that the runtime has.
 *
 * @param {string} program - the runtime's executable
 * @param {string[]} args - arguments before the file
 * @throws {Error} naming what has passed
 */
export const tryBypasses = async (program, ...args) => {
  const folder = join(APP, 'bypasses')
  if (!existsSync(folder)) {
    mkdirSync(folder)
    cpSync('test/guard/bypasses', folder, { recursive: true })
    for (const name of ['sockets', 'names', 'world']) {
      const source = `test/guest/programs/bypasses/${name}.c`
      execFileSync('build/sdk/bin/uvcc', ['-O1', source, '-o', join(folder, `${name}.wasm`)])
    }
  }
  // Its exit code is 1 when something has passed; the line tells what.
  const said = await run(program, [...args, 'bypasses/run.mjs', 'bypasses']).catch((error) => {
    if (error.stdout) return String(error.stdout)
    throw error
  })
  const { problems } = JSON.parse(said)
  if (problems.length > 0) throw new Error(problems.slice(0, 10).join('\n'))
}
