/** Runs the programs of test/faces/programs, in processes of their own where `node:net` is replaced. */
import { within } from '../../support/deadline.js'
import { type Ended, Program } from '../../support/programs.js'
import { PATIENCE } from './servers.js'

/** Runs a program to its end, which it has to come to by itself. */
export const runProgram = async (name: string, ...args: readonly string[]): Promise<Omit<Ended, 'signal'>> => {
  const path = ['--import', './dist/register.js', `test/faces/programs/${name}.mjs`]
  // Where a program cannot say whom it trusts, Node does.
  const env = name === 'sockets' ? { NODE_EXTRA_CA_CERTS: args[1] } : {}
  const program = new Program(process.execPath, [...path, ...args], { env })
  const { code, stdout, stderr } = await within(program.ended, PATIENCE, `${name} to end`)
  return { code, stdout, stderr }
}

/** How a program of test/faces/programs ends when all is well. */
export const content = (name: string): Omit<Ended, 'signal'> => ({
  code: 0,
  stdout: `${name} is content\n`,
  stderr: '',
})
