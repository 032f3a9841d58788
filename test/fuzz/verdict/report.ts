/** The output of the fuzzer. */

import { type CallName, SIGNATURES } from '../guest/signatures.js'
import { type Finding, isIsolation } from '../work/task.js'
import type { Tallies } from './judge.js'

/** Functions that always refuse, or do not return. */
const NEVER: readonly CallName[] = [
  'absent',
  'proc_exit',
  'proc_raise',
  'sock_accept',
  'sock_recv',
  'sock_send',
  'sock_shutdown',
  'terminal',
]

/** Adds tallies to others. */
export function addTallies(all: Tallies, more: Tallies): void {
  for (const { name } of SIGNATURES) {
    const tally = more[name]
    if (tally === undefined) continue
    const sum = all[name] ?? { successes: 0, failures: 0, errors: {} }
    all[name] = sum
    sum.successes += tally.successes
    sum.failures += tally.failures
    for (const [error, count] of Object.entries(tally.errors)) {
      sum.errors[Number(error)] = (sum.errors[Number(error)] ?? 0) + count
    }
  }
}

/** Functions that have never succeeded, although they can. */
export function neverSucceeded(tallies: Tallies): CallName[] {
  return SIGNATURES.flatMap(({ name }) => (NEVER.includes(name) || (tallies[name]?.successes ?? 0) > 0 ? [] : [name]))
}

/** A line for each function: how often it was called, with which outcomes. */
export function tableOf(tallies: Tallies, errno: Readonly<Record<string, number>>): string {
  const names = new Map(Object.entries(errno).map(([name, number]) => [number, name]))
  const lines = SIGNATURES.flatMap(({ name }) => {
    const tally = tallies[name]
    if (tally === undefined) return []
    const errors = Object.entries(tally.errors)
      .sort(([, one], [, other]) => other - one)
      .slice(0, 6)
      .map(([number, count]) => `${names.get(Number(number)) ?? number} ${count}`)
    return [
      `  ${name.padEnd(24)} ${String(tally.successes).padStart(8)} ${String(tally.failures).padStart(8)}  ${errors.join(', ')}`,
    ]
  })
  return [
    `  ${'function'.padEnd(24)} ${'succeeds'.padStart(8)} ${'fails'.padStart(8)}  the most frequent errors`,
    ...lines,
  ].join('\n')
}

/** The text of a finding. @param alone - whether the guest also fails alone, as run by the printed command */
export function describeFinding(finding: Finding, seed: number, alone: boolean, extra: string, count: number): string {
  const { mode, runner, guest, stage, calls, depth, problems, last } = finding
  const only = alone
    ? `--guest ${guest}${mode === 'imports' || mode === 'modules' || calls === 0 ? '' : ` --calls ${calls}`}${depth === undefined ? '' : ` --depth ${depth}`}`
    : ''
  const kind = isIsolation(runner) ? 'isolation' : 'driver'
  const command = `make fuzz SEED=${seed} COUNT=${count} ARGS='--mode ${mode} --${kind} ${runner} ${only}${extra}'`
  return [
    `FOUND in mode ${mode}, ${kind} ${runner}${stage === undefined ? '' : `, ${stage} network`}, guest ${guest}, seed ${seed}`,
    ...problems.map((problem) => `  ${problem}`),
    ...(last.length > 0 ? ['  the last calls:', ...last.map((text) => `    ${text}`)] : []),
    `  ${alone ? 'again' : 'again, with all before it'}: ${command.replace(/ +'$/, "'")}`,
  ].join('\n')
}

/** The key by which two findings count as the same. */
export function keyOf({ mode, runner, problems }: Finding): string {
  return `${mode} ${runner} ${(problems[0] ?? '').replace(/call \d+, [^)]*\)/, (text) => text.replace(/\(.*/, '').replace(/\d+/, '')).replace(/-?\d+/g, '#')}`
}
