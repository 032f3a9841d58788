/** Runs the programs of test/faces/programs, each in a process with a replaced `node:net`. */
import { within } from '../../support/deadline.js'
import { type Ended, Program } from '../../support/programs.js'
import { PATIENCE } from './servers.js'

/** Runs a program until it ends by itself. */
export const runProgram = (name: string, ...args: readonly string[]): Promise<Omit<Ended, 'signal'>> =>
  runProgramWith({}, name, ...args)

/** The same, with more environment variables. */
export const runProgramWith = async (
  variables: NodeJS.ProcessEnv,
  name: string,
  ...args: readonly string[]
): Promise<Omit<Ended, 'signal'>> => {
  const path = ['--import', './dist/register.js', `test/faces/programs/${name}.mjs`]
  // This program has no option for trusted certificates, so Node's variable is used.
  const env = { ...variables, ...(name === 'sockets' && { NODE_EXTRA_CA_CERTS: args[1] }) }
  const program = new Program(process.execPath, [...path, ...args], { env })
  const { code, stdout, stderr } = await within(program.ended, PATIENCE, `${name} to end`)
  return { code, stdout, stderr }
}

/** The result of a program of test/faces/programs that succeeds. */
export const content = (name: string): Omit<Ended, 'signal'> => ({
  code: 0,
  stdout: `${name} is content\n`,
  stderr: '',
})
