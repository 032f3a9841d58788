/** Deno and Bun: the same TypeScript, compared with their own fastest sockets. */
import type { Contender } from './contenders.js'

/** A runtime to measure on. */
export interface Elsewhere {
  /** The command that precedes the path of a script. */
  readonly command: readonly string[]
  readonly rod: Contender
  readonly contenders: readonly Contender[]
}

const RUNTIMES = {
  deno: { title: 'Deno.listen', options: ['run', '--allow-all', '--quiet'] },
  bun: { title: 'Bun.listen', options: [] },
} as const

/** The names of the runtimes, for `--on`. */
export const ELSEWHERE = Object.keys(RUNTIMES)

/**
 * Finds a runtime by name.
 *
 * @param program - the path of its executable
 */
export function elsewhere(name: string, program: string): Elsewhere {
  if (name !== 'deno' && name !== 'bun')
    throw new Error(`Cannot measure on ${name}: it is not known; use ${ELSEWHERE.join(', ')}`)
  const { title, options } = RUNTIMES[name]
  const command = [program, ...options]
  const run = (script: string, ...args: string[]): string[] => [
    ...command,
    `build/bench/programs/${script}.js`,
    ...args,
  ]
  return {
    command,
    rod: { name, title, programs: { server: run(`server-${name}`) } },
    contenders: [{ name: 'ts-auto', title: 'TypeScript', programs: { server: run('server-uv', 'auto') } }],
  }
}
