/**
 * The order of the test files. In a fresh clone, where Jest has not measured them, it starts the largest first. But the
 * longest are often small; started last, they leave the other processors without work.
 */
const { default: Sequencer } = require('@jest/test-sequencer')

/** The longest, in this order. */
const LONGEST = [
  'remote/host',
  'probe/probe',
  'host/node',
  'guard/guards',
  'sdk/flags',
  'guest/signals',
  'guest/posix',
  'host/runtimes',
  'sdk/exceptions',
  'cli/run',
  'host/virtual',
  'cli/streams',
  'sdk/size',
  'fuzz/fuzz',
  'scripts/checks',
  'sdk/linked',
  'foreign/foreign',
  'assembly/kit',
  'guest/sockets/names',
  'guard/bypasses',
  'oracle/states',
  'sdk/uvcc',
  'plugin/services',
  'docs/examples',
  'plugin/process',
  'guest/sockets/network',
  'wasi/preview1',
  'sdk/threads',
  'sdk/packed',
]

/** @param {string} path */
const rank = (path) => {
  const at = LONGEST.findIndex((name) => path.endsWith(`/test/${name}.test.ts`))
  return at === -1 ? LONGEST.length : at
}

module.exports = class LongestFirst extends Sequencer {
  /** @override @type {InstanceType<typeof Sequencer>['sort']} */
  async sort(tests) {
    const sorted = await super.sort(tests)
    return sorted.toSorted((a, b) => rank(a.path) - rank(b.path))
  }
}
