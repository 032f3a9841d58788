/**
 * Ends a check: prints one line per problem and fails, or prints a summary if there are no problems.
 *
 * @param {readonly string[]} problems - each names the place and the remedy
 * @param {string} summary - what was checked, for example `24 files`
 */
export const conclude = (problems, summary) => {
  for (const problem of problems) console.log(problem)
  if (problems.length === 0) console.log(summary)
  process.exitCode = problems.length === 0 ? 0 : 1
}
