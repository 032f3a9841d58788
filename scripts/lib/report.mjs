/**
 * Ends a check: says each problem on a line of its own and fails, or says in a few words what was found in order.
 *
 * @param {readonly string[]} problems - whole sentences, each naming the place and the remedy
 * @param {string} summary - what was looked at, as `24 files`
 */
export const conclude = (problems, summary) => {
  for (const problem of problems) console.log(problem)
  if (problems.length === 0) console.log(summary)
  process.exitCode = problems.length === 0 ? 0 : 1
}
