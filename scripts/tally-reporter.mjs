/** A Jest reporter whose last line is `N passed, N failed`, with `, N skipped` when there are some. */
export default class TallyReporter {
  /**
   * @param {unknown} _contexts
   * @param {import('@jest/reporters').AggregatedResult} results
   */
  onRunComplete(_contexts, results) {
    // A test file that could not be run counts as one failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests + results.numTodoTests
    // Jest's own summary is written after the last reporter has run.
    process.once('exit', () => {
      if (failed > 0) console.log(`repeat this run: make test SEED=${process.env.SEED}`)
      console.log(`${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
    })
  }
}
