/** The results of this machine's Linux: C programs make the calls, and print a line for each result. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/**
 * Runs one of the programs of this folder.
 *
 * @param name - of the file, without `.c`
 * @returns each result by its `state call`
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

/** Known differences from Linux, by `state call`, and the reasons. */
export type LinuxDifferences = Readonly<
  Record<string, { readonly linux: string; readonly ours: string; readonly why: string }>
>

/**
 * The expected results of the kernel under test.
 *
 * @throws {Error} if a listed difference does not match the result of Linux
 */
export function expectedOf(linux: ReadonlyMap<string, string>, differences: LinuxDifferences): Record<string, string> {
  const expected = Object.fromEntries(linux)
  for (const [call, { linux: there, ours }] of Object.entries(differences)) {
    if (expected[call] !== there) throw new Error(`${call}: Linux answers ${expected[call]}, not ${there}`)
    expected[call] = ours
  }
  return expected
}
