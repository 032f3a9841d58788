import { randomInt } from 'node:crypto'

// One seed for the whole run, inherited by the workers; test/support/random.ts uses it.
process.env.SEED ??= String(randomInt(2 ** 31))

/**
 * Jest over ES modules. swc only strips types here; `make check` is where they are checked. Run by `make test`, which
 * gives Node the flag that Jest needs for ES modules.
 *
 * @type {import('jest').Config}
 */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  // TypeScript's sources name each other by what they become.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^#platform$': '<rootDir>/src/host/platform/node.ts',
    '^libuv-wasm$': '<rootDir>/src/index.ts',
    '^libuv-wasm/testing$': '<rootDir>/src/sim/testing.ts',
    '^libuv-wasm/guest$': '<rootDir>/src/guest/guest.ts',
    '^libuv-wasm/(net|sockets)$': '<rootDir>/src/faces/$1.ts',
    '^libuv-wasm/(bun|deno|node|virtual)$': '<rootDir>/src/host/$1.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/build/'],
  reporters: ['default', '<rootDir>/scripts/tally-reporter.mjs'],
  testSequencer: '<rootDir>/scripts/test-sequencer.cjs',
  testTimeout: 60_000,
  // Half of the time, a test waits for what it has started.
  maxWorkers: 3,
}
