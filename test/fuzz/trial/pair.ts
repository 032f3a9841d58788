/**
 * Guests that meet: two at the same time on one network, under different drivers or isolations, with the same ports,
 * and a third one that is given the files of the first.
 */
import type { Random } from '../../support/random.js'
import { isIsolation, type RunnerName } from '../work/task.js'
import type { Stage } from './stage.js'
import { type Bench, type Task, tryGuest, type Verdict } from './trial.js'

/** Runs them. @param runners - what the others may be run by */
export async function tryPair(
  bench: Bench,
  stage: Stage,
  random: Random,
  task: Task,
  runners: readonly RunnerName[],
): Promise<Verdict> {
  const others = runners.filter((one) => one !== 'process' || stage.name === 'node')
  const [other = task.runner, last = task.runner] = [others, others].map((list) => list[random.int(0, list.length - 1)])
  const calls = Math.ceil(task.calls / 3)
  const [first, second] = await Promise.all([
    tryGuest(bench, stage, random, { ...task, calls }),
    tryGuest(bench, stage, random, { ...task, runner: other, calls }),
  ])
  const { files } = first
  const third = await tryGuest(bench, stage, random, { ...task, runner: last, calls, files })
  const all = [first, second, third]
  const failed = all.find(({ problems }) => problems.length > 0) ?? first
  const names = [task.runner, other, last].map((name) => (isIsolation(name) ? `isolation ${name}` : `driver ${name}`))
  return {
    ...failed,
    made: all.reduce((sum, { made }) => sum + made, 0),
    problems: all.flatMap(({ problems }, index) =>
      problems.map((text) => `guest ${index + 1}, ${names[index]}: ${text}`),
    ),
    late: () => all.reduce((sum, { late }) => sum + late(), 0),
  }
}
