/** Deno and Bun: the same TypeScript, beside what is fastest of their own. */
import type { Contender } from './contenders.js'

/** A runtime to measure on. */
export interface Elsewhere {
  /** How its program is called before the program's name. */
  readonly command: readonly string[]
  readonly rod: Contender
  readonly contenders: readonly Contender[]
}

const RUNTIMES = {
  deno: { title: 'Deno.listen', options: ['run', '--allow-all', '--quiet'] },
  bun: { title: 'Bun.listen', options: [] },
} as const

/** The runtimes' names, as `--on` takes them. */
export const ELSEWHERE = Object.keys(RUNTIMES)

/**
 * A runtime by its name.
 *
 * @param program - where it is
 */
export function elsewhere(name: string, program: string): Elsewhere {
  if (name !== 'deno' && name !== 'bun') throw new Error(`${name} is none of ${ELSEWHERE.join(', ')}`)
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
