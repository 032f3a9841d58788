/** What the kernel of this machine answers: programs in C ask it, and print a line for each answer. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/**
 * Runs one of the programs of this folder.
 *
 * @param name - of the file, without `.c`
 * @returns each answer by its `state call`
 */
export function linuxAnswers(name: string): Map<string, string> {
  mkdirSync('build/test', { recursive: true })
  execFileSync('cc', ['-Wall', '-o', `build/test/${name}`, `test/kernel/linux/${name}.c`])
  const lines = execFileSync(`build/test/${name}`, { encoding: 'utf8' }).trimEnd().split('\n')
  return new Map(
    lines.map((line) => {
      const [state, call, answer = ''] = line.split(' ')
      return [`${state} ${call}`, answer]
    }),
  )
}

/** Where we differ, by `state call`, and why. */
export type LinuxDifferences = Readonly<
  Record<string, { readonly linux: string; readonly ours: string; readonly why: string }>
>

/**
 * What should be answered here.
 *
 * @throws {Error} for a difference from what Linux does not answer
 */
export function expectedOf(linux: ReadonlyMap<string, string>, differences: LinuxDifferences): Record<string, string> {
  const expected = Object.fromEntries(linux)
  for (const [call, { linux: there, ours }] of Object.entries(differences)) {
    if (expected[call] !== there) throw new Error(`${call}: Linux answers ${expected[call]}, not ${there}`)
    expected[call] = ours
  }
  return expected
}
