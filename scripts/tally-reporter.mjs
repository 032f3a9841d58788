/**
 * A Jest reporter whose last line is `N passed, N failed`, with `, N skipped` when there are some. A test file that could
 * not be run at all counts as one failure.
 *
 * @param {import('@jest/reporters').AggregatedResult} results
 * @returns {string}
 */
export const tally = (results) => {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
  const skipped = results.numPendingTests + results.numTodoTests
  return `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

export default class TallyReporter {
  /**
   * @param {unknown} _contexts
   * @param {import('@jest/reporters').AggregatedResult} results
   */
  onRunComplete(_contexts, results) {
    console.log(tally(results))
  }
}
